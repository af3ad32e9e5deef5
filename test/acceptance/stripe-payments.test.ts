import { pino } from 'pino'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Order } from '../../src/contract/index.ts'
import { configureCheckout, resumeCheckouts } from '../../src/features/checkout/index.ts'
import { resumeReturnsOf } from '../../src/features/orders/index.ts'
import { gatewayOf } from '../../src/features/payments/index.ts'
import { openChat } from '../support/chat.ts'
import { problemOf, restCheckout } from '../support/checkout-doors.ts'
import { ADDRESS, type Basket, card, fillCart, UPI } from '../support/purchase.ts'
import { stockBooks } from '../support/stock-books.ts'
import { STRIPE_KEY, type StripeServer, startStripeServer } from '../support/stripe/server.ts'
import { intentsOf, startStripeShop, statusesOf, token } from '../support/stripe/shop.ts'
import { WEBHOOK_SECRET } from '../support/stripe/webhook.ts'
import type { World } from '../support/world.ts'

const BACKOFF = [1, 1, 1]
const lines: string[] = []

let stripe: StripeServer
let world: World
let basket: Basket
let checkoutId: string

beforeAll(async () => {
  stripe = await startStripeServer()
  const log = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) })
  world = await startStripeShop(stripe, { log })
  configureCheckout(world.ctx, { backoffMs: BACKOFF })
})
afterAll(async () => {
  await world.close()
  await stripe.close()
})
beforeEach(async () => {
  stripe.calm()
  basket = await fillCart(world)
  checkoutId = (await basket.shopper.api.call('startCheckout')).id
})

type Payment = Parameters<ReturnType<typeof restCheckout>['pay']>[1]

const pay = (payment: Payment = token(stripe)) => restCheckout(basket.shopper.api).pay(checkoutId, payment)
const statuses = () => statusesOf(world, stripe, checkoutId)
const orders = async () => (await basket.shopper.api.call('listOrders')).total

describe('a purchase', () => {
  it('sets the whole sum aside, and takes it once there is an order', async () => {
    const order = await pay()
    expect(order).toMatchObject({
      status: 'paid',
      payment: { method: 'card', status: 'captured', brand: 'visa', last4: '4242' },
    })
    const [intent, ...others] = await intentsOf(world, stripe, checkoutId)
    expect(others).toEqual([])
    expect(intent).toMatchObject({
      id: order.payment.reference,
      amount: order.totals.total.amount,
      currency: 'inr',
      capture_method: 'manual',
      status: 'succeeded',
    })
    for (const call of ['intent', 'confirm', 'capture'] as const) {
      expect(stripe.keys(call)).toEqual([`${checkoutId}:1:${call}`])
    }
  })

  it('by a card number, where the account may send those', async () => {
    expect(await pay(card('5555555555554444'))).toMatchObject({
      status: 'paid',
      payment: { brand: 'mastercard', last4: '4444' },
    })
  })

  it('by chat', async () => {
    const { shopper } = basket
    await shopper.api.call('addAddress', { body: { ...ADDRESS, isDefault: true } })
    const chat = await openChat(await shopper.connect('/chat'))
    await chat.ask('checkout')
    await chat.ask('pay with card 4242 4242 4242 4242 12/40 cvc 737')
    const { answer } = await chat.ask('yes')
    expect(answer?.order).toMatchObject({ status: 'paid', payment: { last4: '4242' } })
    const [order] = (await shopper.api.call('listOrders')).items
    const intent = stripe.books.intent(order?.payment.reference ?? '')
    expect(intent).toMatchObject({ status: 'succeeded', amount: order?.totals.total.amount })
  })

  it('by a saved card, again and again, until it is deleted', async () => {
    const { shopper } = basket
    const { method: _method, ...details } = card('4242424242424242')
    const body = { ...details, type: 'card' as const, holder: 'Asha Rao' }
    const saved = await shopper.api.call('addPaymentMethod', { body })
    const first = await pay({ paymentMethodId: saved.id })
    await fillCart(world, { shopper })
    const second = await shopper.api.call('placeOrder', {
      body: { payment: { paymentMethodId: saved.id }, shippingAddress: ADDRESS },
    })
    for (const { payment } of [first, second]) {
      expect(stripe.books.intent(payment.reference)).toMatchObject({ status: 'succeeded' })
    }
    await shopper.api.call('removePaymentMethod', { params: { id: saved.id } })
    expect(stripe.keys('detach')).toHaveLength(1)
  })

  it('that costs nothing asks nothing of Stripe', async () => {
    const gateway = gatewayOf(world.ctx)
    const request = { key: 'free:1', token: token(stripe).token, amount: 0, currency: 'INR' }
    const { signal } = new AbortController()
    const approved = await gateway.authorize(request, signal)
    expect(approved.status).toBe('approved')
    expect(await gateway.find('free:1')).toEqual(approved)
    await gateway.capture('free:1')
    await gateway.void('free:2')
    expect(await gateway.authorize({ ...request, key: 'free:2' }, signal)).toMatchObject({ reason: 'voided' })
    expect(stripe.keys('intent')).toEqual([])
    const dust = await gateway.authorize({ ...request, key: 'dust:1', amount: 10 }, signal)
    expect(dust).toEqual({ status: 'declined', reason: 'amount_too_small' })
  })
})

