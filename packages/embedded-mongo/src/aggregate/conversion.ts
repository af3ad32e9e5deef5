import { Decimal128, Double, Int32, Long, ObjectId, Timestamp } from 'bson'
import { fromDecimal128, parseDecimal, shortDecimal, toDecimal128 } from '../bson/decimal.ts'
import type { Value } from '../bson/document.ts'
import { toBigInt, toDouble } from '../bson/numbers.ts'
import { isNumber, type NumberValue, typeName } from '../bson/types.ts'
import { MongoServerFault } from '../errors.ts'
import { formatIsoDate } from './date-format.ts'
import { asDate } from './date-operators.ts'
import { parseDate } from './date-parse.ts'
import { UTC } from './timezone.ts'
import { dateAt, fitsInt64, formatNumber, isTrue } from './values.ts'

type Convert = (value: Value) => Value | undefined

function failed(message: string): MongoServerFault {
  return new MongoServerFault('ConversionFailure', message)
}

/** The whole part of a number, refused where it is none or the target type does not hold it. */
function wholePart(value: NumberValue, fits: (whole: bigint) => boolean): bigint {
  const double = toDouble(value)
  if (Number.isNaN(double)) {
    throw failed('Attempt to convert NaN value to integer type in $convert with no onError value')
  }
  const isDecimal = value instanceof Decimal128
  const decimal = isDecimal ? fromDecimal128(value) : undefined
  if (typeof decimal === 'string' || (!isDecimal && !Number.isFinite(double))) {
    throw failed('Attempt to convert infinity value to integer type in $convert with no onError value')
  }
  const whole =
    toBigInt(value) ??
    (decimal === undefined
      ? BigInt(Math.trunc(double))
      : decimal.exponent >= 0
        ? 2n ** 64n
        : decimal.coefficient / 10n ** BigInt(-decimal.exponent))
  if (fits(whole)) return whole
  throw failed(
    `Conversion would overflow target type in $convert with no onError value: ${formatNumber(value)}`,
  )
}

const fitsInt32 = (whole: bigint): boolean => whole >= -(2n ** 31n) && whole < 2n ** 31n

function parseWhole(text: string, fits: (whole: bigint) => boolean): bigint {
  refuseHexadecimal(text)
  const whole = /^[+-]?\d+$/.test(text) ? BigInt(text.replace('+', '')) : undefined
  if (whole !== undefined && fits(whole)) return whole
  const reason = whole === undefined ? 'Did not consume whole string.' : 'Overflow'
  throw failed(`Failed to parse number '${text}' in $convert with no onError value: ${reason}`)
}

function refuseHexadecimal(text: string): void {
  if (!text.startsWith('0x')) return
  throw failed(`Illegal hexadecimal input in $convert with no onError value: ${text}`)
}

const FLOAT = /^[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|inf(?:inity)?|nan)$/i

function parseDouble(text: string): number {
  refuseHexadecimal(text)
  const isNumeral = FLOAT.test(text)
  const word = /inf|nan/i.exec(text)?.[0].toLowerCase()
  const value =
    word === undefined
      ? Number(text)
      : word === 'nan'
        ? Number.NaN
        : text.startsWith('-')
          ? -Infinity
          : Infinity
  if (isNumeral && (word !== undefined || Number.isFinite(value))) return value
  throw failed(
    `Failed to parse number '${text}' in $convert with no onError value: ${isNumeral ? 'Out of range' : 'Did not consume whole string.'}`,
  )
}

function parseDecimalText(text: string): Decimal128 {
  refuseHexadecimal(text)
  if (FLOAT.test(text)) return toDecimal128(parseDecimal(text.replace(/^\+/, '')))
  throw failed(
    `Failed to parse number '${text}' in $convert with no onError value: Failed to parse string to decimal`,
  )
}

function parseObjectId(text: string): ObjectId {
  if (/^[0-9a-f]{24}$/i.test(text)) return new ObjectId(text)
  throw failed(
    `Failed to parse objectId '${text}' in $convert with no onError value: Invalid string length for parsing to OID, expected 24 but found ${text.length}`,
  )
}

function decimalToDouble(value: Decimal128): Double {
  const decimal = fromDecimal128(value)
  const double = toDouble(value)
  const lost =
    typeof decimal !== 'string' && decimal.coefficient !== 0n && (double === 0 || !Number.isFinite(double))
  if (!lost) return new Double(double)
  throw failed(`Conversion would overflow target type in $convert with no onError value: ${value.toString()}`)
}

const toDoubleValue: Convert = (value) => {
  if (value instanceof Decimal128) return decimalToDouble(value)
  if (isNumber(value)) return new Double(toDouble(value))
  if (typeof value === 'string') return new Double(parseDouble(value))
  if (typeof value === 'boolean') return new Double(value ? 1 : 0)
  return value instanceof Date ? new Double(value.getTime()) : undefined
}

const toIntValue: Convert = (value) => {
  if (isNumber(value)) return new Int32(Number(wholePart(value, fitsInt32)))
  if (typeof value === 'string') return new Int32(Number(parseWhole(value, fitsInt32)))
  return typeof value === 'boolean' ? new Int32(value ? 1 : 0) : undefined
}

const toLongValue: Convert = (value) => {
  if (isNumber(value)) return Long.fromBigInt(wholePart(value, fitsInt64))
  if (typeof value === 'string') return Long.fromBigInt(parseWhole(value, fitsInt64))
  if (typeof value === 'boolean') return Long.fromNumber(value ? 1 : 0)
  return value instanceof Date ? Long.fromNumber(value.getTime()) : undefined
}

const toDecimalValue: Convert = (value) => {
  if (value instanceof Decimal128) return value
  if (value instanceof Double) return toDecimal128(shortDecimal(value.value))
  if (isNumber(value)) return Decimal128.fromString(value.toString())
  if (typeof value === 'string') return parseDecimalText(value)
  if (typeof value === 'boolean') return Decimal128.fromString(value ? '1' : '0')
  return value instanceof Date ? Decimal128.fromString(String(value.getTime())) : undefined
}

const toStringValue: Convert = (value) => {
  if (typeof value === 'string') return value
  if (isNumber(value)) return formatNumber(value)
  if (typeof value === 'boolean') return String(value)
  if (value instanceof Date) return formatIsoDate(value)
  return value instanceof ObjectId ? value.toHexString() : undefined
}

const toDateValue: Convert = (value) => {
  if (value instanceof Int32) return undefined
  if (isNumber(value)) return dateAt(Number(wholePart(value, fitsInt64)))
  if (typeof value === 'string') return parseDate(value, UTC)
  return value instanceof Date || value instanceof Timestamp || value instanceof ObjectId
    ? asDate(value)
    : undefined
}

const toObjectIdValue: Convert = (value) => {
  if (value instanceof ObjectId) return value
  return typeof value === 'string' ? parseObjectId(value) : undefined
}

const CONVERSIONS: Readonly<Record<string, Convert>> = {
  double: toDoubleValue,
  string: toStringValue,
  objectId: toObjectIdValue,
  bool: (value) => isTrue(value),
  date: toDateValue,
  int: toIntValue,
  long: toLongValue,
  decimal: toDecimalValue,
}

/** Converts a value that is not nullish to a type, or fails with ConversionFailure. */
export function convertTo(target: string, value: Value): Value {
  const converted = CONVERSIONS[target]?.(value)
  if (converted !== undefined) return converted
  throw failed(
    `Unsupported conversion from ${typeName(value)} to ${target} in $convert with no onError value`,
  )
}
