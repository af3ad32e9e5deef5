import { Binary, BSONRegExp, BSONSymbol, Double, MaxKey, MinKey } from 'bson'
import type { Collation } from '../bson/collation.ts'
import { compare, equals, typeBracket } from '../bson/compare.ts'
import { BsonUndefined, type Value } from '../bson/document.ts'
import { asInteger, isNaNNumber, type NumberValue, toBigInt, toDouble, truncated } from '../bson/numbers.ts'
import { codeOfTypeName, isKnownTypeCode, isNumber, typeCode } from '../bson/types.ts'
import { MongoServerFault } from '../errors.ts'
import { compileRegex } from './regex.ts'

/** A question to one value, arrays not opened. */
export type LeafTest = (value: Value | undefined) => boolean

const isNullish = (value: Value | undefined) =>
  value === undefined || value === null || value instanceof BsonUndefined
const isNaNValue = (value: Value | undefined) => isNumber(value) && isNaNNumber(value)

export function equalTo(target: Value, collation: Collation | undefined): LeafTest {
  if (isNullish(target)) return isNullish
  if (typeof target === 'string' && collation === undefined) {
    return (value) => value === target || (value instanceof BSONSymbol && value.value === target)
  }
  return (value) => value !== undefined && equals(value, target, collation)
}

export type Order = '$gt' | '$gte' | '$lt' | '$lte'

const HOLDS: Readonly<Record<Order, (order: number) => boolean>> = {
  $gt: (order) => order > 0,
  $gte: (order) => order >= 0,
  $lt: (order) => order < 0,
  $lte: (order) => order <= 0,
}

/** Compares within the target's type only, as queries do; MinKey and MaxKey compare with everything. */
export function ordered(operator: Order, target: Value, collation: Collation | undefined): LeafTest {
  const holds = HOLDS[operator]
  const inclusive = operator === '$gte' || operator === '$lte'
  if (isNullish(target)) return (value) => inclusive && isNullish(value)
  if (target instanceof MinKey || target instanceof MaxKey) {
    const beyond = operator.startsWith(target instanceof MinKey ? '$gt' : '$lt')
    return (value) => (typeBracket(value) === typeBracket(target) ? inclusive : beyond)
  }
  if (isNaNValue(target)) return (value) => inclusive && isNaNValue(value)
  const bracket = typeBracket(target)
  return (value) =>
    value !== undefined &&
    typeBracket(value) === bracket &&
    !isNaNValue(value) &&
    holds(compare(value, target, collation))
}

export function oneOf(list: readonly Value[], collation: Collation | undefined): LeafTest {
  const tests = list.map((target) =>
    target instanceof BSONRegExp
      ? matchingRegex(target.pattern, target.options, target)
      : equalTo(target, collation),
  )
  const simple = collation === undefined && list.every((target) => typeof target === 'string')
  if (simple) {
    const set = new Set<unknown>(list)
    return (value) => set.has(value instanceof BSONSymbol ? value.value : value)
  }
  return (value) => tests.some((test) => test(value))
}

/** A regular expression matches strings, and a stored regular expression that is the same. */
export function matchingRegex(pattern: string, options: string, self?: BSONRegExp): LeafTest {
  const regex = compileRegex(pattern, options)
  return (value) =>
    typeof value === 'string'
      ? regex.test(value)
      : value instanceof BSONSymbol
        ? regex.test(value.value)
        : value instanceof BSONRegExp && self !== undefined && equals(value, self)
}

export function modulo(argument: Value): LeafTest {
  if (!Array.isArray(argument)) throw new MongoServerFault('BadValue', 'malformed mod, needs to be an array')
  if (argument.length < 2) throw new MongoServerFault('BadValue', 'malformed mod, not enough elements')
  if (argument.length > 2) throw new MongoServerFault('BadValue', 'malformed mod, too many elements')
  const [divisor, rest] = argument
  if (!isNumber(divisor)) throw new MongoServerFault('BadValue', 'malformed mod, divisor not a number')
  if (!isNumber(rest)) throw new MongoServerFault('BadValue', 'malformed mod, remainder not a number')
  const by = operandOfModulo('divisor', divisor)
  const wanted = operandOfModulo('remainder', rest)
  if (by === 0n) throw new MongoServerFault('BadValue', 'divisor cannot be 0')
  return (value) => {
    if (!isNumber(value)) return false
    if (value instanceof Double && !Number.isFinite(value.value)) return false
    if (isNaNNumber(value) || /inf/i.test(value.toString())) return false
    const whole = truncated(value)
    return BigInt.asIntN(64, whole) === whole && whole % by === wanted
  }
}

