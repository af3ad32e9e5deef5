import type { Clause } from './understand.ts'
import type { Word } from './words.ts'

/** Reads words as one request. */
export type Read = (words: readonly Word[]) => Clause

/** Courtesies and the like, which need no answer beside a request. */
export const SOCIAL: ReadonlySet<string> = new Set([
  'greeting',
  'upset',
  'thanks',
  'farewell',
  'yes',
  'no',
  'help',
])

const OWN_BUSINESS: ReadonlySet<string> = new Set([
  ...['view_cart', 'checkout', 'coupons', 'apply_coupon', 'loyalty', 'orders', 'track', 'delivery_question'],
  ...['payment_question', 'return_question', 'hand_off'],
])

/** "black. And what is the total?": the second has nothing to do with the first. */
export function standsAlone({ intent, score }: Clause): boolean {
  return intent !== undefined && OWN_BUSINESS.has(intent) && score >= 3
}

/** A colour or a size by itself, which answers something. */
export function namesWish({ intent, terms, quantities }: Clause): boolean {
  return intent === undefined && (terms.some(({ kind }) => kind === 'color') || quantities.size !== undefined)
}

export const isSocial = ({ intent }: Clause) => intent !== undefined && SOCIAL.has(intent)

/** "the second one looks nice" is no courtesy. */
export function namesSomething({ content, quantities, kinds }: Clause): boolean {
  return content.length > 0 || kinds.length > 0 || quantities.ordinals.length > 0
}
