import { BSONRegExp, Decimal128, Double, Int32, Long, MaxKey, MinKey, ObjectId, Timestamp } from 'bson'
import { BsonUndefined, type Value } from '../bson/document.ts'
import type { IndexRange } from '../engine/types.ts'

/** The ranges of one field as `indexBounds` shows them, in the order in which they are read. */
export function boundsInWords(ranges: readonly IndexRange[] | undefined, descending: boolean): string[] {
  const words = (ranges ?? [{ lower: null, upper: null }]).map(({ lower, upper }) => {
    const open = lower === null || lower.inclusive ? '[' : '('
    const close = upper === null || upper.inclusive ? ']' : ')'
    const from = lower === null ? 'MinKey' : inWords(lower.value)
    const to = upper === null ? 'MaxKey' : inWords(upper.value)
    return descending
      ? `${close === ']' ? '[' : '('}${to}, ${from}${open === '[' ? ']' : ')'}`
      : `${open}${from}, ${to}${close}`
  })
  return descending ? words.reverse() : words
}

function inWords(value: Value): string {
  if (value instanceof Int32) return String(value.value)
  if (value instanceof Double) return doubleInWords(value.value)
  if (value instanceof Timestamp)
    return `Timestamp(${value.getHighBitsUnsigned()}, ${value.getLowBitsUnsigned()})`
  if (value instanceof Long) return value.toString()
  if (value instanceof Decimal128) return `NumberDecimal("${value.toString()}")`
  if (typeof value === 'string') return JSON.stringify(value)
  if (value instanceof ObjectId) return `ObjectId('${value.toHexString()}')`
  if (value instanceof Date) return `new Date(${value.getTime()})`
  if (value instanceof BsonUndefined) return 'undefined'
  if (value instanceof MinKey) return 'MinKey'
  if (value instanceof MaxKey) return 'MaxKey'
  if (value instanceof BSONRegExp) return `/${value.pattern}/${value.options}`
  if (value instanceof Map)
    return value.size === 0
      ? '{}'
      : `{ ${[...value].map(([name, inner]) => `${name}: ${inWords(inner)}`).join(', ')} }`
  if (Array.isArray(value)) return value.length === 0 ? '[]' : `[ ${value.map(inWords).join(', ')} ]`
  return String(value)
}

function doubleInWords(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return 'inf.0'
  if (value === Number.NEGATIVE_INFINITY) return '-inf.0'
  return Number.isInteger(value) ? `${value}.0` : String(value)
}
