import type { Tier, TierName } from '../../contract/index.ts'

/** Minor units that one point is worth when it is redeemed. */
export const POINT_VALUE = 100

/** What `pointsPerUnit` is counted in, so that it stays a whole number here. */
const RATE_SCALE = 100

interface TierTerms {
  readonly name: TierName
  /** Lifetime points from which on it holds. */
  readonly minPoints: number
  /** Whole percent off the subtotal. */
  readonly discountPercent: number
  /** Points for each 10,000 minor units spent. */
  readonly rate: number
}

/** The lowest first. */
const TIER_TERMS: readonly [TierTerms, ...TierTerms[]] = [
  { name: 'bronze', minPoints: 0, discountPercent: 0, rate: 2 },
  { name: 'silver', minPoints: 1_000, discountPercent: 3, rate: 3 },
  { name: 'gold', minPoints: 5_000, discountPercent: 5, rate: 4 },
  { name: 'platinum', minPoints: 20_000, discountPercent: 10, rate: 5 },
]

/** The tiers as clients see them. */
export const TIERS: Tier[] = TIER_TERMS.map(({ name, minPoints, discountPercent, rate }) => ({
  name,
  minPoints,
  discountPercent,
  pointsPerUnit: rate / RATE_SCALE,
}))

export function termsOf(tier: TierName): TierTerms {
  return TIER_TERMS.find(({ name }) => name === tier) ?? TIER_TERMS[0]
}

/** The tier that a shopper with so many lifetime points has. */
export function tierFor(lifetimePoints: number): TierName {
  return (TIER_TERMS.findLast(({ minPoints }) => lifetimePoints >= minPoints) ?? TIER_TERMS[0]).name
}

/** The next tier up; null for the highest. */
export function tierAbove(tier: TierName): TierTerms | null {
  return TIER_TERMS[TIER_TERMS.findIndex(({ name }) => name === tier) + 1] ?? null
}

/** The points that a purchase earns: for each whole 100 minor units spent on goods, rounded up at the end, so that the smallest order earns one. */
export function pointsEarned(tier: TierName, spent: number): number {
  return Math.ceil((Math.floor(spent / 100) * termsOf(tier).rate) / RATE_SCALE)
}
