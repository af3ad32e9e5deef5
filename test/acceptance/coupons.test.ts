import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { quoteCart } from '../../src/features/cart/index.ts'
import { couponGuard } from '../../src/features/checkout/coupon-guard.ts'
import { couponsCollection, couponUsesCollection } from '../../src/features/loyalty/coupons.store.ts'
import { type CouponDocument, seedCoupons, seedPoints } from '../../src/features/loyalty/index.ts'
import { type CartDoor, restDoor, socketDoor } from '../support/cart-doors.ts'
import { failWrites, restoreWrites } from '../support/failing-writes.ts'
import { ADDRESS } from '../support/purchase.ts'
import { shelve } from '../support/shelf.ts'
import { stockBooks } from '../support/stock-books.ts'
import { type Shopper, startWorld, type World } from '../support/world.ts'

let now = Date.UTC(2030, 0, 1)
const clock = { now: () => new Date(now) }
let one: World
let two: World
/** Costs 1,000. */
let productId: string

beforeAll(async () => {
  const config = { ACCESS_TOKEN_TTL: '7d' }
  one = await startWorld({ clock, config })
  two = await startWorld({ on: one, clock, config })
  await seedCoupons(one.ctx)
  const [id = ''] = await shelve(one.ctx, [{ name: 'Couponed Thing', variants: [{ quantity: 1_000 }] }])
  productId = id
})
afterAll(async () => {
  await two.close()
  await one.close()
})

async function issue(coupon: Pick<CouponDocument, '_id'> & Partial<CouponDocument>): Promise<void> {
  await couponsCollection.in(one.ctx.db).insertOne({
    description: 'For a test',
    kind: 'percent',
    value: 10,
    currency: 'INR',
    minSubtotal: 0,
    expiresAt: null,
    maxUses: null,
    maxUsesEach: null,
    uses: 0,
    ...coupon,
  })
}

async function withCart(quantity: number, world = one): Promise<Shopper> {
  const shopper = await world.guest()
  await shopper.api.call('addCartItem', { body: { productId, quantity } })
  return shopper
}

const payment = (vpa = 'success@upi') => ({
  payment: { method: 'upi' as const, vpa },
  shippingAddress: ADDRESS,
})
const keyed = (key: string) => ({ body: payment(), headers: { 'Idempotency-Key': key } })
const buy = (shopper: Shopper) => shopper.api.call('placeOrder', { body: payment() })
const refusedToBuy = (shopper: Shopper) => shopper.api.fail('placeOrder', { body: payment() })
const apply = (shopper: Shopper, code: string) => shopper.api.call('applyCoupon', { body: { code } })
const codes = async (shopper: Shopper) =>
  (await shopper.api.call('listCoupons')).items.map(({ code }) => code)

const notApplicable = { status: 409, code: 'coupon_not_applicable' }

const doors = [
  { name: 'REST', open: async (shopper: Shopper): Promise<CartDoor> => restDoor(shopper) },
  { name: '/cart', open: async (shopper: Shopper) => socketDoor(await shopper.connect('/cart')) },
]

describe.each(doors)('a coupon by $name', ({ open }) => {
  it('takes its part off, in any case, and is written once', async () => {
    const shopper = await withCart(2)
    const door = await open(shopper)
    const cart = await door.act('apply_coupon', { code: ' welcome10 ' })
    expect(cart).toMatchObject({
      version: 2,
      coupon: { code: 'WELCOME10', description: '10% off, once for you' },
      totals: {
        subtotal: { amount: 200_000 },
        couponDiscount: { amount: 20_000, currency: 'INR' },
        total: { amount: 180_000 + 32_400 },
      },
    })
    expect(await door.act('apply_coupon', { code: 'WELCOME10' })).toEqual(cart)
    expect(await shopper.api.call('getCartTotal')).toEqual(cart.totals)
  })

  it('takes the place of another one', async () => {
    const door = await open(await withCart(5))
    await door.act('apply_coupon', { code: 'WELCOME10' })
    const flat = await door.act('apply_coupon', { code: 'FLAT500' })
    expect(flat).toMatchObject({
      coupon: { code: 'FLAT500' },
      totals: { couponDiscount: { amount: 50_000 } },
    })
    const save = await door.act('apply_coupon', { code: 'SAVE15' })
    expect(save).toMatchObject({ version: 4, totals: { couponDiscount: { amount: 75_000 } } })
  })

  it('that is unknown, does not fit, or is no code changes nothing', async () => {
    const door = await open(await withCart(4))
    const before = await door.act('apply_coupon', { code: 'WELCOME10' })
    expect(await door.refused('apply_coupon', { code: 'NOTHING' })).toMatchObject({
      status: 404,
      code: 'not_found',
    })
    expect(await door.refused('apply_coupon', { code: 'SAVE15' })).toMatchObject(notApplicable)
    for (const input of [
      {},
      { code: '' },
      { code: ' ' },
      { code: null },
      { code: 10 },
      { code: { $ne: null } },
      { code: 'x'.repeat(65) },
      { code: 'WELCOME10', percent: 100 },
    ]) {
      expect(await door.refused('apply_coupon', input)).toMatchObject({
        status: 422,
        code: 'validation_failed',
      })
    }
    for (const code of ['$where', '__proto__', '.*']) {
      expect(await door.refused('apply_coupon', { code })).toMatchObject({ code: 'not_found' })
    }
    expect(await door.act('get')).toEqual(before)
  })
})

