import {
  Binary,
  BSONRegExp,
  BSONSymbol,
  Code,
  Decimal128,
  Double,
  Int32,
  Long,
  MaxKey,
  MinKey,
  ObjectId,
  Timestamp,
} from 'bson'
import { BsonUndefined, type Doc, type Value } from './document.ts'

/** MongoDB's names of the BSON types, by their numbers (source: its manual, "BSON types"). */
const TYPE_NAMES: ReadonlyMap<number, string> = new Map([
  [1, 'double'],
  [2, 'string'],
  [3, 'object'],
  [4, 'array'],
  [5, 'binData'],
  [6, 'undefined'],
  [7, 'objectId'],
  [8, 'bool'],
  [9, 'date'],
  [10, 'null'],
  [11, 'regex'],
  [12, 'dbPointer'],
  [13, 'javascript'],
  [14, 'symbol'],
  [15, 'javascriptWithScope'],
  [16, 'int'],
  [17, 'timestamp'],
  [18, 'long'],
  [19, 'decimal'],
  [-1, 'minKey'],
  [127, 'maxKey'],
])
const TYPE_CODES = new Map([...TYPE_NAMES].map(([code, name]) => [name, code]))

/** The number of a value's BSON type; MinKey is -1. */
export function typeCode(value: Value): number {
  if (typeof value === 'string') return 2
  if (typeof value === 'boolean') return 8
  if (value === null) return 10
  if (value instanceof Int32) return 16
  if (value instanceof Map) return 3
  if (Array.isArray(value)) return 4
  if (value instanceof Double) return 1
  if (value instanceof Date) return 9
  if (value instanceof ObjectId) return 7
  if (value instanceof Timestamp) return 17
  if (value instanceof Long) return 18
  if (value instanceof Decimal128) return 19
  if (value instanceof Binary) return 5
  if (value instanceof BSONRegExp) return 11
  if (value instanceof BsonUndefined) return 6
  if (value instanceof BSONSymbol) return 14
  if (value instanceof Code) return value.scope === null || value.scope === undefined ? 13 : 15
  if (value instanceof MinKey) return -1
  if (value instanceof MaxKey) return 127
  return 12
}

export function typeName(value: Value | undefined): string {
  return value === undefined ? 'missing' : (TYPE_NAMES.get(typeCode(value)) ?? 'unknown')
}

export function codeOfTypeName(name: string): number | undefined {
  return TYPE_CODES.get(name)
}

export function isKnownTypeCode(code: number): boolean {
  return TYPE_NAMES.has(code)
}

export type NumberValue = Int32 | Long | Double | Decimal128

/** Timestamp is a subclass of Long in the bson package, but no number. */
export function isNumber(value: Value | undefined): value is NumberValue {
  return (
    value instanceof Int32 ||
    value instanceof Double ||
    (value instanceof Long && !(value instanceof Timestamp)) ||
    value instanceof Decimal128
  )
}

export function isDoc(value: Value | undefined): value is Doc {
  return value instanceof Map
}
