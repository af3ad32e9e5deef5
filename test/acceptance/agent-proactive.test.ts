import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DEFAULT_LOCATION_ID } from '../../src/features/inventory/index.ts'
import { type Chat, openChat } from '../support/chat.ts'
import { shelve } from '../support/shelf.ts'
import { type Shopper, startWorld, type World } from '../support/world.ts'

let world: World
let admin: Shopper

beforeAll(async () => {
  world = await startWorld()
  admin = await world.admin()
})
afterAll(() => world.close())

async function newChat(on = world) {
  const shopper = await on.signUp()
  return { shopper, chat: await openChat(await shopper.connect('/chat')) }
}

/** Pieces come or go, as far as the shop can see. */
async function move(productId: string, sku: string, delta: number): Promise<void> {
  await admin.api.call('adjustInventory', {
    params: { productId },
    body: { sku, locationId: DEFAULT_LOCATION_ID, delta, reason: 'counted' },
  })
}

/** The next thing that the agent says without being asked. */
function unasked(chat: Chat, words: string) {
  return chat.client.waitFor(
    'message:new',
    ({ message }) =>
      message.role === 'assistant' && message.runId === undefined && message.text.includes(words),
  )
}

const unaskedSoFar = (chat: Chat) =>
  chat.client
    .received('message:new')
    .filter(({ message }) => message.role === 'assistant' && message.runId === undefined)
    .map(({ message }) => message.text)

describe('what is in the cart', () => {
  it('runs low: she is told once, with her cart', async () => {
    const [productId = ''] = await shelve(world.ctx, [
      { name: 'Sun Hat', variants: [{ sku: 'LOW-1', quantity: 9 }] },
    ])
    const { chat } = await newChat()
    await chat.ask('add two sun hats to my cart')
    await move(productId, 'LOW-1', -5)
    const { message } = await unasked(chat, 'running low: only 4 left')
    expect(message.cart?.items).toMatchObject([{ productId, quantity: 2, available: 4 }])
    expect(message.seq).toBe(3)
    await move(productId, 'LOW-1', -1)
    await move(productId, 'LOW-1', -2)
    await unasked(chat, 'only 1 is left now, and you have 2')
    expect(unaskedSoFar(chat).filter((text) => text.includes('running low'))).toHaveLength(1)
    expect((await chat.ask('show my cart')).answer?.seq).toBeGreaterThan(message.seq)
    const history = await chat.client.send('history:list', { sessionId: chat.sessionId })
    expect(history.messages.map(({ seq }) => seq)).toEqual(history.messages.map((_, index) => index + 1))
  })

  it('runs out: the nearest variant is offered, and a yes takes it', async () => {
    const [productId = ''] = await shelve(world.ctx, [
      {
        name: 'Canvas Cap',
        variants: [
          { sku: 'CAP-RM', color: 'Red', size: 'M', quantity: 1 },
          { sku: 'CAP-RL', color: 'Red', size: 'L', quantity: 5 },
          { sku: 'CAP-BM', color: 'Blue', size: 'M', quantity: 7 },
        ],
      },
    ])
    const { shopper, chat } = await newChat()
    await shopper.api.call('addCartItem', { body: { productId, sku: 'CAP-RM' } })
    await move(productId, 'CAP-RM', -1)
    const { message } = await unasked(chat, 'has just sold out')
    expect(message.text).toContain('Canvas Cap (Red, size M)')
    expect(message.text).toContain('Canvas Cap (Blue, size M)')
    await chat.ask('yes')
    const cart = await shopper.api.call('getCart')
    expect(cart.items.map(({ sku, quantity }) => [sku, quantity])).toContainEqual(['CAP-BM', 1])
  })

  it('runs out with all its variants: the nearest product is offered', async () => {
    const [productId = '', other = ''] = await shelve(world.ctx, [
      { name: 'Clay Pot', category: 'Pots', price: 50_000, variants: [{ sku: 'POT-1', quantity: 1 }] },
      { name: 'Iron Pot', category: 'Pots', price: 60_000 },
      { name: 'Gold Pot', category: 'Pots', price: 9_000_000 },
    ])
    const { shopper, chat } = await newChat()
    await shopper.api.call('addCartItem', { body: { productId } })
    await move(productId, 'POT-1', -1)
    const { message } = await unasked(chat, 'Clay Pot in your cart has just sold out')
    expect(message.products?.map(({ id }) => id)).toEqual([other])
    expect(message.text).toContain('Iron Pot for ₹600')
  })

  it('is no news while it is on hold for her, nor to those who are not here', async () => {
    const [productId = ''] = await shelve(world.ctx, [
      { name: 'Rain Coat', variants: [{ sku: 'COAT-1', quantity: 8 }] },
    ])
    const holder = await newChat()
    await holder.shopper.api.call('addCartItem', { body: { productId } })
    await holder.shopper.api.call('startCheckout')
    const away = await newChat()
    await away.shopper.api.call('addCartItem', { body: { productId } })
    away.chat.client.close()
    await away.chat.client.ended
    const here = await newChat()
    await here.shopper.api.call('addCartItem', { body: { productId } })
    await move(productId, 'COAT-1', -5)
    await unasked(here.chat, 'running low')
    await holder.chat.ask('hello')
    expect(unaskedSoFar(holder.chat)).toEqual([])
    const stored = await world.ctx.db
      .collection('chat_messages')
      .countDocuments({ sessionId: away.chat.sessionId })
    expect(stored).toBe(0)
  })

  it('is told once though she is on two instances', async () => {
    const second = await startWorld({ on: world })
    try {
      const [productId = ''] = await shelve(world.ctx, [
        { name: 'Wool Scarf', variants: [{ sku: 'SCARF-1', quantity: 8 }] },
      ])
      const { shopper, chat } = await newChat()
      const elsewhere = await second.connect('/chat', shopper.token)
      const there = await openChat(elsewhere, chat.sessionId)
      await shopper.api.call('addCartItem', { body: { productId } })
      await move(productId, 'SCARF-1', -5)
      await Promise.all([unasked(chat, 'running low'), unasked(there, 'running low')])
      await Promise.all([chat.ask('thanks'), there.ask('thank you')])
      expect(unaskedSoFar(chat)).toHaveLength(1)
      expect(unaskedSoFar(there)).toHaveLength(1)
    } finally {
      await second.close()
    }
  })
})

