import type { Binary, Timestamp } from 'bson'
import type { Doc, Value } from '../bson/document.ts'
import { MongoServerFault } from '../errors.ts'
import { Store } from '../storage/store.ts'
import { Catalogue } from './catalogue.ts'
import { type ChangeStream, type ChangeStreamOptions, openChangeStream } from './change-stream.ts'
import type { CollectionState } from './collection.ts'
import { Commits } from './commits.ts'
import { auditCollection, type CollectionAudit } from './index-audit.ts'
import { recover } from './recovery.ts'
import { type CollectionChange, type IndexCreation, SchemaChanges } from './schema-changes.ts'
import { Transaction } from './transaction.ts'
import { TtlSweeper } from './ttl-sweeper.ts'
import type { CollectionOptions, IndexSpec, Namespace } from './types.ts'
import { blockerOf } from './write-conflict.ts'

export { DamagedStoreError, DataDirInUseError } from '../storage/damage.ts'
export type { ChangeStream, ChangeStreamOptions } from './change-stream.ts'
export { parseCollectionOptions } from './definition.ts'
export type { CollectionChange, IndexCreation } from './schema-changes.ts'
export { Transaction } from './transaction.ts'

export interface EngineOptions {
  /** Where the data is kept; null keeps it in memory only. */
  readonly dataDir: string | null
  readonly now?: () => number
  /** How often documents that have outlived a TTL index are looked for; 0 never does. */
  readonly ttlSweepMs?: number
  /** How much of the past change streams can resume from. */
  readonly oplogBytes?: number | undefined
  /** The data file may not grow beyond this; null: as far as the disk goes. */
  readonly maxFileBytes?: number | null
  /** Told what goes wrong where no writer waits for an answer. */
  readonly onError?: (error: Error) => void
}

/** A collection or view as the catalogue has it. */
export interface CollectionInfo {
  readonly namespace: Namespace
  readonly uuid: Binary
  readonly options: CollectionOptions
  readonly indexes: readonly IndexSpec[]
  /** Documents, and the bytes of their BSON. */
  readonly count: number
  readonly dataSize: number
}

/** What a retryable write answered, as an earlier process or commit kept it. */
export interface RememberedStatement {
  readonly number: bigint
  readonly statement: number
  readonly reply: Doc
}

const TTL_SWEEP_MS = 1000
const OPLOG_BYTES = 64 * 1024 * 1024

/** The database behind the commands: documents, indexes, transactions, their history, and what of it is on disk. */
export class Engine {
  readonly #commits: Commits
  readonly #catalogue: Catalogue
  readonly #schema: SchemaChanges
  readonly #sweeper: TtlSweeper
  readonly #store: Store
  #closed = false

  private constructor(store: Store, options: EngineOptions) {
    const now = options.now ?? Date.now
    this.#store = store
    this.#catalogue = new Catalogue()
    this.#commits = new Commits(store, now, options.oplogBytes ?? OPLOG_BYTES)
    this.#schema = new SchemaChanges(this.#catalogue, this.#commits)
    this.#sweeper = new TtlSweeper(this, now, options.ttlSweepMs ?? TTL_SWEEP_MS)
  }

