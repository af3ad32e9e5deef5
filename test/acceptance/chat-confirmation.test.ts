import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { BrainTurn } from '../../src/agent/brain.ts'
import { Interrupt, Totals } from '../../src/contract/index.ts'
import { addItem, getCart } from '../../src/features/cart/index.ts'
import { type Chat, openChat, outcomeOf, typesOf } from '../support/chat.ts'
import { testClock } from '../support/instance.ts'
import { answer, createScriptedBrain } from '../support/scripted-brain.ts'
import { shelve } from '../support/shelf.ts'
import { type Shopper, startWorld, type World } from '../support/world.ts'

const brain = createScriptedBrain()
const shippingAddress = {
  name: 'Asha Rao',
  line1: '12 MG Road',
  city: 'Bengaluru',
  state: 'Karnataka',
  postalCode: '560001',
  country: 'IN',
}
let world: World
let productId = ''

beforeAll(async () => {
  world = await startWorld({ brain })
  productId = (await shelve(world.ctx, [{ name: 'Sun Hat', variants: [{ quantity: 500 }] }]))[0] ?? ''
  brain.on('buy it', (turn) => buying(turn, { method: 'upi', vpa: 'success@upi' }))
  brain.on('what about the weather?', (turn) => [answer(turn, 'Sunny.')])
})
afterAll(() => world.close())

function buying(turn: BrainTurn, payment: unknown) {
  const [, checkout] = turn.results
  if (turn.results.length === 0) {
    return [{ type: 'tool' as const, callId: 'add', name: 'add_to_cart' as const, args: { productId } }]
  }
  if (checkout === undefined) {
    return [{ type: 'tool' as const, callId: 'hold', name: 'start_checkout' as const, args: {} }]
  }
  const problem = turn.results.at(2)
  if (problem !== undefined) return [answer(turn, problem.ok ? 'odd' : problem.error.code)]
  const checkoutId = checkout.ok ? (checkout.result as { id: string }).id : ''
  const args = { checkoutId, payment, shippingAddress }
  return [{ type: 'tool' as const, callId: 'pay', name: 'place_order' as const, args }]
}

const callerOf = ({ id }: Shopper) => ({
  userId: id,
  role: 'customer' as const,
  requestId: 'test',
  via: 'rest' as const,
})
const ordersOf = ({ id }: Shopper) => world.ctx.db.collection('orders').countDocuments({ userId: id })

async function asked(): Promise<{ shopper: Shopper; chat: Chat; interrupt: Interrupt; runId: string }> {
  const shopper = await world.signUp()
  const chat = await openChat(await shopper.connect('/chat'))
  const { message, events } = await chat.ask('buy it')
  return { shopper, chat, interrupt: interruptOf(outcomeOf(events)), runId: message.runId ?? '' }
}

function interruptOf(outcome: { type: string; interrupts?: unknown[] }): Interrupt {
  expect(outcome.type).toBe('interrupt')
  expect(outcome.interrupts).toHaveLength(1)
  return Interrupt.parse(outcome.interrupts?.[0])
}

const approve = (chat: Chat, interrupt: Interrupt, approved = true) =>
  chat.client.send('run:resume', {
    sessionId: chat.sessionId,
    interruptId: interrupt.id,
    status: 'resolved',
    payload: { approved },
  })

