import type { Product } from '../../contract/index.ts'
import { invalidField, notFound, ShopError } from '../../platform/errors.ts'
import type { CartFacts } from './cart.facts.ts'
import type { CartDocument, CartLine } from './cart.store.ts'

export const MAX_QUANTITY = 99
export const MAX_LINES = 100

type Variant = Product['variants'][number]

/**
 * The variant of a product that is meant.
 * @throws ShopError `validation_failed` when there are several and none is named, `not_found` when there is none of that sku
 */
export function chooseVariant(product: Product, sku: string | undefined): Variant {
  if (sku !== undefined) {
    const named = product.variants.find((variant) => variant.sku === sku)
    if (named === undefined) throw notFound('variant')
    return named
  }
  const [only, ...others] = product.variants
  if (only === undefined) throw notFound('variant')
  if (others.length > 0) throw invalidField('sku', 'name one of the variants')
  return only
}

/** A line together with what is known of it, if it is still for sale. */
export function soldVariant(
  line: Pick<CartLine, 'productId' | 'sku'>,
  facts: CartFacts,
): { product: Product; variant: Variant } | undefined {
  const product = facts.products.get(line.productId)
  const variant = product?.variants.find(({ sku }) => sku === line.sku)
  if (product === undefined || variant?.price.currency !== facts.currency) return undefined
  return { product, variant }
}

/** The lines that are still for sale. */
export function liveLines(cart: CartDocument, facts: CartFacts): CartLine[] {
  return cart.items.filter((line) => soldVariant(line, facts) !== undefined)
}

/** Pieces that this shopper can buy, her own hold included. */
export function availableTo(line: Pick<CartLine, 'productId' | 'sku'>, facts: CartFacts): number {
  const sold = soldVariant(line, facts)
  return sold === undefined ? 0 : sold.variant.available + (facts.held.get(line.sku) ?? 0)
}

/**
 * @throws ShopError `validation_failed` above the most for one line, `insufficient_stock` with what can be had
 */
function requireAvailable(
  line: Pick<CartLine, 'productId' | 'sku'>,
  quantity: number,
  facts: CartFacts,
): void {
  const available = availableTo(line, facts)
  if (quantity > available) {
    throw new ShopError('insufficient_stock', `Only ${available} left.`, { available })
  }
  if (quantity > MAX_QUANTITY) throw invalidField('quantity', `at most ${MAX_QUANTITY} of one variant`)
}

/** Puts pieces of a variant in; the same variant again adds up. Throws ShopError like `requireAvailable`. */
export function withAdded(lines: readonly CartLine[], added: CartLine, facts: CartFacts): CartLine[] {
  const present = lines.find(({ sku }) => sku === added.sku)
  const quantity = (present?.quantity ?? 0) + added.quantity
  requireAvailable(added, quantity, facts)
  if (present !== undefined) {
    return lines.map((line) => (line === present ? { ...line, quantity } : line))
  }
  if (lines.length >= MAX_LINES) throw invalidField('productId', `at most ${MAX_LINES} lines in a cart`)
  return [...lines, added]
}

/** Throws ShopError `not_found` for a line that is not there, and like `requireAvailable` when it grows. */
export function withQuantity(
  lines: readonly CartLine[],
  itemId: string,
  quantity: number,
  facts: CartFacts,
): CartLine[] {
  const present = lines.find(({ id }) => id === itemId)
  if (present === undefined) throw notFound('cart item')
  if (quantity > present.quantity) requireAvailable(present, quantity, facts)
  return lines.map((line) => (line === present ? { ...line, quantity } : line))
}

/** Throws ShopError `not_found` for a line that is not there. */
export function without(lines: readonly CartLine[], itemId: string): CartLine[] {
  const rest = lines.filter(({ id }) => id !== itemId)
  if (rest.length === lines.length) throw notFound('cart item')
  return rest
}

/**
 * A guest's lines added to a user's: quantities add up, as far as the stock reaches and never beyond the most for one
 * line; what the user had already stays.
 */
export function mergedLines(
  own: readonly CartLine[],
  guests: readonly CartLine[],
  facts: CartFacts,
): CartLine[] {
  const merged = own.map((line) => {
    const more = guests.find(({ sku }) => sku === line.sku)?.quantity ?? 0
    return more === 0
      ? line
      : { ...line, quantity: Math.max(line.quantity, capped(line, line.quantity + more, facts)) }
  })
  const fresh = guests
    .filter(({ sku }) => !own.some((line) => line.sku === sku))
    .map((line) => ({ ...line, quantity: capped(line, line.quantity, facts) }))
    .filter(({ quantity }) => quantity > 0)
  return [...merged, ...fresh].slice(0, Math.max(own.length, MAX_LINES))
}

function capped(line: CartLine, quantity: number, facts: CartFacts): number {
  return Math.min(quantity, MAX_QUANTITY, availableTo(line, facts))
}
