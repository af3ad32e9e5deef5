import type { RecordVersion } from './record.ts'
import type { RecordId } from './types.ts'

/** What a record was before the commit `until`: null when it was not there. */
interface PastVersion {
  readonly until: number
  readonly record: RecordVersion | null
}

/** What records of a collection were before recent commits, for as long as an open snapshot may look. */
export class PastVersions {
  readonly #versions = new Map<RecordId, PastVersion[]>()
  /** The changes in the order of commits, so that looking back and forgetting touch no more than they must. */
  readonly #changes: Array<{ readonly until: number; readonly id: RecordId }> = []

  /** Rises with each change that is remembered. */
  version = 0

  get isEmpty(): boolean {
    return this.#changes.length === 0
  }

  remember(id: RecordId, record: RecordVersion | null, until: number): void {
    const versions = this.#versions.get(id)
    if (versions === undefined) this.#versions.set(id, [{ until, record }])
    else versions.push({ until, record })
    this.#changes.push({ until, id })
    this.version += 1
  }

  /** What a snapshot at `time` sees instead of the current version; undefined where the current one is right. */
  at(id: RecordId, time: number): RecordVersion | null | undefined {
    const versions = this.#versions.get(id)
    return versions?.[firstAfter(versions, time)]?.record
  }

  /** The last commit that changed a record, as far as it is remembered; 0 before that. */
  lastChange(id: RecordId): number {
    return this.#versions.get(id)?.at(-1)?.until ?? 0
  }

  /** The records that were changed after `time`. */
  changedSince(time: number): Set<RecordId> {
    const ids = new Set<RecordId>()
    for (let index = this.#changes.length - 1; index >= 0; index -= 1) {
      const change = this.#changes[index]
      if (change === undefined || change.until <= time) break
      ids.add(change.id)
    }
    return ids
  }

  /** Forgets what no snapshot from `oldest` on can see. */
  forget(oldest: number): void {
    const gone = this.#changes.splice(0, firstAfter(this.#changes, oldest))
    for (const id of new Set(gone.map((change) => change.id))) {
      const versions = this.#versions.get(id)
      if (versions === undefined) continue
      versions.splice(0, firstAfter(versions, oldest))
      if (versions.length === 0) this.#versions.delete(id)
    }
  }
}

/** Where in a list that rises by `until` the first entry after `time` stands. */
function firstAfter(list: ReadonlyArray<{ readonly until: number }>, time: number): number {
  let low = 0
  let high = list.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((list[middle]?.until ?? 0) <= time) low = middle + 1
    else high = middle
  }
  return low
}