describe('a coupon', () => {
  it('can ship for free', async () => {
    const shopper = await one.guest()
    const [id = ''] = await shelve(one.ctx, [{ name: 'Small Thing', price: 10_000 }])
    const paid = await shopper.api.call('addCartItem', { body: { productId: id } })
    expect(paid.totals.shipping.amount).toBeGreaterThan(0)
    const { totals } = await apply(shopper, 'FREESHIP')
    expect(totals.shipping.amount).toBe(0)
    expect(totals.total.amount).toBe(paid.totals.total.amount - paid.totals.shipping.amount)
  })

  it('never takes off more than there is to pay', async () => {
    await issue({ _id: 'HUGE', kind: 'amount', value: 99_999_999 })
    const { totals } = await apply(await withCart(1), 'HUGE')
    expect(totals.couponDiscount.amount).toBe(100_000)
    expect(totals.tax.amount).toBe(0)
    expect(totals.total).toEqual(totals.shipping)
  })

  it('is off while the cart is below its minimum, and on again above', async () => {
    const shopper = await withCart(5)
    const { items, ...with15 } = await apply(shopper, 'SAVE15')
    const set = (quantity: number) =>
      shopper.api.call('updateCartItem', { params: { id: items[0]?.id ?? '' }, body: { quantity } })
    const below = await set(4)
    expect(below.coupon).toBeUndefined()
    expect(below.totals.couponDiscount.amount).toBe(0)
    expect(await set(5)).toMatchObject({ coupon: with15.coupon, totals: with15.totals })
  })

  it('that has expired does not fit, and is off the cart that had it', async () => {
    await issue({ _id: 'BRIEF', expiresAt: new Date(now + 1_000) })
    const [early, late] = [await withCart(1), await withCart(1)]
    expect(await codes(late)).toContain('BRIEF')
    await apply(early, 'BRIEF')
    now += 1_000
    expect(await late.api.fail('applyCoupon', { body: { code: 'BRIEF' } })).toMatchObject(notApplicable)
    expect((await early.api.call('getCart')).coupon).toBeUndefined()
    expect(await codes(late)).not.toContain('BRIEF')
  })

  it('that expires during the checkout still counts for it', async () => {
    await issue({ _id: 'LASTCALL', expiresAt: new Date(now + 1_000) })
    const shopper = await withCart(1)
    await apply(shopper, 'LASTCALL')
    const { id, totals } = await shopper.api.call('startCheckout')
    now += 2_000
    const order = await shopper.api.call('placeOrder', { body: { ...payment(), checkoutId: id } })
    expect(order.totals).toEqual(totals)
    expect(order.totals.couponDiscount.amount).toBe(10_000)
  })

  it('comes after the tier in the totals of cart, checkout and order alike', async () => {
    const shopper = await withCart(1)
    await seedPoints(one.ctx, shopper.id, 'gold')
    const { totals } = await apply(shopper, 'WELCOME10')
    expect(totals).toMatchObject({
      tier: 'gold',
      subtotal: { amount: 100_000 },
      tierDiscount: { amount: 5_000 },
      couponDiscount: { amount: 9_500 },
      tax: { amount: 15_390 },
    })
    expect((await shopper.api.call('startCheckout')).totals).toEqual(totals)
    expect((await buy(shopper)).totals).toEqual(totals)
  })
})

