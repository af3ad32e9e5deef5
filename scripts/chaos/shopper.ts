import { z } from 'zod'
import { Authentication, Cart, type Message, Order, SentMessage } from '../../src/contract/index.ts'
import type { Chance } from '../../src/demo/chance.ts'
import { CartDevice } from './cart-device.ts'
import { ChatLine } from './chat-line.ts'
import type { History } from './history.ts'
import { codeOf, RestClient } from './rest-client.ts'
import type { Stage, StagedInstance } from './stage.ts'

const THINK_MS = { least: 20, most: 400 }
/** A takeover may take 15 s, the longest faults take 20 s: by then whoever has stayed has been told the run's end. */
const RUN_MS = 45_000
const ADDRESS = {
  name: 'Asha Rao',
  line1: '1 Hill Road',
  city: 'Mumbai',
  state: 'MH',
  postalCode: '400050',
  country: 'IN',
}
const SAYINGS = [
  "I'm looking for sunglasses under 5000",
  'add the first one',
  "what's in my cart?",
  'do you have any coupons?',
  'add the second one',
  'check out',
  'ship to Asha Rao, 1 Hill Road, Mumbai, MH 400050, IN and pay with success@upi',
  'yes',
  'where is my order?',
  'thank you',
] as const
const PAYMENTS = [
  { method: 'upi', vpa: 'success@upi' },
  { method: 'upi', vpa: 'declined@upi' },
  { method: 'card', number: '4242424242424242', expMonth: 12, expYear: 2090, cvc: '123' },
  { method: 'card', number: '4000000000000119', expMonth: 12, expYear: 2090, cvc: '123' },
] as const

const ProductList = z.object({
  items: z.array(z.object({ id: z.string(), variants: z.array(z.object({ sku: z.string() })) })),
})

/** What a shopper was told has happened, for the audit. */
export interface Acknowledged {
  /** By message id: what was said, and its number in the session. */
  readonly messages: Map<string, { readonly seq: number; readonly text: string }>
  /** By order id: its number. */
  readonly orders: Map<string, string>
  readonly cart: { version: number }
}

/** A guest with a script, who retries as a good client does and remembers what was acknowledged. */
export class Shopper {
  readonly name: string
  readonly acknowledged: Acknowledged = { messages: new Map(), orders: new Map(), cart: { version: 0 } }
  readonly heard = new Map<number, string>()
  userId = ''
  sessionId: string | undefined
  /** Stays until the audit. */
  device: CartDevice | undefined
  readonly #stage: Stage
  readonly #chance: Chance
  readonly #history: History
  readonly #sleep: (ms: number) => Promise<void>
  readonly #rest: RestClient
  #line: ChatLine | undefined
  #said = 0
  /** The runs whose answers were heard. */
  readonly #answered = new Set<string>()

  constructor(
    name: string,
    stage: Stage,
    chance: Chance,
    history: History,
    sleep: (ms: number) => Promise<void>,
  ) {
    this.name = name
    this.#stage = stage
    this.#chance = chance
    this.#history = history
    this.#sleep = sleep
    this.#rest = new RestClient(stage, chance, sleep)
  }

  /** Shops until the time is over. */
  async play(until: number, others: readonly Shopper[]): Promise<void> {
    const entered = await this.#rest.insist('POST', '/auth/guest', until, {})
    if (entered === undefined) return
    const { accessToken, user } = Authentication.parse(entered.body)
    this.#rest.token = accessToken
    this.userId = user.id
    this.device = new CartDevice(this.#instance().front.port, accessToken)
    const catalog = await this.#rest.insist('GET', '/products?limit=40', until)
    if (catalog === undefined) return
    const skus = ProductList.parse(catalog.body).items.flatMap(({ id, variants }) =>
      variants.map(({ sku }) => ({ productId: id, sku })),
    )
    while (performance.now() < until) {
      const luck = this.#chance.fraction()
      if (luck < 0.6) await this.#say(until)
      else if (luck < 0.8) await this.#fill(skus[this.#chance.between(0, skus.length - 1)], until)
      else if (luck < 0.95) await this.#buy(until)
      else await this.#pry(others)
      await this.#sleep(this.#chance.between(THINK_MS.least, THINK_MS.most))
    }
    this.#line?.socket.disconnect()
  }

  #instance(): StagedInstance {
    const { instances } = this.#stage
    const instance = instances[this.#chance.between(0, instances.length - 1)]
    if (instance === undefined) throw new Error('there are no instances')
    return instance
  }

  async #chat(): Promise<ChatLine | undefined> {
    if (this.#line?.socket.connected === true) return this.#line
    const line = await ChatLine.connect({
      port: this.#instance().front.port,
      token: this.#rest.token,
      history: this.#history,
      who: this.name,
      heard: (message) => this.#hear(message),
    })
    const opened = await line?.open(this.sessionId, Math.max(0, ...this.heard.keys()))
    if (line === undefined || opened === undefined) {
      line?.socket.disconnect()
      await this.#sleep(THINK_MS.most)
      return undefined
    }
    this.sessionId = opened.sessionId
    this.#line = line
    this.#history.check(
      6,
      Array.from({ length: opened.lastSeq }, (_, index) => index + 1).every((seq) => this.heard.has(seq)),
      `${this.name} was told of ${opened.lastSeq} messages and has heard ${[...this.heard.keys()]}`,
      opened.sessionId,
    )
    return line
  }

