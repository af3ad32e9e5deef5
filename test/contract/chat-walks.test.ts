import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Message, Order } from '../../src/contract/index.ts'
import { type Chat, openChat, outcomeOf } from '../support/chat.ts'
import type { Client } from '../support/client.ts'
import { type Market, openMarket, SHIPPING } from '../support/market.ts'
import type { Shopper } from '../support/world.ts'

const HOME = 'Asha Rao, 12 Marine Drive, Mumbai, Maharashtra 400001, India'
const CARD = 'card 4242 4242 4242 4242, expiry 12/40, cvc 737'

let market: Market
let shopper: Shopper
let client: Client<'/chat'>
let chat: Chat

beforeAll(async () => {
  market = await openMarket()
})
afterAll(() => market.world.close())
beforeEach(async () => {
  shopper = await market.world.signUp()
  await enter()
})

async function enter(): Promise<void> {
  client = await market.world.connect('/chat', shopper.token)
  chat = await openChat(client)
}

interface Turn {
  readonly answer: Message | undefined
  /** Whether the agent waits for a yes. */
  readonly asks: boolean
  readonly tools: readonly string[]
}

async function say(text: string): Promise<Turn> {
  const { answer, events } = await chat.ask(text)
  const tools = events.flatMap((event) => (event.type === 'TOOL_CALL_START' ? [event.toolCallName] : []))
  return { answer, asks: outcomeOf(events).type === 'interrupt', tools }
}

async function sayAll(...texts: readonly string[]): Promise<Turn> {
  let last: Turn = { answer: undefined, asks: false, tools: [] }
  for (const text of texts) last = await say(text)
  return last
}

const orders = async (): Promise<Order[]> => (await shopper.api.call('listOrders')).items

describe('a walk from words to an order', () => {
  it('by card, with the address after it', async () => {
    const asked = await sayAll('add a lamp to my cart', 'check out', CARD, HOME)
    expect(asked.asks).toBe(true)
    expect(asked.answer?.text).toMatch(/4242.*Asha Rao, 12 Marine Drive, Mumbai 400001/)
    expect(await orders()).toEqual([])
    const done = await say('yes')
    expect(await orders()).toMatchObject([
      {
        id: done.answer?.order?.id,
        status: 'paid',
        payment: { method: 'card', last4: '4242' },
        shippingAddress: { line1: '12 Marine Drive', city: 'Mumbai', state: 'Maharashtra' },
      },
    ])
    const { messages } = await client.send('history:list', { sessionId: chat.sessionId })
    const told = JSON.stringify([messages, client.received('agent:event')])
    expect(told).not.toMatch(/4242[ -]?4242|(?<![\w.])737(?!\w)/)
  })

  it('by UPI, with the address before it', async () => {
    const asked = await sayAll(
      'add 2 lamps to my cart',
      'checkout please',
      `ship to ${HOME}`,
      'upi success@upi',
    )
    expect(asked.asks).toBe(true)
    await say('yes please')
    expect(await orders()).toMatchObject([{ items: [{ quantity: 2 }], payment: { method: 'upi' } }])
  })

  it('by gift card, all in one message, as a guest', async () => {
    shopper = await market.world.guest()
    await enter()
    await say('add a lamp to my cart')
    const asked = await say(`check out with gift card GIFT-10000 and ship to ${HOME}`)
    expect(asked.asks).toBe(true)
    const done = await say('go ahead')
    expect(done.answer?.order).toMatchObject({ payment: { method: 'gift_card' }, status: 'paid' })
  })

  it('with what is saved, without a word about it', async () => {
    await shopper.api.call('addAddress', { body: SHIPPING })
    const method = { type: 'upi' as const, vpa: 'success@upi' }
    await shopper.api.call('addPaymentMethod', { body: method })
    const asked = await sayAll('add a lamp to my cart', 'check out', 'pay')
    expect(asked.asks).toBe(true)
    await say('yes')
    expect(await orders()).toMatchObject([{ payment: { method: 'upi' }, shippingAddress: SHIPPING }])
  })
})

describe('a walk with a turn in it', () => {
  it('another address, while the agent waits for a yes', async () => {
    await sayAll('add a lamp to my cart', `check out with upi success@upi, ship to ${HOME}`)
    const asked = await say('no wait, ship it to Ravi Kumar, 5 Park Street, Kolkata, West Bengal 700016')
    expect(asked.asks).toBe(true)
    expect(await orders()).toEqual([])
    await say('yes')
    expect(await orders()).toMatchObject([{ shippingAddress: { name: 'Ravi Kumar', city: 'Kolkata' } }])
  })

  it('a card that is declined, then another way to pay, to the same address', async () => {
    const declined = 'card 4000 0000 0000 0002 12/40 cvc 737'
    await sayAll('add a lamp to my cart', `check out with ${declined}, ship to ${HOME}`)
    const no = await say('yes')
    expect(no.answer?.text).toContain('declined')
    expect(await orders()).toEqual([])
    const asked = await say('then by upi success@upi')
    expect(asked.asks).toBe(true)
    await say('yes')
    expect(await orders()).toMatchObject([
      { payment: { method: 'upi' }, shippingAddress: { city: 'Mumbai' } },
    ])
  })

  it('a checkout before the size was said, which asks for the size once more', async () => {
    await say('add a shirt to my cart')
    const asked = await say('check out')
    expect(asked.answer?.text).toContain('Which size of Shirt')
    const chosen = await say('M please')
    expect(chosen.answer?.cart?.items).toMatchObject([{ sku: 'SHIRT-M', quantity: 1 }])
    expect((await say('check out')).answer?.checkout?.state).toBe('open')
  })

  it('a no, after which nothing is bought and the cart is as it was', async () => {
    await sayAll('add a lamp to my cart', `check out with upi success@upi, ship to ${HOME}`, 'no')
    expect(await orders()).toEqual([])
    expect((await shopper.api.call('getCart')).items).toHaveLength(1)
  })

  it('a question in between, after which the yes still counts', async () => {
    await sayAll('add a lamp to my cart', `check out with upi success@upi, ship to ${HOME}`)
    const between = await say('what are my points?')
    expect(between.tools).toEqual(['loyalty_status'])
    await say('yes')
    expect(await orders()).toHaveLength(1)
  })

  it('a change of the cart elsewhere, after which the agent asks again', async () => {
    await sayAll('add a lamp to my cart', `check out with upi success@upi, ship to ${HOME}`)
    const [item] = (await shopper.api.call('getCart')).items
    await shopper.api.call('updateCartItem', { params: { id: item?.id ?? '' }, body: { quantity: 3 } })
    const again = await say('yes')
    expect(again.asks).toBe(true)
    expect(await orders()).toEqual([])
    await say('yes')
    expect(await orders()).toMatchObject([{ items: [{ quantity: 3 }] }])
  })

  it('the order back again', async () => {
    await sayAll('add a lamp to my cart', `check out with upi success@upi, ship to ${HOME}`, 'yes')
    const asked = await say('cancel my order')
    expect(asked.asks).toBe(true)
    await say('yes')
    expect(await orders()).toMatchObject([{ status: 'refunded' }])
  })
})
