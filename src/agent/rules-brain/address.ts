import type { z } from 'zod'
import { PostalAddress, ShippingAddress } from '../../contract/index.ts'

const LEAD =
  /^.*?\b(?:ship(?:ping)?|deliver(?:y)?|send|address)\b(?:\s+(?:it|them|this|everything|is|address))*\s*(?:to|is|:|=)?\s*:?\s*/i
const TO = /^\s*to\s+/i
const POSTAL = /\b(?=[A-Z0-9-]*\d)[A-Z0-9]{2,5}(?:[ -]?[A-Z0-9]{2,4})?\b/gi
/** From here on a part tells how it is paid, not where it goes. */
const PAYING = /\s*\b(?:and\s+)?(?:i(?:'ll|\s+will)?\s+)?pay(?:ing|ment)?\b.*$/i
/** A part that belongs to a card, a UPI address or a gift card. */
const OF_PAYMENT =
  /@|•|\b(?:by|with|using|via)\s+(?:my\s+)?(?:card|upi|gift)\b|^(?:my\s+)?card\b|\b(?:cvc|cvv|exp|expiry|expires|upi|gift card)\b|^\d{1,2}\s*\/\s*\d{2,4}$/i
const COUNTRIES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    india: 'IN',
    usa: 'US',
    'united states': 'US',
    uk: 'GB',
    'united kingdom': 'GB',
    germany: 'DE',
    france: 'FR',
    canada: 'CA',
    australia: 'AU',
    singapore: 'SG',
    uae: 'AE',
    nepal: 'NP',
  }),
)

/** An address of which only the name of whoever receives it is missing. */
export const UnnamedAddress = PostalAddress.omit({ name: true })
export type UnnamedAddress = z.infer<typeof UnnamedAddress>

/** Stands where no name was said. */
const NOBODY = 'nobody'

const NAMING =
  /^(?:(?:my|her|his|the) name is|name is|name|it is|it's|this is|for|to|i am|i'm|under)\s*:?\s+/i
const NAME = /^[\p{L}\p{M}.'’-]+(?: [\p{L}\p{M}.'’-]+){0,4}$/u

/** The name that answers the question for whoever receives the parcel. */
export function recipientIn(text: string): string | undefined {
  const name = text.trim().replace(NAMING, '').replace(/[.!]$/, '')
  return NAME.test(name) ? name : undefined
}

/** Whether a text holds a postal address, with a name or without. */
export function holdsAddress(text: string, homeCountry: string): boolean {
  return addressIn(text, NOBODY, homeCountry) !== undefined
}

/** Reads an address that names nobody. */
export function unnamedAddressIn(text: string, homeCountry: string): UnnamedAddress | undefined {
  const found = addressIn(text, NOBODY, homeCountry)
  return found?.name === NOBODY ? UnnamedAddress.parse(found) : undefined
}

/**
 * Reads a postal address out of a sentence such as "ship to Asha Rao, 12 MG Road, Bengaluru, Karnataka 560001, India".
 * Its parts stand between commas: name, street, city, state with postal code, country (left out: that of the shop).
 * @returns undefined where a part is missing
 */
export function addressIn(
  text: string,
  customerName: string | undefined,
  homeCountry: string,
): ShippingAddress | undefined {
  const led = (LEAD.test(text) ? text.replace(LEAD, '') : text).replace(TO, '')
  const parts = led
    .split(/[,\n]/)
    .map((part) => part.replace(PAYING, '').trim().replace(/[.;]$/, ''))
    .filter((part) => part !== '' && !OF_PAYMENT.test(part))
  const country = takeCountry(parts) ?? homeCountry
  const postalCode = takePostalCode(parts)
  if (postalCode === undefined) return undefined
  const state = parts.pop()
  const named = parts.length >= 2 || customerName === undefined
  const city = named && !/\d/.test(parts.at(-1) ?? '') ? parts.pop() : undefined
  const startsWithStreet = /\d/.test(parts[0] ?? '')
  const name = startsWithStreet || parts.length < 2 ? customerName : parts.shift()
  const [line1, ...more] = parts
  if (/\d/.test(state ?? '')) return undefined
  const parsed = ShippingAddress.safeParse({
    name,
    line1,
    ...(more.length === 0 ? {} : { line2: more.join(', ') }),
    city: city ?? state,
    state,
    postalCode,
    country,
  })
  return parsed.success ? parsed.data : undefined
}

function takeCountry(parts: string[]): string | undefined {
  const last = parts.at(-1)
  const code =
    last === undefined
      ? undefined
      : (COUNTRIES.get(last.toLowerCase()) ??
        (/^[A-Z]{2}$/.test(last) && parts.length > 4 ? last : undefined))
  if (code !== undefined) parts.pop()
  return code
}

/** The postal code is the last word with digits among the last two parts; what stands beside it stays there. */
function takePostalCode(parts: string[]): string | undefined {
  for (let index = parts.length - 1; index >= Math.max(1, parts.length - 2); index -= 1) {
    const part = parts[index]
    const code = part === undefined ? undefined : [...part.matchAll(POSTAL)].at(-1)?.[0]
    if (part === undefined || code === undefined) continue
    const rest = part
      .replace(code, '')
      .replace(/[\s-]+$/, '')
      .replace(/^[\s-]+/, '')
      .trim()
    if (rest === '') parts.splice(index, 1)
    else parts[index] = rest
    return code
  }
  return undefined
}
