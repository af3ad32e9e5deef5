import type { Socket } from 'node:net'
import { FrameAssembler, MAX_MESSAGE_BYTES } from './frames.ts'
import { parseMessage, UnreadableRequest, type WireRequest } from './message.ts'

/** Requests, and their bytes, that a client may send ahead before the server stops reading from it. */
const MOST_QUEUED = 64
const MOST_QUEUED_BYTES = MAX_MESSAGE_BYTES

/** What stands behind the wire: it turns requests into frames. */
export interface RequestHandler {
  /**
   * Answers one request with a frame, or with null when there is nothing to send. A result that is no promise
   * goes out in the same turn.
   */
  handle(connection: Connection, request: WireRequest): Buffer | null | Promise<Buffer | null>
  /** The answer to a request whose documents could not be read. */
  refuse(error: UnreadableRequest): Buffer
  closed(connection: Connection): void
}

/** One client's connection: its requests are answered one after the other, in their order. */
export class Connection {
  readonly id: number
  readonly remoteAddress: string
  readonly remotePort: number
  /** The address of this machine that the client reached. */
  readonly localAddress: string
  /** The client's name and versions as its first hello gave them. */
  clientMetadata: unknown
  applicationName: string | undefined
  private readonly socket: Socket
  private readonly handler: RequestHandler
  private readonly assembler = new FrameAssembler()
  private readonly queue: Buffer[] = []
  private queuedBytes = 0
  private readonly onClose = new Set<() => void>()
  private busy = false
  private open = true

  constructor(id: number, socket: Socket, handler: RequestHandler) {
    this.id = id
    this.socket = socket
    this.handler = handler
    this.remoteAddress = socket.remoteAddress ?? '127.0.0.1'
    this.remotePort = socket.remotePort ?? 0
    this.localAddress = socket.localAddress ?? '127.0.0.1'
    socket.setNoDelay(true)
    socket.setKeepAlive(true, 60_000)
    socket.on('data', (chunk) => this.receive(chunk))
    socket.on('drain', () => this.drain())
    socket.on('error', () => socket.destroy())
    socket.on('end', () => this.close())
    socket.on('close', () => this.ended())
  }

  get isOpen(): boolean {
    return this.open
  }

  get bytesIn(): number {
    return this.socket.bytesRead
  }

  get bytesOut(): number {
    return this.socket.bytesWritten
  }

  get address(): string {
    return `${this.remoteAddress}:${this.remotePort}`
  }

  /** Runs `listener` once when the connection is gone; the returned function takes it back. */
  whenClosed(listener: () => void): () => void {
    this.onClose.add(listener)
    return () => this.onClose.delete(listener)
  }

  /** Sends a frame outside of the order of answers: the further replies of an exhaust stream. */
  send(frame: Buffer): void {
    if (this.open) this.socket.write(frame)
  }

  close(): void {
    this.socket.destroy()
    this.ended()
  }

  private ended(): void {
    if (!this.open) return
    this.open = false
    this.queue.length = 0
    this.queuedBytes = 0
    for (const listener of [...this.onClose]) listener()
    this.onClose.clear()
    this.handler.closed(this)
  }

  private receive(chunk: Buffer): void {
    try {
      this.assembler.push(chunk, (frame) => {
        this.queue.push(frame)
        this.queuedBytes += frame.length
      })
    } catch {
      this.close()
      return
    }
    this.drain()
  }

  /** Works through the queue until an answer has to be waited for or the client stops reading. */
  private drain(): void {
    while (!this.busy && this.open && !this.socket.writableNeedDrain) {
      const frame = this.queue.shift()
      if (frame === undefined) break
      this.queuedBytes -= frame.length
      this.answer(frame)
    }
    if (this.queue.length >= MOST_QUEUED || this.queuedBytes >= MOST_QUEUED_BYTES) this.socket.pause()
    else if (this.socket.isPaused()) this.socket.resume()
  }

  private answer(frame: Buffer): void {
    const result = this.work(frame)
    if (!(result instanceof Promise)) {
      if (result !== null) this.socket.write(result)
      return
    }
    this.busy = true
    result.then(
      (reply) => this.answered(reply),
      () => this.close(),
    )
  }

  private answered(reply: Buffer | null): void {
    this.busy = false
    if (!this.open) return
    if (reply !== null) this.socket.write(reply)
    if (this.queue.length > 0 || this.socket.isPaused()) this.drain()
  }

  private work(frame: Buffer): Buffer | null | Promise<Buffer | null> {
    try {
      return this.handler.handle(this, parseMessage(frame))
    } catch (error) {
      if (error instanceof UnreadableRequest) return this.handler.refuse(error)
      this.close()
      return null
    }
  }
}
