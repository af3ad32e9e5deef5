import type { Checkout } from '../../contract/index.ts'
import type { CheckoutDocument } from './checkout.store.ts'

/** A checkout as every door shows it; one whose time is over counts as expired before the sweep has come by. */
export function checkoutView(checkout: CheckoutDocument, now: Date): Checkout {
  const { state, expiresAt, cart, order } = checkout
  const overdue = (state === 'open' || state === 'declined') && expiresAt <= now
  return {
    id: checkout._id,
    state: overdue ? 'expired' : state,
    cart,
    totals: cart.totals,
    expiresAt: expiresAt.toISOString(),
    ...(state === 'completed' && order !== undefined ? { orderId: order.id } : {}),
  }
}
