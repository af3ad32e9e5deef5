import { z } from 'zod'
import { Product } from '../../../contract/index.ts'
import { apology } from '../apology.ts'
import { attemptsFor, isEmpty, wishOf } from '../filters.ts'
import { type Flow, given, type Said, type Turn, use } from '../flow.ts'
import {
  type Search,
  type SearchFilters,
  shownProduct,
  withFocus,
  withoutQuestion,
  withShown,
} from '../memory.ts'
import type { Clause } from '../understand.ts'
import { joined, price, productLine, variantName } from '../wording.ts'
import { lemmasOf } from '../words.ts'

export const Found = z.object({ items: z.array(Product), total: z.int().optional() })

const SHOWN_AT_ONCE = 5
const ASKED_FOR = 10
/** What the search tool gives at most. */
const MOST_FOUND = 20

export const search: Flow = function* (clause, turn) {
  const more = wantsMore(clause) ? turn.memory.lastSearch : undefined
  const wish = more === undefined ? wishOf(clause, turn) : { search: more, own: more }
  if (isEmpty(wish.search)) {
    if (!wantsAnything(clause)) return askBack(turn)
    wish.search.filters.sort = 'rating'
  }
  const seen = new Set(more === undefined ? [] : turn.memory.known.map(({ id }) => id))
  const sieve = more !== undefined || wish.search.excluded.length > 0 || wish.search.minRating !== undefined
  for (const attempt of attemptsFor(wish)) {
    const args = given({ ...attempt, limit: sieve ? MOST_FOUND : ASKED_FOR })
    const outcome = yield* use('search_products', args, Found)
    if (!outcome.ok) return apology(outcome.problem, 'anything like that')
    const products = relevant(outcome.value.items, attempt.q)
      .filter((product) => isWanted(product, wish.search) && !seen.has(product.id))
      .sort(attempt.sort === undefined ? inStockFirst(wish.search.filters) : () => 0)
      .slice(0, SHOWN_AT_ONCE)
    if (products.length > 0) {
      const exact = attempt === wish.search.filters && unmet(clause, products).length === 0
      return present(clause, turn, products, wish.search, exact)
    }
  }
  turn.memory = { ...withoutQuestion(turn.memory), question: { about: 'search' } }
  const what = describe(wish.search, turn)
  return more === undefined
    ? { text: `Sorry, I found nothing for ${what}. Would you like me to look for something else?` }
    : { text: `That is all I have for ${what}. Would you like something else?` }
}

/** What only mentions the words somewhere is no match beside what is called so. */
export function relevant(products: Product[], q: string | undefined): Product[] {
  const wanted = lemmasOf(q ?? '')
  const called = products.filter((product) => wanted.some((lemma) => hasWord(calledBy(product), lemma)))
  return called.length > 0 ? called : products
}

function calledBy({ name, brand, category, tags }: Product): ReadonlySet<string> {
  return new Set(lemmasOf([name, brand ?? '', category, ...tags].join(' ')))
}

function hasWord(own: ReadonlySet<string>, lemma: string): boolean {
  return own.has(lemma) || hasCompound(own, lemma)
}

/** What cannot be had stands behind what can. */
function inStockFirst(filters: SearchFilters): (a: Product, b: Product) => number {
  return (a, b) => Number(leftOf(a, filters) === 0) - Number(leftOf(b, filters) === 0)
}

/** How many there are in the colour and size that are looked for; of all where the product has no such variant. */
function leftOf({ variants, stock }: Product, { color, size }: SearchFilters): number {
  const wanted = variants.filter(
    (variant) =>
      (color === undefined || variant.color === color) && (size === undefined || variant.size === size),
  )
  if (wanted.length === 0) return stock.available
  return wanted.reduce((sum, { available }) => sum + available, 0)
}

function askBack(turn: Turn): Said {
  turn.memory = { ...withoutQuestion(turn.memory), question: { about: 'search' } }
  const kinds = joined(turn.catalog.categories.slice(0, 6).map((category) => category.toLowerCase()))
  return {
    text: `Gladly. What kind of thing are you looking for? We have ${kinds} and more. You can name a brand, a colour, a size or a price too.`,
  }
}

/** Lists products and remembers them as what "the second one" points into. */
export function present(
  clause: Clause,
  turn: Turn,
  products: readonly Product[],
  wanted: Search,
  exact: boolean,
): Said {
  const before = turn.listed ?? []
  const all = [...before, ...products]
  turn.listed = all
  turn.memory = {
    ...withShown(withoutQuestion(turn.memory), all),
    lastSearch: wanted,
    question: { about: 'product', quantity: clause.quantities.quantity ?? 1 },
  }
  const what = describe(wanted, turn)
  const [first] = products
  const extreme = first === undefined ? undefined : extremeName(clause)
  if (first !== undefined && extreme !== undefined && before.length === 0)
    turn.memory = withFocus(turn.memory, shownProduct(first))
  const opening = exact
    ? `Here ${products.length === 1 ? 'is what' : `are ${products.length}`} I found for ${what}:`
    : `I found nothing that is exactly ${what}, but this comes close:`
  const lines = products
    .map((product, index) => {
      const soldOut = product.stock.available > 0 && leftOf(product, wanted.filters) === 0
      const note = soldOut ? `, sold out${variantName(wanted.filters)}` : ''
      return productLine(product, before.length + index + 1) + note
    })
    .join('\n')
  const best =
    extreme === undefined || first === undefined || products.length === 1
      ? ''
      : ` ${first.name} is the ${extreme}.`
  const closing =
    all.length === 1
      ? 'Shall I add it to your cart?'
      : `Tell me which one you like, for example "add the ${before.length === 0 ? 'second' : 'first'} one".`
  return { text: `${opening}\n${lines}\n${closing}${best}`, attach: { products: all } }
}

