import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Order, OrderStatus } from '../../src/contract/index.ts'
import { loadCheckout } from '../../src/features/checkout/checkout.store.ts'
import { resumeCheckouts, type SagaPoint } from '../../src/features/checkout/index.ts'
import { releaseLapsedHolds } from '../../src/features/inventory/index.ts'
import { seedPoints, spendPoints } from '../../src/features/loyalty/index.ts'
import { giftCardsCollection } from '../../src/features/payments/gift-cards.store.ts'
import { GIFT_CARD_SEEDS, seedGiftCards } from '../../src/features/payments/index.ts'
import { idempotencyKeys } from '../../src/platform/idempotency.ts'
import { inTransaction } from '../../src/platform/transaction.ts'
import { createApi } from '../support/api.ts'
import { problemOf } from '../support/checkout-doors.ts'
import { type FailingWrite, failWrites, restoreWrites } from '../support/failing-writes.ts'
import { type TestClock, testClock } from '../support/instance.ts'
import { ADDRESS, APPROVED, type Basket, fillCart, paymentsOf, SILENT } from '../support/purchase.ts'
import { die, type SagaFaults, sagaFaults } from '../support/saga-faults.ts'
import { startShopProcess } from '../support/shop-process.ts'
import { type StockBooks, stockBooks } from '../support/stock-books.ts'
import { startWorld, type World } from '../support/world.ts'

const MINUTE_MS = 60_000
const GIFT_CARD = { method: 'gift_card' as const, code: 'GIFT-10000' }

type Payment = typeof APPROVED | typeof GIFT_CARD

let clock: TestClock
let world: World
let two: World
let faults: SagaFaults
let basket: Basket
let checkoutId: string

beforeAll(async () => {
  clock = testClock(new Date())
  world = await startWorld({ clock, config: { ACCESS_TOKEN_TTL: '7d' } })
  two = await startWorld({ clock, on: world, config: { ACCESS_TOKEN_TTL: '7d' } })
  faults = sagaFaults(world.ctx, { authorizeMs: 100, backoffMs: [] })
  sagaFaults(two.ctx, { authorizeMs: 100, backoffMs: [] })
})
afterAll(async () => {
  await two.close()
  await world.close()
})
beforeEach(async () => {
  await giftCardsCollection.in(world.ctx.db).deleteMany({})
  await seedGiftCards(world.ctx)
  basket = await fillCart(world)
  await seedPoints(world.ctx, basket.shopper.id, 'silver')
  await basket.shopper.api.call('redeemPoints', { body: { points: 100 } })
  checkoutId = (await basket.shopper.api.call('startCheckout')).id
})

const pay = (payment: Payment = APPROVED, at: World = world): Promise<Order> =>
  createApi(at.url, basket.shopper.token).call('placeOrder', {
    body: { checkoutId, payment, shippingAddress: ADDRESS },
    headers: { 'Idempotency-Key': 'pay' },
  })

const held: StockBooks = { received: 10, sold: 0, held: 2, available: 8 }
const released: StockBooks = { received: 10, sold: 0, held: 0, available: 10 }
const sold: StockBooks = { received: 10, sold: 2, held: 0, available: 8 }

/** What stands in the shop, the books of the stock being checked on the way. */
async function standing() {
  const { shopper, productId } = basket
  const { ctx } = world
  const [orders, cart, loyalty, stock, payments, checkout, card] = await Promise.all([
    shopper.api.call('listOrders'),
    shopper.api.call('getCart'),
    shopper.api.call('getLoyaltyProfile'),
    stockBooks(ctx, productId),
    paymentsOf(ctx, checkoutId),
    loadCheckout(ctx, checkoutId),
    giftCardsCollection.in(ctx.db).findOne({ code: GIFT_CARD.code }),
  ])
  return {
    statuses: orders.items.map(({ status }) => status),
    inCart: cart.items.length,
    points: loyalty.points,
    stock,
    payments: payments.map(({ status }) => status),
    state: checkout?.state,
    unsettled: checkout?.unsettled,
    onGiftCard: card?.balance,
  }
}

