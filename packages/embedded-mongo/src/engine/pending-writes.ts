import type { CollectionState, IndexedVersion } from './collection.ts'
import type { IndexState } from './index-state.ts'
import type { RecordVersion } from './record.ts'
import type { RecordId } from './types.ts'

/** A record that a transaction has changed: what it was when the transaction came to it, and what it is to be. */
export interface PendingWrite {
  readonly before: IndexedVersion | null
  after: IndexedVersion | null
}

/** What one transaction is about to do to one collection. */
export class PendingWrites {
  readonly state: CollectionState
  /** The collection itself begins with this transaction. */
  readonly creates: boolean
  readonly entries = new Map<RecordId, PendingWrite>()
  /** Keys in unique indexes that nobody else may take now. */
  readonly claimed: Array<{ readonly index: IndexState; readonly key: string }> = []
  readonly #staleKeys = new Map<
    IndexState,
    { readonly sequence: number; readonly keys: ReadonlySet<string> }
  >()

  constructor(state: CollectionState, creates: boolean) {
    this.state = state
    this.creates = creates
  }

  visible(id: RecordId, snapshot: number): RecordVersion | undefined {
    const pending = this.entries.get(id)
    if (pending !== undefined) return pending.after?.record
    return this.state.visibleAt(id, snapshot)
  }

  /** Keys that documents had in the snapshot and have lost since: taking one of them would show two holders. */
  staleKeys(index: IndexState, snapshot: number, sequence: number): ReadonlySet<string> {
    const known = this.#staleKeys.get(index)
    if (known?.sequence === sequence) return known.keys
    const keys = new Set<string>()
    for (const id of this.state.past.changedSince(snapshot)) {
      const version = this.state.visibleAt(id, snapshot)
      if (version !== undefined) for (const key of index.keysOf(version.doc).keys) keys.add(key)
    }
    this.#staleKeys.set(index, { sequence, keys })
    return keys
  }
}
