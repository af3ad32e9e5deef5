import { Binary, Double, Int32, Long } from 'bson'
import { BsonUndefined, type Doc, type Value } from './document.ts'

const BSON_CLASSES = new Set([
  'ObjectId',
  'Int32',
  'Long',
  'Double',
  'Decimal128',
  'Timestamp',
  'BSONRegExp',
  'BSONSymbol',
  'Code',
  'MinKey',
  'MaxKey',
  'Binary',
])

const INT32_MAX = 2 ** 31 - 1
const INT32_MIN = -(2 ** 31)

/** A whole number in the smallest type that holds it, as drivers write it. */
export function integer(value: number): Int32 | Long {
  return value >= INT32_MIN && value <= INT32_MAX ? new Int32(value) : Long.fromNumber(value)
}

/** A plain JS value as a BSON value: whole numbers of 32 bits become Int32, other numbers Double, bigints Long. */
export function toValue(value: unknown): Value {
  if (value === null || value === undefined) return null
  if (typeof value === 'string' || typeof value === 'boolean' || value instanceof Date) return value
  if (typeof value === 'number') {
    return Number.isInteger(value) && value >= INT32_MIN && value <= INT32_MAX && !Object.is(value, -0)
      ? new Int32(value)
      : new Double(value)
  }
  if (typeof value === 'bigint') return Long.fromBigInt(value)
  if (Array.isArray(value)) return value.map(toValue)
  if (value instanceof Uint8Array) return new Binary(value)
  if (value instanceof Map) return new Map([...value].map(([name, inner]) => [String(name), toValue(inner)]))
  if (isBsonValue(value)) return value
  return toDoc(value)
}

function isBsonValue(value: unknown): value is Exclude<Value, string | boolean | null | Doc | Value[]> {
  if (value instanceof BsonUndefined) return true
  return (
    typeof value === 'object' &&
    value !== null &&
    '_bsontype' in value &&
    BSON_CLASSES.has(String(value._bsontype))
  )
}

/** A plain object as a document, for replies and tests. Fields that are undefined are left out. */
export function toDoc(object: object): Doc {
  const doc: Doc = new Map()
  for (const [name, value] of object instanceof Map ? object : Object.entries(object)) {
    if (value !== undefined) doc.set(String(name), toValue(value))
  }
  return doc
}

/** A document as a plain object, for tests and messages. Int32 and Double become numbers. */
export function fromDoc(doc: Doc): Record<string, unknown> {
  return Object.fromEntries([...doc].map(([name, value]) => [name, fromValue(value)]))
}

export function fromValue(value: Value): unknown {
  if (value instanceof Map) return fromDoc(value)
  if (Array.isArray(value)) return value.map(fromValue)
  if (value instanceof Int32 || value instanceof Double) return value.value
  return value
}

/** A copy that shares nothing that could be changed. */
export function cloneValue<T extends Value>(value: T): T
export function cloneValue(value: Value): Value {
  if (value instanceof Map) return cloneDoc(value)
  return Array.isArray(value) ? value.map((item) => cloneValue(item)) : value
}

export function cloneDoc(doc: Doc): Doc {
  const copy: Doc = new Map()
  for (const [name, value] of doc) copy.set(name, cloneValue(value))
  return copy
}
