import { Decimal128 } from 'bson'

/** A finite decimal number: `coefficient` × 10^`exponent`. */
export interface Decimal {
  readonly coefficient: bigint
  readonly exponent: number
}

export type DecimalValue = Decimal | 'NaN' | 'Infinity' | '-Infinity'

const DIGITS = 34
const LOWEST_EXPONENT = -6176
const HIGHEST_EXPONENT = 6111
const ZERO: Decimal = { coefficient: 0n, exponent: 0 }

/** Reads a Decimal128, or the text of a number. */
export function parseDecimal(text: string): DecimalValue {
  const lower = text.toLowerCase()
  if (lower === 'nan') return 'NaN'
  if (lower === 'infinity' || lower === 'inf') return 'Infinity'
  if (lower === '-infinity' || lower === '-inf') return '-Infinity'
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:e([+-]?\d+))?$/i.exec(text)
  if (match === null) return 'NaN'
  const [, sign = '', whole = '', fraction = '', power = '0'] = match
  const coefficient = BigInt(`${whole}${fraction}` || '0')
  return { coefficient: sign === '-' ? -coefficient : coefficient, exponent: Number(power) - fraction.length }
}

export function fromDecimal128(value: Decimal128): DecimalValue {
  return parseDecimal(value.toString())
}

/** Rounds half to even to 34 digits, as IEEE 754-2008 and MongoDB do. */
export function toDecimal128(value: DecimalValue): Decimal128 {
  if (typeof value === 'string') return Decimal128.fromString(value)
  const rounded = normalize(value)
  if (rounded.exponent > HIGHEST_EXPONENT)
    return Decimal128.fromString(rounded.coefficient < 0n ? '-Infinity' : 'Infinity')
  return Decimal128.fromString(`${rounded.coefficient}E${rounded.exponent}`)
}

function normalize(value: Decimal): Decimal {
  let { coefficient, exponent } = value
  const length = digitsOf(coefficient)
  const excess = Math.max(length - DIGITS, LOWEST_EXPONENT - exponent)
  if (excess > 0) {
    coefficient = divideHalfEven(coefficient, 10n ** BigInt(excess))
    exponent += excess
    if (digitsOf(coefficient) > DIGITS) {
      coefficient /= 10n
      exponent += 1
    }
  }
  while (exponent > HIGHEST_EXPONENT && coefficient !== 0n && digitsOf(coefficient) < DIGITS) {
    coefficient *= 10n
    exponent -= 1
  }
  return coefficient === 0n
    ? { coefficient, exponent: Math.min(exponent, HIGHEST_EXPONENT) }
    : { coefficient, exponent }
}

function digitsOf(coefficient: bigint): number {
  return (coefficient < 0n ? -coefficient : coefficient).toString().length
}

function divideHalfEven(numerator: bigint, denominator: bigint): bigint {
  const quotient = numerator / denominator
  const rest = numerator % denominator
  const twice = (rest < 0n ? -rest : rest) * 2n
  const size = denominator < 0n ? -denominator : denominator
  const away = numerator < 0n !== denominator < 0n ? -1n : 1n
  if (twice > size || (twice === size && quotient % 2n !== 0n)) return quotient + away
  return quotient
}

function aligned(a: Decimal, b: Decimal): [bigint, bigint, number] {
  const exponent = Math.min(a.exponent, b.exponent)
  return [
    a.coefficient * 10n ** BigInt(a.exponent - exponent),
    b.coefficient * 10n ** BigInt(b.exponent - exponent),
    exponent,
  ]
}

const FAR_APART = 10_000

export function addDecimals(a: DecimalValue, b: DecimalValue): DecimalValue {
  if (typeof a === 'string' || typeof b === 'string') {
    if (a === 'NaN' || b === 'NaN') return 'NaN'
    if (typeof a === 'string' && typeof b === 'string') return a === b ? a : 'NaN'
    return typeof a === 'string' ? a : b
  }
  if (Math.abs(a.exponent - b.exponent) > FAR_APART) {
    const larger = a.exponent > b.exponent ? a : b
    return larger.coefficient === 0n ? (larger === a ? b : a) : larger
  }
  const [left, right, exponent] = aligned(a, b)
  return { coefficient: left + right, exponent }
}

export function negateDecimal(value: DecimalValue): DecimalValue {
  if (value === 'NaN') return value
  if (value === 'Infinity') return '-Infinity'
  if (value === '-Infinity') return 'Infinity'
  return { coefficient: -value.coefficient, exponent: value.exponent }
}

export function signOfDecimal(value: DecimalValue): number {
  if (value === 'NaN') return 0
  if (typeof value === 'string') return value === 'Infinity' ? 1 : -1
  return value.coefficient > 0n ? 1 : value.coefficient < 0n ? -1 : 0
}

function signedInfinity(sign: number): DecimalValue {
  return sign === 0 ? 'NaN' : sign > 0 ? 'Infinity' : '-Infinity'
}

