import type { ClientSession } from 'mongodb'
import type { Checkout } from '../../contract/index.ts'
import type { Caller } from '../../platform/caller.ts'
import type { Context } from '../../platform/context.ts'
import { ShopError } from '../../platform/errors.ts'
import { inTransaction } from '../../platform/transaction.ts'
import type { CartHook } from '../cart/index.ts'
import { inStockTurn, releaseStock } from '../inventory/index.ts'
import { announce } from './checkout.events.ts'
import { advanced } from './checkout.rules.ts'
import { type CheckoutDocument, loadCheckout, loadOverdue, saveCheckout } from './checkout.store.ts'
import { checkoutView } from './checkout.view.ts'
import { ownCheckout } from './read-checkout.ts'

const MOST_TRIES = 20
const EXPIRED_AT_ONCE = 100

/**
 * Ends a checkout without an order and gives its stock back, within a transaction. A payment under way finds that out
 * before it can place the order, and lets go of its money. Null when the checkout has moved on.
 */
export async function endCheckout(
  ctx: Context,
  session: ClientSession,
  checkout: CheckoutDocument,
  event: 'CANCEL' | 'EXPIRE',
): Promise<CheckoutDocument | null> {
  const ended = advanced(checkout, ctx.clock.now(), event)
  if (!(await saveCheckout(ctx, session, ended))) return null
  await releaseStock(ctx, session, checkout._id)
  return ended
}

/** Ends it in a transaction of its own and tells of it. Null when it has moved on. */
async function endAndAnnounce(
  ctx: Context,
  checkout: CheckoutDocument,
  event: 'CANCEL' | 'EXPIRE',
): Promise<CheckoutDocument | null> {
  const ended = await inStockTurn(ctx, productsOf(checkout), () =>
    inTransaction(ctx, (session) => endCheckout(ctx, session, checkout, event)),
  )
  if (ended !== null) announce(ctx, ended)
  return ended
}

/**
 * Gives a checkout up; one that has ended without an order stays as it is.
 * @throws ShopError `not_found`, `checkout_closed` when it has become an order
 */
export async function cancelCheckout(
  ctx: Context,
  caller: Caller,
  { checkoutId }: { readonly checkoutId: string },
): Promise<Checkout> {
  for (let attempt = 0; attempt < MOST_TRIES; attempt += 1) {
    const checkout = await ownCheckout(ctx, caller, checkoutId)
    if (checkout.state === 'completed') throw new ShopError('checkout_closed')
    const ended = checkout.active ? await endAndAnnounce(ctx, checkout, 'CANCEL') : checkout
    if (ended !== null) return checkoutView(ended, ctx.clock.now())
  }
  throw new ShopError('unavailable', undefined, { retryAfter: 1 })
}

/** Ends one checkout whose time is over; one that has moved on is left alone. */
export async function expireCheckout(ctx: Context, checkout: CheckoutDocument): Promise<boolean> {
  return (await endAndAnnounce(ctx, checkout, 'EXPIRE')) !== null
}

/** Gives up a checkout whose totals cannot hold any more; one that has moved on is left alone. */
export async function cancelStale(ctx: Context, checkout: CheckoutDocument): Promise<void> {
  await endAndAnnounce(ctx, checkout, 'CANCEL')
}

/** Ends the checkouts that nobody has paid in time. Returns how many. */
export async function expireCheckouts(ctx: Context): Promise<number> {
  let expired = 0
  for (const checkout of await loadOverdue(ctx, ctx.clock.now(), EXPIRED_AT_ONCE)) {
    if (await expireCheckout(ctx, checkout)) expired += 1
  }
  return expired
}

/** What the cart's room runs when a cart changes: its open checkout is for something else now. */
export const closeCheckoutBeforeCartChange: CartHook = async (ctx, session, { checkoutId }) => {
  const checkout = await loadCheckout(ctx, checkoutId, session)
  if (checkout === null || !checkout.active) return () => undefined
  const ended = await endCheckout(ctx, session, checkout, 'CANCEL')
  return () => {
    if (ended !== null) announce(ctx, ended)
  }
}

export function productsOf(checkout: CheckoutDocument): string[] {
  return checkout.cart.items.map(({ productId }) => productId)
}
