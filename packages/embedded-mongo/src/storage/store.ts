import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { decode } from '../bson/decode.ts'
import type { Doc } from '../bson/document.ts'
import { MongoServerFault } from '../errors.ts'
import { DamagedStoreError } from './damage.ts'
import { HighMark } from './high-mark.ts'
import {
  checkedBytes,
  checkSum,
  openSqliteFile,
  prepareStatements,
  type StatementName,
} from './sqlite-file.ts'

export { DamagedStoreError, DataDirInUseError } from './damage.ts'

/** One change to what is kept on disk; a commit's changes are kept all or not at all. */
export type StoreOperation =
  | { readonly kind: 'put'; readonly collection: number; readonly id: number; readonly bytes: Uint8Array }
  | { readonly kind: 'remove'; readonly collection: number; readonly id: number }
  | {
      readonly kind: 'define'
      readonly collection: number
      readonly namespace: string
      readonly definition: Uint8Array
    }
  | { readonly kind: 'drop'; readonly collection: number }
  | { readonly kind: 'event'; readonly sequence: number; readonly bytes: Uint8Array }
  | { readonly kind: 'trim-events'; readonly below: number }
  | {
      readonly kind: 'statement'
      readonly session: string
      readonly number: bigint
      readonly statement: number
      readonly at: number
      readonly reply: Uint8Array
    }
  | { readonly kind: 'forget-statements'; readonly before: number }

/** A commit on its way to the disk. */
export interface StoreWrite {
  readonly operations: readonly StoreOperation[]
  /** Called once it is durable, in the order of commits; may ask for one more change, which nobody waits for. */
  readonly durable: () => StoreOperation | null
  /** Called when the disk refused it, latest commit first. */
  readonly undo: () => void
}

export interface StoredCollection {
  readonly number: number
  readonly namespace: string
  readonly definition: Uint8Array
}

export interface StoredEvent {
  readonly sequence: number
  readonly bytes: Uint8Array
}

interface Waiting extends StoreWrite {
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

const FILE = 'floorwalker.sqlite'
const MARK_FILE = 'floorwalker.mark'
const CHUNK = 2000

/**
 * What survives the process. All commits of one turn of the event loop go to disk in one transaction of SQLite
 * (WAL, synchronous=FULL); each is acknowledged after it. Without a directory nothing is kept.
 */
export class Store {
  /** Where the data is; null when it is in memory only. */
  readonly file: string | null
  readonly #database: DatabaseSync | null
  readonly #statements: Readonly<Record<StatementName, StatementSync>> | null
  readonly #mark: HighMark | null
  #waiting: Waiting[] = []
  #scheduled = false
  #closed = false

  private constructor(file: string | null, database: DatabaseSync | null, mark: HighMark | null) {
    this.file = file
    this.#database = database
    this.#statements = database === null ? null : prepareStatements(database)
    this.#mark = mark
  }

  /**
   * @throws DataDirInUseError when another process holds the directory
   * @throws DamagedStoreError when the file is not one of ours, is damaged, or has lost commits
   */
  static open(dataDir: string | null): Store {
    if (dataDir === null) return new Store(null, null, null)
    mkdirSync(dataDir, { recursive: true, mode: 0o700 })
    const file = join(dataDir, FILE)
    const markFile = join(dataDir, MARK_FILE)
    const database = openSqliteFile(file, markFile, dataDir)
    return new Store(file, database, HighMark.open(markFile))
  }

  collections(): StoredCollection[] {
    return this.#rows('SELECT number, namespace, definition, sum FROM collections ORDER BY number').map(
      (row) => {
        const number = Number(row.number)
        const namespace = String(row.namespace)
        const definition = checkedBytes(
          row.definition,
          row.sum,
          this.file ?? '',
          `the definition of ${namespace}`,
          number,
        )
        return { number, namespace, definition }
      },
    )
  }

  /** The documents of a collection, by record id. */
  *records(collection: number): Generator<{ readonly id: number; readonly bytes: Uint8Array }> {
    if (this.#database === null) return
    // chunks of bare arrays: row objects, and an iterator's steps, cost several times as much
    const statement = this.#database.prepare(
      'SELECT id, bytes, sum FROM records WHERE collection = ? AND id > ? ORDER BY id LIMIT ?',
    )
    statement.setReturnArrays(true)
    let at = -1
    for (;;) {
      const rows: unknown = statement.all(collection, at, CHUNK)
      if (!Array.isArray(rows)) return
      for (const row of rows) {
        const [id, bytes, sum]: unknown[] = row
        at = Number(id)
        yield {
          id: at,
          bytes: checkedBytes(
            bytes,
            sum,
            this.file ?? '',
            `document ${at} of collection ${collection}`,
            collection,
            at,
          ),
        }
      }
      if (rows.length < CHUNK) return
    }
  }

