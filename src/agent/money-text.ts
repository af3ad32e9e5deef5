import type { Money } from '../contract/index.ts'

const LOCALE = 'en-IN'

/** An amount as a customer reads it, such as "₹1,299" or "$24.99". */
export function moneyText({ amount, currency }: Money): string {
  const format = new Intl.NumberFormat(LOCALE, { style: 'currency', currency })
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2
  const major = amount / 10 ** digits
  if (!Number.isInteger(major)) return format.format(major)
  return new Intl.NumberFormat(LOCALE, { style: 'currency', currency, minimumFractionDigits: 0 }).format(
    major,
  )
}

/** A way to pay as a customer knows it, such as "Visa ending in 4242". */
export function paymentText(payment: {
  readonly method: 'card' | 'upi' | 'gift_card'
  readonly brand?: string | undefined
  readonly last4?: string | undefined
}): string {
  const { method, brand, last4 } = payment
  const ending = last4 === undefined ? '' : ` ending in ${last4}`
  if (method === 'upi') return 'UPI'
  if (method === 'gift_card') return `gift card${ending}`
  return `${brand === undefined ? 'card' : brand.charAt(0).toUpperCase() + brand.slice(1)}${ending}`
}

/** A variant as a customer knows it, such as " (Red, size 9)"; nothing where there is only one. */
export function variantText(variant: {
  readonly color?: string | undefined
  readonly size?: string | undefined
}): string {
  const size = variant.size === undefined ? undefined : `size ${variant.size}`
  const parts = [variant.color, size].filter((part) => part !== undefined)
  return parts.length === 0 ? '' : ` (${parts.join(', ')})`
}
