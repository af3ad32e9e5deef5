import { createHash } from 'node:crypto'
import { Binary, type Timestamp } from 'bson'
import type { Doc, Value } from '../bson/document.ts'
import type { Transaction } from '../engine/engine.ts'
import type { CollectionReader } from '../engine/types.ts'
import { MongoServerFault } from '../errors.ts'
import type { Connection } from '../wire/connection.ts'
import type { Command } from './command.ts'
import type { ReadConcern } from './concerns.ts'
import type { Fields } from './fields.ts'
import type { Host } from './host.ts'
import type { Session, SessionTransaction } from './sessions.ts'

/** What a read holds while it runs: a view of the data, and what to call when the view is not needed any more. */
export interface ReadView {
  readonly work: Transaction
  reader(namespace: string): CollectionReader | undefined
  release(): void
}

export interface ContextParts {
  readonly host: Host
  readonly connection: Connection
  readonly command: Command
  readonly fields: Fields
  readonly db: string
  readonly session: Session | undefined
  readonly transaction: SessionTransaction | null
  readonly retryNumber: bigint | null
  readonly readConcern: ReadConcern | undefined
  readonly deadline: number | undefined
}

/** The time of a command. */
export interface Moment {
  readonly now: Date
  readonly clusterTime: Timestamp
}

/** One command as it runs: who sent it, in which session and transaction, and until when. */
export class CommandContext {
  readonly host: Host
  readonly connection: Connection
  readonly command: Command
  readonly fields: Fields
  readonly db: string
  readonly session: Session | undefined
  /** The multi-document transaction that the command belongs to. */
  readonly transaction: SessionTransaction | null
  /** The transaction number of a retryable write outside of a transaction. */
  readonly retryNumber: bigint | null
  readonly readConcern: ReadConcern | undefined
  /** When `maxTimeMS` is over. */
  readonly deadline: number | undefined
  #moment: Moment | undefined

  constructor(parts: ContextParts) {
    this.host = parts.host
    this.connection = parts.connection
    this.command = parts.command
    this.fields = parts.fields
    this.db = parts.db
    this.session = parts.session
    this.transaction = parts.transaction
    this.retryNumber = parts.retryNumber
    this.readConcern = parts.readConcern
    this.deadline = parts.deadline
  }

  get doc(): Doc {
    return this.fields.doc
  }

  /** What `$$NOW` and `$$CLUSTER_TIME` are, the same all through the command. */
  get moment(): Moment {
    this.#moment ??= { now: new Date(this.host.now()), clusterTime: this.host.clusterTime() }
    return this.#moment
  }

  /** `db.collection` from the command's own field. */
  namespace(): string {
    return `${this.db}.${this.collectionName()}`
  }

  collectionName(): string {
    const value = this.fields.value(this.command.name)
    if (typeof value !== 'string') {
      throw new MongoServerFault('InvalidNamespace', `collection name has invalid type ${typeof value}`)
    }
    checkCollectionName(this.db, value)
    return value
  }

  /** @throws MongoServerFault when `maxTimeMS` is over */
  checkDeadline(): void {
    if (this.deadline !== undefined && this.host.now() > this.deadline) throw timeExceeded()
  }

  /** A view for a read: the transaction's own one, that of a point in time, or the latest. */
  readView(): ReadView {
    const { host, transaction, readConcern } = this
    if (transaction !== null) return shared(this.openWork(transaction))
    if (readConcern?.atClusterTime !== undefined) return shared(host.snapshots.at(readConcern.atClusterTime))
    if (readConcern?.level === 'snapshot') {
      return shared(host.snapshots.keep(host.clusterTime(), () => host.engine.begin({ snapshot: true })))
    }
    const work = host.engine.begin({ snapshot: false })
    return { work, reader: (namespace) => work.reader(namespace), release: () => work.abort() }
  }

  /**
   * Runs a write: within the open transaction at once, else as one commit of its own, which is durable when
   * the promise resolves. `write` may run again after a conflict, so it must begin anew each time.
   */
  write<T>(write: (work: Transaction) => T): T | Promise<T> {
    const { transaction } = this
    return transaction === null
      ? this.host.engine.run(write, { deadline: this.deadline })
      : write(this.openWork(transaction))
  }

  /** What the engine holds for the open transaction; it begins with the first command that needs it. */
  openWork(transaction: SessionTransaction): Transaction {
    if (transaction.work !== null) return transaction.work
    const work = this.host.engine.begin({ snapshot: true })
    work.multiDocument = true
    if (this.session !== undefined)
      work.session = { lsid: withUser(this.session.lsid), number: transaction.number }
    transaction.work = work
    return work
  }
}

function shared(work: Transaction): ReadView {
  return { work, reader: (namespace) => work.reader(namespace), release: () => undefined }
}

/** Change events name the session together with the hash of its user, who here is nobody. */
const NOBODY = new Binary(createHash('sha256').digest())

function withUser(lsid: Doc): Doc {
  return new Map<string, Value>([
    ['id', lsid.get('id') ?? null],
    ['uid', lsid.get('uid') ?? NOBODY],
  ])
}

export function timeExceeded(): MongoServerFault {
  return new MongoServerFault('MaxTimeMSExpired', 'operation exceeded time limit')
}

const FORBIDDEN_IN_DATABASE = /[/\\. "$*<>:|?\0]/

/** @throws MongoServerFault for a name that no database can have */
export function checkDatabaseName(db: string): void {
  if (db === '' || Buffer.byteLength(db) > 63 || FORBIDDEN_IN_DATABASE.test(db)) {
    throw new MongoServerFault('InvalidNamespace', `Invalid database name: '${db}'`)
  }
}

/** @throws MongoServerFault for a name that no collection can have */
const INTERNAL_DATABASES: ReadonlySet<string> = new Set(['admin', 'config', 'local'])
const CLIENTS_SYSTEM_NAMES = /^system\.(?:js$|views$|buckets\.)/

/** @throws MongoServerFault for a collection whose name keeps it to the server */
export function checkClientMayWrite(db: string, name: string): void {
  if (!name.startsWith('system.') || CLIENTS_SYSTEM_NAMES.test(name) || INTERNAL_DATABASES.has(db)) return
  throw new MongoServerFault('InvalidNamespace', `cannot write to '${db}.${name}'`)
}

export function checkCollectionName(db: string, name: string): void {
  const bad = name === '' || name.startsWith('.') || name.includes('\0') || name.includes('$')
  if (bad || Buffer.byteLength(name) + Buffer.byteLength(db) > 254) {
    throw new MongoServerFault('InvalidNamespace', `Invalid namespace specified '${db}.${name}'`)
  }
}
