import { Binary, BSONRegExp, Code, Double, MaxKey, MinKey, ObjectId, Timestamp } from 'bson'
import { BsonUndefined, type Value } from '../bson/document.ts'
import { isNaNNumber, isNumber } from '../bson/numbers.ts'
import type { IndexRange } from '../engine/types.ts'
import { isTrue } from '../query/matcher.ts'
import type { Predicate } from './predicates.ts'
import { complement, FULL, intersect, unite } from './ranges.ts'

/** What an index can do with strings: a collation's order is not that of its keys, so it finds single values only. */
export interface BoundsContext {
  readonly collated: boolean
  /** Some document has an array there, which stands in the index by its elements. */
  readonly multikey: boolean
}

/** The ranges that hold every value for which the predicate is true; undefined where an index does not narrow it down. */
export function boundsOf(
  { conditions }: Predicate,
  context: BoundsContext,
): readonly IndexRange[] | undefined {
  let bounds: readonly IndexRange[] | undefined
  for (const [operator, argument] of conditions) {
    const ranges = boundsOfOne(operator, argument, context)
    if (ranges !== undefined) bounds = bounds === undefined ? ranges : intersect(bounds, ranges)
  }
  return bounds
}

function boundsOfOne(operator: string, argument: Value, context: BoundsContext): IndexRange[] | undefined {
  switch (operator) {
    case '$eq':
      return equal(argument, context)
    case '$in': {
      if (!Array.isArray(argument)) return undefined
      const lists = argument.map((item) => equal(item, context))
      return lists.includes(undefined) ? undefined : unite(lists.flatMap((list) => list ?? []))
    }
    case '$gt':
    case '$gte':
    case '$lt':
    case '$lte':
      return ordered(operator, argument, context)
    case '$ne':
      return without([argument], context)
    case '$nin':
      return Array.isArray(argument) ? without(argument, context) : undefined
    case '$exists':
      return isTrue(argument) ? undefined : [point(null)]
    default:
      return undefined
  }
}

function point(value: Value): IndexRange {
  return { lower: { value, inclusive: true }, upper: { value, inclusive: true } }
}

function equal(value: Value, context: BoundsContext): IndexRange[] | undefined {
  if (value === null) return [point(new BsonUndefined()), point(null)]
  if (value instanceof BSONRegExp) return context.collated ? undefined : regexRanges(value)
  // the whole array is a key of its own only within another array; else its first element leads to it
  if (Array.isArray(value)) return unite([point(value[0] ?? new BsonUndefined()), point(value)])
  if (context.collated && value instanceof Map) return undefined
  return [point(value)]
}

/** What is left without some single values. An array that has none of them still has keys, or is an empty one. */
function without(values: readonly Value[], context: BoundsContext): IndexRange[] | undefined {
  const awkward = values.some(
    (value) =>
      Array.isArray(value) ||
      value instanceof BSONRegExp ||
      (value === null && context.multikey) ||
      (context.collated && (typeof value === 'string' || value instanceof Map)),
  )
  if (awkward || values.length === 0) return undefined
  return complement(unite(values.flatMap((value) => equal(value, context) ?? [])))
}

function ordered(
  operator: '$gt' | '$gte' | '$lt' | '$lte',
  value: Value,
  context: BoundsContext,
): IndexRange[] | undefined {
  if (value === null) return operator === '$gte' || operator === '$lte' ? equal(null, context) : undefined
  if (context.collated && (typeof value === 'string' || value instanceof Map)) return undefined
  if (isNumber(value) && isNaNNumber(value))
    return operator === '$gte' || operator === '$lte' ? [point(value)] : []
  const bracket = bracketOf(value)
  if (bracket === undefined) return undefined
  const bound = { value, inclusive: operator === '$gte' || operator === '$lte' }
  const above = operator === '$gt' || operator === '$gte'
  return [above ? { lower: bound, upper: bracket.upper } : { lower: bracket.lower, upper: bound }]
}

/** The values of one type: an order comparison never leaves them. */
function bracketOf(value: Value): IndexRange | undefined {
  if (isNumber(value))
    return between(new Double(Number.NEGATIVE_INFINITY), new Double(Number.POSITIVE_INFINITY), true)
  if (typeof value === 'string') return STRINGS
  if (typeof value === 'boolean') return between(false, true, true)
  if (value instanceof Date) return between(new Date(-8.64e15), new Date(8.64e15), true)
  if (value instanceof ObjectId)
    return between(new ObjectId('0'.repeat(24)), new ObjectId('f'.repeat(24)), true)
  if (value instanceof Map) return between(new Map(), [], false)
  if (value instanceof Timestamp) return between(Timestamp.fromBits(0, 0), Timestamp.fromBits(-1, -1), true)
  if (value instanceof Binary)
    return between(new Binary(new Uint8Array(0), 0), new ObjectId('0'.repeat(24)), false)
  if (value instanceof MinKey || value instanceof MaxKey || value instanceof Code) return undefined
  return undefined
}

function between(lower: Value, upper: Value, inclusive: boolean): IndexRange {
  return { lower: { value: lower, inclusive: true }, upper: { value: upper, inclusive } }
}

const STRINGS: IndexRange = between('', new Map(), false)

/** Strings with the prefix that a regular expression demands, and the expression itself as a value. */
function regexRanges(regex: BSONRegExp): IndexRange[] {
  const prefix = regex.options === '' ? prefixOf(regex.pattern) : ''
  const next = nextAfter(prefix)
  const strings = next === undefined ? STRINGS : between(prefix, next, false)
  return [strings, point(regex)]
}

const META = /[\\^$.|?*+()[\]{}]/

/** The literal text that every match of a pattern begins with; empty when it demands none. */
function prefixOf(pattern: string): string {
  if (!pattern.startsWith('^') || pattern.includes('|')) return ''
  let prefix = ''
  for (let at = 1; at < pattern.length; at += 1) {
    let character = pattern[at] ?? ''
    if (character === '\\' && /[^\w\s]/.test(pattern[at + 1] ?? '')) {
      at += 1
      character = pattern[at] ?? ''
    } else if (META.test(character)) {
      // a quantifier that allows none takes back the character before it
      return /[?*{]/.test(character) ? prefix.slice(0, -1) : prefix
    }
    prefix += character
  }
  return prefix
}

function nextAfter(prefix: string): string | undefined {
  const last = prefix.charCodeAt(prefix.length - 1)
  // beyond plain ASCII the next code unit may not be the next character
  if (prefix === '' || Number.isNaN(last) || last >= 127) return undefined
  return prefix.slice(0, -1) + String.fromCharCode(last + 1)
}

/** All values: what an index offers for a field that nothing is known of. */
export const UNBOUNDED: readonly IndexRange[] = [FULL]
