import { closeSync, fdatasync, openSync } from 'node:fs'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { MongoServerFault } from '../errors.ts'
import type { HighMark } from './high-mark.ts'
import { OperationWriter, type StoreOperation } from './operations.ts'

/** A commit on its way to the disk. */
export interface StoreWrite {
  readonly operations: readonly StoreOperation[]
  /** Called once it is durable, in the order of commits; may ask for one more change, which nobody waits for. */
  readonly durable: () => StoreOperation | null
  /** Called when the disk refused it, latest commit first. */
  readonly undo: () => void
}

interface Waiting extends StoreWrite {
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

export interface CommitQueueParts {
  readonly database: DatabaseSync
  /** SQLite's log, in which commits are durable before they are in the file itself. */
  readonly log: string
  readonly mark: HighMark
  readonly onError: (error: Error) => void
}

/**
 * Commits on their way to the disk. All that wait go into one transaction of SQLite; then its log is synced beside the
 * event loop, which goes on meanwhile: what comes until then waits for the next one. Each is acknowledged after its sync.
 */
export class CommitQueue {
  readonly #database: DatabaseSync
  readonly #begin: StatementSync
  readonly #end: StatementSync
  readonly #writer: OperationWriter
  readonly #log: string
  readonly #mark: HighMark
  readonly #onError: (error: Error) => void
  #descriptor: number | undefined
  #waiting: Waiting[] = []
  #scheduled = false
  #syncing = false
  /** Set once a sync has failed: what is durable is not known any more. */
  #failure: MongoServerFault | undefined
  #idle: (() => void) | undefined

  constructor({ database, log, mark, onError }: CommitQueueParts) {
    this.#database = database
    this.#begin = database.prepare('BEGIN IMMEDIATE')
    this.#end = database.prepare('COMMIT')
    this.#writer = new OperationWriter(database)
    this.#log = log
    this.#mark = mark
    this.#onError = onError
  }

  /** Keeps a commit; resolves once it is durable, rejects when it was not kept. */
  write(write: StoreWrite): Promise<void> {
    if (this.#failure !== undefined) {
      write.undo()
      return Promise.reject(this.#failure)
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ ...write, resolve, reject })
      this.#schedule()
    })
  }

  /** Resolves when nothing is on its way any more. Afterwards nothing may be written. */
  async close(): Promise<void> {
    this.#flush()
    if (this.#syncing) {
      await new Promise<void>((resolve) => {
        this.#idle = resolve
      })
    }
    if (this.#descriptor !== undefined) closeSync(this.#descriptor)
  }

  #schedule(): void {
    if (this.#scheduled || this.#syncing) return
    this.#scheduled = true
    setImmediate(() => this.#flush())
  }

  #flush(): void {
    this.#scheduled = false
    if (this.#syncing || this.#waiting.length === 0) return
    const batch = this.#waiting
    this.#waiting = []
    if (!this.#commit(batch)) return
    this.#syncing = true
    this.#sync((error) => this.#synced(batch, error))
  }

  #synced(batch: readonly Waiting[], error: Error | null): void {
    this.#syncing = false
    if (error === null) this.#acknowledge(batch)
    else this.#fail(batch, error)
    if (this.#idle === undefined) {
      if (this.#waiting.length > 0) this.#schedule()
      return
    }
    this.#flush()
    if (!this.#syncing) this.#idle()
  }

  #commit(batch: readonly Waiting[]): boolean {
    try {
      this.#begin.run()
      for (const { operations } of batch) for (const operation of operations) this.#writer.apply(operation)
      this.#end.run()
      return true
    } catch (error) {
      this.#refuse(batch, error)
      return false
    }
  }

  #sync(done: (error: Error | null) => void): void {
    try {
      this.#descriptor ??= openSync(this.#log, 'r+')
      fdatasync(this.#descriptor, done)
    } catch (error) {
      setImmediate(() => done(asError(error)))
    }
  }

  #acknowledge(batch: readonly Waiting[]): void {
    this.#markLast(batch)
    for (const { durable, resolve } of batch) {
      const further = durable()
      if (further !== null) this.#waiting.push({ operations: [further], ...UNATTENDED })
      resolve()
    }
  }

  /** The commits are kept whether or not they can be marked: a mark that lags behind finds less amiss, never too much. */
  #markLast(batch: readonly Waiting[]): void {
    let last = 0
    for (const { operations } of batch)
      for (const operation of operations) if (operation.kind === 'event') last = operation.sequence
    if (last === 0) return
    try {
      this.#mark.write(last)
    } catch (error) {
      this.#onError(asError(error))
    }
  }

  /** SQLite may have rolled back by itself, in which case there is nothing left to undo there. */
  #refuse(batch: readonly Waiting[], error: unknown): void {
    if (this.#database.isTransaction) this.#database.exec('ROLLBACK')
    const why = asError(error).message
    const fault = new MongoServerFault('OutOfDiskSpace', `the write could not be kept on disk: ${why}`)
    for (const { undo } of [...batch].reverse()) undo()
    for (const { reject } of batch) reject(fault)
  }

  /** After a failed sync nobody knows what the disk has: the writers are told, and no more is taken until a restart. */
  #fail(batch: readonly Waiting[], error: Error): void {
    const fault = new MongoServerFault(
      'OperationFailed',
      `the log ${this.#log} could not be made durable: ${error.message}. Restart the server to go on.`,
    )
    this.#failure = fault
    this.#onError(fault)
    const refused = this.#waiting
    this.#waiting = []
    for (const { undo } of [...refused].reverse()) undo()
    for (const { reject } of [...batch, ...refused]) reject(fault)
  }
}

const UNATTENDED = { durable: () => null, undo: noop, resolve: noop, reject: noop }

function noop(): void {}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}
