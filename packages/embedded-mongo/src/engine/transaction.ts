import type { Timestamp } from 'bson'
import type { Doc, Value } from '../bson/document.ts'
import { encode } from '../bson/encode.ts'
import { MongoServerFault } from '../errors.ts'
import type { Catalogue } from './catalogue.ts'
import type { CollectionState, IndexedVersion } from './collection.ts'
import type { Commits } from './commits.ts'
import { parseCollectionOptions } from './definition.ts'
import type { ChangeEvent } from './oplog-entry.ts'
import { PendingWrites } from './pending-writes.ts'
import { TransactionReader } from './reader.ts'
import { RecordVersion } from './record.ts'
import { type IndexCreation, isNew } from './schema-changes.ts'
import type {
  CollectionOptions,
  CollectionReader,
  IndexSpec,
  Namespace,
  RecordId,
  UpdateDescription,
} from './types.ts'
import { checkUniqueKeys, claimKeys } from './unique-keys.ts'
import { writeConflict } from './write-conflict.ts'

const MOST_BYTES = 16 * 1024 * 1024

/** An answer of a retryable write, to be remembered in the same commit. */
export interface Statement {
  readonly session: string
  readonly number: bigint
  readonly statement: number
  readonly reply: Doc
}

/** Reads at one point in time and writes that nobody else sees before they are committed, all at once. */
export class Transaction {
  /** Cluster time of the latest commit that it sees. */
  readonly snapshotTime: Timestamp
  /** The latest commit that it sees, by number. */
  readonly snapshot: number
  /** Whose numbered write this is. */
  session: { readonly lsid: Doc; readonly number: bigint } | undefined
  /** Its change events carry the session and its number, and come as one. */
  multiDocument = false
  /** Lets documents in that the collection's validator refuses. */
  bypassValidation = false
  readonly statements: Statement[] = []
  readonly events: ChangeEvent[] = []
  readonly #commits: Commits
  readonly #catalogue: Catalogue
  readonly #writes = new Map<Namespace, PendingWrites>()
  readonly #readers = new Map<Namespace, TransactionReader>()
  readonly #waiting: Array<() => void> = []
  #ended = false
  #doom: MongoServerFault | undefined

  constructor(commits: Commits, catalogue: Catalogue) {
    this.#commits = commits
    this.#catalogue = catalogue
    this.snapshot = commits.sequence
    this.snapshotTime = commits.clock.latest
    commits.open.add(this)
  }

  get ended(): boolean {
    return this.#ended
  }

  get hasWrites(): boolean {
    return this.#writes.size > 0
  }

