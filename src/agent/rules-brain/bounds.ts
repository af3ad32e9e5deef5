import type { Figure } from './figures.ts'
import {
  AROUND_WORDS,
  CURRENCY_WORDS,
  DENIED_UPPER_WORDS,
  LOWER_BOUND_WORDS,
  UPPER_BOUND_WORDS,
} from './lexicon.ts'
import type { Word } from './words.ts'

/** "up to 3" of a cart line counts, "up to 30" is a price. */
const MOST_COUNTED_UP_TO = 20

type Bound = 'upper' | 'lower' | 'around'
const BETWEEN_BOUND_AND_FIGURE = new Set([
  'than',
  'of',
  'to',
  'or',
  '.',
  ',',
  ':',
  'price',
  'at',
  'be',
  'the',
  'a',
  'my',
  'my',
  'cost',
  'for',
  'equal',
  '=',
  ...['expensive', 'costly', 'pricey', 'dear', 'cheap', 'high', 'much', 'price', 'pay', 'spend'],
])

export function boundOf(words: readonly Word[], figure: Figure): Bound | undefined {
  return boundBefore(words, figure) ?? boundBehind(words, figure)
}

function boundBefore(words: readonly Word[], figure: Figure): Bound | undefined {
  for (let index = figure.start - 1; index >= 0 && index >= figure.start - 5; index -= 1) {
    const word = words[index]
    if (word === undefined) break
    const { normal } = word
    const before = words[index - 1]
    const negated = isDenied(words, index)
    if (AROUND_WORDS.has(normal)) return 'around'
    if (normal === 'up' && words[index + 1]?.normal === 'to')
      return figure.money || figure.value > MOST_COUNTED_UP_TO ? 'upper' : undefined
    if (DENIED_UPPER_WORDS.has(normal)) return negated || before?.lemma === 'not' ? 'upper' : 'lower'
    if (UPPER_BOUND_WORDS.has(normal)) {
      if (normal === 'most' && before?.normal !== 'at') return undefined
      if (normal === 'less' && negated) return 'lower'
      return 'upper'
    }
    if (LOWER_BOUND_WORDS.has(normal)) return negated ? 'upper' : 'lower'
    if (!CURRENCY_WORDS.has(normal) && !BETWEEN_BOUND_AND_FIGURE.has(word.lemma)) break
  }
  return undefined
}

const DENIALS = new Set(['no', 'nothing', 'not', "n't", 'without', 'never'])
const BETWEEN_DENIAL_AND_BOUND = new Set([
  'want',
  'to',
  'spend',
  'pay',
  'go',
  'cost',
  'be',
  'should',
  'will',
  'can',
  'anything',
  'look',
])

/** "no more than", "don't want to spend more than". */
function isDenied(words: readonly Word[], bound: number): boolean {
  for (let index = bound - 1; index >= 0 && index >= bound - 5; index -= 1) {
    const word = words[index]
    if (word === undefined || DENIALS.has(word.normal)) return word !== undefined
    if (!BETWEEN_DENIAL_AND_BOUND.has(word.lemma)) return false
  }
  return false
}

const JOINTS_BEHIND = new Set(['se', 'or', 'ke', 'and', 'ka', 'ki', 'is', 'the', 'in', 'my', 'as'])

/** Hinglish and casual English put the bound behind: "5000 se under", "4k max", "2000 or less", "3000 budget". */
function boundBehind(words: readonly Word[], figure: Figure): Bound | undefined {
  let index = figure.end
  while (CURRENCY_WORDS.has(words[index]?.normal ?? '') || ['/', '-'].includes(words[index]?.text ?? ''))
    index += 1
  const joint = words[index]
  const candidate = JOINTS_BEHIND.has(joint?.normal ?? '') ? words[index + 1] : joint
  if (candidate === undefined) return undefined
  const { normal } = candidate
  if (
    [
      'under',
      'upto',
      'max',
      'maximum',
      'less',
      'below',
      'budget',
      'tops',
      'within',
      'lower',
      'cheaper',
    ].includes(normal)
  )
    return 'upper'
  if (normal === '+' || ['minimum', 'min', 'upwards'].includes(normal)) return 'lower'
  if (normal === 'above' || normal === 'plus') return 'lower'
  if (candidate !== joint && ['more', 'over', 'up', 'higher', 'onwards'].includes(normal)) return 'lower'
  return ['ish', 'approx', 'approximately', 'roughly', 'around'].includes(normal) ? 'around' : undefined
}
