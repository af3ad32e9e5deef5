import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Order, Payment, Return } from '../../src/contract/index.ts'
import { seedCoupons, seedPoints } from '../../src/features/loyalty/index.ts'
import { resumeReturns } from '../../src/features/orders/index.ts'
import { ordersCollection } from '../../src/features/orders/orders.store.ts'
import { giftCardsCollection } from '../../src/features/payments/gift-cards.store.ts'
import { seedGiftCards } from '../../src/features/payments/index.ts'
import { mockPayments } from '../../src/features/payments/mock-gateway.store.ts'
import { createApi } from '../support/api.ts'
import { problemOf } from '../support/checkout-doors.ts'
import { type FailingWrite, failWrites, restoreWrites } from '../support/failing-writes.ts'
import { type TestClock, testClock } from '../support/instance.ts'
import { ADDRESS, APPROVED, newProduct, UPI } from '../support/purchase.ts'
import { stockBooks } from '../support/stock-books.ts'
import { type TroubledGateway, troubledGateway } from '../support/troubled-gateway.ts'
import { type Shopper, startWorld, type World } from '../support/world.ts'

type Items = ReadonlyArray<{ itemId: string; quantity: number }>

let clock: TestClock
let world: World
let two: World
let gateway: TroubledGateway
let shopper: Shopper
let products: [string, string]

beforeAll(async () => {
  clock = testClock(new Date())
  world = await startWorld({ clock, config: { ACCESS_TOKEN_TTL: '30d' } })
  two = await startWorld({ clock, on: world, config: { ACCESS_TOKEN_TTL: '30d' } })
  gateway = troubledGateway(world.ctx)
  await seedCoupons(world.ctx)
})
afterAll(async () => {
  await two.close()
  await world.close()
})
beforeEach(async () => {
  gateway.calm()
  await giftCardsCollection.in(world.ctx.db).deleteMany({})
  await seedGiftCards(world.ctx)
  shopper = await world.guest()
  await seedPoints(world.ctx, shopper.id, 'gold')
  products = [await newProduct(world, 10, 33_333), await newProduct(world, 10, 9_999)]
})

/** Three pieces of one thing and one of another, with all discounts there are; with shipping if it is told so. */
async function bought(payment: Payment = UPI, options: { shipping?: boolean } = {}): Promise<Order> {
  const [first, second] = products
  const quantity = options.shipping === true ? 2 : 3
  await shopper.api.call('addCartItem', { body: { productId: first, quantity } })
  await shopper.api.call('addCartItem', { body: { productId: second } })
  await shopper.api.call('applyCoupon', { body: { code: 'WELCOME10' } })
  await shopper.api.call('redeemPoints', { body: { points: 101 } })
  return shopper.api.call('placeOrder', { body: { payment, shippingAddress: ADDRESS } })
}

function give(order: Order, items?: Items, key?: string, at: World = world): Promise<Return> {
  return createApi(at.url, shopper.token).call('returnOrder', {
    params: { id: order.id },
    body: { reason: 'does not fit', ...(items === undefined ? {} : { items: [...items] }) },
    ...(key === undefined ? {} : { headers: { 'Idempotency-Key': key } }),
  })
}

const reread = ({ id }: Order) => shopper.api.call('getOrder', { params: { id } })
const points = async () => (await shopper.api.call('getLoyaltyProfile')).points
const itemOf = ({ items }: Order, index: number) => items[index]?.id ?? ''

/** The payment of an order in the mock's own books. */
async function payment({ payment: { reference } }: Order) {
  return mockPayments.parse(await mockPayments.in(world.ctx.db).findOne({ reference }))
}

const refunds = (returns: readonly Return[]) => returns.reduce((sum, { refund }) => sum + refund.amount, 0)

