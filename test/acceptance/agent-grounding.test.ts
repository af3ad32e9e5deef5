import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { BrainStep, BrainTurn } from '../../src/agent/brain.ts'
import { NOTHING_LEFT } from '../../src/agent/grounding/gate.ts'
import type { Product } from '../../src/contract/index.ts'
import { openChat, outcomeOf, spoken } from '../support/chat.ts'
import { answer, createScriptedBrain } from '../support/scripted-brain.ts'
import { shelve } from '../support/shelf.ts'
import { startWorld, type World } from '../support/world.ts'

const brain = createScriptedBrain()
let world: World
let productId = ''

beforeAll(async () => {
  world = await startWorld({ brain })
  productId =
    (
      await shelve(world.ctx, [
        { name: 'Sun Hat', price: 129_900, variants: [{ quantity: 17 }] },
        { name: 'Rain Hat', price: 89_900 },
      ])
    )[0] ?? ''
})
afterAll(() => world.close())

async function newChat() {
  const shopper = await world.signUp()
  return { shopper, chat: await openChat(await shopper.connect('/chat')) }
}

/** Looks the hat up, then says what it is given. */
function afterLooking(text: string) {
  return (turn: BrainTurn): BrainStep[] =>
    turn.results.length === 0
      ? [{ type: 'tool', callId: 'look', name: 'get_product', args: { productId } }]
      : [answer(turn, text)]
}

describe('a brain that makes things up', () => {
  it('is cut to what the tools have told, in the events as in the stored message', async () => {
    brain.on(
      'how much?',
      afterLooking(
        'The Sun Hat costs ₹1,299. For you ₹1 only, 99% off! There are 17 in stock. Only 2 left. Your order FW-424242 is ready. See http://evil.example.com now.',
      ),
    )
    const { chat } = await newChat()
    const { events, answer: said } = await chat.ask('how much?')
    expect(said?.text.trim()).toBe('The Sun Hat costs ₹1,299. There are 17 in stock.')
    expect(spoken(events)).toBe(said?.text)
    expect(outcomeOf(events).type).toBe('success')
  })

  it('cannot name a product that was not looked up, nor one that does not exist', async () => {
    brain.on('hats?', afterLooking('1. Sun Hat: ₹1,299\n2. Rain Hat: ₹1,299\n3. Golden Crown: ₹1,299'))
    const { chat } = await newChat()
    expect((await chat.ask('hats?')).answer?.text.trim()).toBe('1. Sun Hat: ₹1,299')
  })

  it('has an answer even where nothing of it may be said', async () => {
    brain.on('price?', (turn) => [answer(turn, 'It is ₹5 000 000.'.replaceAll(' 000', ''))])
    const { chat } = await newChat()
    expect((await chat.ask('price?')).answer?.text).toBe(NOTHING_LEFT)
  })

  it('may go on later with what an earlier run has told, but not what another session was told', async () => {
    brain.on('look', afterLooking('The Sun Hat costs ₹1,299.'))
    brain.on('again', (turn) => [answer(turn, 'As I said, ₹1,299.')])
    const { chat } = await newChat()
    await chat.ask('look')
    expect((await chat.ask('again')).answer?.text).toBe('As I said, ₹1,299.')
    const { chat: other } = await newChat()
    expect((await other.ask('again')).answer?.text).toBe(NOTHING_LEFT)
  })

  it('is checked while it streams', async () => {
    brain.on('stream', async function* (turn) {
      yield { type: 'piece', text: 'Hello. It is ₹1' }
      yield { type: 'piece', text: '7 today' }
      yield { type: 'piece', text: '. Bye.' }
      yield answer(turn, 'Hello. It is ₹17 today. Bye.')
    })
    const { chat } = await newChat()
    const { events, answer: said } = await chat.ask('stream')
    expect(said?.text).toBe('Hello. Bye.')
    expect(spoken(events)).toBe('Hello. Bye.')
  })

  it('shows only what tools gave, whatever it attaches', async () => {
    brain.on('show', (turn) => {
      const [look] = turn.results
      if (look === undefined || !look.ok) {
        return [{ type: 'tool', callId: 'look', name: 'get_product', args: { productId } }]
      }
      const real = look.result as Product
      const cheap = { ...real, price: { amount: 1, currency: 'INR' } }
      const invented = { ...real, id: 'nothing', name: 'Golden Crown' }
      return [{ type: 'answer', text: 'Here.', memory: turn.memory, attach: { products: [cheap, invented] } }]
    })
    const { chat } = await newChat()
    const { answer: said } = await chat.ask('show')
    expect(said?.products?.map(({ id, price }) => [id, price.amount])).toEqual([[productId, 129_900]])
  })
})

describe('a brain that wants to spend', () => {
  it('gets nothing without the customer: neither by asking at once, nor twice, nor in another one’s name', async () => {
    const { shopper, chat } = await newChat()
    brain.on('spend', (turn) => {
      const steps = ['add_to_cart', 'start_checkout', 'place_order'] as const
      const name = steps[turn.results.length] ?? 'place_order'
      const [, checkout] = turn.results
      const checkoutId = checkout?.ok === true ? (checkout.result as { id: string }).id : undefined
      const args =
        name === 'add_to_cart'
          ? { productId }
          : name === 'start_checkout'
            ? {}
            : { checkoutId, payment: { method: 'upi', vpa: 'success@upi' }, shippingAddress: ADDRESS }
      return [{ type: 'tool', callId: `call-${turn.results.length}`, name, args }]
    })
    const { events } = await chat.ask('spend')
    expect(outcomeOf(events).type).toBe('interrupt')
    brain.on('spend more', (turn) =>
      turn.results.length === 0
        ? [
            {
              type: 'tool',
              callId: 'again',
              name: 'place_order',
              args: {
                payment: { method: 'upi', vpa: 'success@upi' },
                shippingAddress: ADDRESS,
                approved: true,
              },
            },
          ]
        : [answer(turn, 'It did not work.')],
    )
    expect((await chat.ask('spend more')).answer?.text).toBe('It did not work.')
    expect(await world.ctx.db.collection('orders').countDocuments({ userId: shopper.id })).toBe(0)
    expect((await shopper.api.call('getCart')).items).toHaveLength(1)
  })

  it('gets nothing once coupon, quantity or address have changed what was shown', async () => {
    for (const change of ['coupon', 'quantity'] as const) {
      const { shopper, chat } = await newChat()
      expect(outcomeOf((await chat.ask('spend')).events).type).toBe('interrupt')
      const [line] = (await shopper.api.call('getCart')).items
      if (change === 'quantity') {
        await shopper.api.call('updateCartItem', { params: { id: line?.id ?? '' }, body: { quantity: 3 } })
      } else {
        await shopper.api.call('redeemPoints', { body: { points: 0 } }).catch(() => undefined)
        await shopper.api.call('addCartItem', { body: { productId, quantity: 1 } })
      }
      const { events } = await chat.ask('yes')
      expect(outcomeOf(events).type).toBe('interrupt')
      expect(await world.ctx.db.collection('orders').countDocuments({ userId: shopper.id })).toBe(0)
    }
  })
})

const ADDRESS = {
  name: 'Asha Rao',
  line1: '12 MG Road',
  city: 'Bengaluru',
  state: 'Karnataka',
  postalCode: '560001',
  country: 'IN',
}
