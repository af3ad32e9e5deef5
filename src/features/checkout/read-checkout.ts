import type { Checkout } from '../../contract/index.ts'
import type { Caller } from '../../platform/caller.ts'
import type { Context } from '../../platform/context.ts'
import { notFound } from '../../platform/errors.ts'
import { type CheckoutDocument, loadActive, loadCheckout, loadLapsing } from './checkout.store.ts'
import { checkoutView } from './checkout.view.ts'

/** Throws ShopError `not_found`, for somebody else's too. */
export async function ownCheckout(
  ctx: Context,
  caller: Pick<Caller, 'userId'>,
  id: string,
): Promise<CheckoutDocument> {
  const checkout = await loadCheckout(ctx, id)
  if (checkout?.userId !== caller.userId) throw notFound('checkout')
  return checkout
}

/** The caller's own checkout. Throws ShopError `not_found`. */
export async function getCheckout(ctx: Context, caller: Caller, id: string): Promise<Checkout> {
  return checkoutView(await ownCheckout(ctx, caller, id), ctx.clock.now())
}

/** The checkout of the user that has not come to an end, if there is one. */
export async function getOpenCheckout(ctx: Context, userId: string): Promise<Checkout | undefined> {
  const checkout = await loadActive(ctx, userId)
  if (checkout === null) return undefined
  const view = checkoutView(checkout, ctx.clock.now())
  return view.state === 'expired' ? undefined : view
}

/** Open checkouts of these users that lapse within the given time. */
export async function getLapsingCheckouts(
  ctx: Context,
  userIds: readonly string[],
  withinMs: number,
): Promise<Array<{ readonly userId: string; readonly checkout: Checkout }>> {
  if (userIds.length === 0) return []
  const now = ctx.clock.now()
  const lapsing = await loadLapsing(ctx, userIds, now, new Date(now.getTime() + withinMs))
  return lapsing.map((checkout) => ({ userId: checkout.userId, checkout: checkoutView(checkout, now) }))
}
