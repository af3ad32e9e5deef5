import { Binary, BSONRegExp, BSONSymbol, Code, Double, Int32, Long, ObjectId, Timestamp } from 'bson'
import type { Collation } from '../bson/collation.ts'
import { typeBracket } from '../bson/compare.ts'
import { addDecimals, compareDecimals, exactDecimal, negateDecimal } from '../bson/decimal.ts'
import { DbPointer, type Doc, type Value } from '../bson/document.ts'
import { isNaNNumber, type NumberValue, toDouble, toExactDecimal } from '../bson/numbers.ts'
import { isNumber } from '../bson/types.ts'

/**
 * Values as texts of bytes (one character each) that sort as MongoDB compares the values, so that an index needs no
 * more than `<`. Each value begins with a byte from 1 to 254: 0 and 255 are below and above all of them.
 */
export const LOWEST = '\x00'
export const HIGHEST = '\xff'

const scratch = Buffer.alloc(8)

/** The key of one value; descending fields have their bytes turned over. A missing field is null to an index. */
export function encodeKey(value: Value | undefined, direction: 1 | -1, collation?: Collation): string {
  const key = encode(value === undefined ? null : value, collation)
  return direction === 1 ? key : inverted(key)
}

function inverted(key: string): string {
  const bytes = Buffer.from(key, 'latin1')
  for (let index = 0; index < bytes.length; index += 1) bytes[index] = 255 - (bytes[index] ?? 0)
  return bytes.toString('latin1')
}

/** The byte with which all values of a type's bracket begin. */
export function bracketByte(bracket: number): string {
  return String.fromCharCode(bracket + 1)
}

function encode(value: Value, collation: Collation | undefined): string {
  const head = bracketByte(typeBracket(value))
  if (typeof value === 'string') return head + text(collation === undefined ? value : collation.key(value))
  if (isNumber(value)) return head + number(value)
  if (typeof value === 'boolean') return head + (value ? '\x02' : '\x01')
  if (value instanceof ObjectId) return head + Buffer.from(value.id).toString('latin1')
  if (value instanceof Date) return head + double(value.getTime())
  if (value instanceof Map) return head + document(value, collation)
  if (Array.isArray(value)) return `${head}${value.map((element) => encode(element, collation)).join('')}\x00`
  if (value instanceof Timestamp)
    return head + word(value.getHighBitsUnsigned()) + word(value.getLowBitsUnsigned())
  if (value instanceof BSONSymbol) return head + text(value.value)
  if (value instanceof Binary) {
    return (
      head +
      word(value.length()) +
      String.fromCharCode(value.sub_type) +
      Buffer.from(value.value()).toString('latin1')
    )
  }
  if (value instanceof BSONRegExp) return head + text(value.pattern) + text(value.options)
  if (value instanceof Code) return head + text(value.code)
  if (value instanceof DbPointer)
    return head + text(value.namespace) + Buffer.from(value.id.id).toString('latin1')
  return head
}

/** UTF-8, in which a NUL is escaped, because a NUL ends the text. */
function text(value: string): string {
  let bytes = value
  for (let index = 0; index < value.length; index += 1) {
    if (value.charCodeAt(index) > 127) {
      bytes = Buffer.from(value, 'utf8').toString('latin1')
      break
    }
  }
  return `${bytes.includes('\0') ? bytes.replaceAll('\0', '\x00\xff') : bytes}\x00\x01`
}

function word(value: number): string {
  scratch.writeUInt32BE(value, 0)
  return scratch.toString('latin1', 0, 4)
}

/** IEEE 754 bits, turned so that they sort as numbers do. */
function double(value: number): string {
  scratch.writeDoubleBE(value === 0 ? 0 : value, 0)
  const negative = ((scratch[0] ?? 0) & 0x80) !== 0
  if (negative) for (let index = 0; index < 8; index += 1) scratch[index] = 255 - (scratch[index] ?? 0)
  else scratch[0] = (scratch[0] ?? 0) | 0x80
  return scratch.toString('latin1', 0, 8)
}

const NAN = '\x00\x00\x00\x00\x00\x00\x00\x00\x80'

/** The nearest double, then how far the number really is from it: longs and decimals keep their exact order. */
function number(value: NumberValue): string {
  if (value instanceof Int32) return `${double(value.value)}\x80`
  if (isNaNNumber(value)) return NAN
  const nearest = toDouble(value)
  if (
    value instanceof Double ||
    (value instanceof Long && Number.isSafeInteger(nearest)) ||
    !Number.isFinite(nearest)
  )
    return `${double(nearest)}\x80`
  const rest = addDecimals(toExactDecimal(value), negateDecimal(exactDecimal(nearest)))
  const sign = compareDecimals(rest, { coefficient: 0n, exponent: 0 })
  if (sign === 0 || typeof rest === 'string') return `${double(nearest)}\x80`
  const distance = Number(`${rest.coefficient}e${rest.exponent}`)
  return `${double(nearest)}${sign < 0 ? '\x7f' : '\x81'}${double(distance)}`
}

function document(doc: Doc, collation: Collation | undefined): string {
  let key = ''
  for (const [name, value] of doc)
    key += bracketByte(typeBracket(value)) + text(name) + encode(value, collation)
  return `${key}\x00`
}
