import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { seedCoupons, seedPoints } from '../../src/features/loyalty/index.ts'
import { type CartVerb, restDoor } from '../support/cart-doors.ts'
import { failWrites, restoreWrites } from '../support/failing-writes.ts'
import { ADDRESS, UPI } from '../support/purchase.ts'
import { shelve } from '../support/shelf.ts'
import { stockBooks } from '../support/stock-books.ts'
import { startWorld, type World } from '../support/world.ts'

let one: World
let two: World
let counter = 0

beforeAll(async () => {
  one = await startWorld()
  two = await startWorld({ on: one })
  await seedCoupons(one.ctx)
})
afterAll(async () => {
  await two.close()
  await one.close()
})

async function product(quantity: number): Promise<string> {
  counter += 1
  const [id = ''] = await shelve(one.ctx, [{ name: `Held Thing ${counter}`, variants: [{ quantity }] }])
  return id
}

/** A shopper with three pieces of one product and one of another in the cart. */
async function withCart() {
  const shopper = await one.guest()
  await seedPoints(one.ctx, shopper.id, 'silver')
  const productId = await product(10)
  const other = await product(10)
  await shopper.api.call('addCartItem', { body: { productId, quantity: 3 } })
  const cart = await shopper.api.call('addCartItem', { body: { productId: other } })
  const [itemId = '', otherItemId = ''] = cart.items.map(({ id }) => id)
  return { shopper, productId, other, itemId, otherItemId }
}

const pay = (checkoutId: string) => ({
  body: { checkoutId, payment: UPI, shippingAddress: ADDRESS },
})

type Input = (facts: Awaited<ReturnType<typeof withCart>>) => Record<string, unknown>
const changes: Array<[CartVerb, Input]> = [
  ['add', ({ productId }) => ({ productId })],
  ['update', ({ itemId }) => ({ itemId, quantity: 2 })],
  ['remove', ({ otherItemId }) => ({ itemId: otherItemId })],
  ['apply_coupon', () => ({ code: 'WELCOME10' })],
  ['redeem_points', () => ({ points: 100 })],
]

describe('a change of the cart closes its open checkout and releases the hold', () => {
  it.each(changes)('%s', async (verb, input) => {
    const facts = await withCart()
    const { shopper, productId, other } = facts
    const devices = await Promise.all([shopper.connect('/cart'), two.connect('/cart', shopper.token)])
    const checkout = await shopper.api.call('startCheckout')
    expect(await stockBooks(one.ctx, productId)).toEqual({ received: 10, sold: 0, held: 3, available: 7 })
    const cart = await restDoor(shopper).act(verb, input(facts))
    expect(cart.version).toBe(checkout.cart.version + 1)
    for (const id of [productId, other]) {
      expect(await stockBooks(one.ctx, id)).toEqual({ received: 10, sold: 0, held: 0, available: 10 })
    }
    for (const device of devices) {
      await device.waitFor('checkout:state', ({ state }) => state === 'cancelled')
      expect(device.received('checkout:state')).toEqual([
        { checkoutId: checkout.id, state: 'open' },
        { checkoutId: checkout.id, state: 'cancelled' },
      ])
    }
    expect(await shopper.api.fail('placeOrder', pay(checkout.id))).toMatchObject({
      status: 409,
      code: 'checkout_closed',
    })
    expect(await shopper.api.call('getCart')).toEqual(cart)
    expect((await shopper.api.call('listOrders')).items).toEqual([])
  })

  it('but one that is refused, or changes nothing, leaves it open', async () => {
    const { shopper, productId, itemId } = await withCart()
    const door = restDoor(shopper)
    const checkout = await shopper.api.call('startCheckout')
    await door.refused('add', { productId, quantity: 50 })
    await door.refused('update', { itemId, quantity: 11 })
    await door.refused('remove', { itemId: 'nothing' })
    await door.refused('apply_coupon', { code: 'NOTHING' })
    await door.refused('redeem_points', { points: 1_001 })
    await door.act('update', { itemId, quantity: 3 })
    await door.act('redeem_points', { points: 0 })
    expect((await shopper.api.call('placeOrder', pay(checkout.id))).totals).toEqual(checkout.totals)
    expect(await shopper.api.call('getCart')).toMatchObject({ items: [], version: checkout.cart.version + 1 })
  })

  it('or not at all when the change cannot be committed', async () => {
    const { shopper, productId } = await withCart()
    const checkout = await shopper.api.call('startCheckout')
    const before = await shopper.api.call('getCart')
    await failWrites(one, { command: 'update', collection: 'reservations' })
    const problem = await shopper.api.fail('addCartItem', { body: { productId } })
    await restoreWrites(one)
    expect(problem).toMatchObject({ status: 500, code: 'internal' })
    expect(await shopper.api.call('getCart')).toEqual(before)
    expect(await stockBooks(one.ctx, productId)).toMatchObject({ held: 3 })
    const order = await shopper.api.call('placeOrder', pay(checkout.id))
    expect(order.items.map(({ quantity }) => quantity)).toEqual([3, 1])
  })
})

describe('a checkout', () => {
  it('leaves its own pieces available to the shopper, and to nobody else', async () => {
    const shopper = await one.guest()
    const productId = await product(3)
    await shopper.api.call('addCartItem', { body: { productId, quantity: 3 } })
    await shopper.api.call('startCheckout')
    const other = await one.guest()
    expect(await other.api.fail('addCartItem', { body: { productId } })).toMatchObject({
      code: 'insufficient_stock',
      available: 0,
    })
    const cart = await shopper.api.call('getCart')
    expect(cart.items).toMatchObject([{ quantity: 3, available: 3 }])
    const params = { id: cart.items[0]?.id ?? '' }
    await shopper.api.call('updateCartItem', { params, body: { quantity: 2 } })
    const raised = await shopper.api.call('updateCartItem', { params, body: { quantity: 3 } })
    expect(raised.items).toMatchObject([{ quantity: 3, available: 3 }])
  })

  it('and a change of its cart at the same time end as one or the other', async () => {
    const ends = await Promise.all(
      Array.from({ length: 6 }, async (_, index) => {
        const { shopper, productId } = await withCart()
        const device = await two.connect('/cart', shopper.token)
        const checkout = await shopper.api.call('startCheckout')
        const change = device.send('cart:add', { productId, quantity: 1 + index })
        const [paid, changed] = await Promise.allSettled([
          shopper.api.call('placeOrder', pay(checkout.id)),
          change,
        ])
        const cart = await shopper.api.call('getCart')
        const orders = await shopper.api.call('listOrders')
        const books = await stockBooks(one.ctx, productId)
        expect(changed.status).toBe('fulfilled')
        if (paid.status === 'fulfilled') {
          expect(orders.items).toMatchObject([{ id: paid.value.id, totals: checkout.totals }])
          expect(cart.items).toMatchObject([{ productId, quantity: 1 + index }])
          expect(books).toEqual({ received: 10, sold: 3, held: 0, available: 7 })
        } else {
          expect(paid.reason).toMatchObject({ problem: { code: 'checkout_closed' } })
          expect(orders.items).toEqual([])
          expect(cart.items).toMatchObject([{ productId, quantity: 4 + index }, { quantity: 1 }])
          expect(books).toEqual({ received: 10, sold: 0, held: 0, available: 10 })
        }
        return paid.status
      }),
    )
    expect(ends).toHaveLength(6)
  })
})
