import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CheckoutChanged } from '../../src/contract/index.ts'
import { configureCheckout, expireCheckouts } from '../../src/features/checkout/index.ts'
import { releaseLapsedHolds } from '../../src/features/inventory/index.ts'
import { DOORS, problemOf, restCheckout } from '../support/checkout-doors.ts'
import type { Client } from '../support/client.ts'
import { type TestClock, testClock } from '../support/instance.ts'
import {
  ADDRESS,
  APPROVED,
  checkoutsOf,
  DECLINED,
  fillCart,
  paymentsOf,
  SILENT,
  UPI,
} from '../support/purchase.ts'
import { stockBooks } from '../support/stock-books.ts'
import { type Shopper, startWorld, type World } from '../support/world.ts'

const MINUTE_MS = 60_000

let clock: TestClock
let world: World
let two: World

beforeAll(async () => {
  clock = testClock(new Date())
  world = await startWorld({ clock, config: { ACCESS_TOKEN_TTL: '7d' } })
  two = await startWorld({ clock, on: world, config: { ACCESS_TOKEN_TTL: '7d' } })
})
afterAll(async () => {
  await two.close()
  await world.close()
})

const untouched = { received: 10, sold: 0, held: 0, available: 10 }

/** A shopper with a full cart and a device at each instance. */
async function withDevices() {
  const basket = await fillCart(world)
  const { shopper } = basket
  const [here, there] = await Promise.all([shopper.connect('/cart'), two.connect('/cart', shopper.token)])
  return { ...basket, here, there, devices: [here, there] }
}

/** The states of a checkout that each device was told, once the last of them is there. */
async function statesAt(
  devices: ReadonlyArray<Client<'/cart'>>,
  checkoutId: string,
  last: CheckoutChanged['state'],
): Promise<CheckoutChanged[]> {
  const told = await Promise.all(
    devices.map(async (device) => {
      await device.waitFor('checkout:state', (sent) => sent.checkoutId === checkoutId && sent.state === last)
      return device.received('checkout:state').filter((sent) => sent.checkoutId === checkoutId)
    }),
  )
  const [first = []] = told
  for (const others of told) expect(others).toEqual(first)
  return first
}

const names = (changes: readonly CheckoutChanged[]) => changes.map(({ state }) => state)

describe('all devices on all instances are told each state', () => {
  it.each(DOORS)('of a checkout that is declined and then paid at %s', async (_name, comeTo) => {
    const { shopper, devices } = await withDevices()
    const bystander = await (await world.guest()).connect('/cart')
    const door = await comeTo(shopper)
    const { id } = await door.start()
    await problemOf(door.pay(id, DECLINED))
    const order = await door.pay(id, APPROVED)
    const told = await statesAt(devices, id, 'completed')
    expect(names(told)).toEqual([
      'open',
      'authorizing',
      'declined',
      'authorizing',
      'placing_order',
      'completed',
    ])
    expect(told.map(({ error }) => error?.reason)).toEqual([
      undefined,
      undefined,
      'card_declined',
      undefined,
      undefined,
      undefined,
    ])
    expect(told.map((change) => change.order)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
      order,
    ])
    for (const device of devices) {
      expect(await device.waitFor('cart:changed', ({ cause }) => cause === 'checkout')).toMatchObject({
        cart: { items: [] },
      })
    }
    expect(bystander.received('checkout:state')).toEqual([])
  })

  it('of one whose payment gives no answer', async () => {
    configureCheckout(world.ctx, { authorizeMs: 50 })
    const { shopper, devices, productId } = await withDevices()
    const door = restCheckout(shopper.api)
    const { id } = await door.start()
    expect(await problemOf(door.pay(id, SILENT))).toMatchObject({ status: 402, code: 'payment_timeout' })
    const told = await statesAt(devices, id, 'declined')
    expect(names(told)).toEqual(['open', 'authorizing', 'declined'])
    expect(told.at(-1)?.error).toMatchObject({ code: 'payment_timeout' })
    expect(await stockBooks(world.ctx, productId)).toMatchObject({ held: 2 })
    await door.pay(id, UPI)
    expect((await paymentsOf(world.ctx, id)).map(({ status }) => status)).toEqual(['voided', 'captured'])
  })

  it('of one that is replaced', async () => {
    const { shopper, devices } = await withDevices()
    const door = restCheckout(shopper.api)
    const first = await door.start()
    const second = await door.start()
    expect(names(await statesAt(devices, first.id, 'cancelled'))).toEqual(['open', 'cancelled'])
    expect(names(await statesAt(devices, second.id, 'open'))).toEqual(['open'])
  })

  it('of one that expires, without the error of an earlier payment', async () => {
    const { shopper, devices, productId } = await withDevices()
    const door = restCheckout(shopper.api)
    const { id } = await door.start()
    await problemOf(door.pay(id, DECLINED))
    clock.advance(10 * MINUTE_MS)
    await expireCheckouts(two.ctx)
    const told = await statesAt(devices, id, 'expired')
    expect(names(told)).toEqual(['open', 'authorizing', 'declined', 'expired'])
    expect(told.at(-1)).toEqual({ checkoutId: id, state: 'expired' })
    expect(await stockBooks(world.ctx, productId)).toEqual(untouched)
  })
})

