import type { AddItem, Cart, Totals } from '../../contract/index.ts'
import type { Caller } from '../../platform/caller.ts'
import type { Context } from '../../platform/context.ts'
import { notFound, ShopError } from '../../platform/errors.ts'
import type { IdempotencyClaim } from '../../platform/idempotency.ts'
import { getProduct } from '../catalog/index.ts'
import { couponRefused, findCoupon, refusalOf } from '../loyalty/index.ts'
import { loadCartFacts } from './cart.facts.ts'
import { chooseVariant, withAdded, without, withQuantity } from './cart.rules.ts'
import { loadCart } from './cart.store.ts'
import { type CartQuote, quote } from './cart.view.ts'
import { changeCart } from './change-cart.ts'
import { couponLapse } from './lapsed-coupon.ts'

/** A stored cart's quote. */
export interface QuotedCart extends CartQuote {
  /** Why its coupon takes nothing off any more, if that is so. */
  readonly couponLapse: ShopError | undefined
}

/** What the user's cart costs now. */
export async function quoteCart(ctx: Context, userId: string): Promise<QuotedCart> {
  const document = await loadCart(ctx, userId)
  const facts = await loadCartFacts(ctx, document)
  return { ...quote(document, facts), couponLapse: couponLapse(document, facts) }
}

export async function getCart(ctx: Context, caller: Caller): Promise<Cart> {
  return (await quoteCart(ctx, caller.userId)).cart
}

export async function getTotals(ctx: Context, caller: Caller): Promise<Totals> {
  return (await getCart(ctx, caller)).totals
}

/**
 * Puts pieces of a variant in; the same variant again adds up.
 * @throws ShopError `not_found`, `insufficient_stock` with `available`, `validation_failed`
 */
export async function addItem(
  ctx: Context,
  caller: Caller,
  input: AddItem,
  claim?: IdempotencyClaim,
): Promise<Cart> {
  const product = await getProduct(ctx, input.productId)
  const { sku } = chooseVariant(product, input.sku)
  const added = { id: ctx.ids.next(), productId: product.id, sku, quantity: input.quantity ?? 1 }
  const options = { ...asked(caller, claim), wanted: { productIds: [product.id] } }
  return changeCart(ctx, options, ({ items }, facts) => ({ items: withAdded(items, added, facts) }))
}

/**
 * Sets the quantity of a line.
 * @throws ShopError `not_found`, `insufficient_stock` with `available`, `validation_failed`
 */
export async function updateItem(
  ctx: Context,
  caller: Caller,
  { itemId, quantity }: { readonly itemId: string; readonly quantity: number },
  claim?: IdempotencyClaim,
): Promise<Cart> {
  return changeCart(ctx, asked(caller, claim), ({ items }, facts) => {
    if (items.some((line) => line.id === itemId && line.quantity === quantity)) return null
    return { items: withQuantity(items, itemId, quantity, facts) }
  })
}

/** Takes a line out. Throws ShopError `not_found`. */
export async function removeItem(
  ctx: Context,
  caller: Caller,
  { itemId }: { readonly itemId: string },
  claim?: IdempotencyClaim,
): Promise<Cart> {
  return changeCart(ctx, asked(caller, claim), ({ items }) => ({ items: without(items, itemId) }))
}

/**
 * Puts a coupon on the cart, in place of another one.
 * @throws ShopError `not_found`, `coupon_not_applicable`
 */
export async function applyCoupon(
  ctx: Context,
  caller: Caller,
  { code }: { readonly code: string },
  claim?: IdempotencyClaim,
): Promise<Cart> {
  const couponCode = (await findCoupon(ctx, code, caller.userId)).coupon._id
  const options = { ...asked(caller, claim), wanted: { couponCode } }
  return changeCart(ctx, options, (cart, facts) => {
    if (facts.coupon === null) throw notFound('coupon')
    const { cart: shown } = quote({ ...cart, couponCode }, facts)
    const { coupon, usedByCustomer } = facts.coupon
    const subtotal = shown.totals.subtotal.amount
    const refusal = refusalOf(coupon, { now: facts.now, usedByCustomer, subtotal, currency: facts.currency })
    if (refusal !== undefined) throw couponRefused(refusal)
    return cart.couponCode === couponCode ? null : { couponCode }
  })
}

/**
 * Pays with so many points, as far as the cart can use them; 0 takes it back. They are spent when the order is paid.
 * @throws ShopError `insufficient_points`, `cart_empty`
 */
export async function redeemPoints(
  ctx: Context,
  caller: Caller,
  { points }: { readonly points: number },
  claim?: IdempotencyClaim,
): Promise<Cart> {
  return changeCart(ctx, asked(caller, claim), (cart, facts) => {
    if (points > Math.max(0, facts.points)) throw new ShopError('insufficient_points')
    if (points > 0 && cart.items.length === 0) throw new ShopError('cart_empty')
    const { pointsUsed } = quote({ ...cart, pointsRedeemed: points }, facts).pricing
    return cart.pointsRedeemed === pointsUsed ? null : { pointsRedeemed: pointsUsed }
  })
}

function asked(caller: Caller, claim: IdempotencyClaim | undefined) {
  return { userId: caller.userId, cause: caller.via, claim }
}
