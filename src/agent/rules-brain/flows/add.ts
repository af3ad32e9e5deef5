import { Cart } from '../../../contract/index.ts'
import type { ToolOutcome } from '../../brain.ts'
import { apology } from '../apology.ts'
import { type Call, type Flow, type Said, type Turn, use } from '../flow.ts'
import { focused, type ShownProduct, withFocus, withoutQuestion } from '../memory.ts'
import type { Clause } from '../understand.ts'
import { chooseVariant, hasVariant, type VariantChoice } from '../variants.ts'
import { joined, price, variantName } from '../wording.ts'
import { findProducts, notFound, offerChoice } from './products.ts'

/** What the customer says of colour and size. */
export interface Wishes {
  readonly color: string | undefined
  readonly size: string | undefined
}

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
  const count = both || numbered.length > 0 ? 1 : (counted ?? keptQuantity(turn))
  const [product] = products
  if (product === undefined) {
    const nothing = ordinals.length > 0 ? noSuchPlace(turn) : notFound(clause)
    turn.memory = { ...turn.memory, question: { about: 'product', quantity: count } }
    return nothing ?? { text: 'Which product shall I add? Name it, or its number in the list.' }
  }
  if (products.length > 1 && !both && ordinals.length < 2 && numbered.length < 2)
    return offerChoice(clause, turn, products)
  const said = yield* addOne(product, count, wishesOf(clause, product, turn), turn)
  const rest = products.slice(1).map(({ id }) => ({ productId: id, quantity: count }))
  return yield* addWaiting(said, rest, turn)
}

type Waiting = ReadonlyArray<{ readonly productId: string; readonly quantity: number }>

/** Adds what is still to be added, as far as nothing has to be asked. */
export function* addWaiting(before: Said, waiting: Waiting, turn: Turn): Generator<Call, Said, ToolOutcome> {
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
  const said = yield* addOne(product, first.quantity, searchedWishes(product, turn), turn)
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

function keptQuantity({ memory: { question } }: Turn): number {
  return question?.about === 'product' || question?.about === 'variant' ? question.quantity : 1
}

function noSuchPlace({ memory: { shown } }: Turn): Said | undefined {
  if (shown.length === 0) return undefined
  return { text: `The list has only ${shown.length}. Which one of these shall I add?` }
}

/** What she says now, else what she searched for where the product has it. */
export function wishesOf(clause: Clause, product: ShownProduct, turn: Turn): Wishes {
  const said = {
    color: clause.terms.find(({ kind }) => kind === 'color')?.value,
    size: clause.quantities.size,
  }
  const searched = searchedWishes(product, turn)
  const numbered = clause.quantities.bare.map(String).find((size) => hasVariant(product, { size }))
  const again = sameAgain(product, turn)
  const { question, focus } = turn.memory
  const asked = question?.about === 'product' && focus === product.id ? question : undefined
  return {
    color: said.color ?? asked?.color ?? again?.color ?? searched.color,
    size: said.size ?? numbered ?? asked?.size ?? again?.size ?? searched.size,
  }
}

/** "add two more": of the variant that was added last. */
function sameAgain(
  product: ShownProduct,
  { memory: { lastAdded } }: Turn,
): ShownProduct['variants'][number] | undefined {
  return lastAdded?.productId === product.id
    ? product.variants.find(({ sku }) => sku === lastAdded.sku)
    : undefined
}

function searchedWishes(product: ShownProduct, turn: Turn): Wishes {
  const { color, size } = turn.memory.lastSearch?.filters ?? {}
  return {
    color: hasVariant(product, { color }) ? color : undefined,
    size: hasVariant(product, { size }) ? size : undefined,
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
  if (choice.kind !== 'chosen') return askForVariant(product, quantity, wishes, choice, turn)
  const outcome = yield* use('add_to_cart', { productId: product.id, sku: choice.sku, quantity }, Cart)
  if (!outcome.ok) {
    if (outcome.problem.code === 'insufficient_stock') {
      const available = outcome.problem.available ?? 0
      const question =
        available === 0
          ? { about: 'waitlist' as const, productId: product.id, sku: choice.sku }
          : { about: 'product' as const, quantity: available }
      turn.memory = { ...turn.memory, question }
    }
    return apology(outcome.problem, `${product.name}${variantName(choice)}`)
  }
  turn.memory = { ...turn.memory, lastAdded: { productId: product.id, sku: choice.sku, quantity } }
  const cart = outcome.value
  const line = cart.items.find(({ sku }) => sku === choice.sku)
  const inAll =
    line === undefined || line.quantity === quantity ? '' : ` You now have ${line.quantity} of them.`
  return {
    text: `Added ${quantity} × ${product.name}${variantName(choice)} to your cart.${inAll} The total is ${price(cart.totals.total)}. Say "check out" when you are ready.`,
    attach: { cart },
  }
}

/** Asks once more for the colour or size without which nothing could be added. */
export function stillToChoose(turn: Turn): Said | undefined {
  const { memory } = turn
  const { question, shown, known } = memory
  if (question?.about !== 'variant') return undefined
  const { productId, quantity, color, size } = question
  const product = [...shown, ...known].find(({ id }) => id === productId)
  const choice = product === undefined ? undefined : chooseVariant(product, color, size)
  if (product === undefined || choice === undefined || choice.kind === 'chosen') return undefined
  const { text } = askForVariant(product, quantity, { color, size }, choice, turn)
  turn.memory = memory
  return {
    text: `Your cart is empty until I know one thing. ${text} If it is all the same to you, say "any".`,
  }
}

function askForVariant(
  product: ShownProduct,
  quantity: number,
  { color, size }: Wishes,
  choice: Exclude<VariantChoice, { kind: 'chosen' }>,
  turn: Turn,
): Said {
  const lacks = (by: 'color' | 'size') => choice.kind === 'none' && choice.by === by
  turn.memory = {
    ...turn.memory,
    question: {
      about: 'variant',
      productId: product.id,
      quantity,
      next: [],
      ...(color === undefined || lacks('color') ? {} : { color }),
      ...(size === undefined || lacks('size') ? {} : { size }),
    },
  }
  const missing =
    choice.kind === 'none'
      ? `${product.name} does not come in ${choice.by === 'color' ? color : `size ${size}`}. `
      : ''
  const question = choice.by === 'color' ? 'Which colour' : 'Which size'
  return {
    text: `${missing}${question} of ${product.name} would you like? There is ${joined(choice.options, 'or')}.`,
  }
}
