import { Decimal128, Double, Int32, Long } from 'bson'
import { MongoServerFault } from '../errors.ts'
import {
  addDecimals,
  compareDecimals,
  type DecimalValue,
  divideDecimals,
  exactDecimal,
  fromDecimal128,
  multiplyDecimals,
  negateDecimal,
  parseDecimal,
  remainderOfDecimals,
  roundDecimal,
  shortDecimal,
  toDecimal128,
} from './decimal.ts'
import type { Value } from './document.ts'
import { isNumber, type NumberValue } from './types.ts'

export { isNumber, type NumberValue } from './types.ts'

const INT32_MIN = -(2n ** 31n)
const INT32_MAX = 2n ** 31n - 1n
const INT64_MIN = -(2n ** 63n)
const INT64_MAX = 2n ** 63n - 1n
const SAFE = Number.MAX_SAFE_INTEGER

export function isNaNNumber(value: NumberValue): boolean {
  return value instanceof Double
    ? Number.isNaN(value.value)
    : value instanceof Decimal128 && fromDecimal128(value) === 'NaN'
}

/** As a double, rounded where it must be. */
export function toDouble(value: NumberValue): number {
  if (value instanceof Int32 || value instanceof Double) return value.value
  return value instanceof Long ? value.toNumber() : Number(value.toString())
}

/** The value as a bigint where it is whole and finite. */
export function toBigInt(value: NumberValue): bigint | undefined {
  if (value instanceof Int32) return BigInt(value.value)
  if (value instanceof Long) return value.toBigInt()
  if (value instanceof Double) return Number.isInteger(value.value) ? BigInt(value.value) : undefined
  const decimal = fromDecimal128(value)
  if (typeof decimal === 'string') return undefined
  const { coefficient, exponent } = decimal
  if (exponent >= 0) return exponent > 100 ? undefined : coefficient * 10n ** BigInt(exponent)
  const unit = 10n ** BigInt(-exponent)
  return coefficient % unit === 0n ? coefficient / unit : undefined
}

/** The value as a JS number where it is whole and exactly held by one. */
export function asInteger(value: Value | undefined): number | undefined {
  if (!isNumber(value)) return undefined
  if (value instanceof Int32) return value.value
  const whole = toBigInt(value)
  return whole !== undefined && whole >= -BigInt(SAFE) && whole <= BigInt(SAFE) ? Number(whole) : undefined
}

/** As a decimal, exactly. */
export function toExactDecimal(value: NumberValue): DecimalValue {
  if (value instanceof Decimal128) return fromDecimal128(value)
  if (value instanceof Double) return exactDecimal(value.value)
  return { coefficient: value instanceof Int32 ? BigInt(value.value) : value.toBigInt(), exponent: 0 }
}

/** As a decimal, the way MongoDB's arithmetic takes it: a double gives its first 15 digits. */
export function toArithmeticDecimal(value: NumberValue): DecimalValue {
  return value instanceof Double ? shortDecimal(value.value) : toExactDecimal(value)
}

/** Compares numbers of any types by their exact values; NaN is below all others and equal to itself. */
export function compareNumbers(a: NumberValue, b: NumberValue): number {
  if (a instanceof Int32 && b instanceof Int32) return a.value - b.value
  const simpleA = a instanceof Int32 || a instanceof Double
  const simpleB = b instanceof Int32 || b instanceof Double
  if (simpleA && simpleB) {
    const left = a.value
    const right = b.value
    if (left < right) return -1
    if (left > right) return 1
    if (left === right) return 0
    return Number(Number.isNaN(right)) - Number(Number.isNaN(left))
  }
  if (a instanceof Long && b instanceof Long) return a.compare(b)
  return compareDecimals(toExactDecimal(a), toExactDecimal(b))
}

type WholeResult = 'widen' | 'refuse'

/** A whole result in the type that MongoDB gives it: of the operands' width, then long, then double or an error. */
function whole(result: bigint, a: NumberValue, b: NumberValue, overflow: WholeResult): NumberValue {
  const long = a instanceof Long || b instanceof Long
  if (!long && result >= INT32_MIN && result <= INT32_MAX) return new Int32(Number(result))
  if (result >= INT64_MIN && result <= INT64_MAX) return Long.fromBigInt(result)
  if (overflow === 'refuse') throw new OverflowError()
  return new Double(Number(result))
}

/** A long result does not fit; the caller knows the message that MongoDB gives. */
export class OverflowError extends Error {}

