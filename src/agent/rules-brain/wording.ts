import type { Cart, Money, Order, Product, Totals } from '../../contract/index.ts'
import { minorDigits } from '../../features/catalog/index.ts'
import { moneyText as price, variantText as variantName } from '../money-text.ts'

export { price, variantName }

/** How many minor units make one major unit of a currency. */
export function minorPerMajor(currency: string): number {
  return 10 ** minorDigits(currency)
}

export function joined(parts: readonly string[], last = 'and'): string {
  if (parts.length <= 1) return parts.join('')
  return `${parts.slice(0, -1).join(', ')} ${last} ${parts.at(-1)}`
}

export function productLine(product: Product, position: number): string {
  const stock =
    product.stock.status === 'out_of_stock'
      ? ', out of stock'
      : product.stock.status === 'low_stock'
        ? `, only ${product.stock.available} left`
        : ''
  const brand = product.brand === null || product.name.includes(product.brand) ? '' : ` by ${product.brand}`
  return `${position}. ${product.name}${brand}: ${price(product.price)}${stock}`
}

export function cartLines(cart: Cart): string {
  return cart.items
    .map(
      (item, index) =>
        `${index + 1}. ${item.quantity} × ${item.name}${variantName(item)}: ${price(item.lineTotal)}`,
    )
    .join('\n')
}

/** The totals, one line each, zero lines left out. */
export function totalsLines(totals: Totals): string {
  const rows: Array<[string, Money, boolean]> = [
    ['Subtotal', totals.subtotal, false],
    [`${capital(totals.tier)} member discount`, totals.tierDiscount, true],
    ['Coupon', totals.couponDiscount, true],
    ['Points', totals.pointsDiscount, true],
    ['Shipping', totals.shipping, false],
    ['Tax', totals.tax, false],
  ]
  const lines = rows
    .filter(([label, { amount }]) => amount !== 0 || label === 'Subtotal')
    .map(([label, money, discount]) => `${label}: ${discount ? '-' : ''}${price(money)}`)
  if (totals.shipping.amount === 0) lines.push('Shipping: free')
  return [...lines, `Total: ${price(totals.total)}`].join('\n')
}

export function orderLine(order: Order, position: number): string {
  const items = joined(order.items.map(({ quantity, name }) => `${quantity} × ${name}`))
  return `${position}. ${order.number} (${statusName(order.status)}): ${items}, ${price(order.totals.total)}`
}

export function statusName(status: string): string {
  return status.replaceAll('_', ' ')
}

export function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1)
}
