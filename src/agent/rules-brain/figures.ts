import { CURRENCY_WORDS, MULTIPLIERS, NUMBER_WORDS } from './lexicon.ts'
import type { Word } from './words.ts'

/** A bare number from here on is money: nobody buys so many, and no size is so large. */
export const MONEY_FROM = 100

export interface Figure {
  readonly value: number
  readonly start: number
  readonly end: number
  readonly money: boolean
  readonly multiplier: number | undefined
}

export function figuresOf(words: readonly Word[], used: ReadonlySet<number>): Figure[] {
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
export function sharedMultiplier(words: readonly Word[], figures: readonly Figure[]): Figure[] {
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

export function isRange(words: readonly Word[], figure: Figure, next: Figure | undefined): boolean {
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
