import { minorDigits } from '../catalog/index.ts'
import type { ShippingTerms } from './pricing.rules.ts'

/** In whole units of the currency. */
const TERMS: Readonly<Record<string, ShippingTerms>> = {
  INR: { fee: 79, freeFrom: 999 },
  JPY: { fee: 600, freeFrom: 6_000 },
}
const ELSEWHERE: ShippingTerms = { fee: 5, freeFrom: 60 }

/** What shipping costs in a currency, in its minor units. */
export function shippingTerms(currency: string): ShippingTerms {
  const { fee, freeFrom } = TERMS[currency] ?? ELSEWHERE
  const unit = 10 ** minorDigits(currency)
  return { fee: fee * unit, freeFrom: freeFrom * unit }
}
