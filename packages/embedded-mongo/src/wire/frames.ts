import { MongoServerFault } from '../errors.ts'

/** The largest message that MongoDB takes or sends, header included. */
export const MAX_MESSAGE_BYTES = 48_000_000
/** Length, request id, response-to and opcode: four int32 before every message. */
export const HEADER_BYTES = 16

/**
 * Cuts a stream of bytes into messages. Nothing is allocated for a length that is only claimed: chunks are
 * kept as they came and joined once a message is complete.
 */
export class FrameAssembler {
  private chunks: Buffer[] = []
  private buffered = 0
  /** What the message that waits will measure, once enough of it is there to tell. */
  private needed: number | undefined

  /** Bytes that wait for the rest of their message. */
  get pending(): number {
    return this.buffered
  }

  /**
   * Takes what the socket gave and hands each complete message to `deliver`.
   * @throws MongoServerFault when a header claims an impossible length: the stream cannot be read any further
   */
  push(chunk: Buffer, deliver: (frame: Buffer) => void): void {
    let rest = chunk
    if (this.buffered > 0) {
      this.chunks.push(chunk)
      this.buffered += chunk.length
      this.needed ??= this.pendingLength()
      if (this.needed === undefined || this.buffered < this.needed) return
      rest = this.join()
    }
    let start = 0
    while (rest.length - start >= 4) {
      const length = checkedLength(rest.readInt32LE(start))
      if (rest.length - start < length) break
      const frame = start === 0 && rest.length === length ? rest : rest.subarray(start, start + length)
      start += length
      deliver(frame)
    }
    if (start < rest.length) {
      const left = start === 0 ? rest : rest.subarray(start)
      this.chunks.push(left)
      this.buffered = left.length
    }
  }

  private pendingLength(): number | undefined {
    if (this.buffered < 4) return undefined
    const [first] = this.chunks
    if (first !== undefined && first.length >= 4) return checkedLength(first.readInt32LE(0))
    return checkedLength(Buffer.concat(this.chunks).readInt32LE(0))
  }

  private join(): Buffer {
    const joined = Buffer.concat(this.chunks, this.buffered)
    this.chunks = []
    this.buffered = 0
    this.needed = undefined
    return joined
  }
}

function checkedLength(length: number): number {
  if (length < HEADER_BYTES || length > MAX_MESSAGE_BYTES) {
    throw new MongoServerFault(
      'ProtocolError',
      `a message of ${length} bytes is outside of ${HEADER_BYTES} to ${MAX_MESSAGE_BYTES}`,
    )
  }
  return length
}
