import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expireCheckouts } from '../../src/features/checkout/index.ts'
import { seedCoupons, seedPoints } from '../../src/features/loyalty/index.ts'
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
  checkoutsOf,
  DECLINED,
  fillCart,
  newProduct,
  paymentsOf,
  UPI,
} from '../support/purchase.ts'
import { stockBooks } from '../support/stock-books.ts'
import type { Shopper } from '../support/world.ts'
import { startWorld, type World } from '../support/world.ts'

const MINUTE_MS = 60_000

let clock: TestClock
let world: World
let two: World

beforeAll(async () => {
  clock = testClock(new Date())
  world = await startWorld({ clock, config: { ACCESS_TOKEN_TTL: '7d' } })
  two = await startWorld({ clock, on: world, config: { ACCESS_TOKEN_TTL: '7d' } })
  await seedCoupons(world.ctx)
})
afterAll(async () => {
  await two.close()
  await world.close()
})

const untouched = { received: 10, sold: 0, held: 0, available: 10 }
const ordersOf = async (shopper: Shopper) => (await shopper.api.call('listOrders')).items

describe.each(DOORS)('checking out at %s', (_door, comeTo) => {
  const arrive = async (options: Parameters<typeof fillCart>[1] = {}) => {
    const basket = await fillCart(world, options)
    return { ...basket, door: await comeTo(basket.shopper) }
  }

  it('holds the stock, keeps the totals, and becomes an order when it is paid', async () => {
    const { shopper, productId, door } = await arrive({ quantity: 3 })
    await seedPoints(world.ctx, shopper.id, 'gold')
    await shopper.api.call('applyCoupon', { body: { code: 'WELCOME10' } })
    const cart = await shopper.api.call('redeemPoints', { body: { points: 250 } })
    const checkout = await door.start()
    expect(checkout).toMatchObject({ state: 'open', totals: cart.totals, cart: { version: cart.version } })
    expect(Date.parse(checkout.expiresAt)).toBe(clock.now().getTime() + 10 * MINUTE_MS)
    expect(await stockBooks(world.ctx, productId)).toEqual({ received: 10, sold: 0, held: 3, available: 7 })

    const order = await door.pay(checkout.id, APPROVED)
    expect(order).toMatchObject({
      status: 'paid',
      totals: cart.totals,
      payment: { method: 'card', status: 'captured', brand: 'visa', last4: '4242' },
      shippingAddress: ADDRESS,
      returns: [],
    })
    const { subtotal, tierDiscount, couponDiscount, pointsDiscount, shipping, tax, total } = order.totals
    expect(total.amount).toBe(
      subtotal.amount -
        tierDiscount.amount -
        couponDiscount.amount -
        pointsDiscount.amount +
        shipping.amount +
        tax.amount,
    )
    expect([tierDiscount, couponDiscount, pointsDiscount].every(({ amount }) => amount > 0)).toBe(true)
    expect(await stockBooks(world.ctx, productId)).toEqual({ received: 10, sold: 3, held: 0, available: 7 })
    expect(await paymentsOf(world.ctx, checkout.id)).toMatchObject([
      { status: 'captured', amount: total.amount, reference: order.payment.reference },
    ])
    expect(await shopper.api.call('getCart')).toMatchObject({ items: [], version: cart.version + 1 })
    expect(await shopper.api.call('getLoyaltyProfile')).toMatchObject({
      points: 5_000 - 250 + order.pointsEarned,
    })
    expect(await ordersOf(shopper)).toEqual([order])
  })

  it('an empty cart cannot', async () => {
    const shopper = await world.guest()
    const door = await comeTo(shopper)
    expect(await problemOf(door.start())).toMatchObject({ status: 409, code: 'cart_empty' })
    expect(await checkoutsOf(world.ctx, shopper.id)).toEqual([])
  })

  it('holds every line or none', async () => {
    const { shopper, productId, door } = await arrive()
    const rare = await newProduct(world, 3)
    await shopper.api.call('addCartItem', { body: { productId: rare, quantity: 3 } })
    const rival = await world.guest()
    await rival.api.call('addCartItem', { body: { productId: rare, quantity: 2 } })
    await restCheckout(rival.api).start()
    expect(await problemOf(door.start())).toMatchObject({ code: 'insufficient_stock', available: 1 })
    expect(await stockBooks(world.ctx, productId)).toEqual(untouched)
    expect(await stockBooks(world.ctx, rare)).toEqual({ received: 3, sold: 0, held: 2, available: 1 })
    expect(await checkoutsOf(world.ctx, shopper.id)).toEqual([])
    expect((await shopper.api.call('getCart')).items).toHaveLength(2)
  })

  it('a second checkout replaces the first and its hold', async () => {
    const { productId, door, shopper } = await arrive()
    const first = await door.start()
    const second = await door.start()
    expect(second.id).not.toBe(first.id)
    expect(await stockBooks(world.ctx, productId)).toMatchObject({ held: 2, available: 8 })
    expect(await problemOf(door.pay(first.id, UPI))).toMatchObject({ status: 409, code: 'checkout_closed' })
    const order = await door.pay(second.id, UPI)
    expect(await ordersOf(shopper)).toEqual([order])
    expect(await stockBooks(world.ctx, productId)).toMatchObject({ sold: 2, held: 0, available: 8 })
  })

  it('a declined one can be paid again until it expires', async () => {
    const { shopper, productId, cart, door } = await arrive()
    const { id } = await door.start()
    expect(await problemOf(door.pay(id, DECLINED))).toMatchObject({
      status: 402,
      code: 'payment_declined',
      reason: 'card_declined',
    })
    expect(await ordersOf(shopper)).toEqual([])
    expect(await shopper.api.call('getCart')).toEqual(cart)
    expect(await stockBooks(world.ctx, productId)).toMatchObject({ held: 2, available: 8 })
    clock.advance(10 * MINUTE_MS - 1)
    expect(await door.pay(id, APPROVED)).toMatchObject({ status: 'paid', totals: cart.totals })
    expect((await paymentsOf(world.ctx, id)).map(({ status }) => status)).toEqual(['declined', 'captured'])
    expect(await ordersOf(shopper)).toHaveLength(1)
  })

  it('expires, and gives the stock back as soon as somebody tries to pay', async () => {
    const { shopper, productId, cart, door } = await arrive()
    const { id } = await door.start()
    await problemOf(door.pay(id, DECLINED))
    clock.advance(10 * MINUTE_MS)
    expect(await problemOf(door.pay(id, APPROVED))).toMatchObject({ status: 409, code: 'checkout_expired' })
    expect(await stockBooks(world.ctx, productId)).toEqual(untouched)
    expect(await problemOf(door.pay(id, APPROVED))).toMatchObject({ code: 'checkout_expired' })
    expect(await paymentsOf(world.ctx, id)).toMatchObject([{ status: 'declined' }])
    expect(await ordersOf(shopper)).toEqual([])
    expect((await shopper.api.call('getCart')).items).toMatchObject([{ id: cart.items[0]?.id, quantity: 2 }])
    expect(await door.pay((await door.start()).id, UPI)).toMatchObject({ status: 'paid' })
  })

  it('expires by the sweep, each one once', async () => {
    await expireCheckouts(world.ctx)
    const { productId, door } = await arrive()
    const { id } = await door.start()
    clock.advance(10 * MINUTE_MS - 1)
    expect(await expireCheckouts(world.ctx)).toBe(0)
    expect(await stockBooks(world.ctx, productId)).toMatchObject({ held: 2 })
    clock.advance(1)
    const swept = await Promise.all([expireCheckouts(world.ctx), expireCheckouts(two.ctx)])
    expect(swept[0] + swept[1]).toBe(1)
    expect(await stockBooks(world.ctx, productId)).toEqual(untouched)
    expect(await problemOf(door.pay(id, UPI))).toMatchObject({ code: 'checkout_expired' })
  })

  it('somebody else’s, and one that never was, cannot be found', async () => {
    const { shopper, productId, door } = await arrive()
    const { id } = await door.start()
    const stranger = await comeTo(await world.guest())
    for (const checkoutId of [id, 'nothing', '']) {
      expect(await problemOf(stranger.pay(checkoutId, APPROVED))).toMatchObject({
        status: 404,
        code: 'not_found',
      })
    }
    expect(await paymentsOf(world.ctx, id)).toEqual([])
    expect(await stockBooks(world.ctx, productId)).toMatchObject({ held: 2 })
    await door.pay(id, APPROVED)
    expect(await ordersOf(shopper)).toHaveLength(1)
  })

  it('bad input is refused by field and leaves the checkout open', async () => {
    const { shopper, door } = await arrive()
    const { id } = await door.start()
    const stranger = await world.guest()
    const theirs = await stranger.api.call('addAddress', { body: ADDRESS })
    const refused = (path: string, call: Promise<unknown>) =>
      expect(problemOf(call)).resolves.toMatchObject({
        status: 422,
        code: 'validation_failed',
        errors: [{ path: expect.stringContaining(path) }],
      })
    await refused('shippingAddress', door.pay(id, UPI, { to: {} }))
    await refused('shippingAddress', door.pay(id, UPI, { to: { shippingAddress: ADDRESS, addressId: 'x' } }))
    await refused(
      'shippingAddress.country',
      door.pay(id, UPI, { to: { shippingAddress: { ...ADDRESS, country: 'India' } } }),
    )
    await refused('payment', door.pay(id, { method: 'upi', vpa: 'nobody' }))
    await refused('payment', door.pay(id, { ...APPROVED, number: '4242424242424241' }))
    await refused('payment', door.pay(id, { ...APPROVED, expMonth: 13 }))
    await refused('payment', door.pay(id, { ...APPROVED, cvc: '12' }))
    for (const addressId of ['nothing', theirs.id]) {
      expect(await problemOf(door.pay(id, UPI, { to: { addressId } }))).toMatchObject({ code: 'not_found' })
    }
    expect(await paymentsOf(world.ctx, id)).toEqual([])
    const mine = await shopper.api.call('addAddress', { body: { ...ADDRESS, label: 'Home' } })
    const order = await door.pay(id, UPI, { to: { addressId: mine.id } })
    expect(order.shippingAddress).toEqual({ ...ADDRESS, label: 'Home' })
  })

  it('can be paid once', async () => {
    const { shopper, door } = await arrive()
    const { id } = await door.start()
    await door.pay(id, UPI)
    expect(await problemOf(door.pay(id, UPI))).toMatchObject({ status: 409, code: 'checkout_closed' })
    expect(await problemOf(door.start())).toMatchObject({ code: 'cart_empty' })
    expect(await ordersOf(shopper)).toHaveLength(1)
  })

  it('paid twice at the same time, on two instances, it is one order and one capture', async () => {
    const rounds = await Promise.all(
      Array.from({ length: 4 }, async () => {
        const { shopper, productId, door } = await arrive()
        const there: CheckoutDoor = socketCheckout(await two.connect('/cart', shopper.token))
        const { id } = await door.start()
        const pays = await Promise.allSettled([door.pay(id, APPROVED), there.pay(id, UPI)])
        const orders = pays.flatMap((pay) => (pay.status === 'fulfilled' ? [pay.value] : []))
        expect(orders).toHaveLength(1)
        const refusal = pays.find((pay) => pay.status === 'rejected')
        expect(refusal?.reason).toMatchObject({ problem: { code: 'checkout_closed' } })
        expect(await ordersOf(shopper)).toEqual(orders)
        const captured = (await paymentsOf(world.ctx, id)).filter(({ status }) => status === 'captured')
        expect(captured).toHaveLength(1)
        return stockBooks(world.ctx, productId)
      }),
    )
    expect(rounds).toEqual(rounds.map(() => ({ received: 10, sold: 2, held: 0, available: 8 })))
  })
})
