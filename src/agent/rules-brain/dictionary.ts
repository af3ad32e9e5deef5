import { FILLER } from './lexicon.ts'
import type { Spellings } from './spelling.ts'
import { JOINTS, phraseWords, type Word } from './words.ts'

/** The words of the live catalog, as the catalog's door gives them. */
export interface CatalogWords {
  readonly brands: readonly string[]
  readonly categories: readonly string[]
  readonly colors: readonly string[]
  readonly sizes: readonly string[]
  readonly tags: readonly string[]
  readonly names: readonly string[]
}

export type TermKind = 'brand' | 'category' | 'color' | 'tag' | 'name'

/** A phrase of the catalog found in an utterance, from word `start` up to but not including `end`. */
export interface Term {
  readonly kind: TermKind
  readonly value: string
  readonly start: number
  readonly end: number
}

interface Entry {
  readonly kind: TermKind
  readonly value: string
  readonly lemmas: readonly string[]
}

export interface Dictionary {
  /** The longest phrases of the catalog in the utterance, left to right, none overlapping another. */
  terms(words: readonly Word[]): Term[]
  /** Whether the catalog uses this word in a name, a brand, a category, a tag or a colour. */
  knows(lemma: string): boolean
  /** Whether things are called so: "sunglass", "mug", but not "running" or "women". */
  isKind(lemma: string): boolean
  /** Whether a product's name has these two words side by side: "iphone 13". */
  areNeighbours(before: string, after: string): boolean
  /** The brand that is called just so. */
  brand(lemma: string): string | undefined
  /** The catalog's spelling of a size, where it has it. */
  size(text: string): string | undefined
  readonly spellings: Spellings
}

const KIND_ORDER: readonly TermKind[] = ['name', 'brand', 'color', 'category', 'tag']
const NAME_ENDS = new Set(['with', 'for', 'in', 'from', 'by', 'of'])
const cache = new WeakMap<CatalogWords, Dictionary>()

/** Builds the dictionary once for each version of the catalog's words. */
export function dictionaryOf(catalog: CatalogWords): Dictionary {
  const known = cache.get(catalog)
  if (known !== undefined) return known
  const dictionary = build(catalog)
  cache.set(catalog, dictionary)
  return dictionary
}

function build(catalog: CatalogWords): Dictionary {
  const byFirst = new Map<string, Entry[]>()
  const spellings = new Map<string, string>()
  const neighbours = new Set<string>()
  const heads = new Set<string>()
  const kinds = new Set<string>()
  const add = (kind: TermKind, values: readonly string[], visit: (words: readonly Word[]) => void) => {
    for (const value of values) {
      const words = phraseWords(value)
      const [first] = words
      if (first === undefined) continue
      for (const { normal, lemma } of words) {
        spellings.set(normal, lemma)
        if (!spellings.has(lemma)) spellings.set(lemma, lemma)
      }
      visit(words)
      const entries = byFirst.get(first.lemma) ?? []
      entries.push({ kind, value, lemmas: words.map(({ lemma }) => lemma) })
      byFirst.set(first.lemma, entries)
    }
  }
  const nothing = () => undefined
  add('name', catalog.names, (words) => {
    for (const [index, { lemma }] of words.entries()) neighbours.add(`${words[index - 1]?.lemma} ${lemma}`)
    const end = words.findIndex(({ normal }, index) => index > 0 && NAME_ENDS.has(normal))
    const head = words.at(end < 0 ? -1 : end - 1)
    if (head !== undefined) heads.add(head.lemma)
    if (words.length === 1 && head !== undefined) kinds.add(head.lemma)
  })
  add('brand', catalog.brands, nothing)
  add('color', catalog.colors, nothing)
  add('category', catalog.categories, (words) => {
    const last = words.at(-1)
    if (last !== undefined) kinds.add(last.lemma)
  })
  add('tag', catalog.tags, (words) => {
    const last = words.at(-1)
    if (last !== undefined && heads.has(last.lemma)) kinds.add(last.lemma)
  })
  for (const entries of byFirst.values()) {
    entries.sort(
      (a, b) => b.lemmas.length - a.lemmas.length || KIND_ORDER.indexOf(a.kind) - KIND_ORDER.indexOf(b.kind),
    )
  }
  const sizes = new Map(catalog.sizes.map((size) => [size.toLowerCase(), size]))
  return {
    terms: (words) => findTerms(byFirst, words),
    knows: (lemma) => spellings.has(lemma),
    isKind: (lemma) => kinds.has(lemma),
    areNeighbours: (before, after) => neighbours.has(`${before} ${after}`),
    brand: (lemma) =>
      byFirst.get(lemma)?.find(({ kind, lemmas }) => kind === 'brand' && lemmas.length === 1)?.value,
    size: (text) => sizes.get(text.toLowerCase()),
    spellings,
  }
}

function findTerms(byFirst: ReadonlyMap<string, readonly Entry[]>, words: readonly Word[]): Term[] {
  const terms: Term[] = []
  let start = 0
  while (start < words.length) {
    const found = termAt(byFirst, words, start)
    if (found !== undefined) terms.push(found)
    start = found === undefined ? start + 1 : found.end
  }
  return terms
}

function termAt(
  byFirst: ReadonlyMap<string, readonly Entry[]>,
  words: readonly Word[],
  start: number,
): Term | undefined {
  for (const { kind, value, lemmas } of byFirst.get(words[start]?.lemma ?? '') ?? []) {
    if (isEveryday(kind, lemmas)) continue
    const end = endOf(lemmas, words, start)
    if (end !== undefined) return { kind, value, start, end }
  }
  return undefined
}

/** A product called "The One" or a tag "best" must not swallow everyday words. */
function isEveryday(kind: TermKind, lemmas: readonly string[]): boolean {
  return kind !== 'brand' && kind !== 'color' && lemmas.every((lemma) => FILLER.has(lemma))
}

/** Where a phrase that begins at `start` ends; words that only join may stand between its words. */
function endOf(lemmas: readonly string[], words: readonly Word[], start: number): number | undefined {
  let index = start
  for (const [position, lemma] of lemmas.entries()) {
    while (position > 0 && JOINTS.has(words[index]?.normal ?? '')) index += 1
    if (words[index]?.lemma !== lemma) return undefined
    index += 1
  }
  return index
}
