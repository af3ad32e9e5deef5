import { Decimal128, Double, Int32, Long } from 'bson'
import {
  exactDecimal,
  fromDecimal128,
  negateDecimal,
  roundDecimal,
  signOfDecimal,
  toDecimal128,
} from '../bson/decimal.ts'
import type { Value } from '../bson/document.ts'
import { isNumber, type NumberValue, typeName } from '../bson/types.ts'
import { MongoServerFault } from '../errors.ts'
import { ranged, unary } from './operator.ts'
import type { OperatorCompiler } from './scope.ts'
import { asInt64, fitsInt64, intOrLong, isIntegral32, isNullish, toInt64 } from './values.ts'

type Mode = Parameters<typeof roundDecimal>[2]

const INT64_MIN = -(2n ** 63n)

/** An operator on one number; nullish gives null, anything else is refused. */
export function numeric(name: string, apply: (value: NumberValue) => Value): OperatorCompiler {
  return unary(name, (value) => {
    if (isNumber(value)) return apply(value)
    if (isNullish(value)) return null
    throw new MongoServerFault(28765, `${name} only supports numeric types, not ${typeName(value)}`)
  })
}

const abs = numeric('$abs', (value) => {
  if (value instanceof Double) return new Double(Math.abs(value.value))
  if (value instanceof Int32) return intOrLong(Math.abs(value.value))
  if (value instanceof Decimal128) {
    const decimal = fromDecimal128(value)
    return signOfDecimal(decimal) < 0 ? toDecimal128(negateDecimal(decimal)) : value
  }
  const whole = value.toBigInt()
  if (whole === INT64_MIN) throw new MongoServerFault(28680, "can't take $abs of long long min")
  return whole < 0n ? Long.fromBigInt(-whole) : value
})

function towards(name: string, mode: 'floor' | 'ceil'): OperatorCompiler {
  return numeric(name, (value) => {
    if (value instanceof Double) return new Double(Math[mode](value.value))
    return value instanceof Decimal128 ? quantized(value, 0, mode) : value
  })
}

function precisionOf(name: string, value: Value): number {
  if (!isNumber(value))
    throw new MongoServerFault(16004, `can't convert from BSON type ${typeName(value)} to long`)
  const places = asInt64(value)
  if (places === undefined || !isIntegral32(value)) {
    throw new MongoServerFault(51082, `precision argument to  ${name} must be a integral value`)
  }
  if (places < -20n || places > 100n) {
    throw new MongoServerFault(
      51083,
      `cannot apply ${name} with precision value ${places} value must be in [-20, 100]`,
    )
  }
  return Number(places)
}

function rounding(name: string, mode: 'half-even' | 'truncate'): OperatorCompiler {
  return ranged(name, 1, 2, (values) => {
    const [value, precision] = values
    if (isNullish(value)) return null
    if (!isNumber(value)) {
      throw new MongoServerFault(51081, `${name} only supports numeric types, not ${typeName(value)}`)
    }
    if (values.length === 2 && isNullish(precision)) return null
    const places = isNullish(precision) ? 0 : precisionOf(name, precision)
    if (value instanceof Decimal128) return quantized(value, places, mode)
    if (value instanceof Double) return roundDouble(value, places, mode)
    if (places >= 0) return value
    const result = roundDecimal({ coefficient: toInt64(value), exponent: 0 }, places, mode)
    const whole = asInt64(toDecimal128(result))
    if (whole === undefined || !fitsInt64(whole)) {
      throw new MongoServerFault(
        51080,
        `invalid conversion from Decimal128 result in ${name} resulting from arguments: [${value.toString()}, ${places}]`,
      )
    }
    return value instanceof Int32 ? intOrLong(whole) : Long.fromBigInt(whole)
  })
}

function roundDouble(value: Double, places: number, mode: Mode): Double {
  if (!Number.isFinite(value.value)) return value
  const rounded = roundDecimal(exactDecimal(value.value), places, mode)
  if (typeof rounded === 'string') return value
  const { coefficient, exponent } = rounded
  if (coefficient === 0n) return new Double(value.value < 0 || Object.is(value.value, -0) ? -0 : 0)
  return new Double(Number(`${coefficient}e${exponent}`))
}

/** Rounds, and gives the result as many places as were asked for. */
function quantized(value: Decimal128, places: number, mode: Mode): Decimal128 {
  const rounded = roundDecimal(fromDecimal128(value), places, mode)
  if (typeof rounded === 'string' || rounded.exponent <= -places) return toDecimal128(rounded)
  const digits = rounded.coefficient.toString().replace('-', '').length
  const padding = Math.min(rounded.exponent + places, 34 - digits)
  return toDecimal128({
    coefficient: rounded.coefficient * 10n ** BigInt(padding),
    exponent: rounded.exponent - padding,
  })
}

export const roundingOperators: Readonly<Record<string, OperatorCompiler>> = {
  $abs: abs,
  $ceil: towards('$ceil', 'ceil'),
  $floor: towards('$floor', 'floor'),
  $round: rounding('$round', 'half-even'),
  $trunc: rounding('$trunc', 'truncate'),
}