describe('a token of a frontend', () => {
  it('that Stripe does not know is not found', async () => {
    for (const unknown of ['pm_made_up', 'tok_visa', '../v1/refunds']) {
      expect(await problemOf(pay({ method: 'card', token: unknown }))).toMatchObject({
        status: 404,
        code: 'not_found',
      })
    }
    expect(stripe.keys('intent')).toEqual([])
  })

  it('pays for whoever brought it first, and for nobody else', async () => {
    const declined = token(stripe, '4000000000000002')
    expect(await problemOf(pay(declined))).toMatchObject({ code: 'payment_declined' })
    const thief = await fillCart(world)
    const theirs = (await thief.shopper.api.call('startCheckout')).id
    expect(await problemOf(restCheckout(thief.shopper.api).pay(theirs, declined))).toMatchObject({
      code: 'not_found',
    })
  })
})

describe('what is declined', () => {
  it.each([
    ['4000000000000002', 'card_declined'],
    ['4000000000009995', 'insufficient_funds'],
    ['4000000000009979', 'card_declined'],
    ['4000000000000069', 'expired_card'],
    ['4000002760003184', 'authentication_required'],
  ])('%s: %s, and another card can pay', async (number, reason) => {
    expect(await problemOf(pay(token(stripe, number)))).toMatchObject({
      status: 402,
      code: 'payment_declined',
      reason,
    })
    expect(await statuses()).toEqual(['requires_payment_method'])
    expect(await orders()).toBe(0)
    expect(await pay()).toMatchObject({ status: 'paid' })
    expect(await statuses()).toEqual(['requires_payment_method', 'succeeded'])
  })

  it('UPI: the adapter takes cards only', async () => {
    expect(await problemOf(pay(UPI))).toMatchObject({
      status: 402,
      code: 'payment_declined',
      reason: 'method_not_supported',
    })
    const body = { type: 'upi' as const, vpa: 'asha@bank' }
    expect(await basket.shopper.api.fail('addPaymentMethod', { body })).toMatchObject({
      code: 'validation_failed',
    })
    expect(await pay()).toMatchObject({ status: 'paid' })
  })
})

describe('a lost answer', () => {
  it.each([
    'intent',
    'confirm',
    'capture',
  ] as const)('to %s: what has happened is found by its key, and charged once', async (call) => {
    stripe.trouble(call, 'cut', 3)
    const order = await pay()
    stripe.forgetKeys()
    await resumeCheckouts(world.ctx)
    expect(new Set(stripe.keys(call))).toEqual(new Set([`${checkoutId}:1:${call}`]))
    expect(await statuses()).toEqual(['succeeded'])
    expect(await basket.shopper.api.call('getOrder', { params: { id: order.id } })).toMatchObject({
      status: 'paid',
    })
  })

  it.each(['confirm', 'capture'] as const)('to %s, as a failure that Stripe repeats', async (call) => {
    stripe.trouble(call, 'broken', 1)
    expect(await pay()).toMatchObject({ status: 'paid' })
    expect(await statuses()).toEqual(['succeeded'])
  })

  it('to a capture that had not happened: it is tried again under another key', async () => {
    stripe.trouble('capture', 'refused', 1)
    const order = await pay()
    expect(order.status).toBe('pending')
    expect(await resumeCheckouts(world.ctx)).toBe(1)
    expect(await statuses()).toEqual(['succeeded'])
    expect(stripe.keys('capture')).toEqual([`${checkoutId}:1:capture`, `${checkoutId}:1:capture:1`])
  })

  it('to the end: nothing is charged, the goods stay held, and another payment goes through', async () => {
    configureCheckout(world.ctx, { authorizeMs: 300, backoffMs: BACKOFF })
    stripe.trouble('confirm', 'silent', 1)
    expect(await problemOf(pay())).toMatchObject({ status: 402, code: 'payment_timeout' })
    expect(await statuses()).toEqual(['canceled'])
    expect(await stockBooks(world.ctx, basket.productId)).toMatchObject({ held: 2 })
    configureCheckout(world.ctx, { backoffMs: BACKOFF })
    expect(await pay()).toMatchObject({ status: 'paid' })
    expect(await statuses()).toEqual(['canceled', 'succeeded'])
    expect(await orders()).toBe(1)
  })

  it('that stays away until the money is let go of again: still one charge at the most', async () => {
    configureCheckout(world.ctx, { authorizeMs: 300, backoffMs: BACKOFF })
    stripe.trouble('confirm', 'silent', 1)
    stripe.trouble('cancel', 'refused', 1)
    expect(await problemOf(pay())).toMatchObject({ code: 'payment_timeout' })
    expect(await statuses()).toEqual(['requires_capture'])
    configureCheckout(world.ctx, { backoffMs: BACKOFF })
    expect(await pay()).toMatchObject({ status: 'paid' })
    await resumeCheckouts(world.ctx)
    expect(await statuses()).toEqual(['canceled', 'succeeded'])
  })
})

