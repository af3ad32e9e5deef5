import { lemmasOf, type Word } from './words.ts'

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
  /** Whether the catalog uses this word anywhere. */
  knows(lemma: string): boolean
  /** The catalog's word that a misspelt one most likely stands for. */
  correct(lemma: string): string | undefined
  /** The catalog's spelling of a size, where it has it. */
  size(text: string): string | undefined
}

const KIND_ORDER: readonly TermKind[] = ['brand', 'color', 'category', 'tag', 'name']
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
  const vocabulary = new Set<string>()
  const add = (kind: TermKind, values: readonly string[]) => {
    for (const value of values) {
      const lemmas = lemmasOf(value)
      const [first] = lemmas
      if (first === undefined) continue
      for (const lemma of lemmas) vocabulary.add(lemma)
      const entries = byFirst.get(first) ?? []
      entries.push({ kind, value, lemmas })
      byFirst.set(first, entries)
    }
  }
  add('brand', catalog.brands)
  add('color', catalog.colors)
  add('category', catalog.categories)
  add('tag', catalog.tags)
  add('name', catalog.names)
  for (const entries of byFirst.values()) {
    entries.sort(
      (a, b) => b.lemmas.length - a.lemmas.length || KIND_ORDER.indexOf(a.kind) - KIND_ORDER.indexOf(b.kind),
    )
  }
  const sizes = new Map(catalog.sizes.map((size) => [size.toLowerCase(), size]))
  return {
    terms: (words) => findTerms(byFirst, words),
    knows: (lemma) => vocabulary.has(lemma),
    correct: (lemma) => (vocabulary.has(lemma) ? lemma : nearest(vocabulary, lemma)),
    size: (text) => sizes.get(text.toLowerCase()),
  }
}

function findTerms(byFirst: ReadonlyMap<string, readonly Entry[]>, words: readonly Word[]): Term[] {
  const terms: Term[] = []
  let start = 0
  while (start < words.length) {
    const word = words[start]
    const entry =
      word === undefined
        ? undefined
        : byFirst.get(word.lemma)?.find((candidate) => matchesAt(candidate, words, start))
    if (entry === undefined) {
      start += 1
      continue
    }
    const end = start + entry.lemmas.length
    terms.push({ kind: entry.kind, value: entry.value, start, end })
    start = end
  }
  return terms
}

function matchesAt(entry: Entry, words: readonly Word[], start: number): boolean {
  return entry.lemmas.every((lemma, offset) => words[start + offset]?.lemma === lemma)
}

const SHORTEST_CORRECTED = 4
const TWO_ERRORS_FROM = 8

function nearest(vocabulary: ReadonlySet<string>, lemma: string): string | undefined {
  if (lemma.length < SHORTEST_CORRECTED || /\d/.test(lemma)) return undefined
  const allowed = lemma.length >= TWO_ERRORS_FROM ? 2 : 1
  let best: string | undefined
  let bestDistance = allowed + 1
  for (const candidate of vocabulary) {
    if (Math.abs(candidate.length - lemma.length) > allowed || candidate.length < SHORTEST_CORRECTED) continue
    const distance = editDistance(lemma, candidate, bestDistance)
    if (distance < bestDistance || (distance === bestDistance && best !== undefined && candidate < best)) {
      best = candidate
      bestDistance = distance
    }
  }
  return bestDistance <= allowed ? best : undefined
}

/** Damerau-Levenshtein distance (insert, delete, replace, swap of neighbours), given up at `limit`. */
export function editDistance(a: string, b: string, limit: number): number {
  let beforePrevious: number[] = []
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row]
    let smallest = row
    for (let column = 1; column <= b.length; column += 1) {
      const same = a[row - 1] === b[column - 1]
      let cost = Math.min(
        (previous[column] ?? limit) + 1,
        (current[column - 1] ?? limit) + 1,
        (previous[column - 1] ?? limit) + (same ? 0 : 1),
      )
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        cost = Math.min(cost, (beforePrevious[column - 2] ?? limit) + 1)
      }
      current.push(cost)
      smallest = Math.min(smallest, cost)
    }
    if (smallest > limit) return limit + 1
    beforePrevious = previous
    previous = current
  }
  return previous[b.length] ?? limit + 1
}
