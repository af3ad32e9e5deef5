import { given, type Turn } from './flow.ts'
import { focused, type Search, type SearchFilters } from './memory.ts'
import { ownSearch, searchOf } from './own-search.ts'
import type { Clause } from './understand.ts'
import { lemmasOf } from './words.ts'

/** What a clause wishes for, and the search before it where it only adds to that. */
export interface Wish {
  readonly search: Search
  /** What this clause says by itself. */
  readonly own: Search
}

/** The words of a clause as the search tool takes them; a clause of wishes alone refines the search before. */
export function wishOf(clause: Clause, turn: Turn): Wish {
  const own = brandAlone(clause, turn) ?? ownSearch(clause, turn)
  const alike = similarTo(clause, turn, own)
  if (alike !== undefined) return { search: alike, own: alike }
  const last = turn.memory.lastSearch
  if (last === undefined || !refines(clause, own, last)) return { search: own, own }
  const { q, ...wishes } = own.filters
  const added = (q?.split(' ') ?? []).filter((word) => !(last.filters.q ?? '').split(' ').includes(word))
  const words = [...added, last.filters.q].filter((word) => word !== undefined && word !== '').join(' ')
  const before = withoutUnwanted(last.filters, own.excluded, leavesBrand(clause))
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
  const colors = own.filters.color === undefined ? last.colors : own.colors
  const free = { color: own.free.color || last.free.color, size: own.free.size || last.free.size }
  return { search: { ...searchOf(filters, around, unwanted, minRating), colors, free }, own }
}

/** "only nike", "nike?", "what about nike": a word that nobody knows, said of a list, is a brand that is not sold here. */
function brandAlone(clause: Clause, turn: Turn): Search | undefined {
  const { content, strange, words } = clause
  const [word, ...more] = content
  const said = words.filter(({ kind }) => kind !== 'punctuation').map(({ normal }) => normal)
  const asked = WHAT_ABOUT.test(said.join(' '))
  const narrows =
    said.length === 1 ? words.length === 2 : asked || (said.length <= 2 && REFINING.has(said[0] ?? ''))
  const known = turn.memory.lastSearch?.filters.q !== undefined && turn.memory.question?.about === 'product'
  if (word === undefined || more.length > 0 || !strange || !narrows || !known) return undefined
  const ofMaker = said.at(-1) === 'ones' || said.at(-1) === 'one'
  if ((word.endsWith('s') && !ofMaker) || words.some(({ normal, real }) => normal === word && real))
    return undefined
  const own = ownSearch({ ...clause, content: [] }, turn)
  return { ...own, filters: { ...own.filters, brand: word } }
}

const WHAT_ABOUT = /^(?:(?:and|or|but) )?(?:(?:what|how) about|any|do you have|got) \S+(?: ones?)?$/

function withoutUnwanted(
  filters: SearchFilters,
  excluded: readonly string[],
  anyBrand: boolean,
): SearchFilters {
  const { brand, color, ...rest } = filters
  return given({
    ...rest,
    brand: anyBrand || excluded.includes(brand ?? '') ? undefined : brand,
    color: excluded.includes(color ?? '') ? undefined : color,
  }) as SearchFilters
}

/** "any brand", "the brand doesn't matter". */
function leavesBrand({ words }: Clause): boolean {
  const any = words.some(({ normal }) => /^(?:any|all|whatever|whichever|matter|care)$/.test(normal))
  return any && words.some(({ lemma }) => lemma === 'brand')
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

/** With these a clause goes on with what was looked for. */
const REFINING = new Set(['only', 'but', 'in', 'with', 'without', 'preferably', 'just', 'for', 'not'])

/** Whether a clause goes on with the search before: it names no thing of its own. */
function refines(clause: Clause, own: Search, last: Search): boolean {
  if (clause.kinds.length > 0 || own.filters.category !== undefined) return wasWithoutKind(last, own)
  if (own.filters.q === undefined) return true
  const vague = /^(?:something|anything)$/.test(clause.words[0]?.normal ?? '')
  if (vague && clause.strange && clause.words.length <= 3) return true
  if (clause.pronoun || REFINING.has(clause.words[0]?.normal ?? '')) return true
  const tagged = own.filters.q
    .split(' ')
    .every((word) => clause.terms.some(({ kind, value }) => kind === 'tag' && sameWord(value, word)))
  const things = clause.words.some(
    ({ normal, lemma }) => clause.content.includes(normal) && isPlural(normal, lemma),
  )
  if (things) return false
  const anew = /^(?:any|an?|some)$/.test(clause.words[0]?.normal ?? '')
  return tagged && !anew && clause.words.length <= 2
}

/** "something under 2500" and then "maybe earrings": the price still holds. */
function wasWithoutKind(last: Search, own: Search): boolean {
  const { q, category } = last.filters
  const priced = own.filters.minPrice !== undefined || own.filters.maxPrice !== undefined
  return q === undefined && category === undefined && !priced && last.filters.sort === undefined
}

/** "dumbbells" are things, "yoga" and "waterproof" say what they are like. */
const isPlural = (normal: string, lemma: string) => normal.endsWith('s') && normal !== lemma

function sameWord(value: string, word: string): boolean {
  return lemmasOf(value).some((lemma) => lemmasOf(word).includes(lemma))
}
