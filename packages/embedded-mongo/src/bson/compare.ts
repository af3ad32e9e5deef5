import {
  Binary,
  BSONRegExp,
  BSONSymbol,
  Code,
  Decimal128,
  Double,
  Int32,
  type Long,
  MaxKey,
  MinKey,
  ObjectId,
  Timestamp,
} from 'bson'
import type { Collation } from './collation.ts'
import { fromDecimal128 } from './decimal.ts'
import { BsonUndefined, DbPointer, type Doc, type Value } from './document.ts'
import { compareNumbers, toBigInt, toExactDecimal } from './numbers.ts'
import { isNumber } from './types.ts'

/**
 * The place of a value's type in MongoDB's order of types (source: its manual, "Comparison/Sort Order"). Types
 * with one number are compared by value.
 */
export function typeBracket(value: Value | undefined): number {
  if (value === undefined) return 2
  if (typeof value === 'string' || value instanceof BSONSymbol) return 5
  if (isNumber(value)) return 4
  if (value === null) return 3
  if (typeof value === 'boolean') return 10
  if (value instanceof Map) return 6
  if (Array.isArray(value)) return 7
  if (value instanceof ObjectId) return 9
  if (value instanceof Date) return 11
  if (value instanceof Binary) return 8
  if (value instanceof Timestamp) return 12
  if (value instanceof BsonUndefined) return 2
  if (value instanceof BSONRegExp) return 13
  if (value instanceof DbPointer) return 14
  if (value instanceof Code) return value.scope === null || value.scope === undefined ? 15 : 16
  if (value instanceof MinKey) return 1
  return value instanceof MaxKey ? 17 : 0
}

function text(value: string | BSONSymbol): string {
  return typeof value === 'string' ? value : value.value
}

/** By UTF-8 bytes, as MongoDB compares without a collation; UTF-16 order differs only beyond the surrogates. */
function compareText(a: string, b: string, collation: Collation | undefined): number {
  if (collation !== undefined) return collation.compare(a, b)
  if (a === b) return 0
  const length = Math.min(a.length, b.length)
  for (let index = 0; index < length; index += 1) {
    const left = a.charCodeAt(index)
    const right = b.charCodeAt(index)
    if (left === right) continue
    const leftHigh = left >= 0xd800 && left <= 0xdfff
    const rightHigh = right >= 0xd800 && right <= 0xdfff
    return leftHigh === rightHigh ? left - right : leftHigh ? 1 : -1
  }
  return a.length - b.length
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  return Buffer.compare(a, b)
}

/** Compares two values in MongoDB's total order; `undefined` is a missing field, which sorts with BSON's undefined. */
export function compare(a: Value | undefined, b: Value | undefined, collation?: Collation): number {
  const left = typeBracket(a)
  const right = typeBracket(b)
  if (left !== right) return left - right
  if (isNumber(a) && isNumber(b)) return compareNumbers(a, b)
  if (
    (typeof a === 'string' || a instanceof BSONSymbol) &&
    (typeof b === 'string' || b instanceof BSONSymbol)
  ) {
    return compareText(text(a), text(b), collation)
  }
  if (a instanceof Map && b instanceof Map) return compareDocs(a, b, collation)
  if (Array.isArray(a) && Array.isArray(b)) return compareArrays(a, b, collation)
  if (a instanceof ObjectId && b instanceof ObjectId) return compareBytes(a.id, b.id)
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b)
  if (a instanceof Date && b instanceof Date) return a.getTime() - b.getTime()
  if (a instanceof Binary && b instanceof Binary) {
    return a.length() - b.length() || a.sub_type - b.sub_type || compareBytes(a.value(), b.value())
  }
  if (a instanceof Timestamp && b instanceof Timestamp) return a.compare(b)
  if (a instanceof BSONRegExp && b instanceof BSONRegExp) {
    return compareText(a.pattern, b.pattern, undefined) || compareText(a.options, b.options, undefined)
  }
  if (a instanceof Code && b instanceof Code)
    return compareText(a.code, b.code, undefined) || compareDocs(scopeOf(a), scopeOf(b), undefined)
  if (a instanceof DbPointer && b instanceof DbPointer) {
    return compareText(a.namespace, b.namespace, undefined) || compareBytes(a.id.id, b.id.id)
  }
  return 0
}

function scopeOf({ scope }: Code): Doc {
  return new Map(Object.entries(scope ?? {}))
}

