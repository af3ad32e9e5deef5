import { CardNumber } from '../../contract/index.ts'

/** A card that somebody typed into a message. */
export interface TypedCard {
  /** Digits only; it passes Luhn's check. */
  readonly number: string
  readonly expMonth?: number
  readonly expYear?: number
  readonly cvc?: string
}

export interface MaskedText {
  /** The text with all but the last four digits of each card number, and each security code, masked. */
  readonly text: string
  readonly cards: readonly TypedCard[]
}

/** Twelve digits or more, in one row or in groups. */
const LONG_NUMBER = /(?<![\p{L}\p{N}])\p{Nd}(?:[ \u00a0.\-\u2010-\u2015/_]{0,2}\p{Nd}){11,}/gu
const GROUP = /\p{Nd}+/gu
/** How many digits card numbers have, the most usual first. */
const CARD_LENGTHS = [16, 15, 14, 13, 19, 18, 17]
const SHORTEST_CARD = 12
const EXPIRY = /(?<!\d)(0?[1-9]|1[0-2])\s?[/-]\s?(20\d{2}|\d{2})(?!\d)/u
const LABELLED_CODE =
  /((?:cvc2?|cvv2?|csc|security\s+code|code)\s*(?:is|:|=|-|no\.?|number)?\s*)(\d{3,4})(?!\d)/giu
const BARE_CODE = /(?<![\d₹$€.,/-])\d{3,4}(?![\d.,/-]\d|\d|\s*(?:rs|inr|rupees|pieces|pcs))/iu
/** A number of this length that fails Luhn's check is masked too: it may be a card with a slip of the finger. */
const SHORTEST_MASKED = 13
const NEAR = 60

/** Masks card numbers and their security codes before a text is stored; finds what a payment needs of them. */
export function maskCards(text: string): MaskedText {
  const cards: TypedCard[] = []
  let masked = ''
  let end = 0
  for (const match of text.matchAll(LONG_NUMBER)) {
    const found = cardWithin(match[0])
    if (found === undefined) continue
    masked += `${text.slice(end, match.index + found.start)}•••• ${found.digits.slice(-4)}`
    end = match.index + found.end
    if (found.valid) cards.push({ number: found.digits, ...detailsNear(text.slice(end, end + NEAR)) })
  }
  if (end === 0) return { text, cards }
  return { text: maskCodes(masked, text.slice(end)), cards }
}

interface FoundNumber {
  readonly digits: string
  readonly start: number
  readonly end: number
  readonly valid: boolean
}

/** The card number in a row of groups of digits, which may also hold an expiry date or a quantity. */
function cardWithin(row: string): FoundNumber | undefined {
  const groups = [...row.matchAll(GROUP)].map((group) => ({
    start: group.index,
    end: group.index + group[0].length,
  }))
  const candidates = groups.flatMap(({ start }, first) =>
    groups.slice(first).map(({ end }) => ({ start, end, digits: asciiDigits(row.slice(start, end)) })),
  )
  for (const length of CARD_LENGTHS) {
    const card = candidates.find(
      ({ digits }) => digits.length === length && CardNumber.safeParse(digits).success,
    )
    if (card !== undefined) return { ...card, valid: true }
  }
  const digits = asciiDigits(row)
  const valid = digits.length === SHORTEST_CARD && CardNumber.safeParse(digits).success
  return valid || digits.length >= SHORTEST_MASKED ? { digits, start: 0, end: row.length, valid } : undefined
}

function maskCodes(before: string, tail: string): string {
  const expiry = EXPIRY.exec(tail)
  const labelled = (before + tail).replace(LABELLED_CODE, '$1•••')
  if (labelled !== before + tail) return labelled
  const from = expiry === null ? 0 : expiry.index + expiry[0].length
  const near = tail.slice(from, from + NEAR)
  const bare = BARE_CODE.exec(near)
  if (bare === null) return before + tail
  const at = from + bare.index
  return `${before}${tail.slice(0, at)}•••${tail.slice(at + bare[0].length)}`
}

function detailsNear(text: string): Omit<TypedCard, 'number'> {
  const expiry = EXPIRY.exec(text)
  const rest = expiry === null ? text : text.slice(expiry.index + expiry[0].length)
  const [labelled] = text.matchAll(LABELLED_CODE)
  const code = labelled?.[2] ?? BARE_CODE.exec(rest)?.[0]
  const year = Number(expiry?.[2])
  return {
    ...(expiry === null ? {} : { expMonth: Number(expiry[1]), expYear: year < 100 ? 2000 + year : year }),
    ...(code === undefined ? {} : { cvc: code }),
  }
}

/** Digits of any script as 0 to 9; everything else is dropped. */
function asciiDigits(text: string): string {
  return text
    .normalize('NFKC')
    .replace(/\p{Nd}/gu, asciiDigit)
    .replace(/\D/g, '')
}

function asciiDigit(digit: string): string {
  const code = digit.codePointAt(0) ?? 0
  if (code < 0x80) return digit
  let zero = code
  while (/\p{Nd}/u.test(String.fromCodePoint(zero - 1)) && code - zero < 9) zero -= 1
  return String(code - zero)
}
