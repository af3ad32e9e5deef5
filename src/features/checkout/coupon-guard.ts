import type { Context } from '../../platform/context.ts'
import { ShopError } from '../../platform/errors.ts'
import type { IdempotencyClaim } from '../../platform/idempotency.ts'
import { dropLapsedCoupon, type QuotedCart } from '../cart/index.ts'

/**
 * Judges the quotes of one request that pays for a cart without having shown its totals: the shopper must not be
 * charged more than her cart showed because its coupon has lapsed. The coupon is taken off, so that the next try
 * succeeds at the price that the cart shows then.
 * @throws ShopError `coupon_not_applicable`, from what it returns
 */
export function couponGuard(
  ctx: Context,
  userId: string,
  claim: IdempotencyClaim | undefined,
): (quote: QuotedCart) => Promise<void> {
  let counted = false
  return async ({ cart, couponLapse }) => {
    // Another request may have taken the coupon off between two quotes of this one.
    const lost = counted && cart.coupon === undefined
    counted ||= cart.coupon !== undefined
    const lapse = couponLapse ?? (lost ? new ShopError('coupon_not_applicable') : undefined)
    if (lapse === undefined) return
    await dropLapsedCoupon(ctx, userId, claim)
    throw lapse
  }
}
