import type { CollectionState } from './collection.ts'
import type { RecordVersion } from './record.ts'
import type { Transaction } from './transaction.ts'
import type { RecordId } from './types.ts'

/** Which version of each record a scan shows: the snapshot's, and the transaction's own writes up to the scan's begin. */
export class SnapshotView {
  readonly #state: CollectionState
  readonly #snapshot: number
  readonly #own: ReadonlyMap<RecordId, RecordVersion | null> | undefined
  #differing: ReadonlySet<RecordId>
  #version: number

  constructor(state: CollectionState, transaction: Transaction) {
    this.#state = state
    this.#snapshot = transaction.snapshot
    const pending = transaction.pendingIn(state)
    if (pending !== undefined && pending.entries.size > 0) {
      this.#own = new Map([...pending.entries].map(([id, { after }]) => [id, after?.record ?? null]))
    }
    this.#version = state.past.version
    this.#differing = this.#findDiffering()
  }

  /** Changes whenever the set of differing records may. */
  version(): number {
    return this.#state.past.version
  }

  get(id: RecordId): RecordVersion | undefined {
    const own = this.#own?.get(id)
    if (own !== undefined) return own ?? undefined
    return this.#state.visibleAt(id, this.#snapshot)
  }

  /** The records whose visible version is not the one in the committed table and indexes. */
  differing(): ReadonlySet<RecordId> {
    if (this.#version !== this.#state.past.version) {
      this.#version = this.#state.past.version
      this.#differing = this.#findDiffering()
    }
    return this.#differing
  }

  #findDiffering(): ReadonlySet<RecordId> {
    const { past } = this.#state
    if (past.isEmpty && this.#own === undefined) return NONE
    const ids = past.changedSince(this.#snapshot)
    if (this.#own !== undefined) for (const id of this.#own.keys()) ids.add(id)
    return ids
  }
}

const NONE: ReadonlySet<RecordId> = new Set()
