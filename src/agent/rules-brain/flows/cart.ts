import { Cart } from '../../../contract/index.ts'
import type { ToolOutcome } from '../../brain.ts'
import { apology } from '../apology.ts'
import { type Call, type Flow, given, type Said, type Turn, use } from '../flow.ts'
import { type ShownProduct, withFocus, withoutQuestion } from '../memory.ts'
import { bestDescribed } from '../references.ts'
import type { Clause } from '../understand.ts'
import { chooseVariant } from '../variants.ts'
import { cartLines, joined, price, totalsLines, variantName } from '../wording.ts'
import { filtersOf, findProduct, present } from './products.ts'

export const add: Flow = function* (clause, turn) {
  const wantsBoth = clause.words.some(({ normal }) => normal === 'both')
  const products = wantsBoth ? turn.memory.shown.slice(0, 2) : yield* findProduct(clause, turn)
  const count = wantsBoth ? 1 : (clause.quantities.quantity ?? smallest(clause.quantities.bare) ?? 1)
  const [product] = products
  if (product === undefined) {
    turn.memory = { ...turn.memory, question: { about: 'product', quantity: count } }
    return { text: 'Which product shall I add? Name it, or its number in the list.' }
  }
  if (products.length > 1 && !wantsBoth && clause.quantities.ordinals.length < 2) {
    if (turn.found !== undefined) {
      const filters = filtersOf(clause, turn)
      return present(turn, turn.found.slice(0, 5), filters, filters)
    }
    turn.memory = { ...turn.memory, shown: products, question: { about: 'product', quantity: count } }
    const lines = products
      .slice(0, 5)
      .map(
        ({ name, price: amount }, index) =>
          `${index + 1}. ${name}: ${price({ amount, currency: turn.currency })}`,
      )
    return { text: `Which one do you mean?\n${lines.join('\n')}` }
  }
  let said: Said = { text: '' }
  const texts: string[] = []
  for (const chosen of products) {
    said = yield* addOne(chosen, count, wishesOf(clause, turn), turn)
    texts.push(said.text)
  }
  return { ...said, text: texts.join('\n') }
}

interface Wishes {
  readonly color: string | undefined
  readonly size: string | undefined
}

/** What the customer says of colour and size, else what she searched for. */
function wishesOf(clause: Clause, turn: Turn): Wishes {
  return {
    color: clause.terms.find(({ kind }) => kind === 'color')?.value ?? turn.memory.lastSearch?.color,
    size: clause.quantities.size ?? turn.memory.lastSearch?.size,
  }
}

/** Adds one product, or asks which of its variants. */
export function* addOne(
  product: ShownProduct,
  quantity: number,
  wishes: Wishes,
  turn: Turn,
): Generator<Call, Said, ToolOutcome> {
  turn.memory = withFocus(withoutQuestion(turn.memory), product)
  const choice = chooseVariant(product, wishes.color, wishes.size)
  if (choice.kind !== 'chosen') {
    const question = choice.by === 'color' ? 'Which colour' : 'Which size'
    const { color, size } = wishes
    turn.memory = {
      ...turn.memory,
      question: {
        about: 'variant',
        productId: product.id,
        quantity,
        ...(color === undefined || (choice.kind === 'none' && choice.by === 'color') ? {} : { color }),
        ...(size === undefined || (choice.kind === 'none' && choice.by === 'size') ? {} : { size }),
      },
    }
    const missing =
      choice.kind === 'none'
        ? `${product.name} does not come in ${choice.by === 'color' ? color : `size ${size}`}. `
        : ''
    return {
      text: `${missing}${question} of ${product.name} would you like? There is ${joined(choice.options, 'or')}.`,
    }
  }
  const outcome = yield* use('add_to_cart', { productId: product.id, sku: choice.sku, quantity }, Cart)
  if (!outcome.ok) return apology(outcome.problem, `${product.name}${variantName(choice)}`)
  const cart = outcome.value
  const line = cart.items.find(({ sku }) => sku === choice.sku)
  const inAll =
    line === undefined || line.quantity === quantity ? '' : ` You now have ${line.quantity} of them.`
  return {
    text: `Added ${quantity} × ${product.name}${variantName(choice)} to your cart.${inAll} The total is ${price(cart.totals.total)}. Say "check out" when you are ready.`,
    attach: { cart },
  }
}

function smallest(numbers: readonly number[]): number | undefined {
  const counts = numbers.filter((value) => Number.isInteger(value) && value >= 1 && value <= 99)
  return counts.length === 0 ? undefined : Math.min(...counts)
}