/** Field by field in their order: type, then name, then value; the shorter document first. */
function compareDocs(a: Doc, b: Doc, collation: Collation | undefined): number {
  const right = b.entries()
  for (const [name, value] of a) {
    const other = right.next()
    if (other.done === true) return 1
    const [otherName, otherValue] = other.value
    const order =
      typeBracket(value) - typeBracket(otherValue) ||
      compareText(name, otherName, undefined) ||
      compare(value, otherValue, collation)
    if (order !== 0) return order
  }
  return right.next().done === true ? 0 : -1
}

function compareArrays(a: readonly Value[], b: readonly Value[], collation: Collation | undefined): number {
  const length = Math.min(a.length, b.length)
  for (let index = 0; index < length; index += 1) {
    const order = compare(a[index], b[index], collation)
    if (order !== 0) return order
  }
  return a.length - b.length
}

export function equals(a: Value | undefined, b: Value | undefined, collation?: Collation): boolean {
  return compare(a, b, collation) === 0
}

/** Whether two values are the same to the last bit of their types: 1 and 1.0 are not. */
export function identical(a: Value | undefined, b: Value | undefined): boolean {
  if (a === b) return true
  if (a === undefined || b === undefined) return false
  if (a instanceof Map) {
    if (!(b instanceof Map) || a.size !== b.size) return false
    const right = b.entries()
    for (const [name, value] of a) {
      const other = right.next()
      if (other.done === true || other.value[0] !== name || !identical(value, other.value[1])) return false
    }
    return true
  }
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((value, index) => identical(value, b[index]))
  }
  if (isNumber(a) && isNumber(b)) {
    if (a.constructor !== b.constructor) return false
    if (a instanceof Double && b instanceof Double) return Object.is(a.value, b.value)
    if (a instanceof Decimal128 && b instanceof Decimal128) return compareBytes(a.bytes, b.bytes) === 0
    return compareNumbers(a, b) === 0
  }
  if (a instanceof BSONSymbol !== b instanceof BSONSymbol) return false
  return compare(a, b) === 0
}

/** A text that two values share exactly when they are equal: 1, 1.0, NumberLong(1) and Decimal 1 give the same. */
export function hashKey(value: Value | undefined, collation?: Collation): string {
  if (value === undefined) return 'm'
  if (typeof value === 'string') return `s${collation === undefined ? value : collation.key(value)}`
  if (value === null) return 'z'
  if (value instanceof Int32) return `n${value.value}`
  if (value instanceof ObjectId) return `o${value.toHexString()}`
  if (isNumber(value)) return `n${numberKey(value)}`
  if (typeof value === 'boolean') return value ? 't' : 'f'
  if (value instanceof Date) return `d${value.getTime()}`
  if (value instanceof Map) {
    return `{${[...value].map(([name, inner]) => `${name.length}:${name}${sized(hashKey(inner, collation))}`).join('')}}`
  }
  if (Array.isArray(value)) return `[${value.map((inner) => sized(hashKey(inner, collation))).join('')}]`
  if (value instanceof Binary) return `b${value.sub_type}:${Buffer.from(value.value()).toString('base64')}`
  if (value instanceof Timestamp) return `T${value.toString()}`
  if (value instanceof BSONSymbol) return `s${value.value}`
  if (value instanceof BSONRegExp) return `r${sized(value.pattern)}${value.options}`
  if (value instanceof Code) return `c${sized(value.code)}${value.scope ? hashKey(scopeOf(value)) : ''}`
  if (value instanceof DbPointer) return `p${value.namespace}:${value.id.toHexString()}`
  if (value instanceof BsonUndefined) return 'u'
  return value instanceof MinKey ? '-' : '+'
}

function sized(key: string): string {
  return `${key.length}:${key}`
}

function numberKey(value: Long | Double | Decimal128): string {
  const integer = toBigInt(value)
  if (integer !== undefined) return String(integer)
  if (value instanceof Double && !Number.isFinite(value.value)) return String(value.value)
  const decimal = value instanceof Decimal128 ? fromDecimal128(value) : toExactDecimal(value)
  if (typeof decimal === 'string') return decimal
  let { coefficient, exponent } = decimal
  while (coefficient !== 0n && coefficient % 10n === 0n) {
    coefficient /= 10n
    exponent += 1
  }
  return `${coefficient}e${exponent}`
}