  #hear({ seq, id, sessionId, role, runId }: Message): void {
    if (role === 'assistant' && runId !== undefined) this.#answered.add(runId)
    const known = this.heard.get(seq)
    this.#history.check(
      6,
      known === undefined || known === id,
      `${this.name} heard two messages ${seq}: ${known}, ${id}`,
      sessionId,
    )
    this.heard.set(seq, id)
  }

  async #say(until: number): Promise<void> {
    const text = this.#chance.pick(SAYINGS)
    this.#said += 1
    const clientMessageId = `${this.name}-${this.#said}`
    while (performance.now() < until) {
      const line = await this.#chat()
      const ack = await line?.send('message:send', { sessionId: this.sessionId, clientMessageId, text })
      if (line === undefined || ack?.ok !== true) continue
      const { message } = SentMessage.parse(ack.data)
      this.acknowledged.messages.set(message.id, { seq: message.seq, text })
      this.#history.note(
        this.name,
        `said "${text}"`,
        message.sessionId,
        message.id,
        ...(message.runId === undefined ? [] : [message.runId]),
      )
      if (message.runId !== undefined) await this.#awaitEnd(line, message.runId)
      return
    }
  }

  async #awaitEnd(line: ChatLine, runId: string): Promise<void> {
    // a message that was stored by a try before this connection may be answered already
    if (this.#answered.has(runId)) return
    const ended = await line.runEnded(runId, RUN_MS)
    this.#history.check(
      5,
      ended || !line.socket.connected,
      `${this.name} stayed and was not told the end of run ${runId}`,
      runId,
    )
  }

  async #fill(item: { productId: string; sku: string } | undefined, until: number): Promise<void> {
    const answer = await this.#rest.insist('POST', '/cart/items', until, { ...item, quantity: 1 })
    if (answer?.status === 201) this.#saw(Cart.parse(answer.body))
    const read = await this.#rest.insist('GET', '/cart', until)
    if (read?.status === 200) this.#saw(Cart.parse(read.body))
  }

  #saw(cart: Cart): void {
    this.#history.check(
      4,
      cart.version >= this.acknowledged.cart.version,
      `${this.name}'s cart went back from version ${this.acknowledged.cart.version} to ${cart.version}`,
      this.userId,
    )
    this.acknowledged.cart.version = Math.max(this.acknowledged.cart.version, cart.version)
  }

  async #buy(until: number): Promise<void> {
    this.#said += 1
    const key = `${this.name}-order-${this.#said}`
    const body = { payment: this.#chance.pick<(typeof PAYMENTS)[number]>(PAYMENTS), shippingAddress: ADDRESS }
    const answer = await this.#rest.insist('POST', '/orders', until, body, key)
    if (answer === undefined) return
    if (answer.status !== 201) {
      this.#history.note(this.name, `was refused an order: ${codeOf(answer)}`, this.userId)
      return
    }
    const order = Order.parse(answer.body)
    this.acknowledged.orders.set(order.id, order.number)
    this.#history.note(this.name, `ordered ${order.number}`, this.userId, order.id)
    const again = await this.#rest.insist('POST', '/orders', until, body, key)
    if (again === undefined) return
    this.#history.check(
      2,
      again.status === 201 && Order.parse(again.body).id === order.id,
      `${this.name} sent key ${key} twice and got ${JSON.stringify(again).slice(0, 200)} after ${order.id}`,
      order.id,
    )
    if (this.#chance.fraction() < 0.3) {
      await this.#rest.insist(
        'POST',
        `/orders/${order.id}/return`,
        until,
        { reason: 'too small' },
        `${key}-r`,
      )
    }
  }

  async #pry(others: readonly Shopper[]): Promise<void> {
    const other = others[this.#chance.between(0, others.length - 1)]
    if (other === undefined || other === this) return
    const [orderId] = other.acknowledged.orders.keys()
    if (orderId !== undefined) {
      const answer = await this.#rest.once('GET', `/orders/${orderId}`)
      if (answer !== undefined && answer.status < 500) {
        this.#history.check(
          7,
          answer.status === 404,
          `${this.name} asked for ${other.name}'s order and got ${answer.status}`,
          orderId,
        )
      }
    }
    if (other.sessionId === undefined) return
    const ack = await (await this.#chat())?.send('session:open', { sessionId: other.sessionId })
    if (ack === undefined) return
    this.#history.check(7, !ack.ok, `${this.name} opened ${other.name}'s session`, other.sessionId)
  }
}
