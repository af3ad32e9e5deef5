import { io, type Socket } from 'socket.io-client'
import { z } from 'zod'
import { Cart, CartChanged } from '../../src/contract/index.ts'

const ACK_MS = 12_000
const AGAIN_MS = 500

const Ack = z.object({ ok: z.literal(true), data: Cart })

/** A second device of a shopper, which looks on: it asks for the cart whenever it has connected, and hears its changes. */
export class CartDevice {
  /** The newest version of the cart that it knows of. */
  version = 0
  readonly #socket: Socket
  #again: NodeJS.Timeout | undefined
  #closed = false

  constructor(port: number, token: string) {
    this.#socket = io(`http://127.0.0.1:${port}/cart`, {
      transports: ['websocket'],
      forceNew: true,
      reconnectionDelayMax: AGAIN_MS,
      auth: { token },
    })
    this.#socket.on('connect', () => void this.#ask())
    this.#socket.on('cart:changed', (data: unknown) => this.#know(CartChanged.parse(data).cart))
    this.#socket.on('connect_error', () => this.#comeBack())
    this.#socket.on('disconnect', () => this.#comeBack())
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#again)
    this.#socket.disconnect()
  }

  /** The client does not try again by itself when the server has refused the handshake, or has ended the connection. */
  #comeBack(): void {
    if (this.#closed || this.#socket.active) return
    this.#again = setTimeout(() => this.#socket.connect(), AGAIN_MS)
  }

  async #ask(): Promise<void> {
    while (this.#socket.connected) {
      try {
        const answer = Ack.safeParse(await this.#socket.timeout(ACK_MS).emitWithAck('cart:get', {}))
        if (answer.success) return this.#know(answer.data.data)
      } catch {
        // no acknowledgement came: asked again
      }
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS))
    }
  }

  #know({ version }: Cart): void {
    this.version = Math.max(this.version, version)
  }
}
