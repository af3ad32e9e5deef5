import type { Value } from '../bson/document.ts'
import { encodeKey } from '../index/key-string.ts'
import type { CollectionState } from './collection.ts'
import { TransactionIndexReader } from './index-reader.ts'
import { type Entry, inOrder, mergeVisible } from './merge-visible.ts'
import type { RecordVersion } from './record.ts'
import { SnapshotView } from './snapshot-view.ts'
import type { Transaction } from './transaction.ts'
import type { CollectionOptions, CollectionReader, Namespace, RecordId, StoredRecord } from './types.ts'

/** One collection as a transaction sees it: as it was at its snapshot, with its own writes on top. */
export class TransactionReader implements CollectionReader {
  readonly state: CollectionState
  readonly #transaction: Transaction
  #indexes: TransactionIndexReader[] = []

  constructor(state: CollectionState, transaction: Transaction) {
    this.state = state
    this.#transaction = transaction
  }

  get namespace(): Namespace {
    return this.state.namespace
  }

  get options(): CollectionOptions {
    return this.state.options
  }

  get indexes(): readonly TransactionIndexReader[] {
    const current = this.state.indexes
    const known = this.#indexes
    if (known.length !== current.length || known.some(({ index }, at) => index !== current[at])) {
      this.#indexes = current.map((index) => new TransactionIndexReader(this, index))
    }
    return this.#indexes
  }

  get count(): number {
    let { size } = this.state.records
    for (const id of this.view().differing()) {
      size += Number(this.get(id) !== undefined) - Number(this.state.records.get(id) !== undefined)
    }
    return size
  }

  /** What a scan that begins now is to see. */
  view(): SnapshotView {
    return new SnapshotView(this.state, this.#transaction)
  }

  get(id: RecordId): RecordVersion | undefined {
    const pending = this.#transaction.pendingIn(this.state)
    return pending === undefined
      ? this.state.visibleAt(id, this.#transaction.snapshot)
      : pending.visible(id, this.#transaction.snapshot)
  }

  findById(id: Value): StoredRecord | undefined {
    const [index] = this.state.indexes
    if (index === undefined) return undefined
    const key = encodeKey(id, 1, index.collation)
    const claim = index.claims.get(key)
    const own = claim?.transaction === this.#transaction ? claim.id : undefined
    const holder = own ?? index.entries.first(key)
    if (this.state.past.isEmpty && this.#transaction.pendingIn(this.state) === undefined)
      return holder === undefined ? undefined : this.get(holder)
    if (holder !== undefined) {
      const record = this.get(holder)
      if (record !== undefined && index.keysOf(record.doc).keys[0] === key) return record
    }
    if (this.state.past.isEmpty) return undefined
    for (const changed of this.view().differing()) {
      const record = this.get(changed)
      if (record !== undefined && index.keysOf(record.doc).keys[0] === key) return record
    }
    return undefined
  }

  /** In the order of insertion, or against it. Sees no record inserted after it began, and none twice. */
  *scan(direction: 1 | -1 = 1): Generator<StoredRecord> {
    const [clustered] = this.options.clusteredIndex === null ? [] : this.indexes
    if (clustered !== undefined) {
      yield* clustered.scan([], direction)
      return
    }
    const { records } = this.state
    const view = this.view()
    const differences = {
      version: () => view.version(),
      differs: (id: RecordId) => view.differing().has(id),
      entries: () =>
        inOrder(
          [...view.differing()].map((id) => ({ key: '', id })),
          direction,
        ),
    }
    const ids = direction === 1 ? records.ids() : records.idsBackwards()
    for (const { id } of mergeVisible(asEntries(ids), differences, direction)) {
      const record = view.get(id)
      if (record !== undefined) yield record
    }
  }

  /** Records with a higher id than `after`, in order: what a tailable cursor has not seen yet. */
  *scanAfter(after: RecordId): Generator<StoredRecord> {
    for (const id of this.state.records.ids(after)) {
      const record = this.get(id)
      if (record !== undefined) yield record
    }
  }
}

function* asEntries(ids: Iterable<RecordId>): Generator<Entry> {
  for (const id of ids) yield { key: '', id }
}
