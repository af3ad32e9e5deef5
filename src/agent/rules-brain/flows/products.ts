import { Inventory, Product } from '../../../contract/index.ts'
import type { ToolOutcome } from '../../brain.ts'
import { apology } from '../apology.ts'
import { wishOf } from '../filters.ts'
import { type Call, type Flow, given, type Said, type Turn, use } from '../flow.ts'
import { focused, type ShownProduct, shownProduct, withFocus, withoutQuestion } from '../memory.ts'
import { extreme, resolveProducts } from '../references.ts'
import type { Clause } from '../understand.ts'
import { joined, price, variantName } from '../wording.ts'
import { lemmasOf } from '../words.ts'
import { Found, present, relevant, search } from './search.ts'

const LOOKED_AT = 5
const MOST_COMPARED = 4

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
  const outcome = yield* use('search_products', given({ ...wanted, limit: LOOKED_AT }), Found)
  if (!outcome.ok || outcome.value.items.length === 0) return []
  const items = relevant(outcome.value.items, filters.q)
  const fitting = items.filter((product) => isMeant(product, clause))
  turn.found = fitting.length > 0 ? fitting : items
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
    const said = present(clause, turn, turn.found, wishOf(clause, turn).search, true)
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
    full.description,
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

export const stock: Flow = function* (clause, turn) {
  const products = yield* findProducts(clause, turn)
  const [product] = products
  if (product === undefined)
    return turn.memory.lastSearch !== undefined && clause.quantities.ordinals.length === 0
      ? yield* search(clause, turn)
      : (notFound(clause) ?? { text: 'Which product shall I check? Name it, or its number in the list.' })
  if (products.length > 1 && turn.found !== undefined) return yield* search(clause, turn)
  return yield* stockOfProduct(product, clause, turn)
}

export function* stockOfProduct(
  product: ShownProduct,
  clause: Clause,
  turn: Turn,
): Generator<Call, Said, ToolOutcome> {
  const outcome = yield* use('check_inventory', { productId: product.id }, Inventory)
  if (!outcome.ok) return apology(outcome.problem, product.name)
  const inventory = outcome.value
  turn.memory = {
    ...withFocus(withoutQuestion(turn.memory), product),
    question: {
      about: 'product',
      quantity: clause.quantities.quantity ?? 1,
      ...given({
        color: clause.terms.find(({ kind }) => kind === 'color')?.value,
        size: clause.quantities.size,
      }),
    },
  }
  const color = clause.terms.find(({ kind }) => kind === 'color')?.value
  const { size } = clause.quantities
  const left = (sku: string) => inventory.variants.find((variant) => variant.sku === sku)?.available ?? 0
  if (color !== undefined || size !== undefined) {
    const wanted = product.variants.filter(
      (variant) =>
        (color === undefined || variant.color === undefined || variant.color === color) &&
        (size === undefined || variant.size === undefined || variant.size === size),
    )
    const wish = variantName({ color, size }).trim()
    if (wanted.length === 0)
      return { text: `${product.name} does not come as ${wish.slice(1, -1)}.${otherVariants(product)}` }
    const lines = wanted.map((variant) => {
      const count = left(variant.sku)
      return `${product.name}${variantName(variant)}: ${count === 0 ? 'out of stock' : `${count} in stock`}`
    })
    const any = wanted.some(({ sku }) => left(sku) > 0)
    return { text: [...lines, any ? 'Shall I add it to your cart?' : WAIT].join('\n') }
  }
  if (inventory.available === 0) {
    turn.memory = { ...turn.memory, question: { about: 'waitlist', productId: product.id } }
    return { text: `Sorry, ${product.name} is out of stock right now. ${WAIT}` }
  }
  const places = inventory.locations
    .filter(({ available }) => available > 0)
    .map(({ name, available }) => `${name} (${available})`)
  return { text: `Yes, ${product.name} is in stock: ${inventory.available} in all, at ${joined(places)}.` }
}

const WAIT = 'Shall I tell you when it is back?'

