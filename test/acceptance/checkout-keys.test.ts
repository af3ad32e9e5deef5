import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createApi } from '../support/api.ts'
import {
  type CheckoutDoor,
  DOORS,
  problemOf,
  restCheckout,
  socketCheckout,
} from '../support/checkout-doors.ts'
import { type TestClock, testClock } from '../support/instance.ts'
import {
  ADDRESS,
  APPROVED,
  type Basket,
  checkoutsOf,
  DECLINED,
  fillCart,
  paymentsOf,
  UPI,
} from '../support/purchase.ts'
import { die, type SagaFaults, sagaFaults } from '../support/saga-faults.ts'
import { stockBooks } from '../support/stock-books.ts'
import { startWorld, type World } from '../support/world.ts'

const HOUR_MS = 60 * 60_000

let clock: TestClock
let world: World
let two: World
let faults: SagaFaults
let basket: Basket
let rest: CheckoutDoor
let socketThere: CheckoutDoor

beforeAll(async () => {
  clock = testClock(new Date())
  world = await startWorld({ clock, config: { ACCESS_TOKEN_TTL: '7d' } })
  two = await startWorld({ clock, on: world, config: { ACCESS_TOKEN_TTL: '7d' } })
  faults = sagaFaults(world.ctx)
})
afterAll(async () => {
  await two.close()
  await world.close()
})
beforeEach(async () => {
  basket = await fillCart(world)
  rest = restCheckout(basket.shopper.api)
  socketThere = socketCheckout(await two.connect('/cart', basket.shopper.token))
})

const orderCount = async () => (await basket.shopper.api.call('listOrders')).total
const order = (key: string, body: object = {}, at: World = world) =>
  createApi(at.url, basket.shopper.token).call('placeOrder', {
    body: { payment: UPI, shippingAddress: ADDRESS, ...body },
    headers: { 'Idempotency-Key': key },
  })

describe.each(DOORS)('a key at %s', (_name, comeTo) => {
  it('gives the first checkout again and replaces nothing', async () => {
    const door = await comeTo(basket.shopper)
    const first = await door.start('start')
    expect(await door.start('start')).toEqual(first)
    expect(await Promise.all([rest.start('start'), socketThere.start('start')])).toEqual([first, first])
    expect(await checkoutsOf(world.ctx, basket.shopper.id)).toEqual([first.id])
  })

  it('gives the first order again at both doors of both instances', async () => {
    const door = await comeTo(basket.shopper)
    const { id } = await door.start()
    const first = await door.pay(id, APPROVED, { key: 'pay' })
    expect(await door.pay(id, APPROVED, { key: 'pay' })).toEqual(first)
    expect(await rest.pay(id, APPROVED, { key: 'pay' })).toEqual(first)
    expect(await socketThere.pay(id, APPROVED, { key: 'pay' })).toEqual(first)
    expect(await orderCount()).toBe(1)
    expect(await paymentsOf(world.ctx, id)).toMatchObject([{ status: 'captured' }])
  })

  it('is refused with another body, and that changes nothing', async () => {
    const door = await comeTo(basket.shopper)
    const { id } = await door.start()
    await door.pay(id, DECLINED, { key: 'pay' }).catch(() => undefined)
    const refused = { status: 409, code: 'idempotency_conflict' }
    expect(await problemOf(door.pay(id, APPROVED, { key: 'pay' }))).toMatchObject(refused)
    expect(await problemOf(socketThere.pay(id, APPROVED, { key: 'pay' }))).toMatchObject(refused)
    expect(await problemOf(door.start('pay'))).toMatchObject(refused)
    expect(await paymentsOf(world.ctx, id)).toMatchObject([{ status: 'declined' }])
    expect(await checkoutsOf(world.ctx, basket.shopper.id)).toEqual([id])
  })

  it('keeps a decline; another key pays', async () => {
    const door = await comeTo(basket.shopper)
    const { id } = await door.start()
    const first = await problemOf(door.pay(id, DECLINED, { key: 'first' }))
    const again = await problemOf(socketThere.pay(id, DECLINED, { key: 'first' }))
    expect({ ...again, requestId: '' }).toEqual({ ...first, requestId: '' })
    expect(await paymentsOf(world.ctx, id)).toHaveLength(1)
    await door.pay(id, APPROVED, { key: 'second' })
    expect(await problemOf(rest.pay(id, DECLINED, { key: 'first' }))).toMatchObject({
      code: 'payment_declined',
    })
    expect(await orderCount()).toBe(1)
  })

  it('is another shopper’s to use, too', async () => {
    const door = await comeTo(basket.shopper)
    const first = await door.start('shared')
    const other = await fillCart(world)
    const theirs = await (await comeTo(other.shopper)).start('shared')
    expect(theirs.id).not.toBe(first.id)
  })

  it('has 1 to 128 characters', async () => {
    const door = await comeTo(basket.shopper)
    await door.start('k'.repeat(128))
    for (const key of ['', 'k'.repeat(129)]) {
      expect(await problemOf(door.start(key))).toMatchObject({ status: 422, code: 'validation_failed' })
    }
  })
})

