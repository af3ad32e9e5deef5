import { recipientIn } from './address.ts'
import { answersAside } from './aside.ts'
import type { Flow, Turn } from './flow.ts'
import { add } from './flows/add.ts'
import * as cart from './flows/cart.ts'
import { choose, compare } from './flows/compare.ts'
import { deliveryQuestion } from './flows/delivery.ts'
import * as loyalty from './flows/loyalty.ts'
import * as orders from './flows/orders.ts'
import * as products from './flows/products.ts'
import * as purchase from './flows/purchase.ts'
import * as replies from './flows/replies.ts'
import { search } from './flows/search.ts'
import { stock } from './flows/stock.ts'
import * as talk from './flows/talk.ts'
import { same, swap } from './flows/variant-changes.ts'
import { asideAnswered, counted, countsOnly, namesVariant, variantNamed } from './flows/variant-replies.ts'
import { waitAgreed, waitlist } from './flows/waitlist.ts'
import { guess, inContext, isAddress } from './intent-in-context.ts'
import type { Intent } from './intents.ts'
import { resolveProducts } from './references.ts'
import type { Clause } from './understand.ts'

const FLOWS: Readonly<Record<Intent, Flow>> = {
  search,
  details: products.details,
  stock: stock,
  compare: compare,
  choose: choose,
  waitlist,
  add,
  same,
  swap,
  update: cart.update,
  remove: cart.remove,
  clear: cart.clear,
  view_cart: cart.viewCart,
  coupons: loyalty.coupons,
  apply_coupon: loyalty.applyCoupon,
  redeem_points: loyalty.redeemPoints,
  loyalty: loyalty.loyalty,
  checkout: purchase.checkout,
  pay: purchase.pay,
  orders: orders.listOrders,
  track: orders.track,
  return: orders.returnOrder,
  hand_off: talk.handOff,
  delivery_question: deliveryQuestion,
  payment_question: talk.paymentQuestion,
  return_question: talk.returnQuestion,
  warranty: talk.warranty,
  forbidden: talk.forbidden,
  upset: talk.upset,
  greeting: talk.greeting,
  thanks: talk.thanks,
  farewell: talk.farewell,
  help: talk.help,
  identity: talk.identity,
  yes: talk.agreed,
  no: talk.refused,
}

export const NOT_UNDERSTOOD = 'nothing that I understand'

/** From this score on, words speak for themselves and are not taken as the answer to an open question. */
const SPEAKS_FOR_ITSELF = 4

/** The order of work for one clause: the answer to what was asked, else what its intent stands for. */
export function chooseFlow(clause: Clause, turn: Turn): { readonly flow: Flow; readonly why: string } {
  const address = isAddress(turn) && !clause.text.includes('@')
  const answer =
    turn.asking === true || (address && turn.memory.question?.about === 'variant')
      ? undefined
      : answering(clause, turn)
  if (answer !== undefined)
    return { flow: answer, why: `an answer to my question about the ${turn.memory.question?.about}` }
  if (leavesChoice(clause, turn)) return { flow: replies.whichOther, why: 'another one of the list' }
  if (takesCouponOff(clause)) return { flow: talk.couponStays, why: 'to take a coupon off' }
  if (answersAside(clause, turn)) return { flow: asideAnswered, why: 'an answer to my question before' }
  const intent = inContext(clause, turn) ?? clause.intent ?? guess(clause, turn)
  if (intent === undefined && (clause.free.color || clause.free.size))
    return { flow: replies.leftToUs, why: 'no preference' }
  return intent === undefined
    ? { flow: talk.lost, why: NOT_UNDERSTOOD }
    : { flow: FLOWS[intent], why: intent.replaceAll('_', ' ') }
}

/** "not that one, the other one" where there are several others. */
function leavesChoice(clause: Clause, { memory }: Turn): boolean {
  const { intent, words, content, pronoun } = clause
  const points = words.some(
    ({ normal, index }) => normal === 'other' && /^(?:the|that)$/.test(words[index - 1]?.normal ?? ''),
  )
  const open = intent === undefined || intent === 'no' || intent === 'details'
  return (
    points &&
    open &&
    pronoun &&
    content.length === 0 &&
    memory.shown.length > 2 &&
    resolveProducts(clause, memory).length === 0
  )
}

function takesCouponOff({ words }: Clause): boolean {
  const says = (...lemmas: string[]) => words.some(({ lemma }) => lemmas.includes(lemma))
  return says('remove', 'delete', 'cancel', 'drop') && says('coupon', 'voucher', 'promo')
}

