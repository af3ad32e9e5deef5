import type { Dictionary } from './dictionary.ts'
import {
  AROUND_WORDS,
  CURRENCY_WORDS,
  LOWER_BOUND_WORDS,
  MULTIPLIERS,
  NUMBER_WORDS,
  ORDINAL_WORDS,
  SIZE_WORDS,
  UPPER_BOUND_WORDS,
} from './lexicon.ts'
import type { Word } from './words.ts'

/** What the numbers of an utterance stand for, and which words they took. */
export interface Quantities {
  /** In major units, as the customer speaks. */
  readonly minPrice: number | undefined
  readonly maxPrice: number | undefined
  readonly size: string | undefined
  /** 1 for the first of what was shown, -1 for the last. */
  readonly ordinals: readonly number[]
  readonly quantity: number | undefined
  /** Numbers that nothing around them explains. */
  readonly bare: readonly number[]
  /** Indexes of the words that were used. */
  readonly used: ReadonlySet<number>
}

interface Figure {
  readonly value: number
  readonly start: number
  readonly end: number
  readonly money: boolean
}

const AROUND_SPREAD = 0.2
/** A bare number from here on is money: nobody buys so many, and no size is so large. */
const MONEY_FROM = 100
const MOST_PIECES = 99

/** Tells prices, sizes, ordinals and counts apart by the words beside each number. */
export function quantitiesOf(words: readonly Word[], dictionary: Dictionary): Quantities {
  const used = new Set<number>()
  const size = takeSize(words, dictionary, used)
  const ordinals = takeOrdinals(words, used)
  const figures = figuresOf(words, used)
  let minPrice: number | undefined
  let maxPrice: number | undefined
  let quantity: number | undefined
  const bare: number[] = []
  for (const [position, figure] of figures.entries()) {
    const bound = boundBefore(words, figure)
    const previous = figures[position - 1]
    const opensRange = isRangeStart(words, figure, figures[position + 1])
    const closesRange = previous !== undefined && isRangeStart(words, previous, figure)
    const money = figure.money || figure.value >= MONEY_FROM
    if (opensRange) minPrice = figure.value
    else if (closesRange) maxPrice = figure.value
    else if (bound === 'around') {
      minPrice = Math.round(figure.value * (1 - AROUND_SPREAD))
      maxPrice = Math.round(figure.value * (1 + AROUND_SPREAD))
    } else if (bound === 'upper') maxPrice = figure.value
    else if (bound === 'lower' && (money || figure.value > 20)) minPrice = figure.value
    else if (money) maxPrice = figure.value
    else if (quantity === undefined && isCount(words, figure)) quantity = figure.value
    else {
      bare.push(figure.value)
      continue
    }
    for (let index = figure.start; index < figure.end; index += 1) used.add(index)
  }
  if (quantity === undefined && words.some(({ lemma }) => lemma === 'couple' || lemma === 'both'))
    quantity = 2
  return { minPrice, maxPrice, size, ordinals, quantity, bare, used }
}

function takeSize(words: readonly Word[], dictionary: Dictionary, used: Set<number>): string | undefined {
  for (const [index, word] of words.entries()) {
    if (word.lemma === 'size') {
      const after = words[index + 1]
      const next =
        after?.lemma === 'be' || after?.normal === 'no' || after?.normal === 'number' ? index + 2 : index + 1
      const value = words[next]
      const named = value === undefined ? undefined : sizeNamed(value, dictionary)
      if (named !== undefined) {
        used.add(index).add(next)
        return named
      }
      const before = words[index - 1]
      const ahead = before === undefined ? undefined : sizeNamed(before, dictionary)
      if (ahead !== undefined) {
        used.add(index).add(index - 1)
        return ahead
      }
    }
    const system = word.normal === 'uk' || word.normal === 'us' || word.normal === 'eu'
    const number = words[index + 1]
    if (system && number?.kind === 'number') {
      used.add(index).add(index + 1)
      return dictionary.size(`${word.text} ${number.text}`) ?? dictionary.size(number.text) ?? number.text
    }
  }
  for (const [index, word] of words.entries()) {
    const letters = /^(?:xxs|xs|s|m|l|xl|xxl|xxxl|\dxl)$/i.test(word.text) && word.text.length <= 4
    const apostrophe = words[index - 1]?.text.endsWith("'") ?? false
    const spelt = SIZE_WORDS.get(word.normal)
    const known =
      letters && !apostrophe
        ? dictionary.size(word.text)
        : spelt === undefined
          ? undefined
          : dictionary.size(spelt)
    if (known !== undefined) {
      used.add(index)
      return known
    }
  }
  return undefined
}

/** The size that a word names: as the catalog spells it where it has it, else as the customer does. */
function sizeNamed(word: Word, dictionary: Dictionary): string | undefined {
  const spelt = SIZE_WORDS.get(word.normal)
  if (spelt !== undefined) return dictionary.size(spelt) ?? spelt
  const known = dictionary.size(word.text)
  if (known !== undefined) return known
  if (word.kind === 'number') return word.text
  return /^(?:xxs|xs|s|m|l|xl|xxl|xxxl)$/i.test(word.text) ? word.text.toUpperCase() : undefined
}

