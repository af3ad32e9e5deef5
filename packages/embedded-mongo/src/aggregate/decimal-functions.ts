/**
 * Elementary functions of 34-digit decimals, computed in fixed point: a bigint of units of 10^-DIGITS. The digits
 * beyond the 34 of a result are there to round it right.
 */
import type { Decimal, DecimalValue } from '../bson/decimal.ts'

const DIGITS = 80
const ONE = 10n ** BigInt(DIGITS)
const RESULT_DIGITS = 34

const times = (a: bigint, b: bigint): bigint => (a * b) / ONE
const over = (a: bigint, b: bigint): bigint => (a * ONE) / b

function toFixed(value: Decimal): bigint {
  const shift = value.exponent + DIGITS
  return shift >= 0 ? value.coefficient * 10n ** BigInt(shift) : value.coefficient / 10n ** BigInt(-shift)
}

/** Drops what a whole or short result has in trailing zeros; what remains is rounded by whoever stores it. */
function fromFixed(value: bigint): Decimal {
  let coefficient = nearby(value)
  let exponent = -DIGITS
  while (exponent < 0 && coefficient % 10n === 0n) {
    coefficient /= 10n
    exponent += 1
  }
  return { coefficient, exponent }
}

/** A value that misses a short decimal by less than the error of the series is that decimal. */
function nearby(value: bigint): bigint {
  const grain = 10n ** BigInt(DIGITS - RESULT_DIGITS - 20)
  const half = value < 0n ? -grain / 2n : grain / 2n
  const rounded = ((value + half) / grain) * grain
  const error = rounded - value
  return error * error < 10n ** 30n ? rounded : value
}

function rootOf(value: bigint): bigint {
  if (value < 2n) return value
  let guess = 1n << BigInt((value.toString(2).length + 1) >> 1)
  for (;;) {
    const next = (guess + value / guess) >> 1n
    if (next >= guess) return guess
    guess = next
  }
}

const squareRoot = (value: bigint): bigint => rootOf(value * ONE)

/** Sums a power series from its first term until the terms vanish. */
function series(first: bigint, next: (term: bigint, index: bigint) => bigint): bigint {
  let sum = 0n
  let index = 0n
  for (let term = first; term !== 0n; term = next(term, index)) {
    sum += term
    index += 1n
  }
  return sum
}

/** 2·atanh(1/n)/… : the series that both logarithms and π are built from. */
function inverseSeries(divisor: bigint, alternating: boolean): bigint {
  const square = divisor * divisor
  let power = ONE / divisor
  let sum = 0n
  for (let index = 0n; power !== 0n; index += 1n) {
    const term = power / (2n * index + 1n)
    sum += alternating && index % 2n === 1n ? -term : term
    power /= square
  }
  return sum
}

let pi: bigint | undefined
let ln2: bigint | undefined

export function fixedPi(): bigint {
  pi ??= 4n * (4n * inverseSeries(5n, true) - inverseSeries(239n, true))
  return pi
}

function fixedLn2(): bigint {
  ln2 ??= 2n * inverseSeries(3n, false)
  return ln2
}

/** e^x for a moderate x: halved until small, then squared back. */
function fixedExp(value: bigint): bigint {
  const doublings = value / fixedLn2()
  const rest = value - doublings * fixedLn2()
  const halvings = 8n
  const small = rest >> halvings
  let result = series(ONE, (term, index) => times(term, small) / index)
  for (let index = 0n; index < halvings; index += 1n) result = times(result, result)
  return doublings >= 0n ? result << doublings : result >> -doublings
}

function fixedLn(value: bigint): bigint {
  let scaled = value
  let doublings = 0n
  while (scaled > 2n * ONE) {
    scaled >>= 1n
    doublings += 1n
  }
  while (scaled < ONE) {
    scaled <<= 1n
    doublings -= 1n
  }
  const ratio = over(scaled - ONE, scaled + ONE)
  const square = times(ratio, ratio)
  let power = ratio
  let sum = 0n
  for (let index = 1n; power !== 0n; index += 2n) {
    sum += power / index
    power = times(power, square)
  }
  return 2n * sum + doublings * fixedLn2()
}

function fixedSin(value: bigint): bigint {
  const turn = 2n * fixedPi()
  const angle = value % turn
  const square = times(angle, angle)
  return series(angle, (term, index) => -times(term, square) / (2n * index * (2n * index + 1n)))
}

const fixedCos = (value: bigint): bigint => fixedSin(value + fixedPi() / 2n)

