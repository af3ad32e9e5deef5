import type { Context } from '../../platform/context.ts'
import { ShopError } from '../../platform/errors.ts'
import type { IdempotencyClaim } from '../../platform/idempotency.ts'
import { couponRefused, refusalOf } from '../loyalty/index.ts'
import type { CartFacts } from './cart.facts.ts'
import type { CartDocument } from './cart.store.ts'
import { changeCart } from './change-cart.ts'

/**
 * Why the coupon on a cart takes nothing off any more, such as when it has expired or others have used it up. One that
 * only wants more goods in the cart has not lapsed.
 */
export function couponLapse(
  { couponCode }: Pick<CartDocument, 'couponCode'>,
  { coupon: known, now, currency }: CartFacts,
): ShopError | undefined {
  if (couponCode === null) return undefined
  if (known === null) return new ShopError('coupon_not_applicable')
  const { coupon, usedByCustomer } = known
  const refusal = refusalOf(coupon, { now, usedByCustomer, subtotal: Number.MAX_SAFE_INTEGER, currency })
  return refusal === undefined ? undefined : couponRefused(refusal)
}

/**
 * Takes a coupon that has lapsed off the cart; any other stays. With a claim the refusal of its request is stored in
 * the same transaction: a retry after a crash is refused too, instead of going on without the coupon.
 */
export async function dropLapsedCoupon(
  ctx: Context,
  userId: string,
  claim?: IdempotencyClaim,
): Promise<void> {
  let lapse: ShopError | undefined
  const refusing: IdempotencyClaim | undefined = claim && {
    key: claim.key,
    complete: async (session) => {
      if (lapse !== undefined) await claim.refuse?.(session, lapse)
    },
  }
  await changeCart(ctx, { userId, cause: 'checkout', claim: refusing }, (cart, facts) => {
    lapse = couponLapse(cart, facts)
    return lapse === undefined ? null : { couponCode: null }
  })
}
