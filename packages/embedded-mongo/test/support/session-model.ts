/** What a session of the model holds while its transaction is open. */
interface OpenTransaction {
  /** Null before the first command: only then the snapshot is taken. */
  snapshot: ReadonlyMap<number, number> | null
  readonly writes: Map<number, number | null>
}

export type Outcome = 'done' | 'conflict' | 'duplicate' | 'over'

/**
 * Snapshot isolation in its simplest form: a committed state, a copy of it for each transaction that has begun, and who
 * changes a key that another one holds, or that has changed since, has lost.
 */
export class SnapshotModel {
  committed: ReadonlyMap<number, number> = new Map()
  /** The commit that has last changed each key. */
  readonly #changed = new Map<number, number>()
  readonly #holders = new Map<number, number>()
  readonly #open = new Map<number, OpenTransaction & { since: number }>()
  #commits = 0

  isOpen(session: number): boolean {
    return this.#open.has(session)
  }

  isHeld(key: number): boolean {
    return this.#holders.has(key)
  }

  begin(session: number): void {
    this.#open.set(session, { snapshot: null, writes: new Map(), since: 0 })
  }

  /** What a session sees; outside of a transaction that is what is committed. */
  view(session: number | null): Map<number, number> {
    const open = session === null ? undefined : this.#open.get(session)
    if (open === undefined) return new Map(this.committed)
    this.#take(open)
    const seen = new Map(open.snapshot)
    for (const [key, value] of open.writes) {
      if (value === null) seen.delete(key)
      else seen.set(key, value)
    }
    return seen
  }

  /** Changes a key; a null deletes it. What fails ends the transaction. */
  write(session: number, key: number, value: number | null, kind: 'insert' | 'change'): Outcome {
    const open = this.#open.get(session)
    if (open === undefined) return 'over'
    const seen = this.view(session)
    // what is not there, and what is so already, is not written
    if (kind === 'change' && seen.get(key) === (value ?? undefined)) return 'done'
    if (kind === 'change' && !seen.has(key)) return 'done'
    const holder = this.#holders.get(key)
    const isForeign = holder !== undefined && holder !== session
    // what came and went since the snapshot has left nothing to collide with
    const isGone = kind === 'insert' && !seen.has(key) && !this.committed.has(key)
    const isChanged = !open.writes.has(key) && (this.#changed.get(key) ?? 0) > open.since && !isGone
    if (isForeign || isChanged) return this.#lose(session, 'conflict')
    if (kind === 'insert' && seen.has(key)) return this.#lose(session, 'duplicate')
    if (value === null && !this.committed.has(key)) {
      // its own insert taken back: as if nothing had been
      open.writes.delete(key)
      this.#holders.delete(key)
    } else {
      open.writes.set(key, value)
      this.#holders.set(key, session)
    }
    return 'done'
  }

  /** A write outside of transactions, on a key that nobody holds. */
  writeAlone(key: number, value: number | null): void {
    if (this.committed.get(key) !== (value ?? undefined)) this.#apply(new Map([[key, value]]))
  }

  commit(session: number): void {
    const open = this.#open.get(session)
    this.#end(session)
    if (open !== undefined && open.writes.size > 0) this.#apply(open.writes)
  }

  abort(session: number): void {
    this.#end(session)
  }

  #take(open: OpenTransaction & { since: number }): void {
    if (open.snapshot !== null) return
    open.snapshot = this.committed
    open.since = this.#commits
  }

  #lose(session: number, outcome: Outcome): Outcome {
    this.#end(session)
    return outcome
  }

  #end(session: number): void {
    this.#open.delete(session)
    for (const [key, holder] of this.#holders) if (holder === session) this.#holders.delete(key)
  }

  #apply(writes: ReadonlyMap<number, number | null>): void {
    this.#commits += 1
    const next = new Map(this.committed)
    for (const [key, value] of writes) {
      if (value === null) next.delete(key)
      else next.set(key, value)
      this.#changed.set(key, this.#commits)
    }
    this.committed = next
  }
}
