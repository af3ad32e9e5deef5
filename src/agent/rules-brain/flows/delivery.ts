import { Cart } from '../../../contract/index.ts'
import { apology } from '../apology.ts'
import { type Flow, use } from '../flow.ts'
import { withoutQuestion } from '../memory.ts'
import type { Clause } from '../understand.ts'
import { price } from '../wording.ts'

const WHEN =
  'How long it takes depends on where it goes: once an order is placed it has an estimated delivery date, and "track my order" tells it.'
const WHERE = 'Tell me the address when you check out.'
const COST = 'What delivery costs stands in the totals of your cart, before you confirm anything.'

/** Delivery: what it costs for the cart at hand, how long it takes, where to, as far as the shop can tell. */
export const deliveryQuestion: Flow = function* (clause, turn) {
  const outcome = yield* use('view_cart', {}, Cart)
  if (!outcome.ok) return apology(outcome.problem, 'your cart')
  turn.memory = withoutQuestion(turn.memory)
  const { items, totals } = outcome.value
  const cost =
    items.length === 0
      ? COST
      : totals.shipping.amount === 0
        ? 'Shipping for your cart is free.'
        : `Shipping for your cart costs ${price(totals.shipping)}.`
  if (asksWhen(clause)) return { text: asksCost(clause) ? `${cost} ${WHEN}` : WHEN }
  return { text: asksWhere(clause) ? `We ship from our warehouses and stores. ${WHERE} ${cost}` : cost }
}

function says({ words }: Clause, options: ReadonlySet<string>): boolean {
  return words.some(({ lemma, normal }) => options.has(lemma) || options.has(normal))
}

const TIME = new Set([
  'long',
  'when',
  'day',
  'time',
  'fast',
  'soon',
  'quick',
  'quickly',
  'express',
  'tomorrow',
])
const asksWhen = (clause: Clause) =>
  says(clause, TIME) || says(clause, new Set(['today', 'overnight', 'week']))
const MONEY = new Set(['cost', 'charge', 'fee', 'free', 'much', 'price', 'pay'])
const asksCost = (clause: Clause) => says(clause, MONEY)
const PLACE = new Set([
  'to',
  'in',
  'where',
  'abroad',
  'international',
  'internationally',
  'pincode',
  'outside',
])
const asksWhere = (clause: Clause) => !asksCost(clause) && says(clause, PLACE)
