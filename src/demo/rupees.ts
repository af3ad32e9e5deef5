import { minorDigits } from '../features/catalog/index.ts'

/** What a rupee is worth elsewhere, near enough for a demo. */
const RATES: Readonly<Record<string, number>> = {
  INR: 1,
  USD: 0.012,
  EUR: 0.011,
  GBP: 0.0094,
  JPY: 1.75,
  CAD: 0.0165,
  AUD: 0.018,
  SGD: 0.0157,
  AED: 0.043,
}

/** An amount of whole rupees in another currency's minor units; one that is not known takes the figure as it is. */
export function fromRupees(rupees: number, currency: string): number {
  const digits = minorDigits(currency)
  const amount = rupees * (RATES[currency] ?? 1)
  return currency === 'INR' ? amount * 100 : Math.max(1, Math.round(amount * 10 ** digits))
}
