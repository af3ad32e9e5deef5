import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  Cart,
  CouponList,
  LoyaltyProfile,
  type Totals,
  Totals as TotalsSchema,
} from '../../src/contract/index.ts'
import type { ContractWorld } from '../support/contract-world.ts'
import { APPROVED, type Customer, customerOf, openMarket, SHIPPING } from '../support/market.ts'

let world: ContractWorld
let customer: Customer
let lamp: string
let shirt: string
let cap: string

beforeAll(async () => {
  ;({ world, lamp, shirt, cap } = await openMarket())
})
afterAll(() => world.close())
beforeEach(async () => {
  customer = customerOf(world, await world.signUp())
})

function addsUp(totals: Totals): void {
  const off = totals.tierDiscount.amount + totals.couponDiscount.amount + totals.pointsDiscount.amount
  const sum = totals.subtotal.amount - off + totals.shipping.amount + totals.tax.amount
  expect(totals.total.amount).toBe(Math.max(0, sum))
}

describe('the cart', () => {
  it('adds the same sku up, and changes and takes away by the item', async () => {
    expect(await customer.cart()).toMatchObject({ items: [], version: 0, totals: { total: { amount: 0 } } })
    const one = await customer.add({ productId: lamp })
    const three = await customer.add({ productId: lamp, sku: 'LAMP', quantity: 2 })
    expect(three.items).toMatchObject([{ sku: 'LAMP', quantity: 3, lineTotal: { amount: 300_000 } }])
    expect(three.version).toBe(one.version + 1)
    addsUp(three.totals)
    expect(await world.rest.ok(TotalsSchema, 200, 'GET', '/api/cart/total', customer.as())).toEqual(
      three.totals,
    )
    const path = `/api/cart/items/${three.items[0]?.id}`
    const seven = await world.rest.ok(Cart, 200, 'PUT', path, customer.as({ quantity: 7 }))
    expect(seven.items[0]?.quantity).toBe(7)
    const stranger = await world.signUp()
    await world.rest.problem(404, 'not_found', 'DELETE', path, { token: stranger.token })
    expect((await world.rest.ok(Cart, 200, 'DELETE', path, customer.as())).items).toEqual([])
    await world.rest.problem(404, 'not_found', 'DELETE', path, customer.as())
  })

  it('null is the same as absent', async () => {
    const filled = await customer.add({ productId: lamp, sku: null, quantity: null })
    expect(filled.items).toMatchObject([{ sku: 'LAMP', quantity: 1 }])
  })

  it('wants a variant to be named where there are several', async () => {
    const { problem } = await customer.refused(422, 'validation_failed', '/api/cart/items', {
      productId: shirt,
    })
    expect(problem.errors?.map(({ path }) => path)).toEqual(['sku'])
    await customer.refused(404, 'not_found', '/api/cart/items', { productId: shirt, sku: 'LAMP' })
  })

  it('holds no more than there is, and says how many there are', async () => {
    const tooMany = { productId: shirt, sku: 'SHIRT-M', quantity: 5 }
    const { problem } = await customer.refused(409, 'insufficient_stock', '/api/cart/items', tooMany)
    expect(problem).toMatchObject({ available: 4 })
    const none = await customer.refused(409, 'insufficient_stock', '/api/cart/items', {
      productId: shirt,
      sku: 'SHIRT-L',
    })
    expect(none.problem).toMatchObject({ available: 0 })
    expect((await customer.cart()).version).toBe(0)
  })

  it.each([0, -1, 1.5, 100, '2'])('refuses the quantity %s', async (quantity) => {
    await customer.refused(422, 'validation_failed', '/api/cart/items', { productId: lamp, quantity })
    const { items } = await customer.add({ productId: lamp })
    const path = `/api/cart/items/${items[0]?.id}`
    await world.rest.problem(422, 'validation_failed', 'PUT', path, customer.as({ quantity }))
    expect((await customer.cart()).items).toEqual(items)
  })
})