const FULL = GIFT_CARD_SEEDS.find(({ code }) => code === GIFT_CARD.code)?.balance ?? 0

/** One order, paid for once. */
async function expectBought(payment: Payment, order: Order): Promise<void> {
  const byCard = payment === APPROVED
  expect(order).toMatchObject({ status: 'paid', payment: { status: 'captured' } })
  expect(await standing()).toEqual({
    statuses: ['paid'],
    inCart: 0,
    points: 1_000 - 100 + order.pointsEarned,
    stock: sold,
    payments: byCard ? ['captured'] : [],
    state: 'completed',
    unsettled: false,
    onGiftCard: byCard ? FULL : FULL - order.totals.total.amount,
  })
}

/** No order, and no money set aside; the checkout waits for another payment. */
async function expectDeclined(payments: string[]): Promise<void> {
  expect(await standing()).toEqual({
    statuses: [],
    inCart: 1,
    points: 1_000,
    stock: held,
    payments,
    state: 'declined',
    unsettled: false,
    onGiftCard: FULL,
  })
}

interface Death {
  readonly point: SagaPoint
  readonly payment: Payment
  readonly end: 'bought' | 'declined' | 'open'
  /** The order's status right after it, if there is one. */
  readonly between?: OrderStatus
}

const deaths: Death[] = [
  { point: 'begin:before', payment: APPROVED, end: 'open' },
  { point: 'begin:after', payment: APPROVED, end: 'declined' },
  { point: 'authorize:before', payment: APPROVED, end: 'declined' },
  { point: 'authorize:after', payment: APPROVED, end: 'bought' },
  { point: 'place:before', payment: APPROVED, end: 'bought' },
  { point: 'place:after', payment: APPROVED, end: 'bought', between: 'pending' },
  { point: 'capture:before', payment: APPROVED, end: 'bought', between: 'pending' },
  { point: 'capture:after', payment: APPROVED, end: 'bought', between: 'pending' },
  { point: 'begin:after', payment: GIFT_CARD, end: 'declined' },
  { point: 'authorize:after', payment: GIFT_CARD, end: 'declined' },
  { point: 'place:before', payment: GIFT_CARD, end: 'bought' },
  { point: 'place:after', payment: GIFT_CARD, end: 'bought', between: 'paid' },
]

describe.each(deaths)('a process that dies at $point', ({ point, payment, end, between }) => {
  beforeEach(async () => {
    faults.at(point, die)
    expect(await problemOf(pay(payment))).toMatchObject({ status: 500, code: 'internal' })
  })

  it(`leaves a ${payment.method} payment that the sweep of another instance settles`, async () => {
    const left = await standing()
    expect(left.statuses).toEqual(between === undefined ? [] : [between])
    await Promise.all([resumeCheckouts(two.ctx), resumeCheckouts(world.ctx)])
    await resumeCheckouts(two.ctx)
    if (end === 'open') {
      expect(await standing()).toEqual({ ...left, payments: [], state: 'open', stock: held })
      await pay(payment, two)
    }
    if (end === 'declined') {
      await expectDeclined(payment === APPROVED ? ['voided'] : [])
      const api = createApi(two.url, basket.shopper.token)
      await api.call('placeOrder', { body: { checkoutId, payment: APPROVED, shippingAddress: ADDRESS } })
      expect((await standing()).payments).toEqual(
        payment === APPROVED ? ['voided', 'captured'] : ['captured'],
      )
      return
    }
    const { items } = await basket.shopper.api.call('listOrders')
    const [order] = items
    if (order === undefined) throw new Error('there is no order')
    await expectBought(payment, order)
    expect(await pay(payment, two)).toEqual(order)
    await expectBought(payment, order)
  })

  it(`leaves a ${payment.method} payment that the shopper settles by trying again`, async () => {
    const order = await pay(payment, two)
    expect((await standing()).statuses).toHaveLength(1)
    await resumeCheckouts(world.ctx)
    const after = await basket.shopper.api.call('getOrder', { params: { id: order.id } })
    if (end !== 'declined') await expectBought(payment, after)
    else expect(await standing()).toMatchObject({ statuses: ['paid'], stock: sold, unsettled: false })
    expect((await pay(payment)).id).toBe(order.id)
    expect((await standing()).payments.filter((status) => status === 'captured')).toHaveLength(
      payment === APPROVED ? 1 : 0,
    )
  })
})

