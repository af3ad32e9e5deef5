import { boundOf } from './bounds.ts'
import type { Dictionary } from './dictionary.ts'
import { type Figure, figuresOf, isRange, MONEY_FROM, sharedMultiplier } from './figures.ts'
import { CURRENCY_WORDS } from './lexicon.ts'
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

const AROUND_SPREAD = 0.2
const MOST_PIECES = 99
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
