import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Cart, type Product } from '../../contract/index.ts'
import type { CouponDocument } from '../loyalty/index.ts'
import type { CartFacts } from './cart.facts.ts'
import type { CartDocument } from './cart.store.ts'
import { quote } from './cart.view.ts'

const TIME = '2030-01-01T00:00:00.000Z'

function product(id: string, amount: number, currency = 'INR'): Product {
  const price = { amount, currency }
  return {
    id,
    slug: id,
    name: id,
    description: '',
    brand: null,
    category: 'Things',
    price,
    images: [],
    variants: [{ sku: id, price, available: 5 }],
    rating: null,
    tags: [],
    stock: { available: 5, status: 'in_stock' },
    createdAt: TIME,
    updatedAt: TIME,
  }
}

function facts(products: readonly Product[], change: Partial<CartFacts> = {}): CartFacts {
  return {
    now: new Date(TIME),
    currency: 'INR',
    shipping: { fee: 7_900, freeFrom: 99_900 },
    products: new Map(products.map((one) => [one.id, one])),
    held: new Map(),
    tier: 'bronze',
    points: 0,
    coupon: null,
    ...change,
  }
}

function cart(lines: Readonly<Record<string, number>>, change: Partial<CartDocument> = {}): CartDocument {
  return {
    _id: 'asha',
    items: Object.entries(lines).map(([sku, quantity]) => ({
      id: `line-${sku}`,
      productId: sku,
      sku,
      quantity,
    })),
    couponCode: null,
    pointsRedeemed: 0,
    checkoutId: null,
    version: 3,
    updatedAt: new Date(TIME),
    ...change,
  }
}

const TEN: CouponDocument = {
  _id: 'TEN',
  description: 'Ten percent',
  kind: 'percent',
  value: 10,
  currency: 'INR',
  minSubtotal: 50_000,
  expiresAt: null,
  maxUses: null,
  maxUsesEach: 1,
  uses: 0,
}

describe('what a cart shows', () => {
  test("is what is still for sale, in the shop's currency", () => {
    const shown = quote(
      cart({ mug: 2, gone: 1, euro: 1 }),
      facts([product('mug', 10_000), product('euro', 5, 'EUR')]),
    )
    expect(shown.cart.items).toMatchObject([{ sku: 'mug', lineTotal: { amount: 20_000, currency: 'INR' } }])
    expect(shown.cart.totals.subtotal).toEqual({ amount: 20_000, currency: 'INR' })
    expect(shown.pricing.lines).toHaveLength(1)
  })

  test('has its coupon only while that takes something off', () => {
    const shelf = [product('mug', 10_000)]
    const known = (usedByCustomer: number) => facts(shelf, { coupon: { coupon: TEN, usedByCustomer } })
    const applied = { couponCode: 'TEN' }
    expect(quote(cart({ mug: 5 }, applied), known(0)).cart).toMatchObject({
      coupon: { code: 'TEN', description: 'Ten percent' },
      totals: { couponDiscount: { amount: 5_000 } },
    })
    for (const shown of [
      quote(cart({ mug: 4 }, applied), known(0)),
      quote(cart({ mug: 5 }, applied), known(1)),
    ]) {
      expect(shown.cart.coupon).toBeUndefined()
      expect(shown.cart.totals.couponDiscount.amount).toBe(0)
    }
  })

  test('pays with no more points than there are and the cart needs', () => {
    const wanted = { pointsRedeemed: 80 }
    const shown = (points: number, price = 10_000) =>
      quote(cart({ mug: 1 }, wanted), facts([product('mug', price)], { points })).cart.pointsRedeemed
    expect(shown(1_000)).toBe(80)
    expect(shown(30)).toBe(30)
    expect(shown(-30)).toBe(0)
    expect(shown(1_000, 5_050)).toBe(50)
  })

  test('fits the contract and adds up, whatever is in it', () => {
    const anyShelf = fc.array(
      fc.record({ price: fc.nat(10_000_000), quantity: fc.integer({ min: 1, max: 99 }) }),
      {
        maxLength: 10,
      },
    )
    const anyRest = fc.record({
      points: fc.integer({ min: -500, max: 1_000_000 }),
      pointsRedeemed: fc.nat(1_000_000),
      tier: fc.constantFrom('bronze', 'silver', 'gold', 'platinum'),
      withCoupon: fc.boolean(),
    })
    fc.assert(
      fc.property(anyShelf, anyRest, (shelf, { points, pointsRedeemed, tier, withCoupon }) => {
        const products = shelf.map(({ price }, index) => product(`p${index}`, price))
        const lines = Object.fromEntries(shelf.map(({ quantity }, index) => [`p${index}`, quantity]))
        const coupon = withCoupon ? { coupon: TEN, usedByCustomer: 0 } : null
        const shown = quote(cart(lines, { pointsRedeemed }), facts(products, { points, tier, coupon })).cart
        expect(Cart.parse(shown)).toEqual(shown)
        const { subtotal, tierDiscount, couponDiscount, pointsDiscount, shipping, tax, total } = shown.totals
        expect(shown.items.reduce((sum, { lineTotal }) => sum + lineTotal.amount, 0)).toBe(subtotal.amount)
        const off = tierDiscount.amount + couponDiscount.amount + pointsDiscount.amount
        expect(off).toBeLessThanOrEqual(subtotal.amount)
        expect(total.amount).toBe(subtotal.amount - off + shipping.amount + tax.amount)
        expect(total.amount).toBeGreaterThanOrEqual(0)
        expect(shown.pointsRedeemed).toBeLessThanOrEqual(Math.max(0, Math.min(points, pointsRedeemed)))
      }),
    )
  })
})