function otherVariants(product: ShownProduct): string {
  const colors = [...new Set(product.variants.flatMap(({ color }) => color ?? []))]
  const sizes = [...new Set(product.variants.flatMap(({ size }) => size ?? []))]
  const parts = [
    colors.length === 0 ? undefined : `Colours: ${joined(colors)}.`,
    sizes.length === 0 ? undefined : `Sizes: ${joined(sizes)}.`,
  ].filter((part) => part !== undefined)
  return parts.length === 0 ? '' : ` ${parts.join(' ')}`
}

export const compare: Flow = function* (clause, turn) {
  const named = yield* namedProducts(clause, turn)
  const referred = resolveProducts({ ...clause, superlative: undefined }, turn.memory)
  const spoken = [named, referred].find((products) => products.length >= 2)
  const products = spoken?.slice(0, MOST_COMPARED) ?? turn.memory.shown.slice(0, 2)
  if (products.length < 2)
    return {
      text: 'Which two shall I compare? Search for something first, then say "compare the first and the second".',
    }
  const full: Product[] = []
  for (const product of products) {
    const outcome = yield* use('get_product', { productId: product.id }, Product)
    if (!outcome.ok) return apology(outcome.problem, product.name)
    full.push(outcome.value)
  }
  turn.memory = { ...withoutQuestion(turn.memory), shown: full.map(shownProduct) }
  const lines = full.map(
    (product, index) =>
      `${index + 1}. ${product.name}: ${price(product.price)}${product.rating === null ? '' : `, rated ${product.rating} out of 5`}, ${product.stock.available === 0 ? 'out of stock' : `${product.stock.available} in stock`}`,
  )
  return { text: `${lines.join('\n')}\n${verdict(full)}`, attach: { products: full } }
}

/** "compare the Juno with the Willow": products that are called by their names, shown before or not. */
function* namedProducts(clause: Clause, turn: Turn): Generator<Call, ShownProduct[], ToolOutcome> {
  const names = clause.terms.filter(({ kind }) => kind === 'name').map(({ value }) => value)
  const products: ShownProduct[] = []
  for (const name of names.slice(0, MOST_COMPARED)) {
    const known = turn.memory.known.find((product) => product.name === name)
    if (known !== undefined) products.push(known)
    else {
      const outcome = yield* use('search_products', { q: name, limit: LOOKED_AT }, Found)
      const found = outcome.ok ? outcome.value.items.find((product) => product.name === name) : undefined
      if (found !== undefined) products.push(shownProduct(found))
    }
  }
  return products
}

function verdict(products: readonly Product[]): string {
  const [cheapest] = [...products].sort((a, b) => a.price.amount - b.price.amount)
  const [best] = [...products].sort((a, b) => (b.rating ?? 0) - (a.rating ?? 0))
  if (cheapest === undefined || best === undefined) return ''
  if (best.rating === null) return `${cheapest.name} costs less.`
  return cheapest === best
    ? `${cheapest.name} costs less and is rated higher.`
    : `${cheapest.name} costs less, ${best.name} is rated higher.`
}

const RECOMMENDING = new Set(['recommend', 'suggest', 'should', 'buy', 'prefer', 'good', 'choose', 'pick'])

/** "which one is the best?": one of those that were shown, by what is known of them. */
export const choose: Flow = function* (clause, turn) {
  const { shown } = turn.memory
  const referred = resolveProducts({ ...clause, superlative: undefined }, turn.memory)
  const among = referred.length > 1 ? referred : shown
  const recommends = clause.words.some(({ lemma }) => RECOMMENDING.has(lemma))
  if (clause.superlative === undefined && !recommends && among.length > 1) return yield* compare(clause, turn)
  const by = clause.superlative ?? 'best'
  if (by === 'best' && among.every(({ rating }) => rating === null)) {
    const said = yield* compare(clause, turn)
    return { ...said, text: `None of them has been rated yet.\n${said.text}` }
  }
  const chosen = extreme(among, by)
  if (chosen === undefined || among.length < 2) return yield* search(clause, turn)
  const lead = {
    cheapest: 'This one costs the least:',
    dearest: 'This one costs the most:',
    best: 'I would take this one, it is rated best:',
  }[by]
  return yield* detailsOf(chosen, turn, lead)
}