describe('money that is let go of', () => {
  const request = (key: string) => ({
    key,
    token: token(stripe).token,
    amount: 5_000,
    currency: 'INR',
  })
  const { signal } = new AbortController()

  it('while the intent is being made: it is never confirmed', async () => {
    const gateway = gatewayOf(world.ctx)
    stripe.trouble('intent', 'held', 1)
    const late = gateway.authorize(request('late:1'), signal)
    await stripe.holding('intent')
    await gateway.void('late:1')
    stripe.release()
    expect(await late).toEqual({ status: 'declined', reason: 'voided' })
    expect(stripe.keys('confirm')).toEqual([])
    expect(await gateway.find('late:1')).toBeNull()
    const ours = [...stripe.books.intents.values()].filter(
      ({ metadata }) => metadata.authorization === 'late:1',
    )
    expect(ours.map(({ status }) => status)).toEqual(['canceled'])
  })

  it('before anything was asked: what comes later is refused', async () => {
    const gateway = gatewayOf(world.ctx)
    await gateway.void('never:1')
    expect(await gateway.authorize(request('never:1'), signal)).toMatchObject({ reason: 'voided' })
    expect(stripe.keys('intent')).toEqual([])
  })

  it('after somebody took it by hand: it goes back whole, once', async () => {
    const gateway = gatewayOf(world.ctx)
    const approved = await gateway.authorize(request('taken:1'), signal)
    const intentId = approved.status === 'approved' ? approved.reference : ''
    stripe.books.capture(intentId)
    await Promise.all([gateway.void('taken:1'), gateway.void('taken:1')])
    await gateway.void('taken:1')
    expect(stripe.books.refunded(intentId)).toBe(5_000)
  })

  it('cannot be taken any more', async () => {
    const gateway = gatewayOf(world.ctx)
    await gateway.authorize(request('gone:1'), signal)
    await gateway.void('gone:1')
    await expect(gateway.capture('gone:1')).rejects.toThrow('cannot be captured')
    await expect(gateway.capture('unknown:1')).rejects.toThrow('cannot be captured')
  })
})

describe('a Stripe that is away', () => {
  it('too often: it is declined, and nothing is charged', async () => {
    stripe.trouble('confirm', 'refused', 1)
    expect(await problemOf(pay())).toMatchObject({ code: 'payment_declined', reason: 'gateway_error' })
    expect(stripe.keys('confirm')).toHaveLength(BACKOFF.length + 1)
    expect(await statuses()).toEqual(['canceled'])
    expect(await pay()).toMatchObject({ status: 'paid' })
  })

  it('before anything has begun', async () => {
    stripe.trouble('describe', 'refused', 9)
    expect(await problemOf(pay())).toMatchObject({ status: 503, code: 'unavailable' })
    expect(await statuses()).toEqual([])
  })
})

describe('a partial return', () => {
  const give = (order: Order, quantity: number) =>
    basket.shopper.api.call('returnOrder', {
      params: { id: order.id },
      body: { reason: 'does not fit', items: [{ itemId: order.items[0]?.id ?? '', quantity }] },
    })
  const back = (order: Order) => stripe.books.refunded(order.payment.reference)

  it('refunds its share, and all of them together never more than was taken', async () => {
    const order = await pay()
    const first = await give(order, 1)
    expect(first.refund.status).toBe('succeeded')
    expect(back(order)).toBe(first.refund.amount)
    expect(first.refund.amount).toBeLessThan(order.totals.total.amount)
    const second = await give(order, 1)
    expect(back(order)).toBe(first.refund.amount + second.refund.amount)
    expect(back(order)).toBeLessThanOrEqual(order.totals.total.amount)
    expect(await problemOf(give(order, 1))).toMatchObject({ code: 'not_returnable' })
    const more = { key: 'more', authorizationKey: `${checkoutId}:1`, amount: order.totals.total.amount }
    await expect(gatewayOf(world.ctx).refund(more)).rejects.toThrow('more than was captured')
    expect(back(order)).toBeLessThanOrEqual(order.totals.total.amount)
  })

  it('whose answer was lost goes back once, a day later too', async () => {
    const order = await pay()
    stripe.trouble('refund', 'cut', 2)
    const { refund, id } = await give(order, 1)
    expect(refund.status).toBe('pending')
    expect(back(order)).toBe(refund.amount)
    stripe.forgetKeys()
    await resumeReturnsOf(world.ctx, order.id)
    expect(back(order)).toBe(refund.amount)
    const { returns } = await basket.shopper.api.call('getOrder', { params: { id: order.id } })
    expect(returns.find((record) => record.id === id)?.refund.status).toBe('succeeded')
  })
})

describe('the log of all this', () => {
  it('holds no secret and no card number', async () => {
    stripe.trouble('confirm', 'refused', 1)
    await problemOf(pay(card('4242424242424242')))
    expect(lines.some((line) => line.includes('StripeTrouble'))).toBe(true)
    for (const secret of [STRIPE_KEY, WEBHOOK_SECRET, '4242424242424242']) {
      expect(lines.filter((line) => line.includes(secret))).toEqual([])
    }
  })
})
