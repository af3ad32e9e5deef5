import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { decode } from '../bson/decode.ts'
import type { Doc } from '../bson/document.ts'
import { MongoServerFault } from '../errors.ts'
import { checkedBytes } from './check-sums.ts'
import { CommitQueue, type StoreWrite } from './commit-queue.ts'
import { HighMark } from './high-mark.ts'
import { type RecordRun, recordRuns } from './record-runs.ts'
import { logOf, openSqliteFile } from './sqlite-file.ts'

export type { StoreWrite } from './commit-queue.ts'
export { DamagedStoreError, DataDirInUseError } from './damage.ts'
export type { StoreOperation } from './operations.ts'

export interface StoredCollection {
  readonly number: number
  readonly namespace: string
  readonly definition: Uint8Array
}

export interface StoredEvent {
  readonly sequence: number
  readonly bytes: Uint8Array
}

export interface StoreOptions {
  /** Null: nothing is kept. */
  readonly dataDir: string | null
  /** The data file may not grow beyond this; null, or absent: as far as the disk goes. */
  readonly maxFileBytes?: number | null
  /** Told what goes wrong where no writer waits for an answer. */
  readonly onError?: (error: Error) => void
}

interface StoreParts {
  readonly database: DatabaseSync
  readonly mark: HighMark
  readonly queue: CommitQueue
}

const FILE = 'floorwalker.sqlite'
const MARK_FILE = 'floorwalker.mark'

/** What survives the process. Without a directory nothing is kept. */
export class Store {
  /** Where the data is; null when it is in memory only. */
  readonly file: string | null
  readonly #database: DatabaseSync | null
  readonly #mark: HighMark | null
  readonly #queue: CommitQueue | null
  #closed = false

  private constructor(file: string | null, parts: StoreParts | null) {
    this.file = file
    this.#database = parts?.database ?? null
    this.#mark = parts?.mark ?? null
    this.#queue = parts?.queue ?? null
  }

  /**
   * @throws DataDirInUseError when another process holds the directory
   * @throws DamagedStoreError when the file is not one of ours, is damaged, or has lost commits
   */
  static open({ dataDir, maxFileBytes = null, onError = () => undefined }: StoreOptions): Store {
    if (dataDir === null) return new Store(null, null)
    mkdirSync(dataDir, { recursive: true, mode: 0o700 })
    const file = join(dataDir, FILE)
    const markFile = join(dataDir, MARK_FILE)
    const database = openSqliteFile({ dataDir, file, markFile, maxFileBytes })
    const mark = HighMark.open(markFile)
    const queue = new CommitQueue({ database, log: logOf(file), mark, onError })
    return new Store(file, { database, mark, queue })
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
          namespace,
        )
        return { number, namespace, definition }
      },
    )
  }

  /** The documents of a collection, by record id. @throws DamagedStoreError */
  records(collection: number): Iterable<RecordRun> {
    return this.#database === null ? [] : recordRuns(this.#database, collection, this.file ?? '')
  }

  /** How many documents and how many events there are, found without looking for any of them by its place. */
  counts(): { readonly records: number; readonly events: number } {
    const count = (table: string): number =>
      Number(this.#database?.prepare(`SELECT count(*) AS found FROM ${table}`).get()?.found ?? 0)
    return { records: count('records'), events: count('events') }
  }

  /** Events after a sequence number, in order, read as they are asked for. @throws DamagedStoreError */
  *eventsAfter(sequence: number): Generator<StoredEvent> {
    if (this.#database === null) return
    const sql = 'SELECT sequence, bytes, sum FROM events WHERE sequence > ? ORDER BY sequence'
    for (const row of this.#database.prepare(sql).iterate(sequence)) {
      const found = Number(row.sequence)
      const bytes = checkedBytes(row.bytes, row.sum, this.file ?? '', `commit ${found}`, found)
      yield { sequence: found, bytes }
    }
  }

  /** What retryable writes of a session answered, of its latest transaction number only. */
  statementsOf(
    session: string,
  ): Array<{ readonly number: bigint; readonly statement: number; readonly reply: Doc }> {
    const rows = this.#rows(
      'SELECT number, statement, reply, sum FROM statements WHERE session = ?',
      Buffer.from(session),
    )
    const found = rows.map((row) => {
      const [number, statement] = [String(row.number), Number(row.statement)]
      const place = [session, statement, number]
      const reply = checkedBytes(row.reply, row.sum, this.file ?? '', 'a remembered answer', ...place)
      return { number: BigInt(number), statement, reply: decode(reply) }
    })
    return found.filter(({ number }) => !found.some((other) => other.number > number))
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
    if (this.#queue === null) return Promise.resolve().then(() => void write.durable())
    return this.#queue.write(write)
  }

  /** Writes what waits and lets go of the files. */
  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    await this.#queue?.close()
    this.#database?.close()
    this.#mark?.close()
  }
}
