import type { Word } from './words.ts'

/** Things with a form of their own that a customer names: codes, order numbers, ways to pay, an address. */
export interface Mentions {
  /** A coupon's code, as written. */
  readonly code: string | undefined
  readonly orderNumber: string | undefined
  readonly upi: string | undefined
  /** A card is spoken of, or its masked number stands in the text. */
  readonly card: boolean
  readonly giftCard: string | undefined
  /** What follows "ship to", as written. */
  readonly address: string | undefined
  readonly used: ReadonlySet<number>
}

const ORDER_NUMBER = /^[a-z]{2,3}-\d{4,}$/i
const VPA = /^[\w.-]{2,}@[a-z][\w.-]*$/i
const GIFT_CARD = /^gift(?:-[a-z0-9]+)+$/i
const CODE = /^(?=.*[A-Z])(?=.*\d)[A-Z0-9_-]{4,24}$/
const CODE_WITHOUT_DIGITS = /^[A-Z][A-Z0-9_-]{4,23}$/

export function mentionsOf(words: readonly Word[]): Mentions {
  const used = new Set<number>()
  const take = (test: (word: Word) => boolean): string | undefined => {
    const word = words.find((candidate) => !used.has(candidate.index) && test(candidate))
    if (word !== undefined) used.add(word.index)
    return word?.text
  }
  const orderNumber = take(({ text }) => ORDER_NUMBER.test(text) && !GIFT_CARD.test(text))
  const upi = take(({ text }) => VPA.test(text))
  const giftCard = take(({ text }) => GIFT_CARD.test(text)) ?? namedGiftCard(words, used)
  const code =
    take(
      ({ text, index }) => CODE.test(text) || (CODE_WITHOUT_DIGITS.test(text) && isCalledCode(words, index)),
    ) ?? namedCode(words, used)
  const card = words.some(
    ({ lemma, text, index }) =>
      (lemma === 'card' && words[index - 1]?.lemma !== 'gift') ||
      /[•*]{2,}/.test(text) ||
      lemma === 'visa' ||
      lemma === 'mastercard',
  )
  return { code, orderNumber, upi, card, giftCard, address: takeAddress(words, used), used }
}

function isCalledCode(words: readonly Word[], index: number): boolean {
  return words
    .slice(Math.max(0, index - 3), index)
    .some(({ lemma }) => ['coupon', 'code', 'apply', 'promo', 'voucher', 'use'].includes(lemma))
}

/** "apply welcome10": a code in lower case counts only where the words around call it one. */
function namedCode(words: readonly Word[], used: Set<number>): string | undefined {
  const word = words.find(
    ({ text, index, kind }) =>
      kind !== 'punctuation' &&
      !used.has(index) &&
      /^(?=.*[a-z])(?=.*\d)[a-z0-9_-]{4,24}$/i.test(text) &&
      isCalledCode(words, index),
  )
  if (word === undefined) return undefined
  used.add(word.index)
  return word.text.toUpperCase()
}

function namedGiftCard(words: readonly Word[], used: Set<number>): string | undefined {
  const start = words.findIndex(({ lemma }, index) => lemma === 'gift' && words[index + 1]?.lemma === 'card')
  const word =
    start < 0 ? undefined : words.slice(start + 2).find(({ text }) => /^(?=.*\d)[A-Z0-9-]{4,}$/i.test(text))
  if (word === undefined) return undefined
  used.add(word.index)
  return word.text
}

function takeAddress(words: readonly Word[], used: Set<number>): string | undefined {
  const verb = words.findIndex(({ lemma }) => ['ship', 'deliver', 'send'].includes(lemma))
  const to =
    verb < 0
      ? -1
      : words.findIndex(({ normal, index }) => normal === 'to' && index > verb && index <= verb + 3)
  const named = words.findIndex(
    ({ lemma, index }) => lemma === 'address' && ['be', ':', 'to'].includes(words[index + 1]?.lemma ?? ''),
  )
  const start = to >= 0 ? to + 1 : named >= 0 ? named + 2 : -1
  const rest = start < 0 ? [] : words.slice(start)
  if (rest.length < 4) return undefined
  for (const { index } of rest) used.add(index)
  return rest.map(({ text }) => text).join(' ')
}
