import type { ClientSession } from 'mongodb'
import type { CartCause } from '../../contract/index.ts'
import type { Context } from '../../platform/context.ts'
import { loadCartFacts } from './cart.facts.ts'
import { type CartDocument, deleteCartsBefore, emptiedCart, loadCart, saveCart } from './cart.store.ts'
import { quote } from './cart.view.ts'
import { cartChanged } from './change-cart.ts'

const CARTS_KEPT_MS = 180 * 24 * 60 * 60 * 1000

/**
 * Empties the cart that a checkout was opened for, within the transaction of its order. Null when the cart belongs to
 * another checkout by now; else the emptied cart, to be announced after the commit.
 */
export async function clearCart(
  ctx: Context,
  session: ClientSession,
  { userId, checkoutId }: { readonly userId: string; readonly checkoutId: string },
): Promise<CartDocument | null> {
  const cart = await loadCart(ctx, userId, session)
  if (cart.checkoutId !== checkoutId) return null
  const emptied = emptiedCart(cart, 'checkout', ctx.clock.now())
  return (await saveCart(ctx, cart, emptied, session)) ? emptied : null
}

/** Tells the user's devices of a cart as it was committed. */
export async function announceCart(ctx: Context, cart: CartDocument, cause: CartCause): Promise<void> {
  const view = quote(cart, await loadCartFacts(ctx, cart)).cart
  ctx.events.publish(cartChanged, { userId: cart._id, cart: view, cause })
}

/** Forgets carts that nobody has touched for half a year. Returns how many. */
export async function cleanUpCarts(ctx: Context): Promise<number> {
  return deleteCartsBefore(ctx, new Date(ctx.clock.now().getTime() - CARTS_KEPT_MS))
}
