import type { Product, TierName } from '../../contract/index.ts'
import type { Context } from '../../platform/context.ts'
import { findProducts } from '../catalog/index.ts'
import { heldBy } from '../inventory/index.ts'
import { findCouponIfAny, type KnownCoupon, standingOf } from '../loyalty/index.ts'
import type { CartDocument } from './cart.store.ts'
import type { ShippingTerms } from './pricing.rules.ts'
import { shippingTerms } from './shipping-terms.ts'

/** All that a cart's view depends on beside the cart itself. */
export interface CartFacts {
  readonly now: Date
  readonly currency: string
  readonly shipping: ShippingTerms
  /** Those that are for sale, by id. */
  readonly products: ReadonlyMap<string, Product>
  /** Pieces that the shopper's own open checkouts hold, by sku. */
  readonly held: ReadonlyMap<string, number>
  readonly tier: TierName
  /** Points to spend. */
  readonly points: number
  readonly coupon: KnownCoupon | null
}

export interface FactsWanted {
  /** Beside those in the cart. */
  readonly productIds?: readonly string[]
  /** Instead of the cart's own. */
  readonly couponCode?: string
}

export async function loadCartFacts(
  ctx: Context,
  cart: CartDocument,
  wanted: FactsWanted = {},
): Promise<CartFacts> {
  const userId = cart._id
  const productIds = [
    ...new Set([...cart.items.map(({ productId }) => productId), ...(wanted.productIds ?? [])]),
  ]
  const couponCode = wanted.couponCode ?? cart.couponCode
  const [products, holds, standing, coupon] = await Promise.all([
    findProducts(ctx, productIds),
    productIds.length === 0 ? [] : heldBy(ctx, userId),
    standingOf(ctx, userId),
    couponCode === null ? null : findCouponIfAny(ctx, couponCode, userId),
  ])
  const held = new Map<string, number>()
  for (const { sku, quantity } of holds) held.set(sku, (held.get(sku) ?? 0) + quantity)
  const { currency } = ctx.config
  return {
    now: ctx.clock.now(),
    currency,
    shipping: shippingTerms(currency),
    products,
    held,
    tier: standing.tier,
    points: standing.points,
    coupon,
  }
}
