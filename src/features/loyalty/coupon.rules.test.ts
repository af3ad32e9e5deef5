import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type CouponUseFacts, normalCode, refusalOf } from './coupon.rules.ts'
import type { CouponDocument } from './coupons.store.ts'

const NOW = new Date('2030-01-01T00:00:00Z')
const FACTS: CouponUseFacts = { now: NOW, usedByCustomer: 0, subtotal: 100_000, currency: 'INR' }

function coupon(change: Partial<CouponDocument> = {}): CouponDocument {
  return {
    _id: 'TEN',
    description: '',
    kind: 'percent',
    value: 10,
    currency: 'INR',
    minSubtotal: 0,
    expiresAt: null,
    maxUses: null,
    maxUsesEach: null,
    uses: 0,
    ...change,
  }
}

test('a code is the same in any case and with blanks around it', () => {
  expect(normalCode(' welcome10 ')).toBe('WELCOME10')
})

describe('a coupon applies', () => {
  test('without any limits', () => expect(refusalOf(coupon(), FACTS)).toBeUndefined())

  test('until it expires', () => {
    expect(refusalOf(coupon({ expiresAt: new Date(NOW.getTime() + 1) }), FACTS)).toBeUndefined()
    expect(refusalOf(coupon({ expiresAt: NOW }), FACTS)).toBe('expired')
  })

  test('as often as it can be used in all', () => {
    expect(refusalOf(coupon({ maxUses: 2, uses: 1 }), FACTS)).toBeUndefined()
    expect(refusalOf(coupon({ maxUses: 2, uses: 2 }), FACTS)).toBe('used_up')
  })

  test('as often as each customer can use it', () => {
    expect(refusalOf(coupon({ maxUsesEach: 1, uses: 9 }), FACTS)).toBeUndefined()
    expect(refusalOf(coupon({ maxUsesEach: 1 }), { ...FACTS, usedByCustomer: 1 })).toBe('used_before')
  })

  test('from its least subtotal on', () => {
    expect(refusalOf(coupon({ minSubtotal: 100_000 }), FACTS)).toBeUndefined()
    expect(refusalOf(coupon({ minSubtotal: 100_001 }), FACTS)).toBe('below_minimum')
  })

  test('in another currency only where no amount is part of it', () => {
    const facts = { ...FACTS, currency: 'EUR' }
    expect(refusalOf(coupon(), facts)).toBeUndefined()
    expect(refusalOf(coupon({ kind: 'amount', value: 500 }), facts)).toBe('other_currency')
    expect(refusalOf(coupon({ minSubtotal: 1 }), facts)).toBe('other_currency')
  })
})

describe('whatever a coupon is like', () => {
  const anyLimit = fc.option(fc.integer({ min: 1, max: 5 }))
  const anyCoupon = fc.record({
    kind: fc.constantFrom('percent', 'amount', 'free_shipping'),
    minSubtotal: fc.nat(200_000),
    maxUses: anyLimit,
    maxUsesEach: anyLimit,
    uses: fc.nat(6),
  })
  const anyFacts = fc.record({ usedByCustomer: fc.nat(6), subtotal: fc.nat(300_000) })

  test('a dearer cart never loses it, and further uses never win it back', () => {
    fc.assert(
      fc.property(anyCoupon, anyFacts, fc.nat(100_000), fc.nat(3), (change, known, more, used) => {
        const offered = coupon(change)
        const applies = (uses: number, usedByCustomer: number, subtotal: number) =>
          refusalOf({ ...offered, uses }, { ...FACTS, usedByCustomer, subtotal }) === undefined
        const { usedByCustomer, subtotal } = known
        if (applies(offered.uses, usedByCustomer, subtotal)) {
          expect(applies(offered.uses, usedByCustomer, subtotal + more)).toBe(true)
        } else {
          expect(applies(offered.uses + used, usedByCustomer + used, subtotal)).toBe(false)
        }
      }),
    )
  })

  test('every way of writing a code is the same code', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Z0-9]{1,12}$/), fc.nat(3), (code, blanks) => {
        const written = `${' '.repeat(blanks)}${code.toLowerCase()}${' '.repeat(blanks)}`
        expect(normalCode(written)).toBe(code)
        expect(normalCode(normalCode(written))).toBe(normalCode(written))
      }),
    )
  })
})