describe('a payment without an answer whose process dies', () => {
  it.each<SagaPoint>(['void:before', 'void:after'])('at %s is let go of', async (point) => {
    faults.at(point, die)
    const body = { checkoutId, payment: SILENT, shippingAddress: ADDRESS }
    expect(await basket.shopper.api.fail('placeOrder', { body })).toMatchObject({ code: 'internal' })
    expect(await standing()).toMatchObject({ state: 'declined', unsettled: true, stock: held })
    await resumeCheckouts(two.ctx)
    await expectDeclined(['voided'])
    expect(await pay()).toMatchObject({ status: 'paid' })
    expect((await standing()).payments).toEqual(['voided', 'captured'])
  })
})

describe('money that is set aside when the process dies', () => {
  beforeEach(async () => {
    faults.at('authorize:after', die)
    await problemOf(pay())
    expect((await standing()).payments).toEqual(['approved'])
  })

  it('goes back when the shopper has changed the cart since', async () => {
    await basket.shopper.api.call('addCartItem', { body: { productId: basket.productId } })
    await resumeCheckouts(two.ctx)
    expect(await standing()).toMatchObject({
      statuses: [],
      stock: released,
      payments: ['voided'],
      state: 'cancelled',
      unsettled: false,
      points: 1_000,
    })
    expect(await problemOf(pay())).toMatchObject({ code: 'checkout_closed' })
  })

  it('goes back when the hold is over by the time somebody looks', async () => {
    clock.advance(11 * MINUTE_MS)
    await releaseLapsedHolds(two.ctx)
    await resumeCheckouts(two.ctx)
    expect(await standing()).toMatchObject({
      statuses: [],
      inCart: 1,
      stock: released,
      payments: ['voided'],
      state: 'expired',
      unsettled: false,
      points: 1_000,
    })
    expect(await problemOf(pay())).toMatchObject({ code: 'checkout_expired' })
  })

  it('buys while the hold stands, however late', async () => {
    clock.advance(30 * MINUTE_MS)
    await resumeCheckouts(two.ctx)
    expect(await standing()).toMatchObject({ statuses: ['paid'], stock: sold, payments: ['captured'] })
  })

  it('goes back when the points are gone by then', async () => {
    const move = { userId: basket.shopper.id, points: 950, reference: 'elsewhere' }
    await inTransaction(two.ctx, (session) => spendPoints(two.ctx, session, move))
    await resumeCheckouts(two.ctx)
    expect(await standing()).toMatchObject({
      statuses: [],
      stock: released,
      payments: ['voided'],
      state: 'cancelled',
      points: 50,
    })
    expect(await problemOf(pay())).toMatchObject({ code: 'checkout_closed' })
  })
})