const isWhole = (value: NumberValue): value is Int32 | Long => value instanceof Int32 || value instanceof Long
const bigOf = (value: Int32 | Long): bigint =>
  value instanceof Int32 ? BigInt(value.value) : value.toBigInt()

function combine(
  a: NumberValue,
  b: NumberValue,
  overflow: WholeResult,
  wholes: (left: bigint, right: bigint) => bigint,
  doubles: (left: number, right: number) => number,
  decimals: (left: DecimalValue, right: DecimalValue) => DecimalValue,
): NumberValue {
  if (a instanceof Decimal128 || b instanceof Decimal128) {
    return toDecimal128(decimals(toArithmeticDecimal(a), toArithmeticDecimal(b)))
  }
  if (isWhole(a) && isWhole(b)) return whole(wholes(bigOf(a), bigOf(b)), a, b, overflow)
  return new Double(doubles(toDouble(a), toDouble(b)))
}

/** a + b. With `refuse` a sum beyond 64 bits throws OverflowError ($inc), else it becomes a double ($add). */
export function add(a: NumberValue, b: NumberValue, overflow: WholeResult = 'widen'): NumberValue {
  if (a instanceof Int32 && b instanceof Int32) {
    const sum = a.value + b.value
    return sum === (sum | 0) ? new Int32(sum) : Long.fromNumber(sum)
  }
  return combine(
    a,
    b,
    overflow,
    (x, y) => x + y,
    (x, y) => x + y,
    addDecimals,
  )
}

export function subtract(a: NumberValue, b: NumberValue): NumberValue {
  return combine(
    a,
    b,
    'widen',
    (x, y) => x - y,
    (x, y) => x - y,
    (x, y) => addDecimals(x, negateDecimal(y)),
  )
}

export function multiply(a: NumberValue, b: NumberValue, overflow: WholeResult = 'widen'): NumberValue {
  return combine(
    a,
    b,
    overflow,
    (x, y) => x * y,
    (x, y) => x * y,
    multiplyDecimals,
  )
}

/** a / b, a double or decimal. The caller has refused a divisor of zero. */
export function divide(a: NumberValue, b: NumberValue): NumberValue {
  if (a instanceof Decimal128 || b instanceof Decimal128) {
    return toDecimal128(divideDecimals(toArithmeticDecimal(a), toArithmeticDecimal(b)))
  }
  return new Double(toDouble(a) / toDouble(b))
}

/** The remainder with the sign of the dividend. The caller has refused a divisor of zero. */
export function remainder(a: NumberValue, b: NumberValue): NumberValue {
  return combine(
    a,
    b,
    'widen',
    (x, y) => x % y,
    (x, y) => x % y,
    remainderOfDecimals,
  )
}

export function isZero(value: NumberValue): boolean {
  if (value instanceof Long) return value.isZero()
  if (value instanceof Decimal128) {
    const decimal = fromDecimal128(value)
    return typeof decimal !== 'string' && decimal.coefficient === 0n
  }
  return value.value === 0
}

export function negate(value: NumberValue): NumberValue {
  return multiply(value, new Int32(-1))
}

/** A whole number of a command's option; other numbers are cut off, as MongoDB does with batch sizes and limits. */
export function truncated(value: NumberValue): bigint {
  if (isWhole(value)) return bigOf(value)
  const decimal = toExactDecimal(value)
  if (typeof decimal === 'string')
    throw new MongoServerFault('FailedToParse', 'Expected an integer, but found a number that is not finite')
  const { coefficient, exponent } = decimal
  return exponent >= 0 ? coefficient * 10n ** BigInt(exponent) : coefficient / 10n ** BigInt(-exponent)
}

/**
 * A number where MongoDB wants a whole one and takes any: doubles are cut off, decimals rounded half to even, NaN is
 * zero, and what is beyond the range becomes its end.
 */
export function coercedInteger(value: NumberValue, bits: 32 | 64 = 64): number {
  const most = bits === 32 ? 2 ** 31 - 1 : 2 ** 63
  const least = bits === 32 ? -(2 ** 31) : -(2 ** 63)
  let number = toDouble(value)
  if (value instanceof Decimal128 && Number.isFinite(number)) {
    const rounded = roundDecimal(fromDecimal128(value), 0, 'half-even')
    if (typeof rounded !== 'string') number = Number(rounded.coefficient) * 10 ** rounded.exponent
  }
  return Number.isNaN(number) ? 0 : Math.max(least, Math.min(most, Math.trunc(number)))
}

export { parseDecimal }
