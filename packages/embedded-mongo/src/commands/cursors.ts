import { randomFillSync } from 'node:crypto'
import { Long } from 'bson'
import type { Doc } from '../bson/document.ts'
import { MongoServerFault } from '../errors.ts'
import type { SessionTransaction } from './sessions.ts'

/** A reply's documents stay below this, so that a batch fits into one message. */
export const MOST_BATCH_BYTES = 16 * 1024 * 1024
const MOST_LIVE_BYTES = 4 * 1024 * 1024
/** How many documents the first batch holds when the client names no size. */
export const FIRST_BATCH = 101

/** Where a cursor's documents come from, as BSON. */
export interface DocumentSource {
  /** The next document; undefined when there is none now. */
  next(): Uint8Array | undefined
  /** True once no document can come any more. */
  readonly ended: boolean
  /** Present on tailable cursors and change streams: something new may be there, or the time is over. */
  readonly live?: LiveSource
  close(): void
}

export interface LiveSource {
  readonly awaitData: boolean
  readonly changeStream: boolean
  /** Calls `wake` once something new may be there; the returned function takes that back. */
  onNews(wake: () => void): () => void
  /** Further fields of the reply's `cursor`, after the batch was read. */
  cursorFields(): Doc | null
}

export interface CursorOwner {
  readonly sessionKey: string | undefined
  readonly transaction: SessionTransaction | null
  readonly noTimeout: boolean
}

/** A query whose results go out batch by batch. */
export class ServerCursor {
  readonly id: Long
  readonly namespace: string
  readonly source: DocumentSource
  readonly owner: CursorOwner
  lastUsed: number
  inUse = false
  private killed: (() => void) | null = null
  /** Read from the source, but too large for the batch that it was meant for. */
  private held: Uint8Array | undefined
  private remaining: number

  constructor(
    id: Long,
    namespace: string,
    source: DocumentSource,
    limit: number,
    owner: CursorOwner,
    now: number,
  ) {
    this.id = id
    this.namespace = namespace
    this.source = source
    this.remaining = limit
    this.owner = owner
    this.lastUsed = now
  }

  /** Runs `listener` when the cursor is killed while somebody waits on it; the returned function takes it back. */
  whenKilled(listener: () => void): () => void {
    this.killed = listener
    return () => {
      this.killed = null
    }
  }

  /** Ends the source; who waits on it is told. */
  kill(): void {
    this.source.close()
    this.killed?.()
  }

  /** Nothing is left to send. */
  get exhausted(): boolean {
    return this.remaining <= 0 || (this.held === undefined && this.source.ended)
  }

  /** Up to `most` documents, within the size of a reply. */
  take(most: number): Uint8Array[] {
    const documents: Uint8Array[] = []
    let bytes = 0
    const { live } = this.source
    while (documents.length < most && this.remaining > 0) {
      // a stream's resume token lies behind what was read from it, so nothing that was read may be held back
      if (live !== undefined && bytes > MOST_LIVE_BYTES) break
      const document = this.held ?? this.source.next()
      this.held = undefined
      if (document === undefined) break
      if (live === undefined && documents.length > 0 && bytes + document.length > MOST_BATCH_BYTES) {
        this.held = document
        break
      }
      bytes += document.length
      documents.push(document)
      this.remaining -= 1
    }
    return documents
  }
}

/** The cursors that clients have open. */
export class Cursors {
  private readonly cursors = new Map<string, ServerCursor>()
  private readonly now: () => number

  constructor(now: () => number) {
    this.now = now
  }

  get size(): number {
    return this.cursors.size
  }

  create(namespace: string, source: DocumentSource, limit: number, owner: CursorOwner): ServerCursor {
    return new ServerCursor(newCursorId(), namespace, source, limit, owner, this.now())
  }

  /** Keeps a cursor for later `getMore`s. */
  keep(cursor: ServerCursor): void {
    this.cursors.set(cursor.id.toString(), cursor)
  }

  find(id: Long): ServerCursor | undefined {
    return this.cursors.get(id.toString())
  }

  /** @throws MongoServerFault when the cursor is unknown, or another command is reading from it */
  checkOut(id: Long): ServerCursor {
    const cursor = this.find(id)
    if (cursor === undefined)
      throw new MongoServerFault('CursorNotFound', `cursor id ${id.toString()} not found`)
    if (cursor.inUse)
      throw new MongoServerFault('CursorInUse', `cursor id ${id.toString()} is already in use`)
    cursor.inUse = true
    cursor.lastUsed = this.now()
    return cursor
  }

  checkIn(cursor: ServerCursor): void {
    cursor.inUse = false
    cursor.lastUsed = this.now()
  }

  /** Forgets a cursor that is over: at its end, or because it failed. Nobody needs to be told. */
  discard(cursor: ServerCursor): void {
    this.cursors.delete(cursor.id.toString())
    cursor.source.close()
  }

  /** Ends a cursor; false when there is none of this id. */
  kill(id: Long): boolean {
    const cursor = this.find(id)
    if (cursor === undefined) return false
    this.cursors.delete(id.toString())
    cursor.kill()
    return true
  }

  killWhere(condition: (cursor: ServerCursor) => boolean): void {
    for (const cursor of [...this.cursors.values()]) if (condition(cursor)) this.kill(cursor.id)
  }

  /** Ends the cursors that nobody has asked for `idleMs`. */
  sweep(idleMs: number): void {
    const now = this.now()
    this.killWhere((cursor) => !cursor.inUse && !cursor.owner.noTimeout && now - cursor.lastUsed > idleMs)
  }
}

/** Chance in stock: to ask for a little costs as much as to ask for a lot. */
const chance = Buffer.alloc(8 * 512)
let chanceUsed = chance.length

function newCursorId(): Long {
  if (chanceUsed === chance.length) {
    randomFillSync(chance)
    chanceUsed = 0
  }
  const id = Long.fromBits(chance.readInt32LE(chanceUsed), chance.readInt32LE(chanceUsed + 4) & 0x7fffffff)
  chanceUsed += 8
  return id.isZero() ? Long.ONE : id
}

/** A source over an iterator of BSON documents that are computed as they are asked for. */
export class IteratorSource implements DocumentSource {
  ended = false
  private readonly iterator: Iterator<Uint8Array>
  private readonly release: () => void

  constructor(documents: Iterable<Uint8Array>, release: () => void = () => undefined) {
    this.iterator = documents[Symbol.iterator]()
    this.release = release
  }

  next(): Uint8Array | undefined {
    if (this.ended) return undefined
    const step = this.iterator.next()
    if (step.done !== true) return step.value
    this.close()
    return undefined
  }

  close(): void {
    if (this.ended) return
    this.ended = true
    this.iterator.return?.()
    this.release()
  }
}
