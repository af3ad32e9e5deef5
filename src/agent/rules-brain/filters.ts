import { dictionaryOf } from './dictionary.ts'
import { given, type Turn } from './flow.ts'
import { AUDIENCES } from './lexicon.ts'
import { focused, type Search, type SearchFilters } from './memory.ts'
import type { Clause } from './understand.ts'
import { minorPerMajor } from './wording.ts'
import { lemmasOf } from './words.ts'

/** What a clause wishes for, and the search before it where it only adds to that. */
export interface Wish {
  readonly search: Search
  /** What this clause says by itself. */
  readonly own: Search
}

/** The words of a clause as the search tool takes them; a clause of wishes alone refines the search before. */
export function wishOf(clause: Clause, turn: Turn): Wish {
  const own = ownSearch(clause, turn)
  const alike = similarTo(clause, turn, own)
  if (alike !== undefined) return { search: alike, own: alike }
  const last = turn.memory.lastSearch
  if (last === undefined || !refines(clause, own, last)) return { search: own, own }
  const { q, ...wishes } = own.filters
  const added = (q?.split(' ') ?? []).filter((word) => !(last.filters.q ?? '').split(' ').includes(word))
  const words = [...added, last.filters.q].filter((word) => word !== undefined && word !== '').join(' ')
  const before = withoutUnwanted(last.filters, own.excluded)
  const { minPrice: _min, maxPrice: _max, ...unpriced } = before
  const repriced = own.filters.minPrice !== undefined || own.filters.maxPrice !== undefined
  const filters = given({
    ...(repriced ? unpriced : before),
    ...wishes,
    q: words === '' ? undefined : words,
  }) as SearchFilters
  const around = repriced ? own.around : last.around
  const minRating = own.minRating ?? last.minRating
  const unwanted = [...new Set([...last.excluded, ...own.excluded])].filter(
    (value) => value !== own.filters.brand && value !== own.filters.color,
  )
  return { search: searchOf(filters, around, unwanted, minRating), own }
}

function withoutUnwanted(filters: SearchFilters, excluded: readonly string[]): SearchFilters {
  const { brand, color, ...rest } = filters
  return given({
    ...rest,
    brand: excluded.includes(brand ?? '') ? undefined : brand,
    color: excluded.includes(color ?? '') ? undefined : color,
  }) as SearchFilters
}

/** "something like this": of the same kind, but not the same. */
function similarTo(clause: Clause, turn: Turn, own: Search): Search | undefined {
  const focus = focused(turn.memory)
  const says = clause.words.some(
    ({ normal, index }) =>
      /^(?:similar|alternatives?)$/.test(normal) ||
      (normal === 'like' && clause.words[index + 1]?.normal === 'this'),
  )
  if (!says || focus === undefined || clause.kinds.length > 0) return undefined
  const filters = { ...own.filters, category: focus.category }
  return { ...own, filters, excluded: [...own.excluded, focus.name] }
}

function searchOf(
  filters: SearchFilters,
  around: number | undefined,
  excluded: string[],
  minRating: number | undefined,
): Search {
  return {
    filters,
    excluded,
    ...(around === undefined ? {} : { around }),
    ...(minRating === undefined ? {} : { minRating }),
  }
}

function ownSearch(clause: Clause, turn: Turn): Search {
  const minor = minorPerMajor(turn.currency)
  const inMinor = (amount: number | undefined) =>
    amount === undefined ? undefined : Math.round(amount * minor)
  const { minPrice, maxPrice, around, size, minRating } = clause.quantities
  const term = (kind: 'brand' | 'category' | 'color') =>
    clause.terms.find((candidate) => candidate.kind === kind)?.value
  const cheaper = boundByFocus(clause, turn)
  const filters = given({
    q: queryOf(clause, turn),
    category: term('category'),
    brand: term('brand'),
    color: term('color'),
    size,
    minPrice: inMinor(minPrice) ?? cheaper.minPrice,
    maxPrice: inMinor(maxPrice) ?? cheaper.maxPrice,
    inStock: asksForStock(clause) || undefined,
    sort: clause.sort ?? (minRating === undefined ? undefined : 'rating'),
  }) as SearchFilters
  return searchOf(filters, inMinor(around), [...clause.excluded], minRating)
}