function answering(clause: Clause, turn: Turn): Flow | undefined {
  const { question } = turn.memory
  if (question === undefined) return undefined
  const says = (...intents: Intent[]) => clause.intent !== undefined && intents.includes(clause.intent)
  const speaks = clause.score >= SPEAKS_FOR_ITSELF
  switch (question.about) {
    case 'variant':
      if (pointsElsewhere(clause, turn)) return add
      if (countsOnly(clause, turn)) return counted
      if (says('yes')) return variantNamed
      if (speaks && !says('add', 'search', 'same', 'swap', 'details', 'stock')) return undefined
      if (
        clause.kinds.length > 0 &&
        resolveProducts(clause, turn.memory).every(({ id }) => id !== question.productId)
      )
        return undefined
      return namesVariant(clause, turn) ? variantNamed : undefined
    case 'product':
      if (clause.words.some(({ lemma }) => lemma === 'brand') && !speaks) return undefined
      return answeringProduct(clause, turn, says, speaks)
    case 'details':
      return !speaks && resolveProducts(clause, turn.memory).length === 1 ? products.details : undefined
    case 'waitlist':
      return says('yes') ? waitAgreed : undefined
    case 'coupon': {
      const others = clause.kinds.length > 0 || says('search', 'view_cart', 'checkout', 'remove', 'thanks')
      return !others && loyalty.meantCoupons(clause, turn).length > 0 ? loyalty.applyCoupon : undefined
    }
    case 'search':
      return undefined
    case 'payment':
      if (says('yes', 'checkout')) return purchase.pay
      return isAddress(turn) ? purchase.pay : undefined
    case 'address':
      if (says('no')) return undefined
      return says('yes', 'pay') || isAddress(turn) ? purchase.pay : undefined
    case 'recipient':
      if (isAddress(turn)) return purchase.pay
      return clause.intent === undefined && recipientIn(turn.text) !== undefined ? purchase.payFor : undefined
    default:
      return undefined
  }
}

/** "no, the other one" while a colour is asked for: another product is to be added instead. */
function pointsElsewhere(clause: Clause, turn: Turn): boolean {
  const { question } = turn.memory
  const points = clause.words.some(({ normal }) => /^(?:other|next|previous)$/.test(normal))
  if (!points || !clause.pronoun || clause.score >= SPEAKS_FOR_ITSELF) return false
  const [meant, ...more] = resolveProducts(clause, turn.memory)
  return (
    question?.about === 'variant' &&
    more.length === 0 &&
    (meant?.id ?? question.productId) !== question.productId
  )
}

function answeringProduct(
  clause: Clause,
  turn: Turn,
  says: (...intents: Intent[]) => boolean,
  speaks: boolean,
): Flow | undefined {
  const { quantities, content } = clause
  const numbers = [quantities.quantity, ...quantities.bare].filter((number) => number !== undefined)
  if (says('yes') && content.length === 0 && quantities.ordinals.length === 0) return replies.productAgreed
  const asks = clause.text.trimEnd().endsWith('?') || clause.words.some(({ normal }) => ASKING.has(normal))
  if (quantities.ordinals.length > 0 && !speaks && !says('details', 'stock', 'choose', 'compare'))
    return asks ? products.details : add
  const onlyNumber = content.length === 0 && numbers.length === 1 && clause.words.length <= 2
  if (onlyNumber && (clause.intent === undefined || !speaks)) return replies.productNumbered
  const places = numbers.length > 1 && content.length === 0 && clause.words.length <= 4
  if (places && !speaks && numbers.every((number) => number <= turn.memory.shown.length)) return add
  const priced = quantities.maxPrice !== undefined || quantities.minPrice !== undefined
  const plain = clause.score < 2 && !priced && clause.excluded.length === 0 && clause.sort === undefined
  if (!plain || resolveProducts(clause, turn.memory).length !== 1) return undefined
  const points = clause.words.some(({ normal }) => /^(?:other|next|previous)$/.test(normal))
  const varies = clause.quantities.size !== undefined || clause.terms.some(({ kind }) => kind === 'color')
  if (varies && clause.kinds.length === 0 && turn.memory.focus !== undefined) return asks ? stock : add
  const picks = !points && !asks && clause.words.some(({ normal }) => PICKING.has(normal))
  return picks ? add : products.details
}

const ASKING = new Set(['what', 'how', 'which', 'why', 'tell', 'does', 'is'])

/** "the green ones please" picks one of a list, its bare name only speaks of it. */
const PICKING = new Set(['the', 'one', 'ones', 'please', 'that', 'this', 'it', 'those', 'these'])
