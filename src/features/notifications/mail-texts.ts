import type { Money, Order, Product } from '../../contract/index.ts'
import { minorDigits } from '../catalog/index.ts'

export interface MailText {
  readonly subject: string
  readonly text: string
}

/** An amount as people write it, such as `₹1,299.00`. */
export function inWords({ amount, currency }: Money): string {
  const digits = minorDigits(currency)
  return new Intl.NumberFormat('en-IN', {
    style: 'currency',
    currency,
    minimumFractionDigits: digits,
  }).format(amount / 10 ** digits)
}

export function confirmed(order: Order): MailText {
  const { totals, shippingAddress: to } = order
  return {
    subject: `Your order ${order.number}`,
    text: lines(
      `Thank you! Your order ${order.number} is confirmed.`,
      '',
      ...order.items.map(
        ({ quantity, name, color, size, lineTotal }) =>
          `${quantity} x ${[name, color, size].filter((part) => part !== undefined).join(', ')}: ${inWords(lineTotal)}`,
      ),
      '',
      `Shipping: ${inWords(totals.shipping)}`,
      `Tax: ${inWords(totals.tax)}`,
      `Total: ${inWords(totals.total)}`,
      '',
      `It goes to ${to.name}, ${to.line1}, ${to.city} ${to.postalCode}.`,
    ),
  }
}

export function shipped(order: Order, trackingNumber: string, carrier: string): MailText {
  return {
    subject: `Your order ${order.number} is on its way`,
    text: lines(
      `Your order ${order.number} was handed over to ${carrier}.`,
      `Tracking number: ${trackingNumber}`,
    ),
  }
}

export function refunded(order: Order, amount: Money): MailText {
  return {
    subject: `Your return of order ${order.number}`,
    text: lines(
      `Your return of order ${order.number} is accepted.`,
      `${inWords(amount)} goes back to the way you paid.`,
    ),
  }
}

export function runsLow(product: Product, available: number, skus: readonly string[]): MailText {
  return {
    subject: `Low stock: ${product.name}`,
    text: lines(`${available} pieces of ${product.name} are left.`, `Low: ${skus.join(', ')}`),
  }
}

export function isBack(product: Product, sku: string): MailText {
  const variant = product.variants.find((candidate) => candidate.sku === sku)
  const name = [product.name, variant?.color, variant?.size].filter((part) => part !== undefined).join(', ')
  return { subject: `${product.name} is back`, text: lines(`${name} is in stock again.`) }
}

function lines(...all: readonly string[]): string {
  return `${all.join('\n')}\n`
}