describe('a payment that is begun in time', () => {
  it('may end after it, and keeps its stock meanwhile', async () => {
    const { shopper, devices, productId } = await withDevices()
    const door = restCheckout(shopper.api)
    const { id } = await door.start()
    clock.advance(10 * MINUTE_MS - 1)
    configureCheckout(world.ctx, {
      async faults(point) {
        if (point !== 'authorize:before') return
        configureCheckout(world.ctx, {})
        clock.advance(MINUTE_MS / 2)
        await expireCheckouts(two.ctx)
        await releaseLapsedHolds(two.ctx)
      },
    })
    expect(await door.pay(id, UPI)).toMatchObject({ status: 'paid' })
    expect(names(await statesAt(devices, id, 'completed'))).not.toContain('expired')
    expect(await stockBooks(world.ctx, productId)).toEqual({ received: 10, sold: 2, held: 0, available: 8 })
  })

  it('and is declined after it ends the checkout', async () => {
    const { shopper, devices, productId } = await withDevices()
    const door = restCheckout(shopper.api)
    const { id } = await door.start()
    clock.advance(10 * MINUTE_MS - 1)
    configureCheckout(world.ctx, {
      faults(point) {
        if (point === 'authorize:before') clock.advance(1)
      },
    })
    expect(await problemOf(door.pay(id, DECLINED))).toMatchObject({ reason: 'card_declined' })
    configureCheckout(world.ctx, {})
    const told = await statesAt(devices, id, 'expired')
    expect(names(told)).toEqual(['open', 'authorizing', 'expired'])
    expect(told.at(-1)?.error).toMatchObject({ reason: 'card_declined' })
    expect(await stockBooks(world.ctx, productId)).toEqual(untouched)
    expect(await problemOf(door.pay(id, UPI))).toMatchObject({ code: 'checkout_expired' })
  })
})

describe('cancelling', () => {
  it('releases the hold, for good, and may be repeated', async () => {
    const { here, there, devices, productId, cart } = await withDevices()
    const { id } = await here.send('checkout:start', {})
    const cancelled = await there.send('checkout:cancel', { checkoutId: id })
    expect(cancelled).toMatchObject({ id, state: 'cancelled', totals: cart.totals })
    expect(await stockBooks(world.ctx, productId)).toEqual(untouched)
    expect(await here.send('checkout:cancel', { checkoutId: id })).toEqual(cancelled)
    const pay = { checkoutId: id, payment: UPI, shippingAddress: ADDRESS }
    expect(await here.fail('checkout:pay', pay)).toMatchObject({ status: 409, code: 'checkout_closed' })
    expect(await here.send('cart:get', {})).toMatchObject({ items: [{ quantity: 2 }] })
    expect(names(await statesAt(devices, id, 'cancelled'))).toEqual(['open', 'cancelled'])
  })

  it('after a decline takes the stock back and says nothing of the decline', async () => {
    const { here, devices, productId } = await withDevices()
    const { id } = await here.send('checkout:start', {})
    const pay = { checkoutId: id, payment: DECLINED, shippingAddress: ADDRESS }
    await here.fail('checkout:pay', pay)
    await here.send('checkout:cancel', { checkoutId: id })
    expect(await stockBooks(world.ctx, productId)).toEqual(untouched)
    expect((await statesAt(devices, id, 'cancelled')).at(-1)).toEqual({ checkoutId: id, state: 'cancelled' })
  })

  it('is refused once there is an order', async () => {
    const { here, shopper } = await withDevices()
    const { id } = await here.send('checkout:start', {})
    const { order } = await here.send('checkout:pay', {
      checkoutId: id,
      payment: UPI,
      shippingAddress: ADDRESS,
    })
    expect(await here.fail('checkout:cancel', { checkoutId: id })).toMatchObject({
      status: 409,
      code: 'checkout_closed',
    })
    expect(await shopper.api.call('getOrder', { params: { id: order.id } })).toEqual(order)
  })

  it('leaves one that has expired as it is, and finds no other shopper’s', async () => {
    const { here, shopper } = await withDevices()
    const stranger = await (await world.guest()).connect('/cart')
    const { id } = await restCheckout(shopper.api).start()
    expect(await stranger.fail('checkout:cancel', { checkoutId: id })).toMatchObject({ code: 'not_found' })
    expect(await here.fail('checkout:cancel', { checkoutId: 'nothing' })).toMatchObject({ code: 'not_found' })
    clock.advance(10 * MINUTE_MS)
    await expireCheckouts(world.ctx)
    expect(await here.send('checkout:cancel', { checkoutId: id })).toMatchObject({ state: 'expired' })
  })

  it('while the payment is under way takes no money and makes no order', async () => {
    const { here, devices, shopper, productId } = await withDevices()
    const { id } = await here.send('checkout:start', {})
    configureCheckout(world.ctx, {
      async faults(point, checkoutId) {
        if (point !== 'authorize:after' || checkoutId !== id) return
        configureCheckout(world.ctx, {})
        await here.send('checkout:cancel', { checkoutId: id })
      },
    })
    const pay = { checkoutId: id, payment: APPROVED, shippingAddress: ADDRESS }
    expect(await here.fail('checkout:pay', pay)).toMatchObject({ code: 'checkout_closed' })
    expect((await paymentsOf(world.ctx, id)).map(({ status }) => status)).toEqual(['voided'])
    expect(await stockBooks(world.ctx, productId)).toEqual(untouched)
    expect((await shopper.api.call('listOrders')).items).toEqual([])
    expect((await shopper.api.call('getCart')).items).toHaveLength(1)
    expect(names(await statesAt(devices, id, 'cancelled'))).toEqual(['open', 'authorizing', 'cancelled'])
  })
})

