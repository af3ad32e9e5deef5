import { type Dictionary, dictionaryOf, type Term } from './dictionary.ts'
import { given, type Turn } from './flow.ts'
import { AUDIENCES } from './lexicon.ts'
import { focused, type Search, type SearchFilters } from './memory.ts'
import type { Clause } from './understand.ts'
import { minorPerMajor } from './wording.ts'
import { lemmasOf } from './words.ts'

export function searchOf(
  filters: SearchFilters,
  around: number | undefined,
  excluded: string[],
  minRating: number | undefined,
): Search {
  return {
    filters,
    colors: [],
    free: { color: false, size: false },
    excluded,
    ...(around === undefined ? {} : { around }),
    ...(minRating === undefined ? {} : { minRating }),
  }
}

export function ownSearch(clause: Clause, turn: Turn): Search {
  const minor = minorPerMajor(turn.currency)
  const inMinor = (amount: number | undefined) =>
    amount === undefined ? undefined : Math.round(amount * minor)
  const { minPrice, maxPrice, around, size, minRating } = clause.quantities
  const term = (kind: 'brand' | 'category' | 'color') =>
    clause.terms.find((candidate) => candidate.kind === kind)?.value
  const [color, ...further] = wishedColors(clause.terms)
  const cheaper = boundByFocus(clause, turn)
  const filters = given({
    q: queryOf(clause, turn),
    category: term('category'),
    brand: term('brand') ?? clause.strangerBrand,
    color,
    size: size ?? sizeApart(clause, dictionaryOf(turn.catalog)),
    minPrice: inMinor(minPrice) ?? cheaper.minPrice,
    maxPrice: inMinor(maxPrice) ?? cheaper.maxPrice,
    inStock: asksForStock(clause) || undefined,
    sort: clause.sort ?? (minRating === undefined ? undefined : 'rating'),
  }) as SearchFilters
  return {
    ...searchOf(filters, inMinor(around), [...clause.excluded], minRating),
    colors: further,
    free: clause.free,
  }
}

/** "ankle boots, brown, 9": a number by itself that is a size here. */
function sizeApart({ quantities: { bare }, kinds }: Clause, dictionary: Dictionary): string | undefined {
  const [only, ...more] = bare
  return only === undefined || more.length > 0 || kinds.length === 0
    ? undefined
    : dictionary.size(String(only))
}

/** "red or maroon" is either of them, "navy blue" one colour by two names. */
export function wishedColors(terms: readonly Term[]): string[] {
  const colors = terms.filter(({ kind }) => kind === 'color')
  const apart = colors.filter(({ start }) => !colors.some(({ end }) => end === start))
  return [...new Set(apart.map(({ value }) => value))]
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
  const named = (index: number) => clause.terms.some(({ start, end }) => index >= start && index < end)
  const audience = clause.words
    .map(({ lemma, index }) => (named(index) ? undefined : AUDIENCES.get(lemma)))
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