describe('while the first request is under way', () => {
  it('the second is told so at both doors, and later gets the answer', async () => {
    const { id } = await rest.start()
    const waiting = Promise.withResolvers<void>()
    const go = Promise.withResolvers<void>()
    faults.at('authorize:before', async () => {
      waiting.resolve()
      await go.promise
    })
    const first = rest.pay(id, UPI, { key: 'pay' })
    await waiting.promise
    const inFlight = { status: 409, code: 'idempotency_in_flight', retryAfter: 1 }
    expect(await problemOf(rest.pay(id, UPI, { key: 'pay' }))).toMatchObject(inFlight)
    expect(await problemOf(socketThere.pay(id, UPI, { key: 'pay' }))).toMatchObject(inFlight)
    go.resolve()
    const placed = await first
    expect(await socketThere.pay(id, UPI, { key: 'pay' })).toEqual(placed)
    expect(await orderCount()).toBe(1)
  })

  it('five at once are one order, each refused or answered with it', async () => {
    const tries = await Promise.allSettled(
      Array.from({ length: 5 }, (_, index) => order('at-once', {}, index % 2 === 0 ? world : two)),
    )
    const orders = tries.flatMap((attempt) => (attempt.status === 'fulfilled' ? [attempt.value.id] : []))
    for (const attempt of tries) {
      if (attempt.status === 'rejected') {
        expect(attempt.reason).toMatchObject({ problem: { code: 'idempotency_in_flight' } })
      }
    }
    expect(new Set(orders).size).toBe(1)
    expect(await orderCount()).toBe(1)
    expect(await checkoutsOf(world.ctx, basket.shopper.id)).toHaveLength(1)
    expect((await order('at-once')).id).toBe(orders[0])
  })
})

describe('an order without a checkout, tried again with its key', () => {
  it('is the same order, also when a new cart is full by then', async () => {
    const first = await order('once')
    await fillCart(world, { shopper: basket.shopper })
    expect(await order('once')).toEqual(first)
    expect(await order('once', {}, two)).toEqual(first)
    expect(await orderCount()).toBe(1)
    expect((await basket.shopper.api.call('getCart')).items).toHaveLength(1)
  })

  it('goes on with the checkout that a failed try began', async () => {
    faults.at('place:before', die)
    expect(await problemOf(order('retried'))).toMatchObject({ status: 500, code: 'internal' })
    const placed = await order('retried', {}, two)
    expect(await order('retried')).toEqual(placed)
    const [checkoutId = '', ...others] = await checkoutsOf(world.ctx, basket.shopper.id)
    expect(others).toEqual([])
    expect(await paymentsOf(world.ctx, checkoutId)).toMatchObject([{ status: 'captured' }])
    expect(await stockBooks(world.ctx, basket.productId)).toEqual({
      received: 10,
      sold: 2,
      held: 0,
      available: 8,
    })
  })

  it('keeps its answer for 24 hours', async () => {
    const first = await order('day')
    clock.advance(24 * HOUR_MS - 1)
    expect((await order('day')).id).toBe(first.id)
    clock.advance(1)
    await fillCart(world, { shopper: basket.shopper })
    expect((await order('day')).id).not.toBe(first.id)
    expect(await orderCount()).toBe(2)
  })

  it('keeps a refusal of an empty cart as well', async () => {
    await order('first')
    expect(await problemOf(order('second'))).toMatchObject({ code: 'cart_empty' })
    await fillCart(world, { shopper: basket.shopper })
    expect(await problemOf(order('second'))).toMatchObject({ code: 'cart_empty' })
    expect(await orderCount()).toBe(1)
  })
})
