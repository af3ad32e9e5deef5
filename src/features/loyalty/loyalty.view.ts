import type { Coupon, LoyaltyProfile } from '../../contract/index.ts'
import type { CouponDocument } from './coupons.store.ts'
import type { PointsAccount } from './points.store.ts'
import { termsOf, tierAbove, tierFor } from './tiers.ts'

/** `account` is null for a shopper who never had points. */
export function loyaltyProfileView(account: PointsAccount | null): LoyaltyProfile {
  const lifetimePoints = account?.lifetimePoints ?? 0
  const tier = tierFor(lifetimePoints)
  const next = tierAbove(tier)
  return {
    tier,
    points: account?.points ?? 0,
    lifetimePoints,
    nextTier: next?.name ?? null,
    pointsToNextTier: next === null ? null : Math.max(0, next.minPoints - lifetimePoints),
    discountPercent: termsOf(tier).discountPercent,
  }
}

export function couponView(coupon: CouponDocument): Coupon {
  const { _id: code, description, kind, value, minSubtotal, currency, expiresAt } = coupon
  return {
    code,
    description,
    kind,
    value,
    minSubtotal: minSubtotal === 0 ? null : { amount: minSubtotal, currency },
    expiresAt: expiresAt?.toISOString() ?? null,
  }
}
