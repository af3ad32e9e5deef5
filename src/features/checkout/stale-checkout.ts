import type { Context } from '../../platform/context.ts'
import { ShopError } from '../../platform/errors.ts'
import { dropLapsedCoupon } from '../cart/index.ts'
import { couponRefused, findCouponIfAny, refusalOf, standingOf } from '../loyalty/index.ts'
import type { CheckoutDocument } from './checkout.store.ts'
import { cancelStale } from './end-checkout.ts'

/**
 * Sees before any money moves whether coupon and points are still to be had; a checkout whose totals cannot hold any
 * more is given up, and a coupon that was its reason is taken off the cart. The order's transaction decides in the end.
 * @throws ShopError `coupon_not_applicable`, `insufficient_points`
 */
export async function refuseStale(ctx: Context, checkout: CheckoutDocument): Promise<void> {
  const error = (await couponError(ctx, checkout)) ?? (await pointsError(ctx, checkout))
  if (error === undefined) return
  if (error.code === 'coupon_not_applicable') await dropLapsedCoupon(ctx, checkout.userId)
  await cancelStale(ctx, checkout)
  throw error
}

async function couponError(ctx: Context, { cart, userId }: CheckoutDocument): Promise<ShopError | undefined> {
  if (cart.coupon === undefined) return undefined
  const known = await findCouponIfAny(ctx, cart.coupon.code, userId)
  if (known === null) return new ShopError('coupon_not_applicable')
  const { amount: subtotal, currency } = cart.totals.subtotal
  const { coupon, usedByCustomer } = known
  // What was still valid when the checkout began stays so until it ends.
  const refusal = refusalOf(
    { ...coupon, expiresAt: null },
    { now: ctx.clock.now(), usedByCustomer, subtotal, currency },
  )
  return refusal === undefined ? undefined : couponRefused(refusal)
}

async function pointsError(
  ctx: Context,
  { pricing, userId }: CheckoutDocument,
): Promise<ShopError | undefined> {
  if (pricing.pointsUsed === 0) return undefined
  const { points } = await standingOf(ctx, userId)
  return points < pricing.pointsUsed ? new ShopError('insufficient_points') : undefined
}
