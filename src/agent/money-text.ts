import type { Money } from '../contract/index.ts'
import { minorDigits } from '../features/catalog/index.ts'

const LOCALE = 'en-IN'

interface MoneyFormats {
  readonly whole: Intl.NumberFormat
  readonly exact: Intl.NumberFormat
}
/** By currency: to make one takes much longer than to use it. */
const formats = new Map<string, MoneyFormats>()

function formatsOf(currency: string): MoneyFormats {
  const made = formats.get(currency) ?? {
    whole: new Intl.NumberFormat(LOCALE, { style: 'currency', currency, minimumFractionDigits: 0 }),
    exact: new Intl.NumberFormat(LOCALE, { style: 'currency', currency }),
  }
  formats.set(currency, made)
  return made
}

/** An amount as a customer reads it, such as "₹1,299" or "$24.99". */
export function moneyText({ amount, currency }: Money): string {
  const { whole, exact } = formatsOf(currency)
  const major = amount / 10 ** minorDigits(currency)
  return (Number.isInteger(major) ? whole : exact).format(major)
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