  /** Whether it is a multi-document transaction that has read or written a collection: that must stay as it is. */
  visits(namespace: Namespace): boolean {
    return this.multiDocument && (this.#readers.has(namespace) || this.#writes.has(namespace))
  }

  /** The collections that it has written to. */
  get writes(): Iterable<PendingWrites> {
    return this.#writes.values()
  }

  /** What it sees of a collection; undefined where there is none, and for a view. */
  reader(namespace: Namespace): CollectionReader | undefined {
    this.#requireOpen()
    const known = this.#readers.get(namespace)
    if (known !== undefined) return known
    const pending = this.#writes.get(namespace)
    const state = pending?.state ?? this.#current(namespace)
    if (state === undefined || state.options.view !== null) return undefined
    const reader = new TransactionReader(state, this)
    this.#readers.set(namespace, reader)
    return reader
  }

  /** What it is about to do to a collection, if anything. */
  pendingIn(state: CollectionState): PendingWrites | undefined {
    const pending = this.#writes.get(state.namespace)
    return pending?.state === state ? pending : undefined
  }

  /** @throws MongoServerFault DuplicateKey, WriteConflict, DocumentValidationFailure, BSONObjectTooLarge */
  insert(namespace: Namespace, doc: Doc): RecordId {
    this.#requireOpen()
    const writes = this.#writesTo(namespace)
    const { state } = writes
    const after = this.#version(state, state.nextId, doc)
    if (!this.bypassValidation) validate(state, doc, undefined)
    checkUniqueKeys(writes, after.record.id, null, after, this.#viewpoint())
    state.nextId += 1
    this.#enter(writes, after.record.id, null, after)
    this.events.push({
      kind: 'insert',
      state,
      key: keyOf(doc),
      before: null,
      after: after.record,
      description: null,
    })
    return after.record.id
  }

  /** A `description` of null tells the change streams of a replacement. */
  update(namespace: Namespace, id: RecordId, next: Doc, description: UpdateDescription | null): void {
    this.#requireOpen()
    const writes = this.#writesTo(namespace)
    const before = this.#lock(writes, id)
    const earlier = writes.entries.get(id)?.after ?? writes.state.indexed(before)
    const after = this.#version(writes.state, id, next, earlier, changedFields(description))
    if (!this.bypassValidation) validate(writes.state, next, before.doc)
    checkUniqueKeys(writes, id, earlier, after, this.#viewpoint())
    this.#enter(writes, id, earlier, after)
    const kind = description === null ? 'replace' : 'update'
    this.events.push({
      kind,
      state: writes.state,
      key: keyOf(next),
      before,
      after: after.record,
      description,
    })
  }

  remove(namespace: Namespace, id: RecordId): void {
    this.#requireOpen()
    const writes = this.#writesTo(namespace)
    const before = this.#lock(writes, id)
    this.#enter(writes, id, writes.state.indexed(before), null)
    this.events.push({
      kind: 'delete',
      state: writes.state,
      key: keyOf(before.doc),
      before,
      after: null,
      description: null,
    })
  }

  /** Begins a collection that others see once this is committed. @throws MongoServerFault NamespaceExists */
  createCollection(namespace: Namespace, options?: CollectionOptions): void {
    this.#requireOpen()
    if (this.#writes.get(namespace)?.creates === true || this.#catalogue.get(namespace) !== undefined) {
      throw new MongoServerFault('NamespaceExists', `Collection ${namespace} already exists.`)
    }
    this.#writes.set(namespace, new PendingWrites(this.#newCollection(namespace, options), true))
  }

  /**
   * Adds indexes to a collection that begins with this transaction and has no documents yet; what is there already is
   * passed over.
   * @throws MongoServerFault OperationNotSupportedInTransaction for a collection that others know
   */
  createIndexes(namespace: Namespace, specs: readonly IndexSpec[]): IndexCreation {
    this.#requireOpen()
    const known = this.#writes.get(namespace)?.state ?? this.#catalogue.get(namespace)
    if (known === undefined) this.createCollection(namespace)
    const writes = this.#writesTo(namespace)
    const { state } = writes
    const before = state.indexes.length
    for (const spec of specs) {
      if (
        !isNew(
          spec,
          state.indexes.map((index) => index.spec),
        )
      )
        continue
      if (!writes.creates || writes.entries.size > 0) {
        throw new MongoServerFault(
          'OperationNotSupportedInTransaction',
          `Cannot create new indexes on existing collection ${namespace} in a multi-document transaction.`,
        )
      }
      state.indexes.push(state.makeIndex(spec))
    }
    return { before, after: state.indexes.length, created: known === undefined }
  }

  /** Makes all its writes visible at once; resolves when they are durable. */
  async commit(): Promise<{ readonly clusterTime: Timestamp }> {
    this.#requireOpen()
    const creates = [...this.#writes.values()].some((writes) => writes.creates)
    if (this.events.length === 0 && this.statements.length === 0 && !creates) {
      this.#end()
      return { clusterTime: this.#commits.clock.latest }
    }
    const durable = this.#commits.commit(this, this.#catalogue)
    this.#end()
    return { clusterTime: await durable }
  }

  /** Takes back all its writes. Does nothing after the end. */
  abort(): void {
    if (!this.#ended) this.#end()
  }

  /** Ends it because what it saw turned out not to be kept. */
  doom(fault: MongoServerFault): void {
    this.#doom = fault
    this.abort()
  }

  /** Calls back once it has ended. */
  whenEnded(callback: () => void): void {
    if (this.#ended) callback()
    else this.#waiting.push(callback)
  }

  #requireOpen(): void {
    if (this.#doom !== undefined) throw this.#doom
    if (this.#ended) throw new MongoServerFault('NoSuchTransaction', 'The transaction has ended')
  }

  /** @throws MongoServerFault SnapshotUnavailable where a collection was dropped that the snapshot has */
  #current(namespace: Namespace): CollectionState | undefined {
    if (this.multiDocument && this.#catalogue.isLostSince(namespace, this.snapshot)) {
      throw new MongoServerFault(
        'SnapshotUnavailable',
        `Unable to read from a snapshot due to pending collection catalog changes to collection '${namespace}'; please retry the operation.`,
        { labels: ['TransientTransactionError'] },
      )
    }
    return this.#catalogue.get(namespace)
  }

  #viewpoint(): { transaction: Transaction; snapshot: number; sequence: number } {
    return { transaction: this, snapshot: this.snapshot, sequence: this.#commits.sequence }
  }

  #writesTo(namespace: Namespace): PendingWrites {
    const known = this.#writes.get(namespace)
    if (known !== undefined) return known
    const state = this.#current(namespace)
    if (state?.options.view != null) {
      throw new MongoServerFault(
        'CommandNotSupportedOnView',
        `Namespace ${namespace} is a view, not a collection`,
      )
    }
    const writes = new PendingWrites(state ?? this.#newCollection(namespace), state === undefined)
    this.#writes.set(namespace, writes)
    return writes
  }

  #newCollection(
    namespace: Namespace,
    options: CollectionOptions = parseCollectionOptions(),
  ): CollectionState {
    const creator = this.#catalogue.creatorOf(namespace)
    if (creator !== undefined) throw writeConflict(creator)
    this.#readers.delete(namespace)
    this.#catalogue.reserve(namespace, this)
    return this.#catalogue.make(namespace, options)
  }

  #lock(writes: PendingWrites, id: RecordId): RecordVersion {
    const { state } = writes
    const owner = state.locks.get(id)
    if (owner !== undefined && owner !== this) throw writeConflict(owner)
    if (state.past.lastChange(id) > this.snapshot) throw writeConflict()
    const visible = writes.visible(id, this.snapshot)
    if (visible === undefined) throw writeConflict()
    return visible
  }

  #version(
    state: CollectionState,
    id: RecordId,
    doc: Doc,
    before: IndexedVersion | null = null,
    changed: ReadonlySet<string> | null = null,
  ): IndexedVersion {
    const bytes = encode(doc)
    if (bytes.length > MOST_BYTES) {
      throw new MongoServerFault(
        'BSONObjectTooLarge',
        `BSONObj size: ${bytes.length} (0x${bytes.length.toString(16).toUpperCase()}) is invalid. Size must be between 0 and ${MOST_BYTES}(16MB)`,
      )
    }
    return state.reindexed(new RecordVersion(id, bytes, doc), before, changed)
  }

  #enter(
    writes: PendingWrites,
    id: RecordId,
    before: IndexedVersion | null,
    after: IndexedVersion | null,
  ): void {
    const { state } = writes
    const pending = writes.entries.get(id)
    const committed = pending === undefined ? before : pending.before
    claimKeys(
      writes,
      id,
      { committed, before: pending === undefined ? committed : pending.after, after },
      this,
    )
    state.locks.set(id, this)
    if (pending === undefined) writes.entries.set(id, { before: committed, after })
    else pending.after = after
  }

  #end(): void {
    this.#ended = true
    for (const { state, entries, claimed, creates } of this.#writes.values()) {
      for (const id of entries.keys()) state.locks.delete(id)
      for (const { index, key } of claimed)
        if (index.claims.get(key)?.transaction === this) index.claims.delete(key)
      if (creates) this.#catalogue.release(state.namespace, this)
    }
    this.#commits.ended(this)
    for (const callback of this.#waiting) callback()
  }
}

/** The top-level fields that an update has touched; null where that is not known. */
function changedFields(description: UpdateDescription | null): ReadonlySet<string> | null {
  if (description === null) return null
  const paths = [
    ...description.updatedFields.keys(),
    ...description.removedFields,
    ...description.truncatedArrays.map(({ field }) => field),
  ]
  return new Set(paths.map((path) => path.split('.', 1)[0] ?? ''))
}

function keyOf(doc: Doc): Value {
  return doc.get('_id') ?? null
}

function validate(state: CollectionState, doc: Doc, before: Doc | undefined): void {
  const { validationAction, validationLevel } = state.options
  if (validationAction !== 'error' || validationLevel === 'off' || state.accepts(doc)) return
  if (validationLevel === 'moderate' && before !== undefined && !state.accepts(before)) return
  throw new MongoServerFault('DocumentValidationFailure', 'Document failed validation', {
    details: {
      errInfo: new Map<string, Value>([
        ['failingDocumentId', keyOf(doc)],
        ['details', state.refusal(doc)],
      ]),
    },
  })
}
