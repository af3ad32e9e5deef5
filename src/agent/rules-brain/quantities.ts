import type { Dictionary } from './dictionary.ts'
import {
  AROUND_WORDS,
  CURRENCY_WORDS,
  DENIED_UPPER_WORDS,
  LOWER_BOUND_WORDS,
  MULTIPLIERS,
  NUMBER_WORDS,
  UPPER_BOUND_WORDS,
} from './lexicon.ts'
import { takeOrdinals } from './ordinals.ts'
import { takeSize } from './sizes.ts'
import type { Word } from './words.ts'

/** What the numbers of an utterance stand for, and which words they took. */
export interface Quantities {
  /** In major units, as the customer speaks. */
  readonly minPrice: number | undefined
  readonly maxPrice: number | undefined
  /** The amount of an "around": `minPrice` and `maxPrice` lie on both sides of it. */
  readonly around: number | undefined
  readonly minRating: number | undefined
  readonly size: string | undefined
  /** 1 for the first of what was shown, -1 for the last. */
  readonly ordinals: readonly number[]
  readonly quantity: number | undefined
  /** Numbers that nothing around them explains. */
  readonly bare: readonly number[]
  readonly percent: number | undefined
  /** Indexes of the words that were used. */
  readonly used: ReadonlySet<number>
}

interface Figure {
  readonly value: number
  readonly start: number
  readonly end: number
  readonly money: boolean
  readonly multiplier: number | undefined
}

const AROUND_SPREAD = 0.2
/** A bare number from here on is money: nobody buys so many, and no size is so large. */
const MONEY_FROM = 100
const MOST_PIECES = 99
/** "up to 3" of a cart line counts, "up to 30" is a price. */
const MOST_COUNTED_UP_TO = 20
const MOST_STARS = 5

/** Tells prices, sizes, ordinals and counts apart by the words beside each number. */
export function quantitiesOf(
  words: readonly Word[],
  dictionary: Dictionary,
  taken: ReadonlySet<number> = new Set(),
): Quantities {
  const used = new Set<number>(taken)
  const size = takeSize(words, dictionary, used)
  const ordinals = takeOrdinals(words, used)
  const figures = sharedMultiplier(words, figuresOf(words, used))
  let minPrice: number | undefined
  let maxPrice: number | undefined
  let around: number | undefined
  let quantity: number | undefined
  let minRating: number | undefined
  let percent: number | undefined
  const bare: number[] = []
  for (const [position, figure] of figures.entries()) {
    const { value } = figure
    const bound = boundOf(words, figure)
    const previous = figures[position - 1]
    const money = figure.money || value >= MONEY_FROM
    if (isPercent(words, figure)) percent = value
    else if (isRating(words, figure)) minRating = value
    else if (isRange(words, figure, figures[position + 1])) minPrice = value
    else if (previous !== undefined && isRange(words, previous, figure)) maxPrice = value
    else if (bound === 'around' && (money || value > 20)) {
      around = value
      minPrice = Math.round(value * (1 - AROUND_SPREAD))
      maxPrice = Math.round(value * (1 + AROUND_SPREAD))
    } else if (bound === 'upper') maxPrice = value
    else if (bound === 'lower' && (money || value > 20)) minPrice = value
    else if (money) maxPrice = value
    else if (quantity === undefined && isCount(figure)) {
      if (isCounted(words, figure) && !isApart(words, figure)) quantity = value
      else bare.push(value)
    } else {
      bare.push(value)
      continue
    }
    markUsed(words, figure, used)
  }
  for (const [index, { lemma, normal }] of words.entries()) {
    if (CURRENCY_WORDS.has(normal)) used.add(index)
    if (quantity === undefined && (lemma === 'couple' || normal === 'both')) quantity = 2
  }
  const own = new Set([...used].filter((index) => !taken.has(index)))
  return { minPrice, maxPrice, around, minRating, size, ordinals, quantity, bare, percent, used: own }
}

function markUsed(words: readonly Word[], figure: Figure, used: Set<number>): void {
  for (let index = figure.start; index < figure.end; index += 1) used.add(index)
  if (words[figure.start - 1]?.text === '.') used.add(figure.start - 1)
}

function figuresOf(words: readonly Word[], used: ReadonlySet<number>): Figure[] {
  const figures: Figure[] = []
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index]
    if (word === undefined || used.has(index)) continue
    const value = writtenNumber(word) ?? spokenNumber(words, index)
    if (value === undefined) continue
    const factors = [words[index + 1], words[index + 2]].map((next) => MULTIPLIERS.get(next?.normal ?? ''))
    const [first, second] = factors
    const multiplier = first === undefined ? undefined : first * (second ?? 1)
    const end =
      index + 1 + (first === undefined ? 0 : 1) + (first !== undefined && second !== undefined ? 1 : 0)
    const inCurrency =
      CURRENCY_WORDS.has(words[index - 1]?.normal ?? '') ||
      (words[index - 1]?.text === '.' && CURRENCY_WORDS.has(words[index - 2]?.normal ?? '')) ||
      CURRENCY_WORDS.has(words[end]?.normal ?? '') ||
      (words[end]?.text === '/' && words[end + 1]?.text === '-')
    figures.push({
      value: value * (multiplier ?? 1),
      start: index,
      end,
      money: multiplier !== undefined || inCurrency || /k$/i.test(word.normal),
      multiplier,
    })
    index = end - 1
  }
  return figures
}

