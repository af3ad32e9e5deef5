import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { POINT_VALUE } from '../loyalty/index.ts'
import { type Pricing, type PricingInput, price, totalsView } from './pricing.rules.ts'

const shipping = { fee: 7_900, freeFrom: 99_900 }
const plain: PricingInput = { lines: [], tierPercent: 0, coupon: undefined, points: 0, shipping }

const anyCoupon = fc.oneof(
  fc.constant(undefined),
  fc.record({ kind: fc.constant('percent' as const), value: fc.integer({ min: 0, max: 100 }) }),
  fc.record({ kind: fc.constant('amount' as const), value: fc.nat(100_000_000) }),
  fc.constant({ kind: 'free_shipping' as const, value: 0 }),
)
const anyInput: fc.Arbitrary<PricingInput> = fc.record({
  lines: fc.array(fc.record({ unitPrice: fc.nat(50_000_000), quantity: fc.integer({ min: 1, max: 99 }) }), {
    maxLength: 20,
  }),
  tierPercent: fc.integer({ min: 0, max: 100 }),
  coupon: anyCoupon,
  points: fc.integer({ min: -5, max: 10_000_000 }),
  shipping: fc.constant(shipping),
})

const column = (pricing: Pricing, name: keyof Pricing['lines'][number]) =>
  pricing.lines.reduce((sum, line) => sum + line[name], 0)

describe('price', () => {
  it('adds up, never goes below zero, and its lines add up to it', () => {
    fc.assert(
      fc.property(anyInput, (input) => {
        const pricing = price(input)
        const { subtotal, tierDiscount, couponDiscount, pointsDiscount, tax, total } = pricing
        expect(total).toBe(subtotal - tierDiscount - couponDiscount - pointsDiscount + pricing.shipping + tax)
        for (const amount of Object.values(totalsView(pricing, 'INR', 'gold'))) {
          if (typeof amount === 'string') continue
          expect(amount.amount).toBeGreaterThanOrEqual(0)
          expect(Number.isSafeInteger(amount.amount)).toBe(true)
        }
        expect(column(pricing, 'lineTotal')).toBe(subtotal)
        expect(column(pricing, 'tierDiscount')).toBe(tierDiscount)
        expect(column(pricing, 'couponDiscount')).toBe(couponDiscount)
        expect(column(pricing, 'pointsDiscount')).toBe(pointsDiscount)
        expect(column(pricing, 'tax')).toBe(tax)
        for (const line of pricing.lines) {
          expect(
            line.lineTotal - line.tierDiscount - line.couponDiscount - line.pointsDiscount,
          ).toBeGreaterThanOrEqual(0)
        }
      }),
    )
  })

  it('uses whole points only, and no more than there are or fit', () => {
    fc.assert(
      fc.property(anyInput, (input) => {
        const { pointsUsed, pointsDiscount } = price(input)
        expect(pointsDiscount).toBe(pointsUsed * POINT_VALUE)
        expect(pointsUsed).toBeLessThanOrEqual(Math.max(0, input.points))
      }),
    )
  })

  it('never makes a cart dearer by a discount, or by a better one', () => {
    const better = fc.record({ input: anyInput, percent: fc.nat(100), points: fc.nat(10_000_000) })
    fc.assert(
      fc.property(better, ({ input, percent, points }) => {
        const bare = price({ ...input, tierPercent: 0, coupon: undefined, points: 0 })
        const { total } = price(input)
        expect(total).toBeLessThanOrEqual(bare.total)
        const tierPercent = Math.min(100, input.tierPercent + percent)
        expect(price({ ...input, points: Math.max(0, input.points) + points }).total).toBeLessThanOrEqual(
          total,
        )
        if (input.coupon === undefined && input.points <= 0) {
          expect(price({ ...input, tierPercent }).total).toBeLessThanOrEqual(total)
        }
      }),
    )
  })

  it('is the same whatever the order of the lines', () => {
    fc.assert(
      fc.property(anyInput, (input) => {
        const { lines: _, ...backwards } = price({ ...input, lines: input.lines.toReversed() })
        expect(price(input)).toMatchObject(backwards)
      }),
    )
  })

  it('costs nothing when it is empty', () => {
    expect(price(plain)).toMatchObject({ subtotal: 0, shipping: 0, tax: 0, total: 0, lines: [] })
  })

  it('takes tier, coupon and points off one after the other, then adds shipping and tax', () => {
    const pricing = price({
      lines: [
        { unitPrice: 33_333, quantity: 1 },
        { unitPrice: 10_000, quantity: 2 },
      ],
      tierPercent: 5,
      coupon: { kind: 'percent', value: 10 },
      points: 100,
      shipping,
    })
    expect(pricing).toMatchObject({
      subtotal: 53_333,
      tierDiscount: 2_667,
      couponDiscount: 5_067,
      pointsDiscount: 10_000,
      pointsUsed: 100,
      shipping: 7_900,
      tax: 6_408,
      total: 49_907,
    })
  })

  it('ships free from the threshold on, or with a coupon', () => {
    const lines = [{ unitPrice: 99_900, quantity: 1 }]
    expect(price({ ...plain, lines }).shipping).toBe(0)
    const below = [{ unitPrice: 99_899, quantity: 1 }]
    expect(price({ ...plain, lines: below }).shipping).toBe(7_900)
    const coupon = { kind: 'free_shipping' as const, value: 0 }
    expect(price({ ...plain, lines: below, coupon }).shipping).toBe(0)
  })

  it('ships as free with discounts as without', () => {
    const lines = [{ unitPrice: 99_900, quantity: 1 }]
    const coupon = { kind: 'amount' as const, value: 50_000 }
    expect(price({ ...plain, lines, tierPercent: 10, coupon, points: 500 }).shipping).toBe(0)
  })
})