describe('a hold', () => {
  it('that is about to lapse is told', async () => {
    const hasty = await startWorld({ config: { RESERVATION_TTL: '3s' } })
    try {
      await shelve(hasty.ctx, [{ name: 'Sun Hat' }])
      const { chat } = await newChat(hasty)
      await chat.ask('add a sun hat')
      const { answer } = await chat.ask('check out')
      const { message } = await unasked(chat, 'Your items are held for')
      expect(message.checkout?.id).toBe(answer?.checkout?.id)
      expect(unaskedSoFar(chat)).toHaveLength(1)
    } finally {
      await hasty.close()
    }
  })
})

describe('tell me when it is back', () => {
  it('puts her on the list, tells her in the chat and by the event, once, and a yes puts it into the cart', async () => {
    const [productId = ''] = await shelve(world.ctx, [
      { name: 'Moon Boots', variants: [{ sku: 'MOON-1', quantity: 0 }] },
    ])
    const { shopper, chat } = await newChat()
    const inventory = await shopper.connect('/inventory')
    expect((await chat.ask('are the moon boots in stock?')).answer?.text).toContain('out of stock')
    const { events, answer } = await chat.ask('tell me when they are back')
    expect(answer?.text).toContain('let you know')
    expect(
      events.flatMap((event) => (event.type === 'TOOL_CALL_START' ? [event.toolCallName] : [])),
    ).toContain('join_waitlist')
    await move(productId, 'MOON-1', 4)
    const { message } = await unasked(chat, 'Moon Boots is back')
    expect(message.products?.map(({ id }) => id)).toEqual([productId])
    expect(await inventory.waitFor('stock:back')).toEqual({ productId, sku: 'MOON-1' })
    await chat.ask('yes please')
    expect((await shopper.api.call('getCart')).items).toMatchObject([{ sku: 'MOON-1', quantity: 1 }])
    await move(productId, 'MOON-1', -3)
    await move(productId, 'MOON-1', 3)
    await chat.ask('hello')
    expect(unaskedSoFar(chat).filter((text) => text.includes('is back'))).toHaveLength(1)
  })

  it('waits for the one variant that she wants', async () => {
    const [productId = ''] = await shelve(world.ctx, [
      {
        name: 'Ski Mask',
        variants: [
          { sku: 'SKI-R', color: 'Red', quantity: 0 },
          { sku: 'SKI-B', color: 'Blue', quantity: 0 },
        ],
      },
    ])
    const { chat } = await newChat()
    await chat.ask('notify me when the ski mask in red is back')
    await move(productId, 'SKI-B', 3)
    await move(productId, 'SKI-R', 2)
    const { message } = await unasked(chat, 'Ski Mask')
    expect(message.text).toContain('Ski Mask (Red) is back')
  })

  it('is read later by who has gone', async () => {
    const [productId = ''] = await shelve(world.ctx, [
      { name: 'Star Lamp', variants: [{ sku: 'STAR-1', quantity: 0 }] },
    ])
    const { shopper, chat } = await newChat()
    await chat.ask('let me know when the star lamp is available again')
    chat.client.close()
    await chat.client.ended
    const watcher = await openChat(await (await world.signUp()).connect('/chat'))
    const listener = await shopper.connect('/inventory')
    await move(productId, 'STAR-1', 2)
    await listener.waitFor('stock:back')
    await watcher.ask('hello')
    const again = await openChat(await shopper.connect('/chat'), chat.sessionId)
    expect(again.opened.messages.at(-1)?.text).toContain('Star Lamp is back')
  })
})
