import { couponsCollection, couponUsesCollection } from './coupons.store.ts'
import { ledgerCollection, pointsCollection } from './points.store.ts'

export { type Refusal, refusalOf } from './coupon.rules.ts'
export { seedCoupons } from './coupon-seeds.ts'
export {
  couponRefused,
  findCoupon,
  findCouponIfAny,
  type KnownCoupon,
  listCoupons,
  recordUse,
} from './coupons.commands.ts'
export type { CouponDocument } from './coupons.store.ts'
export { loyaltyRoutes } from './loyalty.routes.ts'
export {
  awardPoints,
  getLoyaltyProfile,
  giveBackPoints,
  type PointsMove,
  type Standing,
  seedPoints,
  spendPoints,
  standingOf,
  takeBackPoints,
  tierOf,
} from './points.commands.ts'
export { POINT_VALUE, pointsEarned, TIERS, termsOf, tierFor } from './tiers.ts'

/** What the composition root creates at start. */
export const loyaltyCollections = [
  couponsCollection,
  couponUsesCollection,
  ledgerCollection,
  pointsCollection,
]
