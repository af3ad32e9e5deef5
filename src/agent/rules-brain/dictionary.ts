import { colorNames } from './colors.ts'
import type { Spellings } from './spelling.ts'
import { findTerms } from './terms.ts'
import { phraseWords, type Word, wordsOf } from './words.ts'

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

export interface Entry {
  readonly kind: TermKind
  readonly value: string
  readonly lemmas: readonly string[]
  /** Whether it is meant so only in front of a thing. */
  readonly beside?: boolean
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
  /** The catalog's size of several words that stands there: "256 GB", "2 x 8 kg". */
  sizeAt(words: readonly Word[], start: number): { readonly size: string; readonly end: number } | undefined
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
  const colorWords = addColorNames(catalog.colors, spellings, byFirst)
  for (const entries of byFirst.values()) {
    entries.sort(
      (a, b) => b.lemmas.length - a.lemmas.length || KIND_ORDER.indexOf(a.kind) - KIND_ORDER.indexOf(b.kind),
    )
  }
  const phrases = catalog.sizes
    .map((size) => ({ size, parts: wordsOf(size, () => true).map(({ text }) => text.toLowerCase()) }))
    .filter(({ parts }) => parts.length > 1)
    .sort((a, b) => b.parts.length - a.parts.length)
  const sizes = new Map(catalog.sizes.map((size) => [size.toLowerCase(), size]))
  return {
    terms: (words) => findTerms(byFirst, words, kinds),
    knows: (lemma) => spellings.has(lemma) || colorWords.has(lemma),
    isKind: (lemma) => kinds.has(lemma),
    areNeighbours: (before, after) => neighbours.has(`${before} ${after}`),
    brand: (lemma) =>
      byFirst.get(lemma)?.find(({ kind, lemmas }) => kind === 'brand' && lemmas.length === 1)?.value,
    sizeAt(words, start) {
      const found = phrases.find(({ parts }) =>
        parts.every((part, offset) => words[start + offset]?.text.toLowerCase() === part),
      )
      return found === undefined ? undefined : { size: found.size, end: start + found.parts.length }
    },
    size: (text) => sizes.get(text.toLowerCase()),
    spellings,
  }
}

/** Colours by names that the catalog does not use: "maroon" where it has burgundy. Its own words keep their meaning. */
function addColorNames(
  colors: readonly string[],
  own: ReadonlyMap<string, string>,
  byFirst: Map<string, Entry[]>,
): ReadonlySet<string> {
  const colorWords = new Set<string>()
  for (const { name, value, beside } of colorNames(colors)) {
    const words = phraseWords(name)
    const [first] = words
    const known = words.every(({ lemma, normal }) => own.has(lemma) || own.has(normal))
    if (first === undefined || known) continue
    const entries = byFirst.get(first.lemma) ?? []
    entries.push({ kind: 'color', value, lemmas: words.map(({ lemma }) => lemma), beside })
    byFirst.set(first.lemma, entries)
    if (!beside && words.length === 1) colorWords.add(first.lemma)
  }
  return colorWords
}
