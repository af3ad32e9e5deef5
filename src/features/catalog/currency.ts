const known = new Map<string, number>()

/** How many digits a currency's minor unit has: 2 for INR, 0 for JPY, 3 for KWD. */
export function minorDigits(currency: string): number {
  const digits = known.get(currency) ?? look(currency)
  known.set(currency, digits)
  return digits
}

/** A thousand times as long as looking it up. */
function look(currency: string): number {
  const format = new Intl.NumberFormat('en', { style: 'currency', currency })
  return format.resolvedOptions().maximumFractionDigits ?? 2
}

const DECIMAL = /^(\d{1,3}(?:,\d{3})+|\d{1,12})?(?:\.(\d{1,20}))?$/

/**
 * A price as people write it (`1299`, `12.99`, `1,299.00`) in minor units; null when it is none. What is finer than the
 * currency is rounded: `9.99` is 10 yen.
 */
export function parsePrice(text: string, currency: string): number | null {
  const [, whole = '', fraction = ''] = DECIMAL.exec(text.trim()) ?? []
  if (whole === '' && fraction === '') return null
  const digits = minorDigits(currency)
  const kept = fraction.slice(0, digits).padEnd(digits, '0')
  const roundsUp = (fraction[digits] ?? '0') >= '5'
  return Number(`${whole.replaceAll(',', '')}${kept}`) + (roundsUp ? 1 : 0)
}
