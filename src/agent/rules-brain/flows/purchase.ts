import { z } from 'zod'
import { Checkout, Order, type Problem } from '../../../contract/index.ts'
import type { ToolOutcome } from '../../brain.ts'
import { addressIn, recipientIn, unnamedAddressIn } from '../address.ts'
import { apology } from '../apology.ts'
import { dictionaryOf } from '../dictionary.ts'
import { type Call, type Flow, given, type Said, type Turn, use } from '../flow.ts'
import { withoutQuestion } from '../memory.ts'
import { type Mentions, mentionsOf } from '../mentions.ts'
import { price, totalsLines } from '../wording.ts'
import { wordsOf } from '../words.ts'
import { stillToChoose } from './add-one.ts'

/** Where an address names no country. */
const HOME_COUNTRIES: Readonly<Record<string, string>> = {
  INR: 'IN',
  USD: 'US',
  GBP: 'GB',
  AUD: 'AU',
  CAD: 'CA',
  SGD: 'SG',
  EUR: 'DE',
}

const WAYS_TO_PAY = 'by card, UPI (such as name@bank) or gift card'

export const checkout: Flow = function* (clause, turn) {
  return namesPayment(turn) ? yield* pay(clause, turn) : yield* offerCheckout(turn)
}

/** Holds the items, shows what they come to and asks how to pay. */
function* offerCheckout(turn: Turn): Generator<Call, Said, ToolOutcome> {
  const opened = yield* openCheckout(turn)
  if ('text' in opened) return opened
  turn.memory = { ...turn.memory, question: { about: 'payment', checkoutId: opened.id } }
  return {
    text: `Your items are held for you for a while. Here is what it comes to:\n${totalsLines(opened.totals)}\nHow would you like to pay: ${WAYS_TO_PAY}? Tell me too where to ship it, or say "pay" to use what you have saved.`,
    attach: { checkout: opened },
  }
}

function* openCheckout(turn: Turn): Generator<Call, Checkout | Said, ToolOutcome> {
  const outcome = yield* use('start_checkout', {}, Checkout)
  if (!outcome.ok) {
    const open = outcome.problem.code === 'cart_empty' ? stillToChoose(turn) : undefined
    return open ?? apology(outcome.problem, 'one of your items')
  }
  turn.memory = { ...withoutQuestion(turn.memory), checkoutId: outcome.value.id }
  return outcome.value
}

/** The way to pay that the message names: a UPI address, a gift card, or a card as the door passed it on. */
function paymentIn(turn: Turn): Record<string, unknown> | undefined {
  const { upi, giftCard } = mentionsIn(turn)
  if (upi !== undefined) return { method: 'upi', vpa: upi.toLowerCase() }
  if (giftCard !== undefined) return { method: 'gift_card', code: giftCard }
  return turn.cardToken === undefined ? undefined : { method: 'card', token: turn.cardToken }
}

/** A way to pay may stand in another clause than the word "pay". */
function mentionsIn(turn: Turn): Mentions {
  return mentionsOf(wordsOf(turn.text), dictionaryOf(turn.catalog))
}

function namesPayment(turn: Turn): boolean {
  const { upi, giftCard, card } = mentionsIn(turn)
  return upi !== undefined || giftCard !== undefined || card
}

export const pay: Flow = function* (_clause, turn) {
  const asked = ['payment', 'address', 'recipient'].includes(turn.memory.question?.about ?? '')
  if (!asked && turn.memory.checkoutId === undefined && !namesPayment(turn)) return yield* offerCheckout(turn)
  const payment = paymentIn(turn) ?? turn.memory.told?.payment
  const home = HOME_COUNTRIES[turn.currency] ?? 'IN'
  const shippingAddress = addressIn(turn.text, turn.customerName, home) ?? turn.memory.told?.shippingAddress
  const unnamedAddress = unnamedAddressIn(turn.text, home) ?? turn.memory.told?.unnamedAddress
  turn.memory = { ...turn.memory, told: { payment, shippingAddress, unnamedAddress } }
  let { checkoutId } = turn.memory
  if (checkoutId === undefined) {
    const opened = yield* openCheckout(turn)
    if ('text' in opened) return opened
    checkoutId = opened.id
  }
  let outcome = yield* use('place_order', given({ checkoutId, payment, shippingAddress }), Order)
  if (
    !outcome.ok &&
    ['checkout_expired', 'checkout_closed', 'not_found'].includes(outcome.problem.code) &&
    !concernsGiftCard(payment)
  ) {
    const opened = yield* openCheckout(turn)
    if ('text' in opened) return opened
    checkoutId = opened.id
    outcome = yield* use('place_order', given({ checkoutId, payment, shippingAddress }), Order)
  }
  if (outcome.ok) return placed(outcome.value, turn)
  const missing = new Set(outcome.problem.errors?.map(({ path }) => path.split('.')[0]))
  if (missing.has('payment')) {
    turn.memory = { ...turn.memory, question: { about: 'payment', checkoutId } }
    return { text: `How would you like to pay: ${WAYS_TO_PAY}?` }
  }
  if (missing.has('shippingAddress') || missing.has('addressId') || missing.has('address')) {
    if (shippingAddress === undefined && unnamedAddress !== undefined) {
      turn.memory = { ...turn.memory, question: { about: 'recipient', checkoutId } }
      return { text: 'And whose name shall stand on the parcel?' }
    }
    turn.memory = { ...turn.memory, question: { about: 'address', checkoutId } }
    return {
      text: 'Where shall I ship it? Please write it with commas: name, street, city, state and postal code, country.',
    }
  }
  return notPlaced(outcome.problem, turn)
}

/** The name that was missing: with it the address is whole. */
export const payFor: Flow = function* (clause, turn) {
  const { told } = turn.memory
  const name = recipientIn(turn.text)
  if (told?.unnamedAddress !== undefined && name !== undefined) {
    const { unnamedAddress, ...rest } = told
    turn.memory = { ...turn.memory, told: { ...rest, shippingAddress: { ...unnamedAddress, name } } }
  }
  return yield* pay(clause, turn)
}

/** What the customer hears when the order could not be placed; a way to pay that failed is not tried again. */
export function notPlaced(problem: Problem, turn: Turn): Said {
  const { told, checkoutId } = turn.memory
  if (problem.code === 'payment_declined' || problem.code === 'payment_timeout') {
    const question = checkoutId === undefined ? {} : { question: { about: 'payment' as const, checkoutId } }
    turn.memory = { ...turn.memory, told: { shippingAddress: told?.shippingAddress }, ...question }
  }
  return apology(problem, 'that way to pay')
}

function concernsGiftCard(payment: unknown): boolean {
  return z.looseObject({ method: z.literal('gift_card') }).safeParse(payment).success
}

/** What the customer hears once the order stands. */
export function placed(order: Order, turn: Turn): Said {
  const {
    checkoutId: _checkout,
    told: _told,
    lastAdded: _added,
    focus: _focus,
    ...rest
  } = withoutQuestion(turn.memory)
  turn.memory = {
    ...rest,
    orders: [{ id: order.id, number: order.number, status: order.status }, ...turn.memory.orders].slice(
      0,
      10,
    ),
  }
  const points = order.pointsEarned > 0 ? ` You earned ${order.pointsEarned} points.` : ''
  return {
    text: `Thank you! Your order ${order.number} is placed and ${price(order.totals.total)} is paid.${points} Say "track my order" whenever you want to know where it is.`,
    attach: { order },
  }
}