describe('a return', () => {
  it('of one piece refunds its price less its share of the discounts, with tax, without shipping', async () => {
    const order = await bought(UPI, { shipping: true })
    const { subtotal, tierDiscount, couponDiscount, pointsDiscount, shipping, tax, total } = order.totals
    expect(shipping.amount).toBeGreaterThan(0)
    const before = await points()
    const back = await give(order, [{ itemId: itemOf(order, 0), quantity: 1 }])
    const share = (amount: number) => (amount * 33_333) / subtotal.amount
    const expected =
      33_333 -
      share(tierDiscount.amount) -
      share(couponDiscount.amount) -
      share(pointsDiscount.amount) +
      share(tax.amount)
    expect(Math.abs(back.refund.amount - expected)).toBeLessThan(4)
    expect(back).toMatchObject({
      orderId: order.id,
      status: 'refunded',
      items: [{ itemId: itemOf(order, 0), quantity: 1 }],
      reason: 'does not fit',
      refund: { currency: 'INR', status: 'succeeded' },
    })
    expect(await payment(order)).toMatchObject({
      status: 'captured',
      amount: total.amount,
      refunded: back.refund.amount,
    })
    expect(await stockBooks(world.ctx, products[0])).toEqual({ received: 10, sold: 1, held: 0, available: 9 })
    const after = await reread(order)
    expect(after).toMatchObject({
      status: 'paid',
      totals: order.totals,
      payment: { status: 'partially_refunded' },
      items: [{ returnedQuantity: 1 }, { returnedQuantity: 0 }],
      returns: [back],
    })
    expect(await points()).toBeLessThan(before + 101)
  })

  it('of everything in parts brings back all that was paid, shipping with the last piece, and all points', async () => {
    const order = await bought(UPI, { shipping: true })
    expect(await points()).toBe(5_000 - 101 + order.pointsEarned)
    const [first, second] = [itemOf(order, 0), itemOf(order, 1)]
    const returns = [
      await give(order, [{ itemId: first, quantity: 1 }]),
      await give(order, [{ itemId: second, quantity: 1 }]),
    ]
    expect(refunds(returns)).toBeLessThan(order.totals.total.amount - order.totals.shipping.amount)
    returns.push(await give(order, [{ itemId: first, quantity: 1 }]))
    expect(refunds(returns)).toBe(order.totals.total.amount)
    expect(await points()).toBe(5_000)
    expect(await payment(order)).toMatchObject({ refunded: order.totals.total.amount })
    expect(await reread(order)).toMatchObject({
      status: 'refunded',
      payment: { status: 'refunded' },
      returns,
      items: [{ returnedQuantity: 2 }, { returnedQuantity: 1 }],
    })
    for (const id of products) {
      expect(await stockBooks(world.ctx, id)).toEqual({ received: 10, sold: 0, held: 0, available: 10 })
    }
  })

  it('without items is of all that is left', async () => {
    const order = await bought()
    const part = await give(order, [{ itemId: itemOf(order, 0), quantity: 2 }])
    const rest = await give(order)
    expect(rest.items).toEqual([
      { itemId: itemOf(order, 0), quantity: 1 },
      { itemId: itemOf(order, 1), quantity: 1 },
    ])
    expect(refunds([part, rest])).toBe(order.totals.total.amount)
    expect(await problemOf(give(order))).toMatchObject({ status: 409, code: 'not_returnable' })
    const again = [{ itemId: itemOf(order, 0), quantity: 1 }]
    expect(await problemOf(give(order, again))).toMatchObject({ status: 409, code: 'not_returnable' })
    expect((await reread(order)).returns).toEqual([part, rest])
  })

  it('goes back onto the gift card that paid', async () => {
    const balance = async () =>
      (await giftCardsCollection.in(world.ctx.db).findOne({ code: 'GIFT-10000' }))?.balance ?? 0
    const full = await balance()
    const order = await bought({ method: 'gift_card', code: 'GIFT-10000' })
    const part = await give(order, [{ itemId: itemOf(order, 1), quantity: 1 }])
    expect(part).toMatchObject({ status: 'refunded', refund: { status: 'succeeded' } })
    expect(await balance()).toBe(full - order.totals.total.amount + part.refund.amount)
    await give(order)
    expect(await balance()).toBe(full)
  })

  it('is possible long after the delivery, by the order’s number as well', async () => {
    const order = await bought(APPROVED)
    clock.advance(14 * 24 * 60 * 60_000)
    const params = { id: order.number }
    expect(await shopper.api.call('returnOrder', { params, body: { reason: 'worn out' } })).toMatchObject({
      orderId: order.id,
    })
  })
})

