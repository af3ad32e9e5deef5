import { FILLER } from './lexicon.ts'
import type { Word } from './words.ts'

export type ProductSort = 'price' | '-price' | 'rating' | 'newest'
export type Superlative = 'cheapest' | 'dearest' | 'best'

const CHEAP = new Set(['cheap', 'cheapest', 'cheaper', 'affordable', 'inexpensive', 'economical', 'lowest'])
const DEAR = new Set([
  'expensive',
  'dearest',
  'premium',
  'costliest',
  'priciest',
  'luxurious',
  'costly',
  'pricey',
  'luxury',
])
const BEST = new Set(['best', 'top', 'popular', 'highest', 'better', 'recommended', 'bestselling'])
const NEW = new Set(['newest', 'latest', 'arrival', 'arrivals'])
const LESSENING = new Set(['not', "n't", 'less', 'least', 'too', 'no', 'very', 'so'])
const COMPLAINING = new Set(['too', 'so', 'very', 'bit', 'little', 'quite'])
const DENYING = new Set(['not', "n't", 'less', 'least', 'no'])

export function isSuperlativeWord({ normal }: Pick<Word, 'normal'>): boolean {
  return CHEAP.has(normal) || DEAR.has(normal) || BEST.has(normal) || NEW.has(normal)
}

/** Which end of the list the customer speaks of. */
export function superlativeOf(words: readonly Word[]): Superlative | undefined {
  for (const [index, word] of words.entries()) {
    const { normal } = word
    if (bounds(words, index)) continue
    if (normal === 'most' && words[index + 1]?.normal === 'good') return 'best'
    if (CHEAP.has(normal) || (normal === 'budget' && isThing(words[index + 1]))) return 'cheapest'
    // "it is expensive, show me something cheap": the complaint is no wish.
    if (DEAR.has(normal) && words.slice(index).some((later) => CHEAP.has(later.normal))) continue
    if (DEAR.has(normal) && COMPLAINING.has(words[index - 1]?.normal ?? '')) return 'cheapest'
    if (DEAR.has(normal)) return isLessened(words, index) ? 'cheapest' : 'dearest'
    if (normal === 'highest' || normal === 'most') {
      const after = words[index + 1]?.normal ?? ''
      if (/^(?:price|priced|cost|expensive|costly)$/.test(after)) return 'dearest'
    }
    if (normal === 'less' && words[index + 1]?.normal === 'price') return 'cheapest'
    if (BEST.has(normal) && normal !== 'highest') return 'best'
    if (normal === 'rated' && /^(?:well|highly)$/.test(words[index - 1]?.normal ?? '')) return 'best'
    if (normal === 'highest') return 'best'
  }
  return undefined
}

/** "more expensive than 5000" is a limit, no end of the list. */
function bounds(words: readonly Word[], index: number): boolean {
  return words[index + 1]?.normal === 'than' && words.slice(index + 2, index + 5).some(isFigure)
}

/** "a budget phone", but not "budget about 2000". */
function isThing(word: Word | undefined): boolean {
  return word?.kind === 'word' && word.naming && !FILLER.has(word.normal)
}

const isFigure = ({ normal }: Word) => /^\d/.test(normal)

/** "not too expensive", "less expensive". */
function isLessened(words: readonly Word[], index: number): boolean {
  for (let before = index - 1; before >= 0 && before >= index - 3; before -= 1) {
    const normal = words[before]?.normal ?? ''
    if (DENYING.has(normal)) return true
    if (!LESSENING.has(normal)) return false
  }
  return false
}

const BY: ReadonlyMap<string, ProductSort> = new Map([
  ['price', 'price'],
  ['cost', 'price'],
  ['rating', 'rating'],
  ['ratings', 'rating'],
  ['review', 'rating'],
  ['newest', 'newest'],
  ['latest', 'newest'],
])

/** "sorted by rating", "low to high". */
function sortNamed(words: readonly Word[]): ProductSort | undefined {
  for (const [index, { normal, lemma }] of words.entries()) {
    const by = words.slice(index + 1, index + 4).find((word) => word.normal === 'by')
    const [second, third] = [words[index + 1]?.normal, words[index + 2]?.normal ?? '']
    if (normal === 'low' && second === 'to' && third === 'high') return 'price'
    if (normal === 'high' && second === 'to' && third === 'low') return '-price'
    const sorts = lemma === 'sort' || normal === 'sorted' || normal === 'arranged'
    if (sorts && by !== undefined) return BY.get(words[by.index + 1]?.normal ?? '')
  }
  return undefined
}

export function sortOf(
  words: readonly Word[],
  superlative: Superlative | undefined,
): ProductSort | undefined {
  const named = sortNamed(words)
  if (named !== undefined) return named
  if (superlative === 'cheapest') return 'price'
  if (superlative === 'dearest') return '-price'
  if (superlative === 'best') return 'rating'
  const fresh = words.some(
    ({ normal }, index) =>
      NEW.has(normal) || (normal === 'new' && words.slice(0, index).some((word) => word.normal === 'what')),
  )
  return fresh ? 'newest' : undefined
}