describe('GET /loyalty/coupons', () => {
  it('lists what this shopper can still use, as the contract has it', async () => {
    const shopper = await withCart(1)
    const { items } = await shopper.api.call('listCoupons')
    expect(items).toContainEqual({
      code: 'FLAT500',
      description: '500 off from 2,500 on',
      kind: 'amount',
      value: 50_000,
      minSubtotal: { amount: 250_000, currency: 'INR' },
      expiresAt: null,
    })
    expect(items.map(({ code }) => code)).toEqual(
      expect.arrayContaining(['FREESHIP', 'ONCE10', 'SAVE15', 'WELCOME10']),
    )
    await apply(shopper, 'WELCOME10')
    expect(await codes(shopper)).toContain('WELCOME10')
    await buy(shopper)
    expect(await codes(shopper)).not.toContain('WELCOME10')
    expect(await codes(await one.guest())).toContain('WELCOME10')
  })

  it('needs a token', async () => {
    expect(await one.api.fail('listCoupons')).toMatchObject({ status: 401 })
    expect(await one.api.fail('applyCoupon', { body: { code: 'ONCE10' } })).toMatchObject({ status: 401 })
  })
})

describe('a limited coupon', () => {
  it('WELCOME10 is for each customer once, and only an order uses it', async () => {
    const shopper = await withCart(1)
    await apply(shopper, 'WELCOME10')
    expect(await shopper.api.fail('placeOrder', { body: payment('declined@upi') })).toMatchObject({
      code: 'payment_declined',
    })
    const { items } = await shopper.api.call('getCart')
    await shopper.api.call('updateCartItem', { params: { id: items[0]?.id ?? '' }, body: { quantity: 2 } })
    expect((await buy(shopper)).totals.couponDiscount.amount).toBe(20_000)
    await shopper.api.call('addCartItem', { body: { productId } })
    expect(await shopper.api.fail('applyCoupon', { body: { code: 'WELCOME10' } })).toMatchObject(
      notApplicable,
    )
    const other = await withCart(1)
    await apply(other, 'WELCOME10')
    expect((await buy(other)).totals.couponDiscount.amount).toBe(10_000)
  })

  it('ONCE10 is for one order in all, also with eight at once on two instances', async () => {
    const rivals = await Promise.all(
      Array.from({ length: 8 }, (_, index) => withCart(1, index % 2 === 0 ? one : two)),
    )
    const before = await stockBooks(one.ctx, productId)
    for (const rival of rivals) {
      expect((await apply(rival, 'ONCE10')).totals.couponDiscount.amount).toBe(10_000)
    }
    const begun = await Promise.all(rivals.map(({ api }) => api.call('startCheckout')))
    for (const { totals } of begun) expect(totals.couponDiscount.amount).toBe(10_000)
    const tries = await Promise.allSettled(
      rivals.map(({ api }, index) =>
        api.call('placeOrder', { body: { ...payment(), checkoutId: begun[index]?.id } }),
      ),
    )
    const orders = tries.flatMap((attempt) => (attempt.status === 'fulfilled' ? [attempt.value] : []))
    expect(orders).toMatchObject([{ totals: { couponDiscount: { amount: 10_000 } } }])
    for (const attempt of tries) {
      if (attempt.status === 'rejected') expect(attempt.reason).toMatchObject({ problem: notApplicable })
    }
    expect(await couponUsesCollection.in(one.ctx.db).countDocuments({ code: 'ONCE10' })).toBe(1)
    expect(await couponsCollection.in(one.ctx.db).findOne({ _id: 'ONCE10' })).toMatchObject({ uses: 1 })

    const [loser] = rivals.filter((_, index) => tries[index]?.status === 'rejected')
    if (loser === undefined) throw new Error('nobody lost')
    const cart = await loser.api.call('getCart')
    expect(cart).toMatchObject({
      version: 3,
      items: [{ quantity: 1 }],
      totals: { couponDiscount: { amount: 0 } },
    })
    expect(await loser.api.fail('applyCoupon', { body: { code: 'ONCE10' } })).toMatchObject(notApplicable)
    expect(await codes(loser)).not.toContain('ONCE10')
    expect((await buy(loser)).totals).toEqual(cart.totals)
    const { sold, held } = await stockBooks(one.ctx, productId)
    expect({ sold, held }).toEqual({ sold: before.sold + 2, held: 0 })
  })
})

