import type { Cart, CartItem, Product } from '../../contract/index.ts'
import { refusalOf, termsOf } from '../loyalty/index.ts'
import type { CartFacts } from './cart.facts.ts'
import { availableTo, liveLines, soldVariant } from './cart.rules.ts'
import type { CartDocument } from './cart.store.ts'
import { type Pricing, price, totalsView } from './pricing.rules.ts'

/** A cart as every door shows it, and how its price came about, line by line in the order of its items. */
export interface CartQuote {
  readonly cart: Cart
  readonly pricing: Pricing
}

/** Lines that are no longer for sale, and a coupon that takes nothing off now, are left out. */
export function quote(document: CartDocument, facts: CartFacts): CartQuote {
  const items = liveLines(document, facts).flatMap((line): CartItem[] => {
    const sold = soldVariant(line, facts)
    if (sold === undefined) return []
    const { product, variant } = sold
    return [
      {
        id: line.id,
        productId: product.id,
        sku: line.sku,
        name: product.name,
        image: pictureOf(product, variant.color),
        ...(variant.color === undefined ? {} : { color: variant.color }),
        ...(variant.size === undefined ? {} : { size: variant.size }),
        unitPrice: variant.price,
        quantity: line.quantity,
        lineTotal: { amount: variant.price.amount * line.quantity, currency: facts.currency },
        available: availableTo(line, facts),
      },
    ]
  })
  const coupon = couponInForce(items, facts)
  const pricing = price({
    lines: items.map(({ unitPrice, quantity }) => ({ unitPrice: unitPrice.amount, quantity })),
    tierPercent: termsOf(facts.tier).discountPercent,
    coupon,
    points: Math.min(document.pointsRedeemed, facts.points),
    shipping: facts.shipping,
  })
  return {
    pricing,
    cart: {
      id: document._id,
      items,
      ...(coupon === undefined ? {} : { coupon: { code: coupon._id, description: coupon.description } }),
      pointsRedeemed: pricing.pointsUsed,
      totals: totalsView(pricing, facts.currency, facts.tier),
      version: document.version,
      updatedAt: document.updatedAt.toISOString(),
    },
  }
}

/** The picture that shows the variant, as far as what stands under it tells; else the first. */
function pictureOf({ images }: Product, color: string | undefined): string | null {
  const ending = ` in ${color}`.toLowerCase()
  const own = color === undefined ? undefined : images.find(({ alt }) => alt.toLowerCase().endsWith(ending))
  return (own ?? images[0])?.url ?? null
}

function couponInForce(items: readonly CartItem[], { coupon: known, now, currency }: CartFacts) {
  if (known === null) return undefined
  const subtotal = items.reduce((sum, { lineTotal }) => sum + lineTotal.amount, 0)
  const { coupon, usedByCustomer } = known
  return refusalOf(coupon, { now, usedByCustomer, subtotal, currency }) === undefined ? coupon : undefined
}
