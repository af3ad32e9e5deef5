import type { Dictionary, Term } from './dictionary.ts'
import { CUE_WORDS } from './intents.ts'
import { AUDIENCES, FILLER, NEGATIONS, NUMBER_WORDS, ORDINAL_WORDS } from './lexicon.ts'
import { isSuperlativeWord } from './superlatives.ts'
import { JOINTS, type Word } from './words.ts'

/** Numbers that belong to a product's name, such as the 13 of "iPhone 13", by their places. */
export function nameNumbers(words: readonly Word[], dictionary: Dictionary): ReadonlySet<number> {
  const found = words.filter(({ kind, lemma, index }) => {
    if (kind !== 'number') return false
    const before = words[index - 1]
    const after = words[index + 1]
    const follows = before !== undefined && dictionary.areNeighbours(before.lemma, lemma)
    const begins =
      dictionary.areNeighbours('undefined', lemma) && dictionary.areNeighbours(lemma, after?.lemma ?? '')
    const unit =
      after !== undefined && after.lemma.length === 1 && dictionary.areNeighbours(lemma, after.lemma)
    return follows || begins || unit
  })
  return new Set(found.map(({ index }) => index))
}

/** The words that may describe a product: not those that carry the request, nor what is not wanted. */
export function contentOf(
  words: readonly Word[],
  dictionary: Dictionary,
  used: ReadonlyArray<ReadonlySet<number>>,
  terms: readonly Term[],
  excluded: readonly Term[],
  names: ReadonlySet<number>,
): Word[] {
  const within = (term: Term, index: number) => index >= term.start && index < term.end
  return words
    .filter((word) => {
      const { kind, normal, lemma, index } = word
      if (names.has(index)) return true
      if (JOINTS.has(normal)) return false
      if (kind !== 'word' || normal.includes('_') || used.some((set) => set.has(index))) return false
      if (excluded.some((term) => within(term, index))) return false
      if (terms.some((term) => within(term, index))) return true
      if (FILLER.has(normal) || FILLER.has(lemma) || NEGATIONS.has(normal) || isSuperlativeWord(word))
        return false
      if (
        NUMBER_WORDS.has(normal) ||
        ORDINAL_WORDS.has(normal) ||
        AUDIENCES.has(lemma) ||
        isNegated(words, index, index + 1)
      )
        return false
      return dictionary.knows(lemma) || (word.naming && !CUE_WORDS.has(lemma) && !isImperative(words, index))
    })
    .map((word) => word)
}

const POINTING = new Set(['it', 'this', 'that', 'these', 'those', 'them', 'the', 'my', 'both'])

/** "chuck those in": an unknown word in front of what it is done to is a verb. */
function isImperative(words: readonly Word[], index: number): boolean {
  return (
    POINTING.has(words[index + 1]?.normal ?? '') &&
    !words.slice(0, index).some(({ normal }) => POINTING.has(normal))
  )
}

const FARTHEST = 5
/** After these a "not" denies no product: "don't you have …", "can't find …". */
const OTHERWISE_DENIED = new Set([
  'wait',
  'sorry',
  'you',
  'find',
  'see',
  'know',
  'sure',
  'mind',
  'more',
  'less',
  'exceed',
  'only',
  'work',
])

/** Whether the words from `start` on are what the customer does not want. */
export function isNegated(words: readonly Word[], start: number, end: number): boolean {
  return isDeniedBefore(words, start) || isDeniedBehind(words, end)
}

function isDeniedBefore(words: readonly Word[], start: number): boolean {
  for (let index = start - 1; index >= 0 && index >= start - FARTHEST; index -= 1) {
    const word = words[index]
    if (word === undefined) return false
    const { normal } = word
    const after = words[index + 1]
    if (NEGATIONS.has(normal)) return !OTHERWISE_DENIED.has(after?.normal ?? '') && !isQuestion(words, index)
    if (normal === 'than' && words[index - 1]?.normal === 'other') return true
    if (normal === 'but') return /^(?:anything|everything|all)$/.test(words[index - 1]?.normal ?? '')
    const listed = normal === ',' || normal === 'or' || normal === 'and' || normal === '/'
    if (listed && isListOfDenied(words, index)) return true
    if (word.kind === 'punctuation' || isSuperlativeWord(word)) return false
    if (!FILLER.has(normal) && normal !== 'or') return false
  }
  return false
}

/** "not Nike or Puma": what the list goes on with is denied as its beginning is. */
function isListOfDenied(words: readonly Word[], joint: number): boolean {
  const before = words[joint - 1]
  if (before === undefined || words[joint]?.normal !== 'or') return false
  return isDeniedBefore(words, joint - 1)
}

/** "why not blue?" wishes it. */
function isQuestion(words: readonly Word[], index: number): boolean {
  return words[index - 1]?.normal === 'why'
}

/** "Nike nahi chahiye". */
function isDeniedBehind(words: readonly Word[], end: number): boolean {
  const [next, after] = [words[end], words[end + 1]]
  return (
    next !== undefined && next.normal === 'no' && next.text.toLowerCase() !== 'no' && after?.normal === 'want'
  )
}

/** Denied words that the catalog does not know: a brand that is not sold here stays unwanted all the same. */
export function excludedWords(
  words: readonly Word[],
  dictionary: Dictionary,
  terms: readonly Term[],
): string[] {
  return words
    .filter(
      ({ kind, lemma, normal, index }) =>
        kind === 'word' &&
        !FILLER.has(normal) &&
        !FILLER.has(lemma) &&
        !NEGATIONS.has(normal) &&
        (dictionary.knows(lemma) || !CUE_WORDS.has(lemma)) &&
        !terms.some(({ start, end }) => index >= start && index < end) &&
        isNegated(words, index, index + 1),
    )
    .map(({ normal }) => normal)
}