describe('a cart that is paid without a checkout, its coupon having lapsed', () => {
  const lapses = [
    {
      lapse: 'expired',
      coupon: () => ({ expiresAt: new Date(now + 1_000) }),
      async happen() {
        now += 1_000
      },
    },
    {
      lapse: 'been used up',
      coupon: () => ({ maxUses: 1 }),
      async happen(code: string) {
        const quicker = await withCart(1, two)
        await apply(quicker, code)
        await buy(quicker)
      },
    },
    {
      lapse: 'been withdrawn',
      coupon: () => ({}),
      happen: async (code: string) => void (await couponsCollection.in(one.ctx.db).deleteOne({ _id: code })),
    },
  ]

  it.each(
    lapses,
  )('is refused once when it has $lapse, and sold at the price it shows then', async (given) => {
    const code = `GONE-${lapses.indexOf(given)}`
    await issue({ _id: code, ...given.coupon() })
    const shopper = await withCart(1)
    const socket = await shopper.connect('/cart')
    const { version } = await apply(shopper, code)
    await given.happen(code)
    const before = await stockBooks(one.ctx, productId)

    expect(await refusedToBuy(shopper)).toMatchObject(notApplicable)
    const { cart } = await socket.waitFor('cart:changed', (changed) => changed.cart.version === version + 1)
    expect(cart.totals.couponDiscount.amount).toBe(0)
    expect(await shopper.api.call('getCart')).toEqual(cart)
    expect((await shopper.api.call('listOrders')).total).toBe(0)
    expect(await stockBooks(one.ctx, productId)).toEqual(before)

    expect((await buy(shopper)).totals).toEqual(cart.totals)
  })

  it('is sold at the price it shows when it is only below the coupon\u2019s minimum', async () => {
    const shopper = await withCart(5)
    const { items } = await apply(shopper, 'SAVE15')
    const { totals, version } = await shopper.api.call('updateCartItem', {
      params: { id: items[0]?.id ?? '' },
      body: { quantity: 4 },
    })
    expect(await shopper.api.fail('placeOrder', { body: payment('declined@upi') })).toMatchObject({
      code: 'payment_declined',
    })
    expect((await shopper.api.call('getCart')).version).toBe(version)
    expect((await buy(shopper)).totals).toEqual(totals)
  })

  it('is refused to every try of the same request, also when the first was cut short', async () => {
    await issue({ _id: 'KEYED', expiresAt: new Date(now + 1_000) })
    const shopper = await withCart(1)
    const { version } = await apply(shopper, 'KEYED')
    now += 1_000
    await failWrites(one, { command: 'update', collection: 'idempotency_keys' })
    expect(await shopper.api.fail('placeOrder', keyed('cut'))).toMatchObject({ status: 500 })
    await restoreWrites(one)
    expect((await shopper.api.call('getCart')).version).toBe(version)
    expect(await shopper.api.fail('placeOrder', keyed('cut'))).toMatchObject(notApplicable)
    expect(await shopper.api.fail('placeOrder', keyed('cut'))).toMatchObject(notApplicable)
    expect((await shopper.api.call('getCart')).version).toBe(version + 1)
    expect(await shopper.api.call('placeOrder', keyed('again'))).toMatchObject({ status: 'paid' })
  })

  it('is refused also when the coupon goes between two quotes of one request', async () => {
    await issue({ _id: 'MIDWAY', expiresAt: new Date(now + 1_000) })
    const shopper = await withCart(1)
    await apply(shopper, 'MIDWAY')
    const judge = couponGuard(one.ctx, shopper.id, undefined)
    await judge(await quoteCart(one.ctx, shopper.id))
    now += 1_000
    expect(await refusedToBuy(shopper)).toMatchObject(notApplicable)
    await expect(judge(await quoteCart(one.ctx, shopper.id))).rejects.toMatchObject(notApplicable)
    await couponGuard(one.ctx, shopper.id, undefined)(await quoteCart(one.ctx, shopper.id))
  })
})