/** The describing words without brand and colour, and whom it is for as the catalog says it. */
function queryOf(clause: Clause, turn: Turn): string | undefined {
  const dictionary = dictionaryOf(turn.catalog)
  const filtered = clause.terms.filter(({ kind }) => kind === 'brand' || kind === 'color')
  const words = clause.words
    .filter(
      ({ index, normal }) =>
        clause.content.includes(normal) && !filtered.some(({ start, end }) => index >= start && index < end),
    )
    .map(({ normal, lemma }) =>
      dictionary.spellings.has(normal) || !dictionary.knows(lemma) ? normal : lemma,
    )
  const audience = clause.words
    .map(({ lemma }) => AUDIENCES.get(lemma))
    .find((known) => known !== undefined && lemmasOf(known).some((lemma) => dictionary.knows(lemma)))
  const all = [...new Set([...words, ...(audience === undefined ? [] : [audience])])]
  return all.length === 0 ? undefined : all.join(' ').slice(0, 200)
}

/** "something cheaper" than what is spoken of. */
function boundByFocus(clause: Clause, turn: Turn): { minPrice?: number; maxPrice?: number } {
  const says = (word: string) => clause.words.some(({ normal }) => normal === word)
  const focus = focused(turn.memory)
  if (focus === undefined || clause.kinds.length > 0) return {}
  if (clause.superlative === 'cheapest' && (says('cheaper') || says('less')))
    return { maxPrice: focus.price - 1 }
  if (clause.superlative === 'dearest' && says('more')) return { minPrice: focus.price + 1 }
  return {}
}

function asksForStock(clause: Clause): boolean {
  return clause.words.some(
    ({ lemma, index }) =>
      lemma === 'available' || (lemma === 'stock' && clause.words[index - 1]?.normal === 'in'),
  )
}

/** With these a clause goes on with what was looked for. */
const REFINING = new Set(['only', 'but', 'in', 'with', 'without', 'preferably', 'just', 'for', 'not'])

/** Whether a clause goes on with the search before: it names no thing of its own. */
function refines(clause: Clause, own: Search, last: Search): boolean {
  if (clause.kinds.length > 0 || own.filters.category !== undefined) return wasWithoutKind(last, own)
  if (own.filters.q === undefined) return true
  if (clause.pronoun || REFINING.has(clause.words[0]?.normal ?? '')) return true
  const tagged = own.filters.q
    .split(' ')
    .every((word) => clause.terms.some(({ kind, value }) => kind === 'tag' && sameWord(value, word)))
  return tagged && clause.words.length <= 2
}

/** "something under 2500" and then "maybe earrings": the price still holds. */
function wasWithoutKind(last: Search, own: Search): boolean {
  const { q, category } = last.filters
  const priced = own.filters.minPrice !== undefined || own.filters.maxPrice !== undefined
  return q === undefined && category === undefined && !priced
}

function sameWord(value: string, word: string): boolean {
  return lemmasOf(value).some((lemma) => lemmasOf(word).includes(lemma))
}

export function isEmpty({ filters, minRating }: Search): boolean {
  return minRating === undefined && Object.keys(filters).every((key) => key === 'inStock' || key === 'limit')
}

/** The search as asked, then with ever fewer wishes. */
export function attemptsFor({ search, own }: Wish): SearchFilters[] {
  const { filters } = search
  const { category, color, size, minPrice, maxPrice, q } = filters
  const without = (...keys: Array<keyof SearchFilters>) =>
    given({ ...filters, ...Object.fromEntries(keys.map((key) => [key, undefined])) }) as SearchFilters
  const tries: SearchFilters[] = [filters]
  // A colour may have no name of its own ("sky blue") or stand in the product's name only.
  if (color !== undefined) tries.push({ ...without('color'), q: [color, q].filter((part) => part).join(' ') })
  if (category !== undefined && q !== undefined) tries.push(without('category'))
  if (color !== undefined || size !== undefined) tries.push(without('color', 'size'))
  if (own !== search && !isEmpty(own)) tries.push(own.filters)
  if (minPrice !== undefined || maxPrice !== undefined)
    tries.push({
      ...without('minPrice', 'maxPrice', 'color', 'size'),
      sort: minPrice === undefined ? 'price' : '-price',
    })
  return tries.filter(
    (attempt) =>
      Object.keys(attempt).some((key) => key !== 'sort' && key !== 'inStock') || isOnlySort(filters),
  )
}

function isOnlySort(filters: SearchFilters): boolean {
  return Object.keys(filters).every((key) => key === 'sort' || key === 'inStock')
}