describe('what cannot come back changes nothing', () => {
  it.each<[string, (order: Order) => Items, string]>([
    [
      'more pieces than were bought',
      (order) => [{ itemId: itemOf(order, 0), quantity: 4 }],
      'items.0.quantity',
    ],
    [
      'more in two lines than were bought',
      (order) => [
        { itemId: itemOf(order, 0), quantity: 2 },
        { itemId: itemOf(order, 0), quantity: 2 },
      ],
      'items.1.quantity',
    ],
    ['no piece', (order) => [{ itemId: itemOf(order, 0), quantity: 0 }], 'items.0.quantity'],
    ['fewer than none', (order) => [{ itemId: itemOf(order, 0), quantity: -1 }], 'items.0.quantity'],
    ['half a piece', (order) => [{ itemId: itemOf(order, 0), quantity: 0.5 }], 'items.0.quantity'],
    ['an item of no order', () => [{ itemId: 'nothing', quantity: 1 }], 'items.0.itemId'],
    ['an empty list', () => [], 'items'],
    [
      'one line that fits and one that does not',
      (order) => [
        { itemId: itemOf(order, 0), quantity: 1 },
        { itemId: itemOf(order, 1), quantity: 2 },
      ],
      'items.1.quantity',
    ],
  ])('%s', async (_name, items, path) => {
    const order = await bought()
    const before = await points()
    const problem = await problemOf(give(order, items(order)))
    expect(problem).toMatchObject({ status: 422, code: 'validation_failed', errors: [{ path }] })
    expect(await reread(order)).toEqual(order)
    expect(await points()).toBe(before)
    expect(await payment(order)).toMatchObject({ refunded: 0 })
    expect(await stockBooks(world.ctx, products[0])).toMatchObject({ sold: 3, available: 7 })
  })

  it('pieces that have come back before', async () => {
    const order = await bought()
    await give(order, [{ itemId: itemOf(order, 0), quantity: 2 }])
    const problem = await problemOf(give(order, [{ itemId: itemOf(order, 0), quantity: 2 }]))
    expect(problem).toMatchObject({ status: 422, errors: [{ path: 'items.0.quantity' }] })
    expect((await reread(order)).items[0]?.returnedQuantity).toBe(2)
  })

  it('without a reason', async () => {
    const order = await bought()
    const path = `/api/orders/${order.id}/return`
    for (const body of [{}, { reason: '' }, { reason: '  ' }, { reason: 'x'.repeat(501) }, { reason: 7 }]) {
      const answer = await shopper.api.raw(path, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
      })
      expect(answer.status).toBe(422)
      expect(await answer.json()).toMatchObject({ errors: [{ path: 'reason' }] })
    }
    expect(await reread(order)).toEqual(order)
  })
})

describe('two returns at the same time', () => {
  it('of everything: one goes through', async () => {
    const order = await bought()
    const tries = await Promise.allSettled([give(order), give(order, undefined, undefined, two), give(order)])
    const done = tries.flatMap((attempt) => (attempt.status === 'fulfilled' ? [attempt.value] : []))
    expect(done).toHaveLength(1)
    for (const attempt of tries) {
      if (attempt.status === 'rejected') {
        expect(attempt.reason).toMatchObject({ problem: { status: 409, code: 'not_returnable' } })
      }
    }
    expect(await payment(order)).toMatchObject({ refunded: order.totals.total.amount })
    expect(await points()).toBe(5_000)
    expect(await stockBooks(world.ctx, products[0])).toMatchObject({ sold: 0, available: 10 })
  })

  it('of single pieces: each goes through while there are any', async () => {
    const order = await bought()
    const piece = [{ itemId: itemOf(order, 0), quantity: 1 }]
    const tries = await Promise.allSettled(
      Array.from({ length: 5 }, (_, index) => give(order, piece, undefined, index % 2 === 0 ? world : two)),
    )
    const done = tries.flatMap((attempt) => (attempt.status === 'fulfilled' ? [attempt.value] : []))
    expect(done).toHaveLength(3)
    for (const attempt of tries) {
      if (attempt.status === 'rejected') expect(attempt.reason).toMatchObject({ problem: { status: 422 } })
    }
    const last = await give(order)
    expect(refunds([...done, last])).toBe(order.totals.total.amount)
    expect(await payment(order)).toMatchObject({ refunded: order.totals.total.amount })
  })

  it('under one key: one return, whose answer both get', async () => {
    const order = await bought()
    const piece = [{ itemId: itemOf(order, 0), quantity: 1 }]
    const first = await give(order, piece, 'return')
    expect(await give(order, piece, 'return')).toEqual(first)
    expect(await give(order, piece, 'return', two)).toEqual(first)
    expect(await problemOf(give(order, undefined, 'return'))).toMatchObject({
      status: 409,
      code: 'idempotency_conflict',
    })
    expect((await reread(order)).returns).toEqual([first])
    clock.advance(25 * 60 * 60_000)
    const later = await give(order, piece, 'return')
    expect(later.id).not.toBe(first.id)
    expect((await reread(order)).returns).toEqual([first, later])
  })
})

