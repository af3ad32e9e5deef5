import { io, type Socket } from 'socket.io-client'
import { z } from 'zod'
import { AgentEvent, Authentication, OpenedSession } from '../src/contract/index.ts'

const ACK_MS = 15_000
const ProductPage = z.object({
  items: z.array(
    z.object({ id: z.string(), variants: z.array(z.object({ sku: z.string(), available: z.number() })) }),
  ),
})
const Ok = z.object({ ok: z.literal(true), data: z.unknown() })

/** What one message of the agent took, in milliseconds from the sending. */
export interface AnswerTimes {
  readonly firstEventMs: number
  readonly wholeAnswerMs: number
}

/** A guest with one chat session, as a browser has it. */
export class Shopper {
  readonly socket: Socket
  readonly sessionId: string
  readonly #url: string
  readonly #token: string
  #product: { productId: string; sku: string } | undefined

  private constructor(socket: Socket, sessionId: string, url: string, token: string) {
    this.socket = socket
    this.sessionId = sessionId
    this.#url = url
    this.#token = token
  }

  static async enter(url: string): Promise<Shopper> {
    const response = await fetch(`${url}/api/auth/guest`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: '{}',
    })
    const { accessToken } = Authentication.parse(await response.json())
    return Shopper.#connect(url, accessToken, {})
  }

  static async #connect(url: string, token: string, session: { sessionId?: string }): Promise<Shopper> {
    const socket = io(`${url}/chat`, { transports: ['websocket'], forceNew: true, auth: { token } })
    const opened = Ok.parse(await socket.timeout(ACK_MS).emitWithAck('session:open', session))
    return new Shopper(socket, OpenedSession.parse(opened.data).sessionId, url, token)
  }

  /** The same session on another instance; this connection is given up. */
  async move(url: string): Promise<Shopper> {
    const moved = await Shopper.#connect(url, this.#token, { sessionId: this.sessionId })
    this.leave()
    return moved
  }

  /** Puts one more piece of some product into the cart. */
  async fillCart(): Promise<void> {
    this.#product ??= await this.#findProduct()
    const response = await fetch(`${this.#url}/api/cart/items`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${this.#token}` },
      body: JSON.stringify({ ...this.#product, quantity: 1 }),
    })
    if (response.status !== 201) throw new Error(`the cart was answered ${response.status}`)
  }

  async #findProduct(): Promise<{ productId: string; sku: string }> {
    const response = await fetch(`${this.#url}/api/products?inStock=true&limit=100`)
    const best = ProductPage.parse(await response.json())
      .items.flatMap(({ id, variants }) => variants.map((variant) => ({ ...variant, productId: id })))
      .reduce((most, variant) => (variant.available > most.available ? variant : most))
    return { productId: best.productId, sku: best.sku }
  }

  /** Says something; resolves with the acknowledgement. */
  async send(text: string, clientMessageId: string): Promise<void> {
    const message = { sessionId: this.sessionId, clientMessageId, text }
    Ok.parse(await this.socket.timeout(ACK_MS).emitWithAck('message:send', message))
  }

  /** Says something and waits for the end of the run that answers it. */
  async ask(text: string, clientMessageId: string): Promise<AnswerTimes> {
    const started = performance.now()
    let firstEventMs: number | undefined
    const finished = new Promise<AnswerTimes>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no answer to "${text}"`)), ACK_MS)
      const listen = (data: unknown) => {
        firstEventMs ??= performance.now() - started
        const { type } = AgentEvent.parse(data)
        if (type !== 'RUN_FINISHED' && type !== 'RUN_ERROR') return
        clearTimeout(timer)
        this.socket.off('agent:event', listen)
        if (type === 'RUN_ERROR') reject(new Error(`the run failed: ${text}`))
        else resolve({ firstEventMs, wholeAnswerMs: performance.now() - started })
      }
      this.socket.on('agent:event', listen)
    })
    await this.send(text, clientMessageId)
    return finished
  }

  leave(): void {
    this.socket.disconnect()
  }
}
