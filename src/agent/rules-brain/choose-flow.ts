import { addressIn } from './address.ts'
import { dictionaryOf } from './dictionary.ts'
import type { Flow, Turn } from './flow.ts'
import { add } from './flows/add.ts'
import * as cart from './flows/cart.ts'
import * as loyalty from './flows/loyalty.ts'
import * as orders from './flows/orders.ts'
import * as products from './flows/products.ts'
import * as purchase from './flows/purchase.ts'
import * as replies from './flows/replies.ts'
import { search } from './flows/search.ts'
import * as talk from './flows/talk.ts'
import { same, swap } from './flows/variant-changes.ts'
import { waitAgreed, waitlist } from './flows/waitlist.ts'
import type { Intent } from './intents.ts'
import { resolveProducts } from './references.ts'
import type { Clause } from './understand.ts'
import { lemmasOf } from './words.ts'

const FLOWS: Readonly<Record<Intent, Flow>> = {
  search,
  details: products.details,
  stock: products.stock,
  compare: products.compare,
  choose: products.choose,
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
  delivery_question: purchase.deliveryQuestion,
  payment_question: talk.paymentQuestion,
  return_question: talk.returnQuestion,
  forbidden: talk.forbidden,
  greeting: talk.greeting,
  thanks: talk.thanks,
  farewell: talk.farewell,
  help: talk.help,
  identity: talk.identity,
  yes: talk.agreed,
  no: talk.refused,
}

export const NOT_UNDERSTOOD = 'nothing that I understand'

/** An address stands between commas: street, city, state. */
const LEAST_ADDRESS_PARTS = 3

/** From this score on, words speak for themselves and are not taken as the answer to an open question. */
const SPEAKS_FOR_ITSELF = 4

/** The order of work for one clause: the answer to what was asked, else what its intent stands for. */
export function chooseFlow(clause: Clause, turn: Turn): { readonly flow: Flow; readonly why: string } {
  const address = isAddress(turn, turn.customerName) && !clause.text.includes('@')
  const answer = address && turn.memory.question?.about === 'variant' ? undefined : answering(clause, turn)
  if (answer !== undefined)
    return { flow: answer, why: `an answer to my question about the ${turn.memory.question?.about}` }
  if (takesCouponOff(clause)) return { flow: talk.couponStays, why: 'to take a coupon off' }
  const intent = inContext(clause, turn) ?? clause.intent ?? guess(clause, turn)
  return intent === undefined
    ? { flow: talk.lost, why: NOT_UNDERSTOOD }
    : { flow: FLOWS[intent], why: intent.replaceAll('_', ' ') }
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
      if (says('yes')) return replies.variantNamed
      if (speaks && !says('add', 'search', 'same', 'swap', 'details', 'stock')) return undefined
      if (
        clause.kinds.length > 0 &&
        resolveProducts(clause, turn.memory).every(({ id }) => id !== question.productId)
      )
        return undefined
      return replies.namesVariant(clause, turn) ? replies.variantNamed : undefined
    case 'product':
      return answeringProduct(clause, turn, says, speaks)
    case 'details':
      return !speaks && resolveProducts(clause, turn.memory).length === 1 ? products.details : undefined
    case 'waitlist':
      return says('yes') ? waitAgreed : undefined
    case 'search':
      return undefined
    case 'payment':
      if (says('yes', 'checkout')) return purchase.pay
      return isAddress(turn, turn.customerName) ? purchase.pay : undefined
    case 'address':
      if (says('no')) return undefined
      return says('yes', 'pay') || isAddress(turn, turn.customerName ?? 'Customer') ? purchase.pay : undefined
    default:
      return undefined
  }
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
  const asks = clause.text.trimEnd().endsWith('?')
  if (quantities.ordinals.length > 0 && !speaks && !says('details', 'stock', 'choose', 'compare'))
    return asks ? products.details : add
  const onlyNumber = content.length === 0 && numbers.length === 1 && clause.words.length <= 2
  if (onlyNumber && (clause.intent === undefined || !speaks)) return replies.productNumbered
  const priced = quantities.maxPrice !== undefined || quantities.minPrice !== undefined
  const plain = clause.score < 2 && !priced && clause.excluded.length === 0 && clause.sort === undefined
  if (!plain || resolveProducts(clause, turn.memory).length !== 1) return undefined
  const picks = clause.words.some(({ normal }) => PICKING.has(normal))
  return picks ? add : products.details
}

