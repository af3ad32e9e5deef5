import { compare } from '../bson/compare.ts'
import type { IndexRange } from '../engine/types.ts'

/** Everything: from the smallest value to the largest. */
export const FULL: IndexRange = { lower: null, upper: null }

export function isFull(ranges: readonly IndexRange[]): boolean {
  const [only] = ranges
  return ranges.length === 1 && only?.lower === null && only.upper === null
}

export function isPoint({ lower, upper }: IndexRange): boolean {
  return (
    lower !== null &&
    upper !== null &&
    lower.inclusive &&
    upper.inclusive &&
    compare(lower.value, upper.value) === 0
  )
}

/** What lies in both lists. */
export function intersect(a: readonly IndexRange[], b: readonly IndexRange[]): IndexRange[] {
  if (isFull(a)) return [...b]
  if (isFull(b)) return [...a]
  const both: IndexRange[] = []
  for (const left of a) {
    for (const right of b) {
      const range = {
        lower: compareLower(left, right) >= 0 ? left.lower : right.lower,
        upper: compareUpper(left, right) <= 0 ? left.upper : right.upper,
      }
      if (!isEmpty(range)) both.push(range)
    }
  }
  return both
}

/** Every value that the ranges leave out; they come in rising order and apart, as `unite` gives them. */
export function complement(ranges: readonly IndexRange[]): IndexRange[] {
  const gaps: IndexRange[] = []
  let lower: IndexRange['lower'] = null
  for (const range of ranges) {
    if (range.lower !== null) gaps.push({ lower, upper: turned(range.lower) })
    if (range.upper === null) return gaps
    lower = turned(range.upper)
  }
  gaps.push({ lower, upper: null })
  return gaps.filter((range) => !isEmpty(range))
}

function turned({ value, inclusive }: NonNullable<IndexRange['lower']>): IndexRange['lower'] {
  return { value, inclusive: !inclusive }
}

/** The same values in rising order, without overlaps. */
export function unite(ranges: readonly IndexRange[]): IndexRange[] {
  const sorted = ranges.filter((range) => !isEmpty(range)).sort(compareLower)
  const united: IndexRange[] = []
  for (const range of sorted) {
    const last = united.at(-1)
    if (last === undefined || isApart(last, range)) united.push(range)
    else if (compareUpper(range, last) > 0)
      united[united.length - 1] = { lower: last.lower, upper: range.upper }
  }
  return united
}

function isEmpty({ lower, upper }: IndexRange): boolean {
  if (lower === null || upper === null) return false
  const order = compare(lower.value, upper.value)
  return order > 0 || (order === 0 && !(lower.inclusive && upper.inclusive))
}

function isApart({ upper }: IndexRange, { lower }: IndexRange): boolean {
  if (upper === null || lower === null) return false
  const order = compare(upper.value, lower.value)
  return order < 0 || (order === 0 && !(upper.inclusive || lower.inclusive))
}

function compareLower(a: IndexRange, b: IndexRange): number {
  if (a.lower === null || b.lower === null) return Number(b.lower === null) - Number(a.lower === null)
  return compare(a.lower.value, b.lower.value) || Number(b.lower.inclusive) - Number(a.lower.inclusive)
}

function compareUpper(a: IndexRange, b: IndexRange): number {
  if (a.upper === null || b.upper === null) return Number(a.upper === null) - Number(b.upper === null)
  return compare(a.upper.value, b.upper.value) || Number(a.upper.inclusive) - Number(b.upper.inclusive)
}