/** "between 2 and 3k", "2-3k": the thousand belongs to both. */
function sharedMultiplier(words: readonly Word[], figures: readonly Figure[]): Figure[] {
  return figures.map((figure, position) => {
    const next = figures[position + 1]
    const lent =
      next?.multiplier !== undefined &&
      figure.multiplier === undefined &&
      figure.value < next.value / next.multiplier
    if (!lent || next?.multiplier === undefined) return figure
    const scaled = { ...figure, value: figure.value * next.multiplier, money: true }
    return isRange(words, scaled, next) ? scaled : figure
  })
}

function writtenNumber(word: Word): number | undefined {
  const match = /^(\d+(?:,\d+)*(?:\.\d+)?)(k)?\+?$/i.exec(word.normal)
  if (match === null || match[1] === undefined) return undefined
  const value = Number(match[1].replaceAll(',', ''))
  return Number.isFinite(value) ? value * (match[2] === undefined ? 1 : 1000) : undefined
}

function spokenNumber(words: readonly Word[], index: number): number | undefined {
  const word = words[index]
  if (word === undefined) return undefined
  if (/^x\d$/i.test(word.text) && !word.real) return Number(word.text.slice(1))
  const value = NUMBER_WORDS.get(word.normal)
  if (value === undefined) return undefined
  const next = words[index + 1]
  const counts =
    next !== undefined &&
    ['piece', 'unit', 'more', 'less', 'of', 'thousand', 'hundred', 'lakh'].includes(next.lemma)
  // "a" and "one" are articles and pronouns far more often than counts
  const article = word.normal === 'a' || word.normal === 'an'
  if (value === 1 && !counts && word.normal !== 'single') return undefined
  if (article && next?.normal === 'of') return undefined
  if (value === 1 && (word.normal === 'a' || word.normal === 'an') && next?.lemma === 'more') return undefined
  if (word.normal === 'both') return undefined
  return value
}

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
])

function boundOf(words: readonly Word[], figure: Figure): Bound | undefined {
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
  if (candidate !== joint && ['more', 'above', 'over', 'up', 'higher'].includes(normal)) return 'lower'
  return ['ish', 'approx', 'approximately', 'roughly', 'around'].includes(normal) ? 'around' : undefined
}

function isRange(words: readonly Word[], figure: Figure, next: Figure | undefined): boolean {
  if (next === undefined || figure.value >= next.value) return false
  const between = words
    .slice(figure.end, next.start)
    .filter(({ normal }) => !CURRENCY_WORDS.has(normal) && normal !== '.')
  if (between.length !== 1) return false
  const joint = between[0]?.normal ?? ''
  const money = next.money || next.value >= MONEY_FROM
  if (['-', '–', '—', 'to', 'se', 'till', 'upto'].includes(joint)) return money
  const near = words.slice(Math.max(0, figure.start - 4), figure.start)
  return (
    (joint === 'and' || joint === 'aur') &&
    near.some(({ normal }) => normal === 'between' || normal === 'from')
  )
}

function isPercent(words: readonly Word[], { end }: Figure): boolean {
  const next = words[end]
  return next?.text === '%' || ['percent', 'percentage', 'pct'].includes(next?.normal ?? '')
}

/** "rated above 4", "4 stars". */
function isRating(words: readonly Word[], { value, start, end, money }: Figure): boolean {
  if (money || value > MOST_STARS) return false
  if (words.slice(end, end + 3).some(({ lemma }) => lemma === 'star')) return true
  return words
    .slice(Math.max(0, start - 4), end + 3)
    .some(({ normal }) => /^(?:rated|rating|ratings)$/.test(normal))
}

function isCount({ value }: Figure): boolean {
  return Number.isInteger(value) && value >= 1 && value <= MOST_PIECES
}

/** "…, grey, 8": a number that stands by itself in a list may be anything. */
function isApart(words: readonly Word[], { start, end }: Figure): boolean {
  const [before, after] = [words[start - 1], words[end]]
  return before?.text === ',' && (after === undefined || after.kind === 'punctuation')
}

/** A clock time, a duration or a rank is no count of things. */
function isCounted(words: readonly Word[], { end }: Figure): boolean {
  return !/^(?:day|hour|hr|minute|min|week|month|year|am|pm|o'clock|inch|gb|tb|mp|mm|cm|ml)$/.test(
    words[end]?.lemma ?? '',
  )
}
