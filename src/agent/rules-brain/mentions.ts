import type { Dictionary } from './dictionary.ts'
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
const CODE_WITHOUT_DIGITS = /^[A-Z][A-Z0-9_-]{3,23}$/
const CODE_IN_ANY_CASE = /^(?=.*[a-z])(?=.*\d)[a-z0-9_-]{4,24}$/i
const SHORTEST_ORDER = 4

const COUPON_WORDS = new Set(['coupon', 'code', 'promo', 'voucher', 'promocode'])
const USE_WORDS = new Set(['apply', 'use', 'redeem', 'try', 'add', 'enter'])

export function mentionsOf(words: readonly Word[], dictionary: Dictionary): Mentions {
  const used = new Set<number>()
  const take = (test: (word: Word) => boolean): string | undefined => {
    const word = words.find((candidate) => !used.has(candidate.index) && test(candidate))
    if (word !== undefined) used.add(word.index)
    return word?.text
  }
  const isForeign = ({ lemma, normal }: Word) => !dictionary.knows(lemma) && !dictionary.knows(normal)
  const orderNumber =
    take(({ text }) => ORDER_NUMBER.test(text) && !GIFT_CARD.test(text)) ?? bareOrderNumber(words, used)
  const upi = take(({ text }) => VPA.test(text))
  const giftCard = take(({ text }) => GIFT_CARD.test(text)) ?? namedGiftCard(words, used)
  const code =
    take((word) => CODE.test(word.text) && isForeign(word)) ??
    take((word) => CODE_WITHOUT_DIGITS.test(word.text) && isForeign(word) && isCalledCode(words, word)) ??
    take((word) => CODE_IN_ANY_CASE.test(word.text) && isForeign(word) && isCalledCode(words, word)) ??
    take((word) => word.lemma !== 'code' && followsCoupon(words, word) && !word.real)
  const card = words.some(
    ({ lemma, text, index }) =>
      (lemma === 'card' && words[index - 1]?.lemma !== 'gift') ||
      /[•*]{2,}/.test(text) ||
      lemma === 'visa' ||
      lemma === 'mastercard',
  )
  return {
    code: code?.toUpperCase(),
    orderNumber,
    upi,
    card,
    giftCard,
    address: takeAddress(words, used),
    used,
  }
}

/** "order 100001": the shop's numbers without their letters. */
function bareOrderNumber(words: readonly Word[], used: Set<number>): string | undefined {
  const word = words.find(
    ({ kind, normal, index }) =>
      kind === 'number' &&
      /^\d+$/.test(normal) &&
      normal.length >= SHORTEST_ORDER &&
      words
        .slice(Math.max(0, index - 3), index)
        .some(({ lemma }) => lemma === 'order' || lemma === 'track' || lemma === 'shipment'),
  )
  if (word === undefined) return undefined
  used.add(word.index)
  return word.normal
}

function isCalledCode(words: readonly Word[], { index }: Word): boolean {
  const near = words.slice(Math.max(0, index - 4), index + 3)
  return near.some(({ lemma }) => COUPON_WORDS.has(lemma) || (USE_WORDS.has(lemma) && lemma !== 'add'))
}

/** "the code SAVEBIG", "coupon xyz": what stands right behind the word is its name. */
function followsCoupon(words: readonly Word[], { index, kind }: Word): boolean {
  const before = words[index - 1]
  const coupon = before?.lemma === 'be' || before?.normal === ':' ? words[index - 2] : before
  return kind === 'word' && coupon !== undefined && COUPON_WORDS.has(coupon.lemma)
}

function namedGiftCard(words: readonly Word[], used: Set<number>): string | undefined {
  const start = words.findIndex(({ lemma }, index) => lemma === 'gift' && words[index + 1]?.lemma === 'card')
  const word =
    start < 0 ? undefined : words.slice(start + 2).find(({ text }) => /^(?=.*\d)[A-Z0-9-]{4,}$/i.test(text))
  if (word === undefined) return undefined
  used.add(word.index)
  return word.text
}

const SHORTEST_ADDRESS = 4

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
  if (rest.length < SHORTEST_ADDRESS || !rest.some(({ kind }) => kind === 'number')) return undefined
  for (const { index } of rest) used.add(index)
  return rest.map(({ text }) => text).join(' ')
}