export const viewCart: Flow = function* (_clause, turn) {
  const outcome = yield* use('view_cart', {}, Cart)
  if (!outcome.ok) return apology(outcome.problem, 'your cart')
  turn.memory = withoutQuestion(turn.memory)
  return cartSaid(outcome.value)
}

function cartSaid(cart: Cart): Said {
  if (cart.items.length === 0)
    return { text: 'Your cart is empty. What are you looking for?', attach: { cart } }
  return { text: `In your cart:\n${cartLines(cart)}\n${totalsLines(cart.totals)}`, attach: { cart } }
}

export const remove: Flow = function* (clause, turn) {
  const lines = yield* findLines(clause, turn)
  if ('text' in lines) return lines
  let last: Cart | undefined
  for (const line of lines) {
    const outcome = yield* use('remove_from_cart', { itemId: line.id }, Cart)
    if (!outcome.ok) return apology(outcome.problem, line.name)
    last = outcome.value
  }
  const names = joined(lines.map((line) => `${line.name}${variantName(line)}`))
  if (last === undefined || last.items.length === 0) {
    return {
      text: `Removed ${names}. Your cart is empty now.`,
      ...(last === undefined ? {} : { attach: { cart: last } }),
    }
  }
  return { text: `Removed ${names}. The total is now ${price(last.totals.total)}.`, attach: { cart: last } }
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
  if ('text' in lines) return lines
  const [line] = lines
  if (line === undefined) return { text: 'Which line of your cart do you mean?' }
  const has = (...words: string[]) =>
    clause.words.some(({ normal, lemma }) => words.includes(normal) || words.includes(lemma))
  const named = clause.quantities.quantity ?? smallest(clause.quantities.bare)
  const step = named ?? 1
  const quantity =
    has('more', 'increase', 'another') && !has('to')
      ? line.quantity + step
      : has('less', 'fewer', 'decrease', 'reduce') && !has('to')
        ? line.quantity - step
        : named
  if (quantity === undefined) return { text: `How many of ${line.name} would you like?` }
  if (quantity < 1) {
    const outcome = yield* use('remove_from_cart', { itemId: line.id }, Cart)
    return outcome.ok
      ? {
          text: `Removed ${line.name}. The total is now ${price(outcome.value.totals.total)}.`,
          attach: { cart: outcome.value },
        }
      : apology(outcome.problem, line.name)
  }
  const outcome = yield* use('update_cart_item', { itemId: line.id, quantity }, Cart)
  if (!outcome.ok) return apology(outcome.problem, line.name)
  return {
    text: `You now have ${quantity} × ${line.name}${variantName(line)}. The total is ${price(outcome.value.totals.total)}.`,
    attach: { cart: outcome.value },
  }
}

/** The lines of the cart that a clause speaks of, or a question where it leaves a choice. */
function* findLines(clause: Clause, turn: Turn): Generator<Call, Cart['items'] | Said, ToolOutcome> {
  const outcome = yield* use('view_cart', {}, Cart)
  if (!outcome.ok) return apology(outcome.problem, 'your cart')
  const { items } = outcome.value
  turn.memory = withoutQuestion(turn.memory)
  if (items.length === 0) return { text: 'Your cart is empty.', attach: { cart: outcome.value } }
  const { ordinals } = clause.quantities
  if (ordinals.length > 0) {
    const chosen = ordinals.flatMap((ordinal) => items.at(ordinal > 0 ? ordinal - 1 : ordinal) ?? [])
    if (chosen.length > 0) return chosen
  }
  const wanted = new Set([
    clause.quantities.size,
    ...clause.terms.map(({ kind, value }) => (kind === 'color' ? value : undefined)),
  ])
  const described = bestDescribed(clause, items, (item) => ({
    name: item.name,
    colors: [item.color, item.size].filter((fact) => fact !== undefined),
    ...knownFacts(turn, item.productId),
  }))
  const narrowed = described.filter(
    ({ color, size }) =>
      (color !== undefined && wanted.has(color)) || (size !== undefined && wanted.has(size)),
  )
  const best = narrowed.length > 0 ? narrowed : described
  if (best.length === 1) return best
  const focused = items.filter(({ productId }) => productId === turn.memory.focus)
  if (best.length === 0 && (clause.pronoun || clause.content.length === 0) && focused.length === 1)
    return focused
  const [only] = items
  if (items.length === 1 && only !== undefined && (clause.pronoun || clause.content.length === 0))
    return [only]
  const options = best.length > 1 ? best : items
  return { text: `Which one do you mean?\n${cartLines({ ...outcome.value, items: options })}` }
}

function knownFacts(turn: Turn, productId: string) {
  const known = turn.memory.shown.find(({ id }) => id === productId)
  return known === undefined ? {} : given({ brand: known.brand, category: known.category, tags: known.tags })
}