function takeOrdinals(words: readonly Word[], used: Set<number>): number[] {
  const ordinals: number[] = []
  for (const [index, word] of words.entries()) {
    const named = ORDINAL_WORDS.get(word.normal)
    const previous = words[index - 1]
    if (named !== undefined && !isOrderWord(words[index + 1])) {
      ordinals.push(named)
      used.add(index)
    } else if (word.kind === 'number' && (previous?.text === '#' || isNumberWord(previous))) {
      const value = Number(word.normal)
      if (Number.isInteger(value) && value >= 1 && value <= MOST_PIECES) {
        ordinals.push(value)
        used.add(index).add(index - 1)
      }
    } else if (/^#\d{1,2}$/.test(word.text)) {
      ordinals.push(Number(word.text.slice(1)))
      used.add(index)
    }
  }
  return ordinals
}

function isNumberWord(word: Word | undefined): boolean {
  return word !== undefined && (word.normal === 'number' || word.normal === 'option' || word.normal === 'no')
}

function isOrderWord(word: Word | undefined): boolean {
  return word?.lemma === 'order'
}

function figuresOf(words: readonly Word[], used: ReadonlySet<number>): Figure[] {
  const figures: Figure[] = []
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index]
    if (word === undefined || used.has(index)) continue
    const written = writtenNumber(word)
    const value = written ?? spokenNumber(words, index)
    if (value === undefined) continue
    const multiplier = MULTIPLIERS.get(words[index + 1]?.normal ?? '')
    const end = multiplier === undefined ? index + 1 : index + 2
    const currencyBefore =
      CURRENCY_WORDS.has(words[index - 1]?.normal ?? '') || isCurrencyAbbreviation(words, index)
    const currencyAfter = CURRENCY_WORDS.has(words[end]?.normal ?? '')
    figures.push({
      value: value * (multiplier ?? 1),
      start: index,
      end,
      money: multiplier !== undefined || currencyBefore || currencyAfter,
    })
    index = end - 1
  }
  return figures
}

/** `Rs.` can arrive as two words, the second of which is the dot. */
function isCurrencyAbbreviation(words: readonly Word[], index: number): boolean {
  return words[index - 1]?.text === '.' && CURRENCY_WORDS.has(words[index - 2]?.normal ?? '')
}

function writtenNumber(word: Word): number | undefined {
  const match = /^(\d+(?:,\d+)*(?:\.\d+)?)(k)?$/i.exec(word.normal)
  if (match === null || match[1] === undefined) return undefined
  const value = Number(match[1].replaceAll(',', ''))
  return Number.isFinite(value) ? value * (match[2] === undefined ? 1 : 1000) : undefined
}

function spokenNumber(words: readonly Word[], index: number): number | undefined {
  const word = words[index]
  const value = word === undefined ? undefined : NUMBER_WORDS.get(word.normal)
  if (value === undefined) return undefined
  // "a" and "one" are articles and pronouns far more often than counts
  if (value === 1 && words[index + 1]?.lemma !== 'piece' && words[index + 1]?.lemma !== 'pair')
    return undefined
  return value
}

function boundBefore(words: readonly Word[], figure: Figure): 'upper' | 'lower' | 'around' | undefined {
  for (let index = figure.start - 1; index >= 0 && index >= figure.start - 4; index -= 1) {
    const word = words[index]
    if (word === undefined) break
    if (AROUND_WORDS.has(word.normal)) return 'around'
    const negated = words[index - 1]?.normal === 'no' || words[index - 1]?.normal === 'not'
    if (UPPER_BOUND_WORDS.has(word.normal))
      return word.normal === 'most' && words[index - 1]?.normal !== 'at' ? undefined : 'upper'
    if (LOWER_BOUND_WORDS.has(word.normal)) return negated ? 'upper' : 'lower'
    const skipped =
      CURRENCY_WORDS.has(word.normal) || ['than', 'of', 'to', '.', 'price', 'at', 'is'].includes(word.normal)
    if (!skipped) break
  }
  const next = words[figure.end]
  const afterCurrency = CURRENCY_WORDS.has(next?.normal ?? '') ? words[figure.end + 1] : next
  const beyond = words[(afterCurrency?.index ?? figure.end) + 1]
  // Hinglish and casual English put the bound behind: "5000 se under", "4k max", "2000 or less"
  const candidate =
    afterCurrency?.normal === 'se' || afterCurrency?.normal === 'or' || afterCurrency?.normal === 'ke'
      ? beyond
      : afterCurrency
  if (
    candidate !== undefined &&
    ['under', 'upto', 'max', 'maximum', 'less', 'below'].includes(candidate.normal)
  )
    return 'upper'
  if (
    candidate !== undefined &&
    afterCurrency !== candidate &&
    ['more', 'above', 'over'].includes(candidate.normal)
  )
    return 'lower'
  return undefined
}

function isRangeStart(words: readonly Word[], figure: Figure, next: Figure | undefined): boolean {
  if (next === undefined) return false
  const between = words
    .slice(figure.end, next.start)
    .filter(({ normal }) => !CURRENCY_WORDS.has(normal) && normal !== '.')
  if (between.length !== 1) return false
  const joint = between[0]?.normal ?? ''
  if (joint === '-' || joint === '–' || joint === 'to') return figure.value < next.value
  const opener = words[figure.start - 1]
  const before = CURRENCY_WORDS.has(opener?.normal ?? '') ? words[figure.start - 2] : opener
  return joint === 'and' && before?.normal === 'between'
}

function isCount(words: readonly Word[], figure: Figure): boolean {
  return (
    Number.isInteger(figure.value) &&
    figure.value >= 1 &&
    figure.value <= MOST_PIECES &&
    words[figure.start - 1]?.normal !== '.'
  )
}
