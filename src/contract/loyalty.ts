import { z } from 'zod'
import { TierName } from './accounts.ts'
import { listOf, Money, Time } from './primitives.ts'

export const LoyaltyProfile = z
  .object({
    tier: TierName,
    points: z.int(),
    lifetimePoints: z.int(),
    nextTier: TierName.nullable(),
    pointsToNextTier: z.int().min(0).nullable(),
    discountPercent: z.number().min(0),
  })
  .meta({ id: 'LoyaltyProfile' })
export type LoyaltyProfile = z.infer<typeof LoyaltyProfile>

/** `value` is a percentage for `percent`, minor units for `amount`, and 0 for `free_shipping`. */
export const Coupon = z
  .object({
    code: z.string(),
    description: z.string(),
    kind: z.enum(['percent', 'amount', 'free_shipping']),
    value: z.number().min(0),
    minSubtotal: Money.nullable(),
    expiresAt: Time.nullable(),
  })
  .meta({ id: 'Coupon' })
export type Coupon = z.infer<typeof Coupon>
export const CouponList = listOf(Coupon)

export const Tier = z
  .object({
    name: TierName,
    minPoints: z.int().min(0),
    discountPercent: z.number().min(0),
    /** Points for each whole 100 minor units spent. */
    pointsPerUnit: z.number().min(0),
  })
  .meta({ id: 'Tier' })
export type Tier = z.infer<typeof Tier>
export const TierList = listOf(Tier)