describe('a return that is cut short', () => {
  it.each<FailingWrite>([
    { command: 'update', collection: 'inventory' },
    { command: 'insert', collection: 'points_ledger' },
    { command: 'update', collection: 'outbox' },
  ])('at $collection has not happened', async (write) => {
    const order = await bought()
    const before = await points()
    await failWrites(world, write)
    expect(await problemOf(give(order, undefined, 'cut'))).toMatchObject({ status: 500, code: 'internal' })
    await restoreWrites(world)
    expect(await reread(order)).toEqual(order)
    expect(await points()).toBe(before)
    expect(await payment(order)).toMatchObject({ refunded: 0 })
    expect(await give(order, undefined, 'cut')).toMatchObject({ status: 'refunded' })
  })

  it.each([
    'refused',
    'lost',
  ] as const)('by the gateway (%s) is refunded by the sweep, once', async (trouble) => {
    const order = await bought()
    gateway.trouble('refund', trouble, 1)
    const back = await give(order, undefined, 'later')
    expect(back).toMatchObject({ status: 'requested', refund: { status: 'pending' } })
    expect(await reread(order)).toMatchObject({ status: 'return_requested', returns: [back] })
    expect(await problemOf(give(order))).toMatchObject({ code: 'not_returnable' })
    expect(await resumeReturns(world.ctx)).toBe(0)
    clock.advance(11_000)
    await Promise.all([resumeReturns(world.ctx), resumeReturns(two.ctx)])
    expect(await payment(order)).toMatchObject({
      refunded: order.totals.total.amount,
      refunds: [{ key: back.id }],
    })
    const settled = await reread(order)
    expect(settled).toMatchObject({ status: 'refunded', payment: { status: 'refunded' } })
    expect(settled.returns).toMatchObject([
      { id: back.id, status: 'refunded', refund: { status: 'succeeded' } },
    ])
    expect(await resumeReturns(world.ctx)).toBe(0)
  })

  it('by the end of the process is taken up by its key, or by the sweep', async () => {
    const order = await bought()
    const piece = [{ itemId: itemOf(order, 0), quantity: 1 }]
    gateway.trouble('refund', 'fatal', 1)
    expect(await problemOf(give(order, piece, 'died'))).toMatchObject({ code: 'internal' })
    const again = await give(order, piece, 'died', two)
    expect(again).toMatchObject({ status: 'refunded' })
    expect((await reread(order)).returns).toEqual([again])

    gateway.trouble('refund', 'fatal', 1)
    await problemOf(give(order))
    clock.advance(11_000)
    expect(await resumeReturns(two.ctx)).toBe(1)
    expect(await payment(order)).toMatchObject({ refunded: order.totals.total.amount })
    expect(await reread(order)).toMatchObject({ status: 'refunded' })
    expect(await points()).toBe(5_000)
  })

  it('whose refund fails for good does not hold up the others', async () => {
    const order = await bought()
    gateway.trouble('refund', 'refused', 51)
    const back = await give(order)
    expect(back).toMatchObject({ status: 'requested' })
    const orders = ordersCollection.in(world.ctx.db)
    const stored = ordersCollection.parse(await orders.findOne({ _id: order.id }))
    const stuck = Array.from({ length: 50 }, (_, index) => ({
      ...stored,
      _id: `${order.id}-${index}`,
      number: `${stored.number}-${index}`,
      checkoutId: `${stored.checkoutId}-${index}`,
      returns: stored.returns.map((record) => ({ ...record, id: `${record.id}-${index}` })),
      updatedAt: new Date(stored.updatedAt.getTime() - 1_000),
    }))
    await orders.insertMany(stuck)
    clock.advance(11_000)
    expect(await resumeReturns(world.ctx)).toBe(0)
    expect(gateway.calls('refund')).toBe(51)
    expect(await resumeReturns(world.ctx)).toBeGreaterThan(0)
    expect(await payment(order)).toMatchObject({ refunds: [{ key: back.id }] })
    expect(await reread(order)).toMatchObject({ status: 'refunded' })
    await orders.deleteMany({ _id: { $in: stuck.map(({ _id }) => _id) } })
  })
})
