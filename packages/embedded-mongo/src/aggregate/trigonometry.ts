import { Decimal128, Double } from 'bson'
import {
  type DecimalValue,
  divideDecimals,
  fromDecimal128,
  multiplyDecimals,
  toDecimal128,
} from '../bson/decimal.ts'
import { toArithmeticDecimal, toDouble } from '../bson/numbers.ts'
import { isNumber, typeName } from '../bson/types.ts'
import { MongoServerFault } from '../errors.ts'
import { DECIMAL_FUNCTIONS, decimalAtan2 } from './decimal-functions.ts'
import { binary } from './operator.ts'
import { numeric } from './rounding.ts'
import type { OperatorCompiler } from './scope.ts'
import { formatDouble, isNullish } from './values.ts'

type Name = keyof typeof DECIMAL_FUNCTIONS

const INFINITY = Number.POSITIVE_INFINITY

/** A function of one number, refused outside its bounds; exclusive bounds are those at infinity. */
function trigonometric(name: Name, least: number, most: number, exclusive = false): OperatorCompiler {
  const double = Math[name]
  return numeric(`$${name}`, (value) => {
    const argument = toDouble(value)
    const inside = exclusive ? argument > least && argument < most : argument >= least && argument <= most
    if (!inside && !Number.isNaN(argument)) {
      const range = exclusive
        ? `(${formatBound(least)},${formatBound(most)})`
        : `[${formatBound(least)},${formatBound(most)}]`
      throw new MongoServerFault(
        50989,
        `cannot apply $${name} to ${formatDouble(argument)}, value must in ${range}`,
      )
    }
    if (!(value instanceof Decimal128)) return new Double(double(argument))
    return toDecimal128(ofDecimal(name, fromDecimal128(value), double(argument)))
  })
}

function ofDecimal(name: Name, value: DecimalValue, limit: number): DecimalValue {
  if (value === 'NaN' || Number.isNaN(limit)) return 'NaN'
  if (!Number.isFinite(limit)) return limit > 0 ? 'Infinity' : '-Infinity'
  return typeof value === 'string' ? toArithmeticDecimal(new Double(limit)) : DECIMAL_FUNCTIONS[name](value)
}

function formatBound(bound: number): string {
  if (Number.isFinite(bound)) return String(bound)
  return bound > 0 ? 'inf' : '-inf'
}

const atan2 = binary('$atan2', (y, x) => {
  if (isNullish(y)) return null
  if (!isNumber(y))
    throw new MongoServerFault(51044, `$atan2 only supports numeric types, not ${typeName(y)}`)
  if (isNullish(x)) return null
  if (!isNumber(x))
    throw new MongoServerFault(51045, `$atan2 only supports numeric types, not ${typeName(x)}`)
  const double = Math.atan2(toDouble(y), toDouble(x))
  if (!(y instanceof Decimal128 || x instanceof Decimal128)) return new Double(double)
  const rise = toArithmeticDecimal(y)
  const run = toArithmeticDecimal(x)
  if (typeof rise === 'string' || typeof run === 'string')
    return toDecimal128(toArithmeticDecimal(new Double(double)))
  return toDecimal128(decimalAtan2(rise, run))
})

const DECIMAL_PI: DecimalValue = { coefficient: 3141592653589793238462643383279503n, exponent: -33 }
const HALF_TURN: DecimalValue = { coefficient: 180n, exponent: 0 }
const rounded = (value: DecimalValue): DecimalValue => fromDecimal128(toDecimal128(value))

function conversion(name: string, factor: number, decimalFactor: DecimalValue): OperatorCompiler {
  return numeric(name, (value) =>
    value instanceof Decimal128
      ? toDecimal128(multiplyDecimals(fromDecimal128(value), decimalFactor))
      : new Double(toDouble(value) * factor),
  )
}

export const trigonometryOperators: Readonly<Record<string, OperatorCompiler>> = {
  $sin: trigonometric('sin', -INFINITY, INFINITY, true),
  $cos: trigonometric('cos', -INFINITY, INFINITY, true),
  $tan: trigonometric('tan', -INFINITY, INFINITY, true),
  $asin: trigonometric('asin', -1, 1),
  $acos: trigonometric('acos', -1, 1),
  $atan: trigonometric('atan', -INFINITY, INFINITY),
  $sinh: trigonometric('sinh', -INFINITY, INFINITY),
  $cosh: trigonometric('cosh', -INFINITY, INFINITY),
  $tanh: trigonometric('tanh', -INFINITY, INFINITY),
  $asinh: trigonometric('asinh', -INFINITY, INFINITY),
  $acosh: trigonometric('acosh', 1, INFINITY),
  $atanh: trigonometric('atanh', -1, 1),
  $atan2: atan2,
  $degreesToRadians: conversion(
    '$degreesToRadians',
    Math.PI / 180,
    rounded(divideDecimals(DECIMAL_PI, HALF_TURN)),
  ),
  $radiansToDegrees: conversion(
    '$radiansToDegrees',
    180 / Math.PI,
    rounded(divideDecimals(HALF_TURN, DECIMAL_PI)),
  ),
}
