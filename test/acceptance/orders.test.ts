import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Order } from '../../src/contract/index.ts'
import { problemOf } from '../support/checkout-doors.ts'
import { type TestClock, testClock } from '../support/instance.ts'
import { ADDRESS, APPROVED, buy, fillCart, newProduct } from '../support/purchase.ts'
import { troubledGateway } from '../support/troubled-gateway.ts'
import { type Shopper, startWorld, type World } from '../support/world.ts'

const HOUR_MS = 60 * 60_000

let clock: TestClock
let world: World
let shopper: Shopper

beforeAll(async () => {
  clock = testClock(new Date())
  world = await startWorld({ clock, config: { ACCESS_TOKEN_TTL: '30d' } })
})
afterAll(() => world.close())
beforeEach(async () => {
  shopper = await world.guest()
})

async function orderSomething(): Promise<Order> {
  await fillCart(world, { shopper, quantity: 1 })
  return buy(shopper)
}

const list = (query: Record<string, string | number> = {}) => shopper.api.call('listOrders', { query })
const detail = (id: string) => shopper.api.call('getOrder', { params: { id } })
const tracking = (id: string) => shopper.api.call('trackOrder', { params: { id } })

describe('the list of orders', () => {
  it('is empty at first', async () => {
    expect(await list()).toEqual({ items: [], page: 1, limit: 20, total: 0 })
  })

  it('comes in pages, the newest first', async () => {
    const ids: string[] = []
    for (let count = 0; count < 5; count += 1) {
      ids.unshift((await orderSomething()).id)
      clock.advance(count % 2)
    }
    const idsOf = (page: { items: Order[] }) => page.items.map(({ id }) => id)
    expect(idsOf(await list())).toEqual(ids)
    const pages = await Promise.all([1, 2, 3, 4].map((page) => list({ page, limit: 2 })))
    expect(pages.map(idsOf)).toEqual([ids.slice(0, 2), ids.slice(2, 4), ids.slice(4), []])
    for (const [index, page] of pages.entries()) {
      expect(page).toMatchObject({ page: index + 1, limit: 2, total: 5 })
    }
    expect(idsOf(await list({ limit: 100 }))).toEqual(ids)
  })

  it('can be had by status, at whatever time', async () => {
    const returned = await orderSomething()
    await shopper.api.call('returnOrder', { params: { id: returned.id }, body: { reason: 'too small' } })
    const oldest = await orderSomething()
    clock.advance(48 * HOUR_MS)
    const middle = await orderSomething()
    clock.advance(24 * HOUR_MS)
    const newest = await orderSomething()
    const expected = {
      delivered: [oldest],
      shipped: [middle],
      paid: [newest],
      processing: [],
      refunded: [returned],
      pending: [],
      cancelled: [],
      return_requested: [],
    }
    for (const [status, orders] of Object.entries(expected)) {
      const found = await list({ status })
      expect([status, found.items.map(({ id }) => id), found.total]).toEqual([
        status,
        orders.map(({ id }) => id),
        orders.length,
      ])
      for (const order of found.items) expect(order.status).toBe(status)
    }
    expect((await list({ status: 'paid', limit: 1, page: 2 })).items).toEqual([])
  })

  it.each<Record<string, string | number>>([
    { page: 0 },
    { page: 1.5 },
    { page: 'two' },
    { limit: 0 },
    { limit: 101 },
    { status: 'lost' },
    { status: '' },
    { sort: 'name' },
  ])('refuses %j', async (query) => {
    const problem = await problemOf(list(query))
    expect(problem).toMatchObject({ status: 422, code: 'validation_failed' })
    expect(problem.errors?.[0]?.path).toBe(Object.keys(query)[0])
  })

  it('needs a token', async () => {
    expect(await world.api.fail('listOrders')).toMatchObject({ status: 401, code: 'unauthenticated' })
  })
})