/** "the green ones please" picks one of a list, its bare name only speaks of it. */
const PICKING = new Set(['the', 'one', 'ones', 'please', 'that', 'this', 'it', 'those', 'these'])

function isAddress(turn: Turn, name: string | undefined): boolean {
  const parts = turn.text.split(/[,\n]/).length
  return parts >= LEAST_ADDRESS_PARTS && addressIn(turn.text, name, 'IN') !== undefined
}

/** Words that mean something else after what was said before. */
function inContext(clause: Clause, turn: Turn): Intent | undefined {
  const { intent, scores, mentions } = clause
  const { shown } = turn.memory
  if (isAddress(turn, turn.customerName) && !(intent === 'search' && clause.score > 4)) {
    const plain = clause.kinds.length === 0 && (intent === undefined || intent === 'search')
    if (plain || mentions.address !== undefined) return 'pay'
  }
  // "which one is cheaper?" asks for a choice only where there is something to choose from.
  const names = clause.terms.filter(({ kind }) => kind === 'name').length
  if ((intent === 'choose' || intent === 'details') && names > 1) return 'compare'
  const opens = intent === 'search' && clause.quantities.ordinals.length > 0 && clause.content.length === 0
  if (opens && shown.length > 0 && clause.sort === undefined) return 'details'
  const ofList =
    clause.kinds.length === 0 ||
    clause.pronoun ||
    resolveProducts({ ...clause, superlative: undefined }, turn.memory).length > 1
  if (intent === 'choose' && (shown.length < 2 || !ofList)) return 'search'
  const adds =
    /^(?:and|also|plus)$/.test(clause.words[0]?.normal ?? '') &&
    clause.terms.some(({ kind }) => kind === 'name')
  if (adds && intent === undefined && turn.memory.lastAdded !== undefined) return 'add'
  // Once an order is placed and nothing new was chosen, it is the order that is cancelled.
  const cancels = clause.words.some(({ lemma }) => lemma === 'cancel')
  const ordered = turn.memory.orders.length > 0 && turn.memory.lastAdded === undefined
  if (cancels && ordered && (intent === 'remove' || intent === 'no')) return 'return'
  if (intent === 'swap' && turn.memory.lastAdded === undefined && turn.memory.lastSearch !== undefined)
    return 'search'
  // "do you have it in red" asks about what is spoken of; without that it is a search.
  const named = resolveProducts(clause, turn.memory).length > 0
  if (intent === 'same' && turn.memory.focus === undefined && turn.memory.lastSearch !== undefined)
    return 'search'
  if (
    intent === 'details' &&
    !named &&
    !clause.terms.some(({ kind }) => kind === 'name') &&
    clause.kinds.length > 0 &&
    (scores.get('search') ?? 0) >= 2
  )
    return 'search'
  return undefined
}

/** Words without a cue: a product of the catalog is searched for, one that was shown is told about. */
function guess(clause: Clause, turn: Turn): Intent | undefined {
  const { quantities, content, terms, sort } = clause
  if (quantities.ordinals.length > 0 && turn.memory.shown.length > 0) return 'details'
  const dictionary = dictionaryOf(turn.catalog)
  const known = content.some((word) => lemmasOf(word).some((lemma) => dictionary.knows(lemma)))
  if (known || terms.length > 0) return 'search'
  // A thing of which the shop knows nothing is looked for too: it then hears that there is none.
  const things = clause.words.filter(({ normal }) => content.includes(normal))
  if (things.length > 0 && things.length <= 3 && things.every(({ real }) => real)) return 'search'
  const wished =
    quantities.maxPrice !== undefined || quantities.minPrice !== undefined || quantities.size !== undefined
  if (wished) return 'search'
  return (sort !== undefined || clause.excluded.length > 0) && turn.memory.lastSearch !== undefined
    ? 'search'
    : undefined
}