export function multiplyDecimals(a: DecimalValue, b: DecimalValue): DecimalValue {
  if (a === 'NaN' || b === 'NaN') return 'NaN'
  if (typeof a === 'string' || typeof b === 'string')
    return signedInfinity(signOfDecimal(a) * signOfDecimal(b))
  return { coefficient: a.coefficient * b.coefficient, exponent: a.exponent + b.exponent }
}

/** The quotient to 34 digits; a division by zero gives an infinity or NaN, which callers refuse where MongoDB does. */
export function divideDecimals(a: DecimalValue, b: DecimalValue): DecimalValue {
  if (a === 'NaN' || b === 'NaN') return 'NaN'
  if (typeof a === 'string')
    return typeof b === 'string' ? 'NaN' : signedInfinity(signOfDecimal(a) * (signOfDecimal(b) || 1))
  if (typeof b === 'string') return ZERO
  if (b.coefficient === 0n) return signedInfinity(signOfDecimal(a))
  const shift = Math.max(0, DIGITS + 1 + digitsOf(b.coefficient) - digitsOf(a.coefficient))
  const scaled = a.coefficient * 10n ** BigInt(shift)
  const exact = scaled % b.coefficient === 0n
  const quotient = scaled / b.coefficient
  const exponent = a.exponent - b.exponent - shift
  // a digit that is neither 0 nor 5 keeps the later rounding to 34 digits right
  return exact
    ? trimmed({ coefficient: quotient, exponent }, a.exponent - b.exponent)
    : { coefficient: quotient * 10n + (quotient < 0n ? -1n : 1n), exponent: exponent - 1 }
}

/** Drops trailing zeros, but not beyond the exponent that the division would naturally have. */
function trimmed(value: Decimal, ideal: number): Decimal {
  let { coefficient, exponent } = value
  while (exponent < ideal && coefficient !== 0n && coefficient % 10n === 0n) {
    coefficient /= 10n
    exponent += 1
  }
  return coefficient === 0n ? { coefficient, exponent: Math.max(exponent, ideal) } : { coefficient, exponent }
}

export function remainderOfDecimals(a: DecimalValue, b: DecimalValue): DecimalValue {
  if (typeof a === 'string' || b === 'NaN') return 'NaN'
  if (typeof b === 'string') return a
  if (b.coefficient === 0n) return 'NaN'
  const [left, right, exponent] = aligned(a, b)
  return { coefficient: left % right, exponent }
}

/** Negative, zero or positive. NaN is below every other number and equal to itself. */
export function compareDecimals(a: DecimalValue, b: DecimalValue): number {
  const rank = (value: DecimalValue) =>
    value === 'NaN' ? 0 : value === '-Infinity' ? 1 : value === 'Infinity' ? 3 : 2
  if (typeof a === 'string' || typeof b === 'string') return rank(a) - rank(b)
  const signs = signOfDecimal(a) - signOfDecimal(b)
  if (signs !== 0) return signs
  const magnitude = digitsOf(a.coefficient) + a.exponent - digitsOf(b.coefficient) - b.exponent
  if (a.coefficient !== 0n && Math.abs(magnitude) > 1) return magnitude * signOfDecimal(a)
  const [left, right] = aligned(a, b)
  return left < right ? -1 : left > right ? 1 : 0
}

/** The exact decimal value of a double. */
export function exactDecimal(value: number): DecimalValue {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? 'Infinity' : '-Infinity'
  let exponent = 0
  let scaled = value
  while (!Number.isInteger(scaled)) {
    scaled *= 2
    exponent += 1
  }
  // value = scaled / 2^exponent = scaled × 5^exponent / 10^exponent
  return { coefficient: BigInt(scaled) * 5n ** BigInt(exponent), exponent: -exponent }
}

/** A double as MongoDB turns it into a decimal: its first 15 significant digits. */
export function shortDecimal(value: number): DecimalValue {
  return Number.isFinite(value) ? parseDecimal(value.toPrecision(15)) : exactDecimal(value)
}

/** Rounds to a number of places after the point (before it when negative), half to even, or cuts off. */
export function roundDecimal(
  value: DecimalValue,
  places: number,
  mode: 'half-even' | 'truncate' | 'floor' | 'ceil',
): DecimalValue {
  if (typeof value === 'string' || value.exponent >= -places) return value
  const unit = 10n ** BigInt(-places - value.exponent)
  const { coefficient } = value
  const cut = coefficient / unit
  const exact = coefficient % unit === 0n
  const result =
    mode === 'half-even'
      ? divideHalfEven(coefficient, unit)
      : mode === 'floor' && !exact && coefficient < 0n
        ? cut - 1n
        : mode === 'ceil' && !exact && coefficient > 0n
          ? cut + 1n
          : cut
  return { coefficient: result, exponent: -places }
}