  /**
   * Opens a database, bringing back what is on disk.
   * @throws DataDirInUseError when another process holds the directory
   * @throws DamagedStoreError when the file cannot be trusted
   */
  static open(options: EngineOptions): Engine {
    const store = Store.open(options)
    try {
      const engine = new Engine(store, options)
      recover(store, engine.#catalogue, engine.#commits)
      engine.#sweeper.start()
      return engine
    } catch (error) {
      void store.close()
      throw error
    }
  }

  /** Writes what waits and lets go of the files. */
  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#sweeper.stop()
    for (const transaction of [...this.#commits.open]) transaction.abort()
    await this.#store.close()
  }

  /** The latest cluster time that was handed out. */
  get clusterTime(): Timestamp {
    return this.#commits.clock.latest
  }

  /** Takes notice of a cluster time that a client has seen: none that is handed out later is before it. */
  observeClusterTime(time: Timestamp): void {
    this.#commits.clock.observe(time)
  }

  /** A cluster time of its own, for a timestamp that the server fills in. */
  nextClusterTime(): Timestamp {
    return this.#commits.clock.next()
  }

  /**
   * Begins a transaction: it sees what was committed until now and its own writes, nothing else. Who only reads calls
   * `abort()` at the end.
   */
  begin(_options: { readonly snapshot: boolean } = { snapshot: true }): Transaction {
    if (this.#closed) throw new MongoServerFault('ShutdownInProgress', 'The server is shutting down')
    return new Transaction(this.#commits, this.#catalogue)
  }

  /**
   * Runs `work` in a transaction of its own and commits it; resolves once that is durable. Where an open transaction
   * stands in the way it waits for its end and begins anew, so `work` may run more than once, each time synchronously.
   * @throws MongoServerFault MaxTimeMSExpired when it would wait past `deadline` (milliseconds on the engine's clock)
   */
  async run<T>(
    work: (transaction: Transaction) => T,
    options: { readonly deadline?: number | undefined } = {},
  ): Promise<T> {
    for (;;) {
      const transaction = this.begin({ snapshot: true })
      let blocker: Transaction
      try {
        const result = work(transaction)
        await transaction.commit()
        return result
      } catch (error) {
        transaction.abort()
        const found = blockerOf(error)
        if (found === undefined) throw error
        blocker = found
      }
      await this.#commits.waitFor(blocker, options.deadline)
    }
  }

  /** What retryable writes and commits of this session answered, from the disk. */
  remembered(session: string): RememberedStatement[] {
    return this.#store.statementsOf(session)
  }

  /** Forgets the retryable writes of sessions that were not used since `before` (milliseconds). */
  forgetStatements(before: number): void {
    this.#commits.forgetStatements(before)
  }

  /** How often documents that have outlived a TTL index are looked for, from now on. */
  set ttlSweepMs(ms: number) {
    this.#sweeper.intervalMs = ms
  }

  databases(): string[] {
    return this.#catalogue.databases()
  }

  /** The collections and views of a database, by name. */
  collections(db: string): CollectionInfo[] {
    return this.#catalogue.inDatabase(db).map(infoOf)
  }

  collection(namespace: Namespace): CollectionInfo | undefined {
    const state = this.#catalogue.get(namespace)
    return state === undefined ? undefined : infoOf(state)
  }

  /** How often each index of a collection was used since the start, by name. */
  indexUses(namespace: Namespace): ReadonlyMap<string, number> {
    const indexes = this.#catalogue.get(namespace)?.indexes ?? []
    return new Map(indexes.map(({ spec, uses }) => [spec.name, uses]))
  }

  /** Holds the indexes of a collection against its documents. */
  audit(namespace: Namespace): CollectionAudit | undefined {
    const state = this.#catalogue.get(namespace)
    return state === undefined ? undefined : auditCollection(state)
  }

  /** @throws MongoServerFault NamespaceExists */
  createCollection(namespace: Namespace, options?: CollectionOptions): Promise<void> {
    return this.#schema.createCollection(namespace, options)
  }

  /** Drops a collection or view; answers how many indexes it had, or undefined when there was none. */
  dropCollection(namespace: Namespace): Promise<number | undefined> {
    return this.#schema.dropCollection(namespace)
  }

  /** @throws MongoServerFault NamespaceNotFound, NamespaceExists */
  renameCollection(from: Namespace, to: Namespace, options: { readonly dropTarget: boolean }): Promise<void> {
    return this.#schema.renameCollection(from, to, options.dropTarget)
  }

  dropDatabase(db: string): Promise<void> {
    return this.#schema.dropDatabase(db)
  }

  /** Changes options of a collection, or of one of its indexes: what is given replaces what its source had. */
  collMod(namespace: Namespace, change: CollectionChange): Promise<void> {
    return this.#schema.collMod(namespace, change)
  }

  /**
   * Builds indexes, all or none; the collection begins where it did not exist. Same definitions are passed over.
   * @throws MongoServerFault IndexOptionsConflict, IndexKeySpecsConflict, DuplicateKey, CannotCreateIndex
   */
  createIndexes(namespace: Namespace, specs: readonly IndexSpec[]): Promise<IndexCreation> {
    return this.#schema.createIndexes(namespace, specs)
  }

  /** Drops indexes by name (`'*'`: all but that of `_id`); answers how many there were. */
  dropIndexes(namespace: Namespace, names: readonly string[] | '*'): Promise<number> {
    return this.#schema.dropIndexes(namespace, names)
  }

  /** Opens a cursor over the changes to a collection, a database or everything. */
  openChangeStream(options: ChangeStreamOptions): ChangeStream {
    return openChangeStream(this.#commits.oplog, this, options)
  }

  /** The document with this `_id` as it is now. */
  currentDocument(namespace: Namespace, id: Value): Doc | null {
    const work = this.begin()
    try {
      return work.reader(namespace)?.findById(id)?.doc ?? null
    } finally {
      work.abort()
    }
  }

  /** Calls `listener` after each durable commit with the namespaces that it changed; the answer takes that back. */
  onCommit(listener: (namespaces: ReadonlySet<Namespace>) => void): () => void {
    return this.#commits.oplog.onAppend(({ namespaces }) => listener(namespaces))
  }
}

function infoOf(state: CollectionState): CollectionInfo {
  return {
    namespace: state.namespace,
    uuid: state.uuid,
    options: state.options,
    indexes: state.indexes.map(({ spec }) => spec),
    count: state.records.size,
    dataSize: state.records.bytes,
  }
}
