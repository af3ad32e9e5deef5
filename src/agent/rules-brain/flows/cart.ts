import { Cart } from '../../../contract/index.ts'
import type { ToolOutcome } from '../../brain.ts'
import { apology } from '../apology.ts'
import { type Call, type Flow, type Said, use } from '../flow.ts'
import { withoutQuestion } from '../memory.ts'
import type { Clause } from '../understand.ts'
import { cartLines, joined, price, totalsLines, variantName } from '../wording.ts'
import { add } from './add.ts'
import { findLines } from './cart-lines.ts'

type Line = Cart['items'][number]

export const viewCart: Flow = function* (_clause, turn) {
  const outcome = yield* use('view_cart', {}, Cart)
  if (!outcome.ok) return apology(outcome.problem, 'your cart')
  turn.memory = withoutQuestion(turn.memory)
  const cart = outcome.value
  if (cart.items.length === 0)
    return { text: 'Your cart is empty. What are you looking for?', attach: { cart } }
  const coupon = cart.coupon == null ? '' : `\nCoupon ${cart.coupon.code} is applied.`
  return { text: `In your cart:\n${cartLines(cart)}\n${totalsLines(cart.totals)}${coupon}`, attach: { cart } }
}

export const remove: Flow = function* (clause, turn) {
  const lines = yield* findLines(clause, turn)
  if ('text' in lines) return lines
  const [only] = lines
  const quantity = clause.quantities.quantity ?? (countsOne(clause) ? 1 : undefined)
  if (only !== undefined && lines.length === 1 && quantity !== undefined && quantity < only.quantity)
    return yield* setQuantity(only, only.quantity - quantity)
  let last: Cart | undefined
  for (const line of lines) {
    const outcome = yield* use('remove_from_cart', { itemId: line.id }, Cart)
    if (!outcome.ok) return apology(outcome.problem, line.name)
    last = outcome.value
  }
  return removed(lines, last)
}

const POINTS_AT_ONE = /^(?:the|this|that|which|first|second|third|fourth|fifth|last|other|next|[a-z]+est)$/

/** "remove one", "take one of them out": a piece, where "the one" and "the blue one" are a line. */
function countsOne({ words, terms }: Clause): boolean {
  return words.some(({ normal, index }) => {
    if (normal !== 'one' && normal !== 'single') return false
    const before = words[index - 1]?.normal ?? ''
    return !POINTS_AT_ONE.test(before) && !terms.some(({ end }) => end === index)
  })
}

function removed(lines: readonly Line[], cart: Cart | undefined): Said {
  const names = joined(lines.map((line) => `${line.name}${variantName(line)}`))
  if (cart === undefined || cart.items.length === 0) {
    return {
      text: `Removed ${names}. Your cart is empty now.`,
      ...(cart === undefined ? {} : { attach: { cart } }),
    }
  }
  return { text: `Removed ${names}. The total is now ${price(cart.totals.total)}.`, attach: { cart } }
}

export const clear: Flow = function* (_clause, turn) {
  const before = yield* use('view_cart', {}, Cart)
  if (!before.ok) return apology(before.problem, 'your cart')
  let cart = before.value
  if (cart.items.length === 0) return { text: 'Your cart is empty already.', attach: { cart } }
  for (const { id, name } of before.value.items) {
    const outcome = yield* use('remove_from_cart', { itemId: id }, Cart)
    if (!outcome.ok) return apology(outcome.problem, name)
    cart = outcome.value
  }
  turn.memory = withoutQuestion(turn.memory)
  return { text: 'Done, your cart is empty.', attach: { cart } }
}

export const update: Flow = function* (clause, turn) {
  const lines = yield* findLines(clause, turn)
  if ('text' in lines) {
    const wishesFor = turn.memory.focus !== undefined && lines.attach?.cart?.items.length === 0
    return wishesFor ? yield* add(clause, turn) : lines
  }
  const [line] = lines
  if (line === undefined) return { text: 'Which line of your cart do you mean?' }
  const quantity = wantedQuantity(clause, line)
  if (quantity === undefined) return { text: `How many of ${line.name} would you like?` }
  if (quantity >= 1) return yield* setQuantity(line, quantity)
  const outcome = yield* use('remove_from_cart', { itemId: line.id }, Cart)
  return outcome.ok ? removed([line], outcome.value) : apology(outcome.problem, line.name)
}

const MORE = ['more', 'increase', 'another', 'raise', 'bump', 'extra', 'add']
const LESS = ['less', 'fewer', 'decrease', 'reduce', 'lower', 'minus']

/** The number that is named, or one step up or down from what there is. */
function wantedQuantity(clause: Clause, line: Line): number | undefined {
  const has = (options: readonly string[]) =>
    clause.words.some(({ normal, lemma }) => options.includes(normal) || options.includes(lemma))
  const { quantity, bare } = clause.quantities
  const alone = clause.words.some(
    ({ normal, index }) => /^(?:one|single|ek)$/.test(normal) && clause.words[index + 1]?.normal !== 'more',
  )
  const named = quantity ?? bare.find((value) => Number.isInteger(value) && value >= 0 && value <= 99)
  if (has(['double', 'twice'])) return line.quantity * 2
  const steps =
    named === undefined || has(['by', 'more', 'another', 'extra', 'add', 'less', 'fewer', 'minus'])
  if (has(MORE) && !has(['to'])) return steps || named <= line.quantity ? line.quantity + (named ?? 1) : named
  if (has(LESS) && !has(['to'])) return steps || named >= line.quantity ? line.quantity - (named ?? 1) : named
  return named ?? (alone ? 1 : undefined)
}

function* setQuantity(line: Line, quantity: number): Generator<Call, Said, ToolOutcome> {
  const outcome = yield* use('update_cart_item', { itemId: line.id, quantity }, Cart)
  if (!outcome.ok) {
    const { code, available } = outcome.problem
    if (code !== 'insufficient_stock' || available === undefined) return apology(outcome.problem, line.name)
    return {
      text: `Sorry, only ${available} of ${line.name}${variantName(line)} can be had right now. Your cart keeps ${line.quantity}.`,
    }
  }
  return {
    text: `You now have ${quantity} × ${line.name}${variantName(line)}. The total is ${price(outcome.value.totals.total)}.`,
    attach: { cart: outcome.value },
  }
}
