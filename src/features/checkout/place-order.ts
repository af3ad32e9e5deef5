import { type Order, PaidCheckout, type PlaceOrder } from '../../contract/index.ts'
import type { Caller } from '../../platform/caller.ts'
import type { Context } from '../../platform/context.ts'
import type { IdempotencyClaim } from '../../platform/idempotency.ts'
import { loadByRequest } from './checkout.store.ts'
import { couponGuard } from './coupon-guard.ts'
import { payAs, payCheckout } from './pay-checkout.ts'
import { resolveMeans } from './payment-means.ts'
import { beginCheckout } from './start-checkout.ts'

/**
 * Pays for a checkout, or for the cart, which is checked out first. Throws ShopError like `startCheckout` and
 * `payCheckout`.
 */
export async function placeOrder(
  ctx: Context,
  caller: Caller,
  input: PlaceOrder,
  claim?: IdempotencyClaim,
): Promise<Order> {
  const forOrder = claim === undefined ? undefined : withOrderOnly(claim)
  const checkoutId = input.checkoutId ?? (await begunBefore(ctx, caller, claim))
  const paid =
    checkoutId === undefined
      ? await payForCart(ctx, caller, input, forOrder)
      : await payCheckout(ctx, caller, {
          ...input,
          checkoutId,
          idempotencyKey: undefined,
          ...(forOrder === undefined ? {} : { claim: forOrder }),
        })
  return paid.order
}

/** A request that is tried again goes on with the checkout that it began the first time. */
async function begunBefore(
  ctx: Context,
  { userId }: Caller,
  claim: IdempotencyClaim | undefined,
): Promise<string | undefined> {
  return claim === undefined ? undefined : (await loadByRequest(ctx, userId, claim.key))?._id
}

/** What it is paid with is looked up first, so that a request that cannot be paid holds nothing and replaces nothing. */
async function payForCart(
  ctx: Context,
  caller: Caller,
  input: PlaceOrder,
  claim: IdempotencyClaim | undefined,
): Promise<PaidCheckout> {
  const means = await resolveMeans(ctx, caller, input)
  const { userId } = caller
  const { _id: checkoutId } = await beginCheckout(ctx, userId, {
    requestKey: claim?.key,
    judge: couponGuard(ctx, userId, claim),
  })
  return payAs(ctx, caller, { checkoutId, ...means, claim })
}

function withOrderOnly(claim: IdempotencyClaim): IdempotencyClaim {
  return {
    ...claim,
    complete: (session, answer) => claim.complete(session, PaidCheckout.parse(answer).order),
  }
}
