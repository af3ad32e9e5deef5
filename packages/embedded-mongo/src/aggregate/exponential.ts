import { Decimal128, Double, Int32, Long } from 'bson'
import {
  type Decimal,
  type DecimalValue,
  fromDecimal128,
  signOfDecimal,
  toDecimal128,
} from '../bson/decimal.ts'
import { compareNumbers, isZero, toArithmeticDecimal, toBigInt, toDouble } from '../bson/numbers.ts'
import { isNumber, type NumberValue, typeName } from '../bson/types.ts'
import { MongoServerFault } from '../errors.ts'
import { decimalExp, decimalLn, decimalLog, decimalPow, decimalSqrt } from './decimal-functions.ts'
import { binary } from './operator.ts'
import { numeric } from './rounding.ts'
import type { OperatorCompiler } from './scope.ts'
import { fitsInt64, formatDouble, intOrLong, isNullish, toInt64 } from './values.ts'

const TEN: Decimal = { coefficient: 10n, exponent: 0 }

function isPositive(value: DecimalValue): boolean {
  return signOfDecimal(value) > 0
}

const exp = numeric('$exp', (value) => {
  if (!(value instanceof Decimal128)) return new Double(Math.exp(toDouble(value)))
  const decimal = fromDecimal128(value)
  if (decimal === '-Infinity') return Decimal128.fromString('0')
  return toDecimal128(typeof decimal === 'string' ? decimal : decimalExp(decimal))
})

function logarithm(
  name: string,
  code: number,
  double: (value: number) => number,
  base: Decimal | null,
): OperatorCompiler {
  return numeric(name, (value) => {
    if (value instanceof Decimal128) {
      const decimal = fromDecimal128(value)
      if (decimal === 'NaN' || decimal === 'Infinity') return value
      if (isPositive(decimal) && typeof decimal !== 'string') {
        return toDecimal128(base === null ? decimalLn(decimal) : decimalLog(decimal, base))
      }
    }
    const argument = toDouble(value)
    if (argument > 0 || Number.isNaN(argument)) return new Double(double(argument))
    throw new MongoServerFault(
      code,
      `${name}'s argument must be a positive number, but is ${formatDouble(argument)}`,
    )
  })
}

const log = binary('$log', (value, base) => {
  if (isNullish(value) || isNullish(base)) return null
  if (!isNumber(value)) {
    throw new MongoServerFault(28756, `$log's argument must be numeric, not ${typeName(value)}`)
  }
  if (!isNumber(base)) throw new MongoServerFault(28757, `$log's base must be numeric, not ${typeName(base)}`)
  const exact =
    value instanceof Decimal128 || base instanceof Decimal128 ? decimalLogarithm(value, base) : undefined
  if (exact !== undefined) return exact
  const argument = toDouble(value)
  const divisor = toDouble(base)
  if (argument <= 0) {
    throw new MongoServerFault(
      28758,
      `$log's argument must be a positive number, but is ${formatDouble(argument)}`,
    )
  }
  if (divisor <= 0 || divisor === 1) {
    throw new MongoServerFault(
      28759,
      `$log's base must be a positive number not equal to 1, but is ${formatDouble(divisor)}`,
    )
  }
  return new Double(Math.log(argument) / Math.log(divisor))
})

function decimalLogarithm(value: NumberValue, base: NumberValue): Decimal128 | undefined {
  const argument = toArithmeticDecimal(value)
  const divisor = toArithmeticDecimal(base)
  if (!isPositive(argument) || !isPositive(divisor) || compareNumbers(base, new Int32(1)) === 0)
    return undefined
  if (typeof argument === 'string' || typeof divisor === 'string') return undefined
  return toDecimal128(decimalLog(argument, divisor))
}

const sqrt = numeric('$sqrt', (value) => {
  if (value instanceof Decimal128) {
    const decimal = fromDecimal128(value)
    if (signOfDecimal(decimal) >= 0)
      return typeof decimal === 'string' ? value : toDecimal128(decimalSqrt(decimal))
  }
  const argument = toDouble(value)
  if (argument < 0) throw new MongoServerFault(28714, "$sqrt's argument must be greater than or equal to 0")
  return new Double(Math.sqrt(argument))
})