function extremeName(clause: Clause): string | undefined {
  const says = (...words: string[]) => clause.words.some(({ normal }) => words.includes(normal))
  if (clause.superlative === 'cheapest' && says('cheapest', 'lowest', 'least')) return 'cheapest'
  if (clause.superlative === 'dearest' && says('most', 'costliest', 'priciest', 'dearest', 'highest'))
    return 'most expensive'
  return clause.superlative === 'best' && says('best', 'highest', 'top') ? 'best rated' : undefined
}

/** The words of the clause that none of the products has. */
function unmet(clause: Clause, products: readonly Product[]): string[] {
  const facts = products.map(
    ({ name, brand, category, tags, variants, description }) =>
      new Set(
        lemmasOf(
          [
            name,
            brand ?? '',
            category,
            ...tags,
            ...variants.flatMap(({ color }) => color ?? []),
            description,
          ].join(' '),
        ),
      ),
  )
  const called = products.map(calledBy)
  const [last] = clause.content.slice(-1)
  const filtered = new Set(
    clause.terms.flatMap(({ kind, start, end }) =>
      kind === 'brand' || kind === 'color' ? clause.words.slice(start, end).map(({ normal }) => normal) : [],
    ),
  )
  return clause.content.filter((word) => {
    if (filtered.has(word)) return false
    const among = word === last && clause.content.length === 1 ? called : facts
    return !lemmasOf(word).every((lemma) => among.some((own) => hasWord(own, lemma)))
  })
}

/** "phone" is met by "smartphone". */
function hasCompound(own: ReadonlySet<string>, lemma: string): boolean {
  if (lemma.length < 4) return false
  for (const word of own)
    if (word.endsWith(lemma) || lemma.endsWith(word) || word.startsWith(lemma)) return true
  return false
}

const MORE = new Set(['more', 'other', 'others', 'else', 'another', 'different', 'next', 'remaining'])

function wantsMore(clause: Clause): boolean {
  const { minPrice, maxPrice, size } = clause.quantities
  const asks = clause.words.some(({ normal }) => MORE.has(normal))
  const wishes = [minPrice, maxPrice, size, clause.sort].some((wish) => wish !== undefined)
  return asks && !wishes && clause.content.length === 0 && clause.excluded.length === 0
}

const ANYTHING = new Set([
  'what',
  'all',
  'everything',
  'popular',
  'trending',
  'recommend',
  'suggest',
  'best',
  'good',
  'nice',
  'gift',
  'list',
  'collection',
])

/** "what do you sell?", "suggest something": anything will do. */
function wantsAnything(clause: Clause): boolean {
  return clause.words.some(({ normal, lemma }) => ANYTHING.has(normal) || ANYTHING.has(lemma))
}

function isWanted(product: Product, { excluded, minRating }: Search): boolean {
  if (minRating !== undefined && (product.rating ?? 0) < minRating) return false
  const { name, brand, category, tags, variants } = product
  const facts = [brand ?? '', category, ...tags].map((fact) => fact.toLowerCase())
  const inName = new Set(lemmasOf(name))
  const colors = variants.map(({ color }) => color?.toLowerCase())
  return !excluded.some((value) => {
    const lower = value.toLowerCase()
    const onlySo = colors.length > 0 && colors.every((color) => color === lower)
    return onlySo || facts.includes(lower) || lemmasOf(value).every((lemma) => inName.has(lemma))
  })
}

/** What was looked for, in the customer's own figures. */
function describe({ filters, around, excluded }: Search, turn: Turn): string {
  const money = (amount: number) => price({ amount, currency: turn.currency })
  const { color, brand, q, category, size, minPrice, maxPrice } = filters
  const what = [color, brand, q ?? category].filter((part) => part !== undefined).join(' ')
  const limits = [
    size === undefined ? undefined : `in size ${size}`,
    priceWords(around, minPrice, maxPrice, turn, money),
    excluded.length === 0 ? undefined : `but not ${joined(excluded, 'or')}`,
  ].filter((part) => part !== undefined)
  return [what === '' ? (limits.length === 0 ? 'you' : 'that') : what, ...limits].join(' ')
}

function priceWords(
  around: number | undefined,
  minPrice: number | undefined,
  maxPrice: number | undefined,
  turn: Turn,
  money: (amount: number) => string,
): string | undefined {
  if (around !== undefined) return `around ${money(around)}`
  const known = turn.memory.known.some(({ price: own }) => own - 1 === maxPrice || own + 1 === minPrice)
  if (known) return minPrice === undefined ? 'for less' : 'for more'
  if (minPrice !== undefined && maxPrice !== undefined)
    return `between ${money(minPrice)} and ${money(maxPrice)}`
  if (maxPrice !== undefined) return `up to ${money(maxPrice)}`
  return minPrice === undefined ? undefined : `from ${money(minPrice)}`
}
