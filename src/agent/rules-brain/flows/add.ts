import type { ToolOutcome } from '../../brain.ts'
import { type Call, type Flow, given, type Said, type Turn } from '../flow.ts'
import { focused, type ShownProduct, type Waiting, withFocus } from '../memory.ts'
import type { Clause } from '../understand.ts'
import { chooseFreely } from '../variants.ts'
import { searchedWishes, type Wishes, wishesOf } from '../wishes.ts'
import { addOne } from './add-one.ts'
import { findProducts, notFound, offerChoice } from './products.ts'

export const add: Flow = function* (clause, turn) {
  const named = clause.terms.some(({ kind }) => kind === 'name') || clause.kinds.length > 0
  const both = !named && clause.words.some(({ normal }) => normal === 'both')
  const { ordinals, quantity } = clause.quantities
  const numbered = numberedProducts(clause, turn)
  const products = both
    ? turn.memory.shown.slice(0, 2)
    : numbered.length > 0
      ? numbered
      : yield* meantProducts(clause, turn)
  const counted =
    named && quantity === 2 && clause.words.some(({ normal }) => normal === 'both') ? 1 : quantity
  const count = both || numbered.length > 0 ? 1 : (counted ?? keptQuantity(clause, turn))
  const [product] = products
  if (product === undefined) {
    const nothing = ordinals.length > 0 ? noSuchPlace(turn) : notFound(clause)
    turn.memory = { ...turn.memory, question: { about: 'product', quantity: count } }
    return nothing ?? { text: 'Which product shall I add? Name it, or its number in the list.' }
  }
  if (products.length > 1 && !both && ordinals.length < 2 && numbered.length < 2)
    return offerChoice(clause, turn, products)
  const wishes = wishesOf(clause, product, turn)
  if (turn.asking === true) return yield* addBesides(product, count, wishes, turn)
  const said = yield* addOne(product, count, wishes, turn)
  const rest = products.slice(1).map(({ id }) => ({ productId: id, quantity: count }))
  return yield* addWaiting(said, rest, turn)
}

/** Adds one more product while a colour or size of another is being asked for; what has to be asked of it comes after. */
function* addBesides(
  product: ShownProduct,
  quantity: number,
  wishes: Wishes,
  turn: Turn,
): Generator<Call, Said, ToolOutcome> {
  const { question } = turn.memory
  const choice = chooseFreely(product, wishes.color, wishes.size, wishes.free)
  if (question?.about !== 'variant') return yield* addOne(product, quantity, wishes, turn)
  if (choice.kind === 'chosen') {
    const said = yield* addOne(product, quantity, wishes, turn)
    turn.memory = { ...turn.memory, question }
    return said
  }
  const { color, size } = wishes
  const waiting = { productId: product.id, quantity, ...given({ color, size }) }
  turn.memory = {
    ...withFocus(turn.memory, product),
    question: { ...question, next: [...question.next, waiting] },
  }
  return { text: `After that I will ask you about ${product.name}.` }
}

/** Adds what is still to be added, as far as nothing has to be asked. */
export function* addWaiting(
  before: Said,
  waiting: readonly Waiting[],
  turn: Turn,
): Generator<Call, Said, ToolOutcome> {
  const { question } = turn.memory
  const [first, ...rest] = waiting
  if (first === undefined) return before
  if (question?.about === 'variant') {
    turn.memory = { ...turn.memory, question: { ...question, next: [...waiting] } }
    return before
  }
  const { shown, known } = turn.memory
  const product = [...shown, ...known].find(({ id }) => id === first.productId)
  if (product === undefined) return yield* addWaiting(before, rest, turn)
  const searched = searchedWishes(product, turn)
  const wishes = { ...searched, color: first.color ?? searched.color, size: first.size ?? searched.size }
  const said = yield* addOne(product, first.quantity, wishes, turn)
  const text = `${before.text}\n${said.text}`
  return yield* addWaiting({ ...before, ...said, text }, rest, turn)
}

/** "add 1 and 3", "add 2": bare numbers are places in a list from which nothing is chosen yet. */
function numberedProducts(clause: Clause, turn: Turn): ShownProduct[] {
  const { quantity, bare, ordinals } = clause.quantities
  const { shown, focus, question } = turn.memory
  const spoken = clause.words.some(({ lemma }) => lemma === 'piece' || lemma === 'of')
  if (ordinals.length > 0 || clause.content.length > 0 || clause.pronoun || spoken || shown.length < 2)
    return []
  if (focus !== undefined || question?.about !== 'product') return []
  const places = [quantity, ...bare].filter((place) => place !== undefined)
  const chosen = places.map((place) => shown[place - 1])
  return chosen.every((product) => product !== undefined) ? chosen : []
}

/** Where the customer names nothing, she means what was spoken of last. */
function* meantProducts(clause: Clause, turn: Turn): Generator<Call, ShownProduct[], ToolOutcome> {
  const found = yield* findProducts(clause, turn)
  const silent = clause.content.length === 0 && clause.quantities.ordinals.length === 0
  const onlyColor = clause.terms.length > 0 && clause.terms.every(({ kind }) => kind === 'color')
  if (found.length > 0 && !(onlyColor && found.length > 1)) return found
  const focus = focused(turn.memory)
  if ((silent || onlyColor) && focus !== undefined) return [focus]
  return silent && turn.memory.shown.length === 1 ? turn.memory.shown : found
}

/** "2 mugs", a list, "the first one": two of it. Not of something that she wants besides. */
function keptQuantity({ words }: Clause, { memory: { question } }: Turn): number {
  const besides = words.some(({ normal }) => /^(?:also|too|another|plus)$/.test(normal))
  return question?.about === 'product' && !besides ? question.quantity : 1
}

function noSuchPlace({ memory: { shown } }: Turn): Said {
  if (shown.length === 0) return { text: 'There is no list yet. What are you looking for?' }
  return { text: `The list has only ${shown.length}. Which one of these shall I add?` }
}
