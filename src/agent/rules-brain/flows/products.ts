import { z } from 'zod'
import { Inventory, Product } from '../../../contract/index.ts'
import type { ToolOutcome } from '../../brain.ts'
import { apology } from '../apology.ts'
import { type Call, type Flow, given, type Said, type Turn, use } from '../flow.ts'
import { type SearchFilters, shownProduct, withFocus, withoutQuestion, withShown } from '../memory.ts'
import { resolveProducts } from '../references.ts'
import type { Clause } from '../understand.ts'
import { joined, minorPerMajor, price, productLine, variantName } from '../wording.ts'

export const Found = z.object({ items: z.array(Product), total: z.int().optional() })

const SHOWN_AT_ONCE = 5
const ASKED_FOR = 10
/** What the search tool gives at most. */
const MOST_FOUND = 20

export const search: Flow = function* (clause, turn) {
  const more = wantsMore(clause) ? turn.memory.lastSearch : undefined
  const filters = more ?? filtersOf(clause, turn)
  if (isEmpty(filters)) {
    return {
      text: `Gladly. What kind of thing are you looking for? You can name a brand, a colour, a size or a price, for example "${example(turn)}".`,
    }
  }
  const seen = new Set(more === undefined ? [] : turn.memory.shown.map(({ id }) => id))
  for (const attempt of attempts(filters)) {
    const outcome = yield* use(
      'search_products',
      given({ ...attempt, limit: more === undefined ? ASKED_FOR : MOST_FOUND }),
      Found,
    )
    if (!outcome.ok) return apology(outcome.problem, 'anything like that')
    const products = outcome.value.items
      .filter((product) => !isExcluded(product, clause) && !seen.has(product.id))
      .slice(0, SHOWN_AT_ONCE)
    if (products.length > 0) return present(turn, products, filters, attempt)
  }
  turn.memory = { ...withoutQuestion(turn.memory), lastSearch: filters }
  return {
    text: `Sorry, I found nothing${more === undefined ? '' : ' more'} for ${describe(filters, turn)}. Would you like me to look without one of these wishes, or for something else?`,
  }
}

export function present(turn: Turn, products: Product[], wanted: SearchFilters, found: SearchFilters): Said {
  turn.memory = {
    ...withShown(withoutQuestion(turn.memory), products),
    lastSearch: wanted,
    question: { about: 'product', quantity: 1 },
  }
  const exact = wanted === found
  const opening = exact
    ? `Here ${products.length === 1 ? 'is what' : `are ${products.length}`} I found for ${describe(wanted, turn)}:`
    : `I found nothing for exactly ${describe(wanted, turn)}, but this comes close:`
  const lines = products.map((product, index) => productLine(product, index + 1)).join('\n')
  const closing =
    products.length === 1
      ? 'Shall I add it to your cart?'
      : 'Tell me which one you like, for example "add the second one".'
  return { text: `${opening}\n${lines}\n${closing}`, attach: { products } }
}

/** The words of the clause as the search tool takes them; a clause of wishes alone refines the search before. */
export function filtersOf(clause: Clause, turn: Turn): SearchFilters {
  const minor = minorPerMajor(turn.currency)
  const term = (kind: 'brand' | 'category' | 'color') =>
    clause.terms.find((candidate) => candidate.kind === kind)
  const brand = term('brand')
  const color = term('color')
  const filtered = [brand, color].filter((candidate) => candidate !== undefined)
  const words = clause.words
    .filter(
      ({ index, normal }) =>
        clause.content.includes(normal) && !filtered.some(({ start, end }) => index >= start && index < end),
    )
    .map(({ normal }) => normal)
  const { minPrice, maxPrice, size } = clause.quantities
  const own = given({
    q: words.length === 0 ? undefined : words.join(' '),
    category: term('category')?.value,
    brand: brand?.value,
    color: color?.value,
    size,
    minPrice: minPrice === undefined ? undefined : Math.round(minPrice * minor),
    maxPrice: maxPrice === undefined ? undefined : Math.round(maxPrice * minor),
    inStock: clause.words.some(({ lemma }) => lemma === 'stock' || lemma === 'available') || undefined,
    sort: clause.sort,
  }) as SearchFilters
  const last = turn.memory.lastSearch
  if (own.q !== undefined || own.category !== undefined || last === undefined) return own
  const cheaper =
    clause.superlative === 'cheapest' &&
    own.maxPrice === undefined &&
    clause.words.some(({ normal }) => normal === 'cheaper')
  const lowest = Math.min(...turn.memory.shown.map((product) => product.price))
  return { ...last, ...own, ...(cheaper && Number.isFinite(lowest) ? { maxPrice: lowest - 1 } : {}) }
}