function fixedAtan(value: bigint): bigint {
  if (value < 0n) return -fixedAtan(-value)
  if (value > ONE) return fixedPi() / 2n - fixedAtan(over(ONE, value))
  if (value > ONE / 8n) return 2n * fixedAtan(over(value, ONE + squareRoot(ONE + times(value, value))))
  const square = times(value, value)
  let power = value
  let sum = 0n
  for (let index = 1n; power !== 0n; index += 2n) {
    sum += index % 4n === 1n ? power / index : -power / index
    power = times(power, square)
  }
  return sum
}

function fixedAsin(value: bigint): bigint {
  const rest = ONE - times(value, value)
  if (rest === 0n) return value > 0n ? fixedPi() / 2n : -fixedPi() / 2n
  return fixedAtan(over(value, squareRoot(rest)))
}

type FixedFunction = (value: bigint) => bigint

function lift(apply: FixedFunction): (value: Decimal) => Decimal {
  return (value) => fromFixed(apply(toFixed(value)))
}

const sinh: FixedFunction = (value) => (fixedExp(value) - fixedExp(-value)) / 2n
const cosh: FixedFunction = (value) => (fixedExp(value) + fixedExp(-value)) / 2n

/** The functions of one finite decimal; the caller has checked that the argument lies in the function's domain. */
export const DECIMAL_FUNCTIONS = {
  sin: lift(fixedSin),
  cos: lift(fixedCos),
  tan: lift((value) => over(fixedSin(value), fixedCos(value))),
  asin: lift(fixedAsin),
  acos: lift((value) => fixedPi() / 2n - fixedAsin(value)),
  atan: lift(fixedAtan),
  sinh: lift(sinh),
  cosh: lift(cosh),
  tanh: lift((value) => over(sinh(value), cosh(value))),
  asinh: lift(
    (value) =>
      (value < 0n ? -1n : 1n) *
      fixedLn((value < 0n ? -value : value) + squareRoot(times(value, value) + ONE)),
  ),
  acosh: lift((value) => fixedLn(value + squareRoot(times(value, value) - ONE))),
  atanh: lift((value) => fixedLn(over(ONE + value, ONE - value)) / 2n),
} as const

const EXP_LIMIT = 15_000n * ONE

/** e^value; beyond what a decimal can hold, infinity or zero. */
export function decimalExp(value: Decimal): DecimalValue {
  const fixed = toFixed(value)
  if (fixed > EXP_LIMIT) return 'Infinity'
  if (fixed < -EXP_LIMIT) return { coefficient: 0n, exponent: -6176 }
  // e^x = 10^n · e^r keeps the digits of a very small or large result
  const ln10 = fixedLn(10n * ONE)
  const tens = fixed / ln10
  const { coefficient, exponent } = fromFixed(fixedExp(fixed - tens * ln10))
  return { coefficient, exponent: exponent + Number(tens) }
}

function lnOf(value: Decimal): bigint {
  const shift = value.coefficient.toString().length - 1
  const mantissa = toFixed({ coefficient: value.coefficient, exponent: -shift })
  return fixedLn(mantissa) + BigInt(value.exponent + shift) * fixedLn(10n * ONE)
}

/** The natural logarithm of a positive decimal. */
export function decimalLn(value: Decimal): Decimal {
  return fromFixed(lnOf(value))
}

/** The logarithm of one positive decimal to the base of another. */
export function decimalLog(value: Decimal, base: Decimal): Decimal {
  return fromFixed(over(lnOf(value), lnOf(base)))
}

/** The square root of a decimal that is not negative; an exact root keeps few digits. */
export function decimalSqrt(value: Decimal): Decimal {
  const ideal = Math.floor(value.exponent / 2)
  const exponent = ideal - 2 * RESULT_DIGITS
  const root = rootOf(value.coefficient * 10n ** BigInt(value.exponent - 2 * exponent))
  let result: Decimal = { coefficient: root, exponent }
  while (result.exponent < ideal && result.coefficient % 10n === 0n) {
    result = { coefficient: result.coefficient / 10n, exponent: result.exponent + 1 }
  }
  return result
}

/** base^power for a positive base. */
export function decimalPow(base: Decimal, power: Decimal): DecimalValue {
  return decimalExp(fromFixed(times(lnOf(base), toFixed(power))))
}

/** The angle of a point, as `$atan2` gives it. */
export function decimalAtan2(y: Decimal, x: Decimal): Decimal {
  const rise = toFixed(y)
  const run = toFixed(x)
  if (run > 0n) return fromFixed(fixedAtan(over(rise, run)))
  if (run < 0n) return fromFixed(fixedAtan(over(rise, run)) + (rise < 0n ? -fixedPi() : fixedPi()))
  return fromFixed(rise === 0n ? 0n : rise > 0n ? fixedPi() / 2n : -fixedPi() / 2n)
}
