import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Coupon, LoyaltyProfile } from '../../contract/index.ts'
import { couponView, loyaltyProfileView } from './loyalty.view.ts'
import { termsOf, tierFor } from './tiers.ts'

const AT = new Date('2030-01-01T00:00:00Z')

test('a profile fits the contract, and what is missing to the next tier makes that tier', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: -1_000, max: 50_000 }),
      fc.integer({ min: -1_000, max: 50_000 }),
      (points, lifetimePoints) => {
        const profile = loyaltyProfileView({ _id: 'asha', points, lifetimePoints, updatedAt: AT })
        expect(LoyaltyProfile.parse(profile)).toEqual(profile)
        expect(profile).toMatchObject({ points, lifetimePoints, tier: tierFor(lifetimePoints) })
        expect(profile.discountPercent).toBe(termsOf(profile.tier).discountPercent)
        const { nextTier, pointsToNextTier } = profile
        if (nextTier === null || pointsToNextTier === null) {
          expect(profile).toMatchObject({ tier: 'platinum', nextTier: null, pointsToNextTier: null })
        } else {
          expect(pointsToNextTier).toBeGreaterThan(0)
          expect(tierFor(lifetimePoints + pointsToNextTier)).toBe(nextTier)
          expect(tierFor(lifetimePoints + pointsToNextTier - 1)).toBe(profile.tier)
        }
      },
    ),
  )
})

test('a coupon shows no limits that it has not', () => {
  const coupon = {
    _id: 'TEN',
    description: 'Ten',
    kind: 'percent' as const,
    value: 10,
    currency: 'INR',
    minSubtotal: 0,
    expiresAt: null,
    maxUses: 3,
    maxUsesEach: null,
    uses: 2,
  }
  const bare = {
    code: 'TEN',
    description: 'Ten',
    kind: 'percent',
    value: 10,
    minSubtotal: null,
    expiresAt: null,
  }
  expect(Coupon.strict().parse(couponView(coupon))).toEqual(bare)
  expect(couponView({ ...coupon, minSubtotal: 5, expiresAt: AT })).toEqual({
    ...bare,
    minSubtotal: { amount: 5, currency: 'INR' },
    expiresAt: '2030-01-01T00:00:00.000Z',
  })
})
