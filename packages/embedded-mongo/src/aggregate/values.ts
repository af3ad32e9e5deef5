import { BSONRegExp, BSONSymbol, Code, Decimal128, Double, Int32, Long, Timestamp } from 'bson'
import { BsonUndefined, type Value } from '../bson/document.ts'
import { isZero, toBigInt, toDouble } from '../bson/numbers.ts'
import { isNumber, type NumberValue, typeName } from '../bson/types.ts'
import { MongoServerFault } from '../errors.ts'
import { formatIsoDate } from './date-format.ts'

const INT32_MIN = -(2n ** 31n)
const INT32_MAX = 2n ** 31n - 1n
const INT64_MIN = -(2n ** 63n)
const INT64_MAX = 2n ** 63n - 1n

/** Missing, null, or BSON's undefined. */
export function isNullish(value: Value | undefined): value is null | undefined | BsonUndefined {
  return value === undefined || value === null || value instanceof BsonUndefined
}

/** A value's truth where MongoDB wants a condition: only nullish values, `false` and zeros are false. */
export function isTrue(value: Value | undefined): boolean {
  if (typeof value === 'boolean') return value
  if (isNullish(value)) return false
  return isNumber(value) ? !isZero(value) : true
}

export function isIntegral32(value: NumberValue): boolean {
  if (value instanceof Int32) return true
  const whole = toBigInt(value)
  return whole !== undefined && whole >= INT32_MIN && whole <= INT32_MAX
}

/** The value as a bigint where a 64-bit integer holds it exactly. */
export function asInt64(value: Value | undefined): bigint | undefined {
  if (!isNumber(value)) return undefined
  const whole = toBigInt(value)
  return whole !== undefined && whole >= INT64_MIN && whole <= INT64_MAX ? whole : undefined
}

/** The nearest 64-bit integer, as MongoDB casts a number that need not be whole. */
export function toInt64(value: NumberValue): bigint {
  const whole = toBigInt(value)
  if (whole !== undefined) return whole < INT64_MIN ? INT64_MIN : whole > INT64_MAX ? INT64_MAX : whole
  const double = toDouble(value)
  if (Number.isNaN(double)) return 0n
  if (double >= 2 ** 63) return INT64_MAX
  if (double <= -(2 ** 63)) return INT64_MIN
  return BigInt(Math.trunc(double))
}

/** An int where it fits, else a long. */
export function intOrLong(value: number | bigint): Int32 | Long {
  if (typeof value === 'number' && value === (value | 0)) return new Int32(value)
  const whole = BigInt(value)
  return whole >= INT32_MIN && whole <= INT32_MAX ? new Int32(Number(whole)) : Long.fromBigInt(whole)
}

export function fitsInt64(value: bigint): boolean {
  return value >= INT64_MIN && value <= INT64_MAX
}

/**
 * The date of a number of milliseconds since 1970. Dates beyond those that JavaScript has, some 270,000 years from now,
 * are refused where they arise.
 */
export function dateAt(milliseconds: number): Date {
  const date = new Date(milliseconds)
  if (Number.isNaN(date.getTime())) throw new MongoServerFault('Overflow', 'date overflow')
  return date
}

/** A double as MongoDB writes it into a text: C's `%.16g`, with names for what is not finite. */
export function formatDouble(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? 'Infinity' : '-Infinity'
  if (value === 0) return Object.is(value, -0) ? '-0' : '0'
  const [digits = '', power = '0'] = value.toExponential(15).split('e')
  const exponent = Number(power)
  if (exponent < -5 || exponent >= 16) {
    const mantissa = digits.replace(/\.?0+$/, '')
    const size = String(Math.abs(exponent)).padStart(2, '0')
    return `${mantissa}e${exponent < 0 ? '-' : '+'}${size}`
  }
  const fixed = value.toFixed(Math.max(0, 15 - exponent))
  return fixed.includes('.') ? fixed.replace(/\.?0+$/, '') : fixed
}

export function formatNumber(value: NumberValue): string {
  return value instanceof Double ? formatDouble(value.value) : value.toString()
}

/** A value as a text, where string operators take other types too (`$toLower`, `$substr`, `$strcasecmp`). */
export function coerceToString(value: Value | undefined): string {
  if (typeof value === 'string') return value
  if (isNullish(value)) return ''
  if (isNumber(value)) return formatNumber(value)
  if (value instanceof Date) return formatIsoDate(value)
  if (value instanceof BSONSymbol) return value.value
  if (value instanceof Code && (value.scope === null || value.scope === undefined)) return value.code
  if (value instanceof Timestamp) return formatTimestamp(value)
  throw new MongoServerFault(16007, `can't convert from BSON type ${typeName(value)} to String`)
}

function formatTimestamp(value: Timestamp): string {
  const date = new Date(value.getHighBitsUnsigned() * 1000)
  const month = date.toLocaleString('en-US', { month: 'short', timeZone: 'UTC' })
  const time = date.toISOString().slice(11, 19)
  return `${month} ${String(date.getUTCDate()).padStart(2, ' ')} ${time}:${value.getLowBitsUnsigned().toString(16)}`
}

/** A value in the form that MongoDB's messages show. */
export function describe(value: Value | undefined): string {
  if (value === undefined) return 'missing'
  if (value === null) return 'null'
  if (typeof value === 'string') return `"${value}"`
  if (typeof value === 'boolean') return String(value)
  if (isNumber(value)) return value instanceof Decimal128 ? value.toString() : formatNumber(value)
  if (value instanceof Date) return formatIsoDate(value)
  if (Array.isArray(value)) return `[${value.map(describe).join(', ')}]`
  if (value instanceof Map) {
    return `{${[...value].map(([name, inner]) => `${name}: ${describe(inner)}`).join(', ')}}`
  }
  if (value instanceof BSONRegExp) return `/${value.pattern}/${value.options}`
  return String(value)
}
