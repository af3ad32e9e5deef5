import type { Timestamp } from 'bson'
import { encode } from '../bson/encode.ts'
import { MongoServerFault } from '../errors.ts'
import type { Store, StoreOperation } from '../storage/store.ts'
import type { Catalogue } from './catalogue.ts'
import type { CollectionState, IndexedVersion } from './collection.ts'
import { Oplog } from './oplog.ts'
import { type ChangeEvent, encodeEntry, openEntry } from './oplog-entry.ts'
import type { PendingWrites } from './pending-writes.ts'
import { ClusterClock } from './timestamps.ts'
import type { Transaction } from './transaction.ts'
import type { RecordId } from './types.ts'

/** One step of a commit that can be taken back when the disk refuses it. */
type Undo = () => void

/** The order of commits: makes them visible, durable and known to the change streams, one after the other. */
export class Commits {
  readonly clock: ClusterClock
  readonly oplog: Oplog
  /** The open transactions, oldest snapshot first. */
  readonly open = new Set<Transaction>()
  /** The number of the latest commit. */
  sequence = 0
  readonly #store: Store
  readonly #now: () => number
  /** Collections whose past somebody may still look at. */
  readonly #withPast = new Set<CollectionState>()

  constructor(store: Store, now: () => number, oplogBytes: number) {
    this.#store = store
    this.#now = now
    this.clock = new ClusterClock(now)
    const archive =
      store.file === null
        ? null
        : {
            entriesAfter: function* (sequence: number) {
              for (const row of store.eventsAfter(sequence)) yield openEntry(row.sequence, row.bytes)
            },
          }
    this.oplog = new Oplog(archive, oplogBytes)
  }

  /** Commits a transaction; it is visible at once, and durable when the promise resolves. */
  commit(transaction: Transaction, catalogue: Catalogue): Promise<Timestamp> {
    const operations: StoreOperation[] = []
    const undo: Undo[] = []
    const events: ChangeEvent[] = []
    const sequence = this.sequence + 1
    for (const writes of transaction.writes) {
      const { state } = writes
      if (writes.creates) {
        catalogue.add(state)
        undo.push(() => catalogue.delete(state))
        operations.push(catalogue.definition(state))
        events.push({ kind: 'create', namespace: state.namespace, uuid: state.uuid, description: null })
      }
      this.#applyWrites(writes, sequence, this.open.size > 1, operations, undo)
    }
    events.push(...transaction.events)
    const { session, multiDocument } = transaction
    for (const { reply, ...statement } of transaction.statements) {
      operations.push({ kind: 'statement', ...statement, at: this.#now(), reply: encode(reply) })
    }
    return this.record(events, operations, undo, multiDocument ? (session ?? null) : null)
  }

  /** Gives the next number and time to changes that memory shows already, and brings them to the disk. */
  record(
    events: readonly ChangeEvent[],
    operations: StoreOperation[],
    undo: readonly Undo[],
    session: Transaction['session'] | null = null,
  ): Promise<Timestamp> {
    this.sequence += 1
    const { sequence } = this
    const time = this.clock.next()
    const entry = encodeEntry(
      sequence,
      time,
      { wallTime: new Date(this.#now()), session: session ?? null },
      events,
    )
    operations.push({ kind: 'event', sequence, bytes: entry.bytes })
    const durable = this.#store.write({
      operations,
      durable: () => {
        const below = this.oplog.append(entry)
        return below === null ? null : { kind: 'trim-events', below }
      },
      undo: () => {
        for (const step of [...undo].reverse()) step()
        this.#doomWitnessesOf(sequence)
      },
    })
    return durable.then(() => time)
  }

  #applyWrites(
    writes: PendingWrites,
    sequence: number,
    keepPast: boolean,
    operations: StoreOperation[],
    undo: Undo[],
  ): void {
    const { state } = writes
    const put = (id: RecordId, before: IndexedVersion | null, after: IndexedVersion | null): void => {
      if (keepPast) {
        state.past.remember(id, before?.record ?? null, sequence)
        this.#withPast.add(state)
      }
      state.put(id, before, after)
      undo.push(() => state.put(id, after, before))
      const { number: collection } = state
      operations.push(
        after === null
          ? { kind: 'remove', collection, id }
          : { kind: 'put', collection, id, bytes: after.record.bytes },
      )
    }
    for (const [id, { before, after }] of writes.entries)
      if (before !== null || after !== null) put(id, before, after)
    if (state.options.capped !== null) evict(state, (id, record) => put(id, record, null))
  }

  /** Transactions that have seen a commit which was not kept, or have built on it, cannot go on. */
  #doomWitnessesOf(sequence: number): void {
    const fault = new MongoServerFault(
      'WriteConflict',
      'The transaction saw a write that could not be kept.',
      { labels: ['TransientTransactionError'] },
    )
    for (const transaction of [...this.open])
      if (transaction.snapshot >= sequence || transaction.hasWrites) transaction.doom(fault)
  }

  /** A transaction is over: nothing of the past is kept for it any more. */
  ended(transaction: Transaction): void {
    this.open.delete(transaction)
    if (this.#withPast.size === 0) return
    const [first] = this.open
    const oldest = first?.snapshot ?? this.sequence
    if (first !== undefined && oldest <= transaction.snapshot) return
    for (const state of this.#withPast) {
      state.past.forget(oldest)
      if (state.past.isEmpty) this.#withPast.delete(state)
    }
  }

  /** @throws MongoServerFault MaxTimeMSExpired when the deadline comes first */
  waitFor(transaction: Transaction, deadline: number | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      let timer: NodeJS.Timeout | undefined
      transaction.whenEnded(() => {
        clearTimeout(timer)
        resolve()
      })
      if (transaction.ended || deadline === undefined) return
      timer = setTimeout(
        () => reject(new MongoServerFault('MaxTimeMSExpired', 'operation exceeded time limit')),
        Math.max(0, deadline - this.#now()),
      )
    })
  }

  forgetStatements(before: number): void {
    void this.#store
      .write({
        operations: [{ kind: 'forget-statements', before }],
        durable: () => null,
        undo: () => undefined,
      })
      .catch(() => undefined)
  }
}

/** Takes the oldest documents out of a capped collection until it is within its bounds. */
function evict(state: CollectionState, remove: (id: RecordId, record: IndexedVersion) => void): void {
  const { capped } = state.options
  if (capped === null) return
  const tooMuch = (): boolean =>
    state.records.size > 1 &&
    (state.records.bytes > capped.size || (capped.max !== null && state.records.size > capped.max))
  while (tooMuch()) {
    const [oldest] = state.records.ids()
    const record = oldest === undefined ? undefined : state.get(oldest)
    if (oldest === undefined || record === undefined) return
    remove(oldest, state.indexed(record))
  }
}