const pow = binary('$pow', (base, exponent) => {
  if (isNullish(base) || isNullish(exponent)) return null
  if (!isNumber(base)) throw new MongoServerFault(28762, `$pow's base must be numeric, not ${typeName(base)}`)
  if (!isNumber(exponent)) {
    throw new MongoServerFault(28763, `$pow's exponent must be numeric, not ${typeName(exponent)}`)
  }
  if (isZero(base) && compareNumbers(exponent, new Int32(0)) < 0 && !Number.isNaN(toDouble(exponent))) {
    throw new MongoServerFault(28764, '$pow cannot take a base of 0 and a negative exponent')
  }
  if (base instanceof Decimal128 || exponent instanceof Decimal128) return decimalPower(base, exponent)
  if (base instanceof Double || exponent instanceof Double) {
    return new Double(doublePower(toDouble(base), toDouble(exponent)))
  }
  return wholePower(base, exponent)
})

/** C's pow, which unlike JavaScript's gives 1 for a base of 1 or -1 and an infinite exponent. */
function doublePower(base: number, exponent: number): number {
  if (base === 1) return 1
  return base === -1 && !Number.isFinite(exponent) && !Number.isNaN(exponent) ? 1 : base ** exponent
}

function wholePower(base: Int32 | Long, exponent: Int32 | Long): NumberValue {
  const isLong = base instanceof Long || exponent instanceof Long
  const power = toInt64(exponent)
  const start = toInt64(base)
  const format = (result: bigint): NumberValue => (isLong ? Long.fromBigInt(result) : intOrLong(result))
  if (start === 1n || start === 0n) return format(power === 0n ? 1n : start)
  if (start === -1n) return format(power % 2n === 0n ? 1n : -1n)
  const result = power < 0n || power > 63n ? undefined : start ** power
  return result !== undefined && fitsInt64(result)
    ? format(result)
    : new Double(toDouble(base) ** toDouble(exponent))
}

/** Gives a result all 34 digits, as MongoDB's decimal power does. */
function padded(value: DecimalValue): Decimal128 {
  if (typeof value === 'string') return toDecimal128(value)
  const missing = 34 - value.coefficient.toString().replace('-', '').length
  if (missing <= 0 || value.coefficient === 0n) return toDecimal128(value)
  return toDecimal128({
    coefficient: value.coefficient * 10n ** BigInt(missing),
    exponent: value.exponent - missing,
  })
}

function decimalPower(base: NumberValue, exponent: NumberValue): Decimal128 {
  const start = toArithmeticDecimal(base)
  const power = toArithmeticDecimal(exponent)
  const whole = toBigInt(exponent)
  if (typeof start !== 'string' && typeof power !== 'string') {
    if (whole === 0n) return padded({ coefficient: 1n, exponent: 0 })
    if (start.coefficient === 0n) return Decimal128.fromString('0')
    if (whole !== undefined && whole > 0n && whole < 500n) {
      return padded({ coefficient: start.coefficient ** whole, exponent: start.exponent * Number(whole) })
    }
    if (start.coefficient > 0n) return padded(decimalPow(start, power))
    if (whole === undefined) return Decimal128.fromString('NaN')
    const size = decimalPow({ coefficient: -start.coefficient, exponent: start.exponent }, power)
    if (whole % 2n === 0n || typeof size === 'string') return padded(size)
    return padded({ coefficient: -size.coefficient, exponent: size.exponent })
  }
  const double = doublePower(toDouble(base), toDouble(exponent))
  return toDecimal128(
    Number.isNaN(double)
      ? 'NaN'
      : Number.isFinite(double)
        ? { coefficient: BigInt(Math.trunc(double)), exponent: 0 }
        : double > 0
          ? 'Infinity'
          : '-Infinity',
  )
}

export const exponentialOperators: Readonly<Record<string, OperatorCompiler>> = {
  $exp: exp,
  $ln: logarithm('$ln', 28766, Math.log, null),
  $log10: logarithm('$log10', 28761, Math.log10, TEN),
  $log: log,
  $sqrt: sqrt,
  $pow: pow,
}
