import type { Dictionary, Term } from './dictionary.ts'
import { CUE_WORDS } from './intents.ts'
import { FILLER, NEGATIONS } from './lexicon.ts'
import { isSuperlativeWord } from './superlatives.ts'
import type { Word } from './words.ts'

const FARTHEST = 5
/** After these a "not" denies no product: "don't you have …", "can't find …". */
const OTHERWISE_DENIED = new Set([
  'care',
  'mind',
  'matter',
  'wait',
  'sorry',
  'you',
  'find',
  'see',
  'know',
  'sure',
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
    if (NEGATIONS.has(normal))
      return (
        !OTHERWISE_DENIED.has(after?.normal ?? '') && !isQuestion(words, index) && !deniesVerb(words, index)
      )
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

const AUXILIARIES = new Set(['do', 'will', 'can', 'could', 'would', 'should'])
const WISHING = new Set(['want', 'need', 'like', 'have', 'include', 'show', 'get', 'care'])

/** "that don't fall out", "won't slip": what something does not do is no product that is unwanted. */
export function deniesVerb(words: readonly Word[], negation: number): boolean {
  const denied = words[negation]?.normal ?? ''
  const before = words[negation - 1]?.lemma ?? ''
  const auxiliary = AUXILIARIES.has(before) || (before !== 'be' && /n't$|^cannot$/.test(denied))
  const verb = words[negation + 1]
  return (
    auxiliary &&
    verb !== undefined &&
    verb.kind === 'word' &&
    !WISHING.has(verb.lemma) &&
    !FILLER.has(verb.normal) &&
    words.slice(0, negation).some(({ normal }) => /^(?:that|which|who|it|they|so)$/.test(normal))
  )
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