  /** Events after a sequence number, in order, up to `most`. */
  eventsAfter(sequence: number, most: number): StoredEvent[] {
    const sql = 'SELECT sequence, bytes, sum FROM events WHERE sequence > ? ORDER BY sequence LIMIT ?'
    return this.#rows(sql, sequence, most).map((row) => {
      const found = Number(row.sequence)
      return {
        sequence: found,
        bytes: checkedBytes(row.bytes, row.sum, this.file ?? '', `commit ${found}`, found),
      }
    })
  }

  /** What retryable writes of a session answered, of its latest transaction number only. */
  statementsOf(
    session: string,
  ): Array<{ readonly number: bigint; readonly statement: number; readonly reply: Doc }> {
    const rows = this.#rows(
      'SELECT number, statement, reply FROM statements WHERE session = ?',
      Buffer.from(session),
    )
    const found = rows.map((row) => ({
      number: BigInt(String(row.number)),
      statement: Number(row.statement),
      reply: this.#reply(row.reply),
    }))
    return found.filter(({ number }) => !found.some((other) => other.number > number))
  }

  #reply(bytes: unknown): Doc {
    if (bytes instanceof Uint8Array) return decode(bytes)
    throw new DamagedStoreError(this.file ?? '', 'a remembered answer is not one')
  }

  #rows(sql: string, ...parameters: Array<number | Uint8Array>): Array<Record<string, unknown>> {
    return this.#database === null ? [] : this.#database.prepare(sql).all(...parameters)
  }

  /** Keeps a commit; resolves once it is durable, rejects when it was not kept. */
  write(write: StoreWrite): Promise<void> {
    if (this.#closed) {
      write.undo()
      return Promise.reject(new MongoServerFault('ShutdownInProgress', 'The server is shutting down'))
    }
    if (this.#database === null) return Promise.resolve().then(() => void write.durable())
    return new Promise((resolve, reject) => {
      this.#waiting.push({ ...write, resolve, reject })
      if (this.#scheduled) return
      this.#scheduled = true
      setImmediate(() => this.#flush())
    })
  }

  #flush(): void {
    this.#scheduled = false
    const batch = this.#waiting
    this.#waiting = []
    if (batch.length === 0 || this.#database === null) return
    try {
      this.#database.exec('BEGIN IMMEDIATE')
      let last = 0
      for (const { operations } of batch)
        for (const operation of operations) last = Math.max(last, this.#apply(operation))
      this.#database.exec('COMMIT')
      if (last > 0) this.#mark?.write(last)
    } catch (error) {
      this.#refuse(batch, error)
      return
    }
    for (const { durable, resolve } of batch) {
      const further = durable()
      if (further !== null)
        this.#waiting.push({
          operations: [further],
          durable: () => null,
          undo: noop,
          resolve: noop,
          reject: noop,
        })
      resolve()
    }
  }

  /** SQLite may have rolled back by itself, in which case there is nothing left to undo there. */
  #refuse(batch: readonly Waiting[], error: unknown): void {
    if (this.#database?.isTransaction === true) this.#database.exec('ROLLBACK')
    const why = error instanceof Error ? error.message : String(error)
    const fault = new MongoServerFault('OutOfDiskSpace', `the write could not be kept on disk: ${why}`)
    for (const { undo } of [...batch].reverse()) undo()
    for (const { reject } of batch) reject(fault)
  }

  /** Answers the number of the commit that the operation belongs to, where it says. */
  #apply(operation: StoreOperation): number {
    const statements = this.#statements
    if (statements === null) return 0
    const { kind } = operation
    if (kind === 'put') {
      const { collection, id, bytes } = operation
      statements.put.run(collection, id, bytes, checkSum(bytes, collection, id))
    } else if (kind === 'event') {
      statements.event.run(operation.sequence, operation.bytes, checkSum(operation.bytes, operation.sequence))
      return operation.sequence
    } else if (kind === 'remove') statements.remove.run(operation.collection, operation.id)
    else if (kind === 'statement') {
      const { session, statement, number, at, reply } = operation
      statements.statement.run(Buffer.from(session), statement, String(number), at, reply)
    } else if (kind === 'define') {
      const { collection, namespace, definition } = operation
      statements.define.run(collection, namespace, definition, checkSum(definition, collection))
    } else if (kind === 'drop') {
      statements['drop-records'].run(operation.collection)
      statements.drop.run(operation.collection)
    } else if (kind === 'trim-events') statements['trim-events'].run(operation.below)
    else statements['forget-statements'].run(operation.before)
    return 0
  }

  /** Writes what waits and lets go of the files. */
  close(): void {
    if (this.#closed) return
    this.#flush()
    this.#closed = true
    this.#database?.close()
    this.#mark?.close()
  }
}

function noop(): void {}
