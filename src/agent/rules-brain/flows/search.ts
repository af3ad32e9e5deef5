import { z } from 'zod'
import { Product } from '../../../contract/index.ts'
import type { ToolOutcome } from '../../brain.ts'
import { apology } from '../apology.ts'
import { type Attempt, attemptsFor, isEmpty } from '../attempts.ts'
import { wishOf } from '../filters.ts'
import { type Call, type Flow, given, type Said, type Turn, use } from '../flow.ts'
import { type Search, type SearchFilters, withoutQuestion } from '../memory.ts'
import type { Clause } from '../understand.ts'
import { joined } from '../wording.ts'
import { describe, present } from './found-list.ts'
import { inStockFirst, isWanted, ofTheKind, relevant, unmet } from './matching.ts'

export const Found = z.object({ items: z.array(Product), total: z.int().optional() })

const SHOWN_AT_ONCE = 5
const ASKED_FOR = 10
/** What the search tool gives at most. */
const MOST_FOUND = 20
const MOST_OTHER_COLORS = 3

export const search: Flow = function* (clause, turn) {
  const more = wantsMore(clause) ? turn.memory.lastSearch : undefined
  const wish = more === undefined ? wishOf(clause, turn) : { search: more, own: more }
  const anything = isEmpty(wish.search)
  if (anything) {
    if (!wantsAnything(clause)) return askBack(turn)
    wish.search.filters.sort = 'rating'
  }
  const seen = more === undefined ? [] : turn.memory.seen
  const priced = (filters: SearchFilters) => filters.minPrice !== undefined || filters.maxPrice !== undefined
  for (const attempt of attemptsFor(wish, turn.catalog)) {
    if (more !== undefined && priced(more.filters) && !priced(attempt.filters)) continue
    const found = yield* bring(attempt, wish.search, seen.length > 0, turn)
    if (!Array.isArray(found)) return found
    const products = found.filter(({ id }) => !seen.includes(id)).slice(0, SHOWN_AT_ONCE)
    if (products.length === 0) continue
    const said = present(clause, turn, products, {
      wanted: wish.search,
      filters: attempt.filters,
      exact: attempt.whole && unmet(clause, attempt.filters.q, products).length === 0,
      ...(anything && asksForAll(clause) ? { opening: `We sell ${categories(turn)}. Rated best are:` } : {}),
    })
    turn.memory = { ...turn.memory, seen: [...seen, ...products.map(({ id }) => id)] }
    return said
  }
  turn.memory = { ...withoutQuestion(turn.memory), question: { about: 'search' } }
  const what = describe(wish.search, turn)
  return more === undefined
    ? { text: `Sorry, I found nothing for ${what}. Would you like me to look for something else?` }
    : { text: `That is all I have for ${what}. Would you like something else?` }
}

/** Runs one attempt, where there is too little of one colour with those that do as well. */
function* bring(
  { filters, colors }: Attempt,
  wanted: Search,
  further: boolean,
  turn: Turn,
): Generator<Call, Product[] | Said, ToolOutcome> {
  const sorted = filters.q !== undefined && filters.sort !== undefined
  const sieve = further || sorted || wanted.excluded.length > 0 || wanted.minRating !== undefined
  const found: Product[] = []
  for (const color of [filters.color, ...colors.slice(0, MOST_OTHER_COLORS)]) {
    const asked = wanted.colors.length > 0 && color !== undefined && wanted.colors.includes(color)
    if (color !== filters.color && !asked && found.length >= SHOWN_AT_ONCE) continue
    const args = given({ ...filters, color, limit: sieve ? MOST_FOUND : ASKED_FOR })
    const outcome = yield* use('search_products', args, Found)
    if (!outcome.ok) return apology(outcome.problem, 'anything like that')
    const fitting = ofTheKind(relevant(outcome.value.items, filters.q), filters, turn).filter((product) =>
      isWanted(product, wanted),
    )
    found.push(...fitting.filter(({ id }) => found.every((other) => other.id !== id)))
  }
  const mixed = colors.length > 0 && filters.color !== undefined
  const ordered = mixed ? found.sort(inOrder(filters)) : found
  return ordered.sort(inStockFirst(mixed ? {} : filters))
}

function inOrder({ sort }: SearchFilters): (a: Product, b: Product) => number {
  if (sort === 'price') return (a, b) => a.price.amount - b.price.amount
  if (sort === '-price') return (a, b) => b.price.amount - a.price.amount
  return sort === 'rating' ? (a, b) => (b.rating ?? 0) - (a.rating ?? 0) : () => 0
}

function categories(turn: Turn): string {
  return joined(turn.catalog.categories.map((category) => category.toLowerCase()))
}

function askBack(turn: Turn): Said {
  turn.memory = { ...withoutQuestion(turn.memory), question: { about: 'search' } }
  return {
    text: `Gladly. What kind of thing are you looking for? We have ${categories(turn)}. You can name a brand, a colour, a size or a price too.`,
  }
}

const MORE = new Set(['more', 'other', 'others', 'else', 'another', 'different', 'next', 'remaining'])

/** "show me more", "any others?": what the search before has not shown yet. */
export function wantsMore(clause: Clause): boolean {
  const { minPrice, maxPrice, size } = clause.quantities
  const asks = clause.words.some(({ normal }) => MORE.has(normal))
  const wishes = [minPrice, maxPrice, size, clause.sort, clause.strangerBrand].some(
    (wish) => wish !== undefined,
  )
  return asks && !wishes && clause.content.length === 0 && clause.excluded.length === 0
}

const ANYTHING = new Set([
  ...['what', 'all', 'everything', 'popular', 'trending', 'recommend', 'suggest', 'best', 'good'],
  ...[
    'nice',
    'gift',
    'list',
    'collection',
    'category',
    'catalogue',
    'catalog',
    'surprise',
    'know',
    'idea',
    'cool',
    'special',
  ],
])

/** "what do you sell?", "suggest something": anything will do. */
function wantsAnything(clause: Clause): boolean {
  return clause.words.some(({ normal, lemma }) => ANYTHING.has(normal) || ANYTHING.has(lemma))
}

const ASSORTMENT = new Set(['sell', 'have', 'carry', 'offer', 'stock', 'category', 'catalogue', 'catalog'])

/** "what do you sell?": all that there is, not something good. */
function asksForAll({ words }: Clause): boolean {
  const asks = words.some(({ normal }) => /^(?:what|which|list|all|everything)$/.test(normal))
  return asks && words.some(({ lemma, normal }) => ASSORTMENT.has(lemma) || ASSORTMENT.has(normal))
}
