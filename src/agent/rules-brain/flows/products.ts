import { Product } from '../../../contract/index.ts'
import type { ToolOutcome } from '../../brain.ts'
import { apology } from '../apology.ts'
import { wishOf } from '../filters.ts'
import { type Call, type Flow, given, type Said, type Turn, use } from '../flow.ts'
import { focused, type ShownProduct, shownProduct, withFocus, withoutQuestion } from '../memory.ts'
import { resolveProducts, saysOnlyIt } from '../references.ts'
import type { Clause } from '../understand.ts'
import { joined, price } from '../wording.ts'
import { lemmasOf } from '../words.ts'
import { present } from './found-list.ts'
import { inStockFirst, relevant } from './matching.ts'
import { Found } from './search.ts'

export const LOOKED_AT = 5
export const MOST_COMPARED = 4

/** Finds the products that a clause speaks of: among those shown, else by a search for its words. */
export function* findProducts(clause: Clause, turn: Turn): Generator<Call, ShownProduct[], ToolOutcome> {
  const known = resolveProducts(clause, turn.memory)
  if (known.length > 0) return known
  if (clause.content.length === 0) {
    const focus = clause.quantities.ordinals.length > 0 ? undefined : focused(turn.memory)
    return focus === undefined ? [] : [focus]
  }
  const { own } = wishOf(clause, turn)
  const { color: _color, size: _size, inStock: _inStock, sort, ...filters } = own.filters
  const wanted = clause.superlative === undefined ? filters : { ...filters, sort }
  if (Object.keys(given(wanted)).every((key) => key === 'sort')) return []
  const outcome = yield* use('search_products', given({ ...wanted, limit: LOOKED_AT }), Found)
  if (!outcome.ok || outcome.value.items.length === 0) return []
  const items = relevant(outcome.value.items, filters.q)
  const fitting = items.filter((product) => isMeant(product, clause))
  turn.found = (fitting.length > 0 ? fitting : items).sort(inStockFirst({}))
  const found = turn.found.map(shownProduct)
  if (clause.superlative !== undefined && sort !== undefined) return found.slice(0, 1)
  const named = fitting.filter(({ name }) => isName(name, clause))
  const whole = named.filter(({ name }) => lemmasOf(name).length === clause.content.length)
  const exact = whole.length > 0 ? whole : named
  if (exact.length === 1) return exact.map(shownProduct)
  return found
}

/** Whether all that the customer says of it is true of a product. */
function isMeant({ name, brand, category, tags }: Product, clause: Clause): boolean {
  const own = new Set(lemmasOf([name, brand ?? '', category, ...tags].join(' ')))
  return clause.content
    .flatMap((word) => lemmasOf(word))
    .every((lemma) => own.has(lemma) || isColor(lemma, clause))
}

function isColor(lemma: string, clause: Clause): boolean {
  return clause.terms.some(({ kind, value }) => kind === 'color' && lemmasOf(value).includes(lemma))
}

/** Whether a product is called by exactly the words of the clause. */
function isName(name: string, clause: Clause): boolean {
  const said = new Set(clause.content.flatMap((word) => lemmasOf(word)))
  return lemmasOf(name).every((lemma) => said.has(lemma))
}

/** Whether the customer spoke of something at all, so that finding nothing is worth saying. */
export function notFound(clause: Clause): Said | undefined {
  if (clause.content.length === 0) return undefined
  return { text: `Sorry, I found no ${clause.content.join(' ')} here. What else may I look for?` }
}

/** Several fit: they are listed, and the customer chooses. */
export function offerChoice(clause: Clause, turn: Turn, products: readonly ShownProduct[]): Said {
  const quantity = clause.quantities.quantity ?? 1
  if (turn.found !== undefined && turn.found.length > 1) {
    const { search: wanted } = wishOf(clause, turn)
    const said = present(clause, turn, turn.found, { wanted, filters: wanted.filters, exact: true })
    turn.memory = { ...turn.memory, seen: turn.found.map(({ id }) => id) }
    return {
      ...said,
      text: said.text.replace(/^Here are \d+ I found/, 'Which one do you mean? This is what I have'),
    }
  }
  turn.memory = { ...turn.memory, shown: [...products], question: { about: 'product', quantity } }
  const lines = products
    .slice(0, LOOKED_AT)
    .map(
      ({ name, price: amount }, index) =>
        `${index + 1}. ${name}: ${price({ amount, currency: turn.currency })}`,
    )
  return { text: `Which one do you mean?\n${lines.join('\n')}` }
}

export const details: Flow = function* (clause, turn) {
  const points = saysOnlyIt(clause) && clause.kinds.length === 0 && clause.quantities.ordinals.length === 0
  const named = clause.terms.some(({ kind }) => kind === 'name')
  if (points && !named && turn.memory.focus === undefined && turn.memory.shown.length > 1)
    return askWhich(turn, 'details', 'Which one do you mean?')
  const products = yield* findProducts(clause, turn)
  const [product] = products
  if (product === undefined)
    return notFound(clause) ?? askWhich(turn, 'details', 'Which product do you mean?')
  if (products.length > 1 && clause.quantities.ordinals.length === 0)
    return offerChoice(clause, turn, products)
  return yield* detailsOf(product, turn)
}

/** Tells all about one product, which then is what "it" stands for. */
export function* detailsOf(
  product: ShownProduct,
  turn: Turn,
  lead?: string,
): Generator<Call, Said, ToolOutcome> {
  const outcome = yield* use('get_product', { productId: product.id }, Product)
  if (!outcome.ok) return apology(outcome.problem, product.name)
  const full = outcome.value
  const { question } = turn.memory
  const stillAsked = question?.about === 'variant' && question.productId === full.id
  turn.memory = {
    ...withFocus(withoutQuestion(turn.memory), shownProduct(full)),
    question: stillAsked ? question : { about: 'product', quantity: 1 },
  }
  const options = (by: 'color' | 'size') => [
    ...new Set(full.variants.flatMap((variant) => variant[by] ?? [])),
  ]
  const facts = [
    lead,
    `${full.name}${full.brand === null ? '' : ` by ${full.brand}`}: ${price(full.price)}`,
    full.description ?? undefined,
    options('color').length > 0 ? `Colours: ${joined(options('color'))}.` : undefined,
    options('size').length > 0 ? `Sizes: ${joined(options('size'))}.` : undefined,
    full.rating === null ? undefined : `Rated ${full.rating} out of 5.`,
    full.stock.available === 0
      ? 'It is out of stock right now; I can tell you when it is back.'
      : `${full.stock.available} in stock. Shall I add it to your cart?`,
  ]
  return {
    text: facts.filter((fact) => fact !== undefined && fact !== '').join('\n'),
    attach: { products: [full] },
  }
}

function askWhich(turn: Turn, about: 'details', text: string): Said {
  turn.memory = { ...turn.memory, question: { about } }
  return { text: `${text} Name it, or its number in the list.` }
}
