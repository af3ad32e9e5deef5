import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { configureCheckout, resumeCheckouts } from '../../src/features/checkout/index.ts'
import { problemOf, restCheckout } from '../support/checkout-doors.ts'
import { APPROVED, type Basket, buy, DECLINED, fillCart, paymentsOf, UPI } from '../support/purchase.ts'
import { stockBooks } from '../support/stock-books.ts'
import { type TroubledGateway, troubledGateway } from '../support/troubled-gateway.ts'
import { startWorld, type World } from '../support/world.ts'

const BACKOFF = [1, 1, 1]

let world: World
let gateway: TroubledGateway
let basket: Basket
let checkoutId: string

beforeAll(async () => {
  world = await startWorld()
  configureCheckout(world.ctx, { authorizeMs: 500, backoffMs: BACKOFF })
  gateway = troubledGateway(world.ctx)
})
afterAll(() => world.close())
beforeEach(async () => {
  gateway.calm()
  basket = await fillCart(world)
  checkoutId = (await basket.shopper.api.call('startCheckout')).id
})

const pay = (payment: typeof APPROVED | typeof UPI = APPROVED) =>
  restCheckout(basket.shopper.api).pay(checkoutId, payment)
const statuses = async () => (await paymentsOf(world.ctx, checkoutId)).map(({ status }) => status)

describe('a gateway that fails', () => {
  it('before the payment begins: nothing has begun', async () => {
    gateway.trouble('tokenize', 'refused', 1)
    expect(await problemOf(pay())).toMatchObject({ status: 503, code: 'unavailable' })
    expect(await statuses()).toEqual([])
    expect(await pay()).toMatchObject({ status: 'paid' })
  })

  it('too often: it is declined and let go of', async () => {
    gateway.trouble('authorize', 'refused', BACKOFF.length + 1)
    expect(await problemOf(pay())).toMatchObject({ code: 'payment_declined', reason: 'gateway_error' })
    expect(gateway.calls('authorize')).toBe(BACKOFF.length + 1)
    expect(await statuses()).toEqual(['voided'])
    expect(await pay()).toMatchObject({ status: 'paid' })
  })

  it('after it has set the money aside: the same authorization is found by its key', async () => {
    gateway.trouble('authorize', 'lost', BACKOFF.length)
    expect(await pay()).toMatchObject({ status: 'paid' })
    expect(await statuses()).toEqual(['captured'])
  })

  it('to answer although it has set the money aside: that is let go of', async () => {
    gateway.trouble('authorize', 'silent', 1)
    expect(await problemOf(pay())).toMatchObject({ status: 402, code: 'payment_timeout' })
    expect(await statuses()).toEqual(['voided'])
    expect((await basket.shopper.api.call('listOrders')).items).toEqual([])
    expect(await pay()).toMatchObject({ status: 'paid' })
    expect(await statuses()).toEqual(['voided', 'captured'])
  })

  it('to let go as well: the sweep does, and another payment need not wait for it', async () => {
    gateway.trouble('authorize', 'silent', 1)
    gateway.trouble('void', 'refused', 3)
    expect(await problemOf(pay())).toMatchObject({ code: 'payment_timeout' })
    expect(await statuses()).toEqual(['approved'])
    expect(await pay(UPI)).toMatchObject({ status: 'paid' })
    expect(await statuses()).toEqual(['approved', 'captured'])
    expect(await resumeCheckouts(world.ctx)).toBe(1)
    expect(await statuses()).toEqual(['voided', 'captured'])
    expect((await basket.shopper.api.call('listOrders')).total).toBe(1)
  })

  it('to let go of a cancelled one: the sweep does', async () => {
    gateway.trouble('authorize', 'silent', 1)
    gateway.trouble('void', 'lost', 1)
    await problemOf(pay())
    const client = await basket.shopper.connect('/cart')
    await client.send('checkout:cancel', { checkoutId })
    expect(await resumeCheckouts(world.ctx)).toBe(1)
    expect(await statuses()).toEqual(['voided'])
    expect(await stockBooks(world.ctx, basket.productId)).toMatchObject({ held: 0, available: 10 })
  })
})

describe('a gateway that cannot capture now', () => {
  it.each(['refused', 'lost'] as const)('(%s) keeps nobody from the order', async (trouble) => {
    const device = await basket.shopper.connect('/cart')
    gateway.trouble('capture', trouble, 2)
    const order = await pay()
    expect(order).toMatchObject({ status: 'pending', payment: { status: 'authorized' } })
    expect(
      await basket.shopper.api.fail('returnOrder', {
        params: { id: order.id },
        body: { reason: 'changed my mind' },
      }),
    ).toMatchObject({ status: 409, code: 'not_returnable' })
    expect(await resumeCheckouts(world.ctx)).toBe(0)
    expect(await resumeCheckouts(world.ctx)).toBe(1)
    expect(await basket.shopper.api.call('getOrder', { params: { id: order.id } })).toMatchObject({
      status: 'paid',
      payment: { status: 'captured' },
    })
    const { order: told } = await device.waitFor(
      'checkout:state',
      ({ order: sent }) => sent?.status === 'paid',
    )
    expect(told?.id).toBe(order.id)
    expect(await statuses()).toEqual(['captured'])
    expect(await stockBooks(world.ctx, basket.productId)).toMatchObject({ sold: 2, held: 0 })
  })
})

describe('a payment that cannot be settled', () => {
  it('does not keep others from being settled', async () => {
    configureCheckout(world.ctx, { authorizeMs: 200, backoffMs: BACKOFF, resumedAtOnce: 1 })
    gateway.trouble('capture', 'refused', 3)
    const first = await pay()
    const second = await fillCart(world)
    const later = await buy(second.shopper)
    const status = async ({ shopper }: Basket, id: string) =>
      (await shopper.api.call('getOrder', { params: { id } })).status
    expect(await resumeCheckouts(world.ctx)).toBe(0)
    expect(await resumeCheckouts(world.ctx)).toBe(1)
    expect([await status(basket, first.id), await status(second, later.id)]).toEqual(['pending', 'paid'])
    expect(await resumeCheckouts(world.ctx)).toBe(1)
    expect(await status(basket, first.id)).toBe('paid')
  })
})

describe('a decline', () => {
  it('whose answer was lost is still a decline', async () => {
    gateway.trouble('authorize', 'lost', 1)
    expect(await problemOf(restCheckout(basket.shopper.api).pay(checkoutId, DECLINED))).toMatchObject({
      code: 'payment_declined',
      reason: 'card_declined',
    })
    expect(await statuses()).toEqual(['declined'])
  })
})