describe('coupons and points', () => {
  it('a coupon in any case takes its share off', async () => {
    await customer.add({ productId: lamp })
    const { items } = await world.rest.ok(CouponList, 200, 'GET', '/api/loyalty/coupons', customer.as())
    expect(items.map(({ code }) => code)).toEqual(expect.arrayContaining(['WELCOME10', 'ONCE10']))
    const changed = await world.rest.ok(
      Cart,
      200,
      'POST',
      '/api/loyalty/apply-coupon',
      customer.as({ code: 'welcome10' }),
    )
    expect(changed).toMatchObject({
      coupon: { code: 'WELCOME10' },
      totals: { couponDiscount: { amount: 10_000 } },
    })
    addsUp(changed.totals)
  })

  it('an unknown coupon is not found, and one that does not fit is not applicable', async () => {
    await customer.add({ productId: lamp })
    await customer.refused(404, 'not_found', '/api/loyalty/apply-coupon', { code: 'NO-SUCH' })
    await customer.refused(409, 'coupon_not_applicable', '/api/loyalty/apply-coupon', { code: 'SAVE15' })
    expect((await customer.cart()).coupon ?? null).toBeNull()
  })

  it('a coupon that each customer can use once cannot be used twice', async () => {
    for (const status of ['first', 'second']) {
      await customer.add({ productId: lamp })
      const body = { code: 'WELCOME10' }
      if (status === 'second')
        await customer.refused(409, 'coupon_not_applicable', '/api/loyalty/apply-coupon', body)
      else {
        await world.rest.ok(Cart, 200, 'POST', '/api/loyalty/apply-coupon', customer.as(body))
        await customer.order({ payment: APPROVED })
      }
    }
  })

  it('of two who use the coupon that there is once, one gets it', async () => {
    const buyers = await Promise.all([world.signUp(), world.signUp()])
    for (const { api } of buyers) {
      await api.call('addCartItem', { body: { productId: lamp } })
      await api.call('applyCoupon', { body: { code: 'ONCE10' } })
    }
    const body = { payment: APPROVED, shippingAddress: SHIPPING }
    const answers = await Promise.all(
      buyers.map(({ token }) =>
        fetch(`${world.url}/api/orders`, {
          method: 'POST',
          headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
          body: JSON.stringify(body),
        }),
      ),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409])
  })

  it('points are earned by paying, spent by paying, and never more than there are', async () => {
    await customer.add({ productId: lamp, quantity: 3 })
    const paid = await customer.order({ payment: APPROVED })
    const profile = () => world.rest.ok(LoyaltyProfile, 200, 'GET', '/api/loyalty/profile', customer.as())
    const { points } = await profile()
    expect(points).toBe(paid.pointsEarned)
    await customer.add({ productId: lamp })
    await customer.refused(409, 'insufficient_points', '/api/loyalty/redeem-points', { points: points + 1 })
    await customer.refused(422, 'validation_failed', '/api/loyalty/redeem-points', { points: -1 })
    const spent = await world.rest.ok(
      Cart,
      200,
      'POST',
      '/api/loyalty/redeem-points',
      customer.as({ points: 10 }),
    )
    expect(spent.pointsRedeemed).toBe(10)
    addsUp(spent.totals)
    expect((await profile()).points).toBe(points)
    const second = await customer.order({ payment: APPROVED })
    expect((await profile()).points).toBe(points - 10 + second.pointsEarned)
  })
})

describe('a guest who signs in', () => {
  it('brings the cart along, capped by the stock', async () => {
    const guest = await world.guest()
    await guest.api.call('addCartItem', { body: { productId: cap, quantity: 2 } })
    await guest.api.call('addCartItem', { body: { productId: lamp, quantity: 2 } })
    await customer.add({ productId: cap, quantity: 2 })
    await customer.add({ productId: lamp })
    const { email, password } = customer.shopper
    await guest.api.call('signIn', { body: { email, password } })
    const { items } = await customer.cart()
    expect(items.map(({ productId, quantity }) => [productId, quantity])).toEqual([
      [cap, 3],
      [lamp, 3],
    ])
  })
})