describe('before money is spent', () => {
  it('the run ends and asks, with everything that the customer must know', async () => {
    const { shopper, chat, interrupt } = await asked()
    expect(interrupt).toMatchObject({
      reason: 'tool_call',
      message: expect.any(String),
      responseSchema: { type: 'object', properties: { approved: { type: 'boolean' } } },
      metadata: { checkoutId: expect.any(String), payment: { method: 'upi' }, hash: expect.any(String) },
    })
    Totals.parse(interrupt.metadata?.totals)
    expect(Date.parse(interrupt.expiresAt ?? '')).toBeGreaterThan(Date.now())
    const call = chat.client
      .received('agent:event')
      .find((event) => event.type === 'TOOL_CALL_START' && event.toolCallName === 'place_order')
    expect(call?.type === 'TOOL_CALL_START' && call.toolCallId).toBe(interrupt.toolCallId)
    expect(await ordersOf(shopper)).toBe(0)
    expect(chat.client.received('session:state').at(-1)?.state).toBe('awaiting_confirmation')
    const again = await openChat(await shopper.connect('/chat'), chat.sessionId)
    expect(again.opened).toMatchObject({ state: 'awaiting_confirmation', interrupt: { id: interrupt.id } })
    expect(again.opened.messages.at(-1)?.text).toContain(interrupt.message)
    expect(again.opened.messages.at(-1)?.checkout?.id).toBe(interrupt.metadata?.checkoutId)
  })

  it('an approval starts a run that carries the result; sent twice it is the same run', async () => {
    const { shopper, chat, interrupt, runId } = await asked()
    const [first, second] = await Promise.all([approve(chat, interrupt), approve(chat, interrupt)])
    expect(second.runId).toBe(first.runId)
    expect(first.runId).not.toBe(runId)
    const events = await chat.run(first.runId)
    expect(events[0]).toMatchObject({ type: 'RUN_STARTED', parentRunId: runId })
    const result = events.find((event) => event.type === 'TOOL_CALL_RESULT')
    expect(result).toMatchObject({ toolCallId: interrupt.toolCallId })
    expect(result?.type === 'TOOL_CALL_RESULT' && JSON.parse(String(result.content))).toMatchObject({
      status: 'paid',
    })
    expect(await ordersOf(shopper)).toBe(1)
    expect((await approve(chat, interrupt)).runId).toBe(first.runId)
    expect(brain.turns.at(-1)?.resumed).toBe(true)
    expect(chat.client.received('session:state').at(-1)?.state).toBe('idle')
  })

  it('a plain yes by message does it as well', async () => {
    const { shopper, chat, runId } = await asked()
    const { events } = await chat.ask('Yes, please go ahead!')
    expect(events[0]).toMatchObject({ parentRunId: runId })
    expect(typesOf(events)).toContain('TOOL_CALL_RESULT')
    expect(await ordersOf(shopper)).toBe(1)
  })

  it('a no leaves everything as it was', async () => {
    const { shopper, chat, interrupt } = await asked()
    const { events } = await chat.ask('no, thanks')
    expect(outcomeOf(events)).toEqual({ type: 'success' })
    expect((await approve(chat, interrupt)).runId).toBe(events[0]?.runId)
    const other = await asked()
    const { runId } = await approve(other.chat, other.interrupt, false)
    await other.chat.run(runId)
    expect(await ordersOf(shopper)).toBe(0)
    expect(await ordersOf(other.shopper)).toBe(0)
    expect((await getCart(world.ctx, callerOf(shopper))).items).toHaveLength(1)
  })

  it('other messages are answered and leave it open', async () => {
    const { shopper, chat } = await asked()
    const { answer: said } = await chat.ask('what about the weather?')
    expect(said?.text).toBe('Sunny.')
    expect(brain.turns.at(-1)?.openConfirmation?.tool).toBe('place_order')
    expect(chat.client.received('session:state').at(-1)?.state).toBe('awaiting_confirmation')
    await chat.ask('yes')
    expect(await ordersOf(shopper)).toBe(1)
  })

  it('a cart that has changed since is asked about again, and nothing is bought', async () => {
    const { shopper, chat, interrupt } = await asked()
    await addItem(world.ctx, callerOf(shopper), { productId, sku: undefined, quantity: 2 })
    const { runId } = await approve(chat, interrupt)
    const events = await chat.run(runId)
    const next = interruptOf(outcomeOf(events))
    expect(await ordersOf(shopper)).toBe(0)
    expect(next.id).not.toBe(interrupt.id)
    expect(next.metadata?.hash).not.toBe(interrupt.metadata?.hash)
    const [before, after] = [interrupt, next].map(
      ({ metadata }) => Totals.parse(metadata?.totals).subtotal.amount,
    )
    expect(after).toBe((before ?? 0) * 3)
    expect((await chat.answerOf(runId)).text).toContain('changed')
    await chat.ask('yes')
    expect(await ordersOf(shopper)).toBe(1)
  })

  it('two devices and a word at once buy once', async () => {
    const { shopper, chat, interrupt } = await asked()
    const second = await openChat(await shopper.connect('/chat'), chat.sessionId)
    const [resumed, again, word] = await Promise.all([
      approve(chat, interrupt),
      approve(second, interrupt),
      chat.say('yes'),
    ])
    await chat.run(resumed.runId)
    await chat.run(again.runId)
    await chat.run(word.runId ?? '')
    expect(await ordersOf(shopper)).toBe(1)
  })

  it('a confirmation that nobody asked is not found', async () => {
    const { chat, interrupt } = await asked()
    const resume = (interruptId: string) =>
      chat.client.fail('run:resume', {
        sessionId: chat.sessionId,
        interruptId,
        status: 'resolved',
        payload: { approved: true },
      })
    expect((await resume('made-up')).code).toBe('not_found')
    const stranger = await asked()
    const foreign = await stranger.chat.client.fail('run:resume', {
      sessionId: stranger.chat.sessionId,
      interruptId: interrupt.id,
      status: 'resolved',
      payload: { approved: true },
    })
    expect(foreign.code).toBe('not_found')
  })

  it('an order cannot be asked for without a checkout, and a full card number is refused', async () => {
    brain.on('pay nothing', (turn) =>
      turn.results.length === 0
        ? [
            {
              type: 'tool',
              callId: 'pay',
              name: 'place_order',
              args: { checkoutId: 'none', payment: { method: 'upi', vpa: 'success@upi' }, shippingAddress },
            },
          ]
        : turn.results.length === 1
          ? [
              {
                type: 'tool',
                callId: 'pay2',
                name: 'place_order',
                args: {
                  payment: {
                    method: 'card',
                    number: '4242424242424242',
                    expMonth: 1,
                    expYear: 2031,
                    cvc: '123',
                  },
                },
              },
            ]
          : [answer(turn, turn.results.map((result) => (result.ok ? 'ok' : result.error.code)).join(' '))],
    )
    const shopper = await world.signUp()
    const chat = await openChat(await shopper.connect('/chat'))
    expect((await chat.ask('pay nothing')).answer?.text).toBe('not_found validation_failed')
    expect(await ordersOf(shopper)).toBe(0)
  })
})

describe('a confirmation that nobody answers', () => {
  it('lapses, and a late yes is asked again', async () => {
    const clock = testClock(new Date())
    const slow = await startWorld({ brain, clock })
    try {
      productId =
        (await shelve(slow.ctx, [{ name: 'Sun Hat', slug: 'sun-hat', variants: [{ quantity: 500 }] }]))[0] ??
        ''
      const shopper = await slow.signUp()
      const chat = await openChat(await shopper.connect('/chat'))
      const { events } = await chat.ask('buy it')
      interruptOf(outcomeOf(events))
      clock.advance(11 * 60_000)
      await chat.client.waitFor('session:state', ({ state }) => state === 'awaiting_confirmation')
      await expect
        .poll(() => chat.client.received('session:state').at(-1)?.state, { timeout: 10_000 })
        .toBe('idle')
      const late = await chat.ask('yes')
      interruptOf(outcomeOf(late.events))
      expect(await slow.ctx.db.collection('orders').countDocuments()).toBe(0)
      await chat.ask('yes')
      expect(await slow.ctx.db.collection('orders').countDocuments()).toBe(1)
    } finally {
      await slow.close()
    }
  })
})
