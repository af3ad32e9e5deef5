import { addressIn } from './address.ts'
import { dictionaryOf } from './dictionary.ts'
import type { Flow, Turn } from './flow.ts'
import * as cart from './flows/cart.ts'
import * as loyalty from './flows/loyalty.ts'
import * as orders from './flows/orders.ts'
import * as products from './flows/products.ts'
import * as purchase from './flows/purchase.ts'
import * as replies from './flows/replies.ts'
import * as talk from './flows/talk.ts'
import type { Intent } from './intents.ts'
import { resolveProducts } from './references.ts'
import type { Clause } from './understand.ts'
import { lemmasOf } from './words.ts'

const FLOWS: Readonly<Record<Intent, Flow>> = {
  search: products.search,
  details: products.details,
  stock: products.stock,
  compare: products.compare,
  waitlist: products.waitlist,
  add: cart.add,
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
  const answer = answering(clause, turn)
  if (answer !== undefined)
    return { flow: answer, why: `an answer to my question about the ${turn.memory.question?.about}` }
  const intent = clause.intent ?? guess(clause, turn)
  return intent === undefined
    ? { flow: talk.lost, why: NOT_UNDERSTOOD }
    : { flow: FLOWS[intent], why: intent.replaceAll('_', ' ') }
}

function answering(clause: Clause, turn: Turn): Flow | undefined {
  const { question } = turn.memory
  if (question === undefined) return undefined
  const says = (intent: Intent) => clause.intent === intent
  switch (question.about) {
    case 'variant':
      if (clause.score >= SPEAKS_FOR_ITSELF && !says('add') && !says('search')) return undefined
      return replies.namesVariant(clause, turn) ? replies.variantNamed : undefined
    case 'product':
      if (says('yes') && turn.memory.focus !== undefined) return replies.productAgreed
      if (clause.quantities.ordinals.length > 0 && clause.score < SPEAKS_FOR_ITSELF) return cart.add
      if (clause.intent === undefined && clause.quantities.bare.length > 0) return replies.productNumbered
      return clause.score < 2 &&
        clause.quantities.maxPrice === undefined &&
        resolveProducts(clause, turn.memory).length === 1
        ? cart.add
        : undefined
    case 'payment':
      if (says('yes') || says('checkout') || addressIn(turn.text, turn.customerName, 'IN') !== undefined)
        return purchase.pay
      return undefined
    case 'address':
      if (says('no')) return undefined
      return says('yes') ||
        says('pay') ||
        addressIn(turn.text, turn.customerName ?? 'Customer', 'IN') !== undefined
        ? purchase.pay
        : undefined
    default:
      return undefined
  }
}

/** Words without a cue: a product of the catalog is searched for, one that was shown is told about. */
function guess(clause: Clause, turn: Turn): Intent | undefined {
  if (clause.quantities.ordinals.length > 0 && turn.memory.shown.length > 0) return 'details'
  const dictionary = dictionaryOf(turn.catalog)
  const known = clause.content.some((word) => lemmasOf(word).some((lemma) => dictionary.knows(lemma)))
  if (known || clause.terms.length > 0) return 'search'
  const refines =
    clause.quantities.maxPrice !== undefined ||
    clause.quantities.minPrice !== undefined ||
    clause.quantities.size !== undefined
  return refines || (clause.sort !== undefined && turn.memory.lastSearch !== undefined) ? 'search' : undefined
}
