import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { type Document, deserialize, Long, serialize, UUID } from 'bson'

const HEADER_BYTES = 16
const OP_MSG = 2013

/** One connection that sends what a driver never would. */
export class RawClient {
  readonly socket: Socket
  #received = Buffer.alloc(0)
  #nextId = 1
  readonly #waiting = new Map<number, (reply: Document) => void>()
  readonly closed: Promise<void>

  private constructor(socket: Socket) {
    this.socket = socket
    this.closed = new Promise((resolve) => socket.once('close', () => resolve()))
    socket.on('error', () => undefined)
    socket.on('data', (chunk) => this.#receive(chunk))
  }

  static async connect(uri: string): Promise<RawClient> {
    const { hostname, port } = new URL(uri)
    const socket = connect({ host: hostname, port: Number(port) })
    await once(socket, 'connect')
    return new RawClient(socket)
  }

  /** Sends a command and answers what comes back, errors included. */
  command(command: Document, db = 'shop'): Promise<Document> {
    const id = this.#nextId
    this.#nextId += 1
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, resolve)
      void this.closed.then(() => reject(new Error('the connection is closed')))
      this.socket.write(message({ ...command, $db: db }, { id }))
    })
  }

  /** Calls back with the reply to the message of this id, which was sent as bytes. */
  reply(id: number): Promise<Document> {
    return new Promise((resolve) => this.#waiting.set(id, resolve))
  }

  close(): void {
    this.socket.destroy()
  }

  #receive(chunk: Buffer): void {
    this.#received = Buffer.concat([this.#received, chunk])
    while (this.#received.length >= 4 && this.#received.length >= this.#received.readInt32LE(0)) {
      const frame = this.#received.subarray(0, this.#received.readInt32LE(0))
      this.#received = this.#received.subarray(frame.length)
      const to = frame.readInt32LE(8)
      const body = frame.readInt32LE(12) === OP_MSG ? HEADER_BYTES + 5 : HEADER_BYTES + 20
      this.#waiting.get(to)?.(deserialize(frame.subarray(body)))
      this.#waiting.delete(to)
    }
  }
}

export interface MessageParts {
  readonly id?: number
  readonly opcode?: number
  readonly flags?: number
  readonly kind?: number
}

/** An OP_MSG with one section, or what is like it. */
export function message(body: Document, parts: MessageParts = {}): Buffer {
  const { id = 1, opcode = OP_MSG, flags = 0, kind = 0 } = parts
  const document = serialize(body)
  const bytes = Buffer.alloc(HEADER_BYTES + 5 + document.length)
  bytes.writeInt32LE(bytes.length, 0)
  bytes.writeInt32LE(id, 4)
  bytes.writeInt32LE(opcode, 12)
  bytes.writeUInt32LE(flags, HEADER_BYTES)
  bytes[HEADER_BYTES + 4] = kind
  bytes.set(document, HEADER_BYTES + 5)
  return bytes
}

/** The fields by which a driver numbers what a session does. */
export interface NumberedSession {
  /** Of a retryable write. */
  retryable(number: number): Document
  /** Of the first command of a transaction. */
  begin(number: number): Document
  /** Of the others. */
  within(number: number): Document
  readonly lsid: { readonly id: UUID }
}

export function numberedSession(): NumberedSession {
  const lsid = { id: new UUID() }
  const within = (number: number): Document => ({
    lsid,
    txnNumber: Long.fromNumber(number),
    autocommit: false,
  })
  return {
    lsid,
    retryable: (number) => ({ lsid, txnNumber: Long.fromNumber(number) }),
    within,
    begin: (number) => ({ ...within(number), startTransaction: true }),
  }
}