describe('an order', () => {
  it('keeps what was bought, whatever becomes of the product', async () => {
    const productId = await newProduct(world, 5, 123_456)
    await shopper.api.call('addCartItem', { body: { productId, quantity: 2 } })
    const order = await buy(shopper)
    const product = await world.api.call('getProduct', { params: { id: productId } })
    expect(order).toMatchObject({
      number: expect.stringMatching(/^FW-\d+$/),
      status: 'paid',
      items: [
        {
          productId,
          sku: product.variants[0]?.sku,
          name: product.name,
          unitPrice: { amount: 123_456, currency: 'INR' },
          quantity: 2,
          lineTotal: { amount: 246_912, currency: 'INR' },
          returnedQuantity: 0,
        },
      ],
      shippingAddress: ADDRESS,
      returns: [],
      createdAt: clock.now().toISOString(),
    })
    await world.ctx.db
      .collection<{ _id: string }>('products')
      .updateOne({ _id: productId }, { $set: { name: 'Another Name', active: false } })
    expect(await detail(order.id)).toEqual(order)
    expect(await detail(order.number)).toEqual(order)
    expect((await list()).items).toEqual([order])
  })

  it('has a number of its own, also among orders of the same moment', async () => {
    const baskets = await Promise.all(Array.from({ length: 6 }, () => fillCart(world)))
    const orders = await Promise.all(baskets.map((basket) => buy(basket.shopper)))
    expect(new Set(orders.map(({ number }) => number)).size).toBe(orders.length)
    expect(new Set(orders.map(({ id }) => id)).size).toBe(orders.length)
  })

  it('of somebody else cannot be found, nor one that cannot exist', async () => {
    const order = await orderSomething()
    const stranger = await world.guest()
    for (const id of [order.id, order.number, 'nothing', '{"$ne":null}', '%00', 'x'.repeat(2_000)]) {
      const params = { id }
      const refused = { status: 404, code: 'not_found' }
      expect(await stranger.api.fail('getOrder', { params })).toMatchObject(refused)
      expect(await stranger.api.fail('trackOrder', { params })).toMatchObject(refused)
      expect(await stranger.api.fail('returnOrder', { params, body: { reason: 'mine' } })).toMatchObject(
        refused,
      )
    }
    expect((await stranger.api.call('listOrders')).total).toBe(0)
    expect(await detail(order.id)).toEqual(order)
  })
})

describe('tracking', () => {
  it('moves on with time and tells what has happened so far', async () => {
    const order = await orderSomething()
    const start = clock.now().getTime()
    const at = (hours: number) => new Date(start + hours * HOUR_MS).toISOString()
    const first = await tracking(order.id)
    expect(first).toEqual({
      orderId: order.id,
      carrier: 'Floorwalker Express',
      trackingNumber: `FWX${order.number.slice(3)}`,
      status: 'paid',
      estimatedDelivery: at(72),
      events: [{ status: 'paid', at: at(0), location: expect.any(String), description: 'Order confirmed' }],
    })
    const seen: Array<[number, string, string[]]> = []
    let passed = 0
    for (const hours of [1, 24, 48, 68, 72, 700]) {
      clock.advance((hours - passed) * HOUR_MS)
      passed = hours
      const now = await tracking(order.id)
      expect((await detail(order.id)).status).toBe(now.status)
      expect(now.estimatedDelivery).toBe(first.estimatedDelivery)
      seen.push([hours, now.status, now.events.map(({ status }) => status)])
    }
    const way = ['paid', 'processing', 'shipped', 'in_transit', 'out_for_delivery', 'delivered']
    expect(seen).toEqual([
      [1, 'processing', way.slice(0, 2)],
      [24, 'shipped', way.slice(0, 3)],
      [48, 'shipped', way.slice(0, 4)],
      [68, 'shipped', way.slice(0, 5)],
      [72, 'delivered', way],
      [700, 'delivered', way],
    ])
    const { events } = await tracking(order.id)
    expect(events.map(({ at: time }) => time)).toEqual([0, 1, 24, 48, 68, 72].map(at))
    expect(events.at(-1)).toMatchObject({ location: ADDRESS.city })
  })

  it('of an order whose payment is still to be captured has nothing to tell yet', async () => {
    const other = await startWorld({ clock, on: world, config: { ACCESS_TOKEN_TTL: '30d' } })
    troubledGateway(other.ctx).trouble('capture', 'refused', 1)
    await fillCart(world, { shopper })
    const device = await other.connect('/cart', shopper.token)
    const { id: checkoutId } = await device.send('checkout:start', {})
    const { order } = await device.send('checkout:pay', {
      checkoutId,
      payment: APPROVED,
      shippingAddress: ADDRESS,
    })
    expect(await tracking(order.id)).toMatchObject({ status: 'pending', events: [] })
    expect((await list({ status: 'pending' })).items).toEqual([order])
    await other.close()
  })

  it('of an order that was returned stops there', async () => {
    const order = await orderSomething()
    clock.advance(30 * HOUR_MS)
    await shopper.api.call('returnOrder', { params: { id: order.id }, body: { reason: 'too big' } })
    clock.advance(100 * HOUR_MS)
    const { status, events } = await tracking(order.id)
    expect(status).toBe('refunded')
    expect(events.map((event) => event.status)).toEqual(['paid', 'processing', 'shipped', 'refunded'])
  })
})