describe('the one transaction', () => {
  it.each<FailingWrite>([
    { command: 'insert', collection: 'orders' },
    { command: 'insert', collection: 'points_ledger' },
    { command: 'update', collection: 'inventory' },
    { command: 'update', collection: 'reservations' },
    { command: 'update', collection: 'outbox' },
    { command: 'update', collection: 'carts' },
    { command: 'update', collection: 'idempotency_keys' },
  ])('that fails at $collection leaves nothing, and is made up for', async (write) => {
    const payment = write.collection === 'idempotency_keys' ? GIFT_CARD : APPROVED
    faults.at('place:before', () => failWrites(world, write))
    expect(await problemOf(pay(payment))).toMatchObject({ status: 500, code: 'internal' })
    await restoreWrites(world)
    expect(await standing()).toEqual({
      statuses: [],
      inCart: 1,
      points: 1_000,
      stock: held,
      payments: payment === APPROVED ? ['approved'] : [],
      state: 'placing_order',
      unsettled: true,
      onGiftCard: FULL,
    })
    await resumeCheckouts(two.ctx)
    const [order] = (await basket.shopper.api.call('listOrders')).items
    if (order === undefined) throw new Error('there is no order')
    await expectBought(payment, order)
  })
})

describe('a request whose key another try has taken over', () => {
  it.each([APPROVED, GIFT_CARD])('gives its answer up, not the order: $method', async (payment) => {
    faults.at(payment === APPROVED ? 'capture:after' : 'place:before', async () => {
      const mine = { _id: `${basket.shopper.id}:pay` }
      await idempotencyKeys.in(world.ctx.db).updateOne(mine, { $set: { claim: 'of the other try' } })
    })
    expect(await problemOf(pay(payment))).toMatchObject({ status: 409, code: 'idempotency_in_flight' })
    await resumeCheckouts(two.ctx)
    const [order] = (await basket.shopper.api.call('listOrders')).items
    if (order === undefined) throw new Error('there is no order')
    await expectBought(payment, order)
  })
})

describe('a process that was only asleep', () => {
  it.each<SagaPoint>([
    'begin:after',
    'authorize:after',
    'place:before',
    'place:after',
    'capture:before',
    'capture:after',
  ])('at %s does no harm when it wakes up after the sweep', async (point) => {
    const asleep = Promise.withResolvers<void>()
    const wake = Promise.withResolvers<void>()
    faults.at(point, () => {
      asleep.resolve()
      return wake.promise
    })
    const late = pay().catch((error: unknown) => error)
    await asleep.promise
    expect(await resumeCheckouts(two.ctx)).toBe(0)
    clock.advance(16_000)
    expect(await resumeCheckouts(two.ctx)).toBe(1)
    const before = await standing()
    wake.resolve()
    await late
    await resumeCheckouts(two.ctx)
    expect(await standing()).toEqual(before)
    if (point === 'begin:after') await expectDeclined(['voided'])
    else expect(before).toMatchObject({ statuses: ['paid'], payments: ['captured'], stock: sold })
  })
})

describe('kill -9 of a real process', () => {
  it.each<SagaPoint>(['authorize:after', 'capture:before'])('at %s', async (point) => {
    const { config } = world.ctx
    const shop = await startShopProcess(
      {
        NODE_ENV: 'test',
        MONGODB_URI: world.uri,
        MONGODB_DB: config.mongo.database,
        JWT_SECRET: config.jwtSecrets?.join(',') ?? '',
        SEED_DEMO: 'false',
        RATE_LIMIT_API: '100000/1m',
      },
      'test/support/frozen-shop.ts',
      [point],
    )
    const api = createApi(shop.url, basket.shopper.token)
    const fresh = await api.call('startCheckout')
    checkoutId = fresh.id
    const request = {
      body: { checkoutId, payment: APPROVED, shippingAddress: ADDRESS },
      headers: { 'Idempotency-Key': 'killed' },
    }
    let answer: Promise<unknown> = Promise.resolve()
    await shop.lineWith(`frozen at ${point}`, () => {
      answer = api.call('placeOrder', request).catch((error: unknown) => error)
    })
    expect(await shop.stop('SIGKILL')).toBe('SIGKILL')
    expect(await answer).toBeInstanceOf(TypeError)
    clock.advance(MINUTE_MS)
    expect(await resumeCheckouts(two.ctx)).toBe(1)
    const order = await basket.shopper.api.call('placeOrder', request)
    await expectBought(APPROVED, order)
  })
})