/** The search as asked, then with fewer wishes. */
function attempts(filters: SearchFilters): SearchFilters[] {
  const tries = [filters]
  const { category, color, size, brand, ...rest } = filters
  if (category !== undefined && filters.q !== undefined)
    tries.push(given({ ...filters, category: undefined }) as SearchFilters)
  if (color !== undefined || size !== undefined) {
    tries.push({
      ...rest,
      ...(brand === undefined ? {} : { brand }),
      ...(category === undefined ? {} : { category }),
    })
  }
  return tries
}

function isEmpty(filters: SearchFilters): boolean {
  return Object.keys(filters).every((key) => key === 'inStock' || key === 'limit')
}

function wantsMore(clause: Clause): boolean {
  const asks = clause.words.some(
    ({ normal }) => normal === 'more' || normal === 'other' || normal === 'others' || normal === 'else',
  )
  const priced = clause.quantities.minPrice !== undefined || clause.quantities.maxPrice !== undefined
  return asks && clause.content.length === 0 && clause.sort === undefined && !priced
}

function isExcluded(product: Product, clause: Clause): boolean {
  const unwanted = clause.excluded.map(({ value }) => value.toLowerCase())
  const facts = [product.brand ?? '', product.category, ...product.tags, product.name].map((fact) =>
    fact.toLowerCase(),
  )
  return unwanted.some((value) => facts.includes(value) || product.name.toLowerCase().includes(value))
}

function describe(filters: SearchFilters, turn: Turn): string {
  const money = (amount: number) => price({ amount, currency: turn.currency })
  const what = [filters.color, filters.brand, filters.q ?? filters.category]
    .filter((part) => part !== undefined)
    .join(' ')
  const limits = [
    filters.size === undefined ? undefined : `in size ${filters.size}`,
    filters.minPrice !== undefined && filters.maxPrice !== undefined
      ? `between ${money(filters.minPrice)} and ${money(filters.maxPrice)}`
      : filters.maxPrice !== undefined
        ? `up to ${money(filters.maxPrice)}`
        : filters.minPrice !== undefined
          ? `from ${money(filters.minPrice)}`
          : undefined,
  ].filter((part) => part !== undefined)
  return [what === '' ? 'that' : what, ...limits].join(' ')
}

function example(turn: Turn): string {
  const [category = 'gifts'] = turn.catalog.categories
  const [color] = turn.catalog.colors
  return [color, category]
    .filter((part) => part !== undefined)
    .join(' ')
    .toLowerCase()
}

/** Finds the one product that a clause speaks of: among those shown, else by a search for its words. */
export function* findProduct(
  clause: Clause,
  turn: Turn,
): Generator<Call, ReturnType<typeof resolveProducts>, ToolOutcome> {
  const known = resolveProducts(clause, turn.memory)
  if (known.length > 0) return known
  if (clause.content.length === 0) return []
  const outcome = yield* use(
    'search_products',
    given({ ...filtersOf(clause, turn), limit: SHOWN_AT_ONCE }),
    Found,
  )
  if (!outcome.ok || outcome.value.items.length === 0) return []
  turn.found = outcome.value.items
  const found = outcome.value.items.map(shownProduct)
  turn.memory = { ...turn.memory, shown: found }
  const exact = resolveProducts(clause, turn.memory)
  return exact.length > 0 ? exact : found
}