describe('an order without a checkout', () => {
  const order = (shopper: Shopper, body: object = {}) =>
    shopper.api.call('placeOrder', { body: { payment: UPI, shippingAddress: ADDRESS, ...body } })

  it('checks the cart out first', async () => {
    const { shopper, devices, cart, productId } = await withDevices()
    const placed = await order(shopper)
    expect(placed).toMatchObject({ status: 'paid', totals: cart.totals })
    const [checkoutId = '', ...others] = await checkoutsOf(world.ctx, shopper.id)
    expect(others).toEqual([])
    expect(names(await statesAt(devices, checkoutId, 'completed'))).toEqual([
      'open',
      'authorizing',
      'placing_order',
      'completed',
    ])
    expect(await stockBooks(world.ctx, productId)).toEqual({ received: 10, sold: 2, held: 0, available: 8 })
    expect(await problemOf(order(shopper))).toMatchObject({ status: 409, code: 'cart_empty' })
  })

  it('replaces an open one', async () => {
    const { shopper, devices, productId } = await withDevices()
    const { id } = await restCheckout(shopper.api).start()
    await order(shopper)
    expect(names(await statesAt(devices, id, 'cancelled'))).toEqual(['open', 'cancelled'])
    expect(await stockBooks(world.ctx, productId)).toMatchObject({ sold: 2, held: 0 })
  })

  it('that is declined leaves no order, and the next try is free to pay otherwise', async () => {
    const { shopper, productId } = await withDevices()
    expect(await problemOf(order(shopper, { payment: DECLINED }))).toMatchObject({ reason: 'card_declined' })
    expect((await shopper.api.call('listOrders')).total).toBe(0)
    await order(shopper)
    expect(await stockBooks(world.ctx, productId)).toEqual({ received: 10, sold: 2, held: 0, available: 8 })
  })

  it.each([
    ['gift card', { payment: { method: 'gift_card', code: 'NO-SUCH' } }],
    ['saved payment', { payment: { paymentMethodId: 'nothing' } }],
    ['token', { payment: { method: 'card', token: 'nothing' } }],
    ['address', { shippingAddress: undefined, addressId: 'nothing' }],
  ])('with an unknown %s changes nothing', async (_what, body) => {
    const { shopper, productId, here } = await withDevices()
    const open = await restCheckout(shopper.api).start()
    expect(await problemOf(order(shopper, body))).toMatchObject({ status: 404, code: 'not_found' })
    expect(await checkoutsOf(world.ctx, shopper.id)).toEqual([open.id])
    expect(await stockBooks(world.ctx, productId)).toMatchObject({ held: 2 })
    const pay = { checkoutId: open.id, payment: UPI, shippingAddress: ADDRESS }
    expect(await here.send('checkout:pay', pay)).toMatchObject({ checkout: { state: 'completed' } })
  })

  it('twice at the same time is one order', async () => {
    const { shopper, productId } = await withDevices()
    const tries = await Promise.allSettled([order(shopper), order(shopper)])
    const placed = tries.filter(({ status }) => status === 'fulfilled')
    expect(placed).toHaveLength(1)
    expect((await shopper.api.call('listOrders')).total).toBe(1)
    expect(await stockBooks(world.ctx, productId)).toEqual({ received: 10, sold: 2, held: 0, available: 8 })
    const payments = await Promise.all(
      (await checkoutsOf(world.ctx, shopper.id)).map((id) => paymentsOf(world.ctx, id)),
    )
    expect(payments.flat().filter(({ status }) => status === 'captured')).toHaveLength(1)
    expect(payments.flat().filter(({ status }) => status === 'approved')).toEqual([])
  })
})