function operandOfModulo(name: string, value: NumberValue): bigint {
  const finite = Number.isFinite(toDouble(value))
  const whole = finite ? truncated(value) : undefined
  if (whole === undefined || BigInt.asIntN(64, whole) !== whole) {
    throw new MongoServerFault(
      'BadValue',
      `malformed mod, ${name} value is invalid :: caused by :: Unable to coerce ${value.toString()} to a 64-bit integer`,
    )
  }
  return whole
}

export function ofType(argument: Value): LeafTest {
  const list = Array.isArray(argument) ? argument : [argument]
  if (list.length === 0) throw new MongoServerFault('FailedToParse', '$type must match at least one type')
  const codes = new Set(list.flatMap(typeCodes))
  return (value) => value !== undefined && codes.has(typeCode(value))
}

function typeCodes(argument: Value): number[] {
  if (argument === 'number') return [1, 16, 18, 19]
  if (typeof argument === 'string') {
    const code = codeOfTypeName(argument)
    if (code === undefined) throw new MongoServerFault('BadValue', `Unknown type name alias: ${argument}`)
    return [code]
  }
  if (!isNumber(argument))
    throw new MongoServerFault('TypeMismatch', 'type must be represented as a number or a string')
  const code = asInteger(argument)
  if (code === undefined || !isKnownTypeCode(code))
    throw new MongoServerFault('BadValue', `Invalid numerical type code: ${argument.toString()}`)
  return [code]
}

export function sizeOf(argument: Value): LeafTest {
  if (!isNumber(argument))
    throw new MongoServerFault(
      'BadValue',
      `Failed to parse $size. Expected a number in: $size: ${String(argument)}`,
    )
  const size = asInteger(argument)
  if (size === undefined)
    throw new MongoServerFault(
      'BadValue',
      `Failed to parse $size. Expected an integer: $size: ${argument.toString()}`,
    )
  if (size < 0)
    throw new MongoServerFault(
      'BadValue',
      `Failed to parse $size. Expected a non-negative number in: $size: ${size}`,
    )
  return (value) => Array.isArray(value) && value.length === size
}

export type BitTest = '$bitsAllSet' | '$bitsAllClear' | '$bitsAnySet' | '$bitsAnyClear'

/** The bits are those of a two's complement number, or of binary data counted from its first byte. */
export function bits(operator: BitTest, argument: Value): LeafTest {
  const positions = bitPositions(operator, argument)
  const every = operator === '$bitsAllSet' || operator === '$bitsAllClear'
  const wanted = operator === '$bitsAllSet' || operator === '$bitsAnySet'
  return (value) => {
    const read = bitReader(value)
    if (read === undefined) return false
    const test = (position: number) => read(position) === wanted
    return every ? positions.every(test) : positions.some(test)
  }
}

function bitReader(value: Value | undefined): ((position: number) => boolean) | undefined {
  if (value instanceof Binary) {
    const bytes = storedBytes(value)
    return (position) => (((bytes[position >> 3] ?? 0) >> (position & 7)) & 1) === 1
  }
  if (!isNumber(value)) return undefined
  const whole = toBigInt(value)
  if (whole === undefined || BigInt.asIntN(64, whole) !== whole) return undefined
  return (position) => ((whole >> BigInt(Math.min(position, 63))) & 1n) === 1n
}

/** The old generic subtype keeps the length of its data before the data, and its bits are counted too. */
function storedBytes(value: Binary): Uint8Array {
  if (value.sub_type !== Binary.SUBTYPE_BYTE_ARRAY) return value.value()
  const length = Buffer.alloc(4)
  length.writeInt32LE(value.length())
  return Buffer.concat([length, value.value()])
}

function bitPositions(operator: BitTest, argument: Value): number[] {
  if (Array.isArray(argument)) {
    return argument.map((position) => {
      const value = asInteger(position)
      if (value === undefined || value < 0 || value > 0x7fffffff)
        throw new MongoServerFault(
          'BadValue',
          `Failed to parse bit position. Expected a non-negative number in: ${operator}`,
        )
      return value
    })
  }
  if (argument instanceof Binary) {
    const read = bitReader(argument)
    return Array.from({ length: storedBytes(argument).length * 8 }, (_, position) => position).filter(
      (position) => read?.(position),
    )
  }
  const mask = isNumber(argument) ? toBigInt(argument) : undefined
  if (mask === undefined || mask < 0n || BigInt.asIntN(64, mask) !== mask) {
    throw new MongoServerFault(
      isNumber(argument) ? 'FailedToParse' : 'BadValue',
      `${operator} takes an Array, a number, or a BinData but received: ${String(argument)}`,
    )
  }
  return Array.from({ length: 64 }, (_, position) => position).filter(
    (position) => ((mask >> BigInt(position)) & 1n) === 1n,
  )
}