export const details: Flow = function* (clause, turn) {
  const [product] = yield* findProduct(clause, turn)
  if (product === undefined) return { text: 'Which product do you mean? Name it, or its number in the list.' }
  const outcome = yield* use('get_product', { productId: product.id }, Product)
  if (!outcome.ok) return apology(outcome.problem, product.name)
  const full = outcome.value
  turn.memory = withFocus(withoutQuestion(turn.memory), shownProduct(full))
  const options = (by: 'color' | 'size') => [
    ...new Set(full.variants.flatMap((variant) => variant[by] ?? [])),
  ]
  const facts = [
    `${full.name}${full.brand === null ? '' : ` by ${full.brand}`}: ${price(full.price)}`,
    full.description,
    options('color').length > 0 ? `Colours: ${joined(options('color'))}.` : undefined,
    options('size').length > 0 ? `Sizes: ${joined(options('size'))}.` : undefined,
    full.rating === null ? undefined : `Rated ${full.rating} out of 5.`,
    full.stock.available === 0 ? 'It is out of stock right now.' : `${full.stock.available} in stock.`,
  ]
  return {
    text: facts.filter((fact) => fact !== undefined && fact !== '').join('\n'),
    attach: { products: [full] },
  }
}

export const stock: Flow = function* (clause, turn) {
  const [product] = yield* findProduct(clause, turn)
  if (product === undefined)
    return { text: 'Which product shall I check? Name it, or its number in the list.' }
  const outcome = yield* use('check_inventory', { productId: product.id }, Inventory)
  if (!outcome.ok) return apology(outcome.problem, product.name)
  const inventory = outcome.value
  turn.memory = withFocus(withoutQuestion(turn.memory), product)
  const wanted = product.variants.filter(
    ({ color, size }) =>
      (clause.quantities.size !== undefined && size === clause.quantities.size) ||
      clause.terms.some(({ kind, value }) => kind === 'color' && value === color),
  )
  if (wanted.length > 0) {
    const lines = wanted.map((variant) => {
      const left = inventory.variants.find(({ sku }) => sku === variant.sku)?.available ?? 0
      return `${product.name}${variantName(variant)}: ${left === 0 ? 'out of stock' : `${left} in stock`}`
    })
    return { text: lines.join('\n') }
  }
  if (inventory.available === 0) {
    return { text: `${product.name} is out of stock right now. Shall I look for something similar?` }
  }
  const places = inventory.locations
    .filter(({ available }) => available > 0)
    .map(({ name, available }) => `${name} (${available})`)
  return { text: `Yes, ${product.name} is in stock: ${inventory.available} in all, at ${joined(places)}.` }
}

export const compare: Flow = function* (clause, turn) {
  const referred = resolveProducts({ ...clause, superlative: undefined }, turn.memory)
  const products = referred.length >= 2 ? referred.slice(0, 3) : turn.memory.shown.slice(0, 2)
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
  turn.memory = withoutQuestion(turn.memory)
  const lines = full.map(
    (product) =>
      `${product.name}: ${price(product.price)}${product.rating === null ? '' : `, rated ${product.rating} out of 5`}, ${product.stock.available === 0 ? 'out of stock' : `${product.stock.available} in stock`}`,
  )
  const [cheapest] = [...full].sort((a, b) => a.price.amount - b.price.amount)
  const [best] = [...full].sort((a, b) => (b.rating ?? 0) - (a.rating ?? 0))
  const verdict =
    cheapest !== undefined && cheapest === best
      ? `${cheapest.name} is both the cheaper and the better rated.`
      : `${cheapest?.name} costs less${best?.rating === null || best === undefined ? '' : `, ${best.name} is rated higher`}.`
  return { text: `${lines.join('\n')}\n${verdict}`, attach: { products: full } }
}

export const waitlist: Flow = function* (clause, turn) {
  const [product] = yield* findProduct(clause, turn)
  if (product === undefined)
    return { text: 'Which product are you waiting for? Name it, or its number in the list.' }
  const outcome = yield* use('check_inventory', { productId: product.id }, Inventory)
  if (!outcome.ok) return apology(outcome.problem, product.name)
  turn.memory = withFocus(withoutQuestion(turn.memory), product)
  const { available } = outcome.value
  return {
    text:
      available > 0
        ? `Good news: ${product.name} is in stock, ${available} of them. Shall I add it to your cart?`
        : `${product.name} is out of stock right now. The "tell me when it is back" button beside the product puts you on its waiting list; meanwhile I can look for something similar.`,
  }
}
