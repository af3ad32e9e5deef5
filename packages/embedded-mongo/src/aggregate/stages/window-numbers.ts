import { Decimal128, Double, Int32, Long } from 'bson'
import {
  addDecimals,
  type DecimalValue,
  divideDecimals,
  fromDecimal128,
  multiplyDecimals,
  negateDecimal,
  toDecimal128,
} from '../../bson/decimal.ts'
import type { Doc, Value } from '../../bson/document.ts'
import { add, divide, isZero, multiply, subtract, toArithmeticDecimal, toDouble } from '../../bson/numbers.ts'
import { isNumber, type NumberValue, typeName } from '../../bson/types.ts'
import { MongoServerFault } from '../../errors.ts'
import type { Scope } from '../scope.ts'
import { asInt64, isNullish } from '../values.ts'
import { compileBounds, type FunctionContext, fault, unitOf, type WindowFunction } from './window-bounds.ts'

const rounded = (value: DecimalValue): DecimalValue => fromDecimal128(toDecimal128(value))
const decimalOne: DecimalValue = { coefficient: 1n, exponent: 0 }

function weightOf(argument: Doc): DecimalValue {
  if (argument.has('N')) {
    const count = argument.get('N')
    if (!isNumber(count)) throw fault(`'N' field must be an integer, but found type ${typeName(count)}`)
    const whole = asInt64(count)
    if (whole === undefined) {
      throw fault("'N' field must be an integer. To use a non-integer, use the 'alpha' argument instead")
    }
    if (whole <= 0n) throw fault(`'N' must be greater than zero. Got ${whole}`)
    return rounded(divideDecimals({ coefficient: 2n, exponent: 0 }, { coefficient: whole + 1n, exponent: 0 }))
  }
  const alpha = argument.get('alpha')
  if (!isNumber(alpha)) throw fault("'alpha' must be a number")
  const size = toDouble(alpha)
  if (!(size > 0 && size < 1))
    throw fault(`'alpha' must be between 0 and 1 (exclusive), found alpha: ${size}`)
  return toArithmeticDecimal(alpha)
}

/** `$expMovingAvg`: each value counts by its weight, and all before it together by the rest. */
export function movingAverage({ argument, window, sort, scope }: FunctionContext): WindowFunction {
  if (window !== undefined || !(argument instanceof Map)) {
    throw fault('$expMovingAvg must have exactly one argument that is an object')
  }
  const input = argument.get('input')
  if (argument.size !== 2 || input === undefined || !(argument.has('N') || argument.has('alpha'))) {
    throw fault(
      "$expMovingAvg sub object must have exactly two fields: An 'input' field, and either an 'N' field or an 'alpha' field",
    )
  }
  if (sort === undefined) throw fault("$expMovingAvg requires an explicit 'sortBy'")
  const weight = weightOf(argument)
  const rest = rounded(addDecimals(decimalOne, negateDecimal(weight)))
  const evaluate = scope.compile(input).evaluate
  return ({ docs }) => {
    let average: DecimalValue | undefined
    let isDecimal = false
    return docs.map((doc) => {
      const value = evaluate(doc)
      if (isNumber(value)) {
        if (value instanceof Decimal128) isDecimal = true
        const number = toArithmeticDecimal(value)
        average =
          average === undefined
            ? number
            : rounded(
                addDecimals(
                  rounded(multiplyDecimals(number, weight)),
                  rounded(multiplyDecimals(average, rest)),
                ),
              )
      }
      if (average === undefined) return null
      const result = toDecimal128(average)
      return isDecimal ? result : new Double(toDouble(result))
    })
  }
}

/** How long a unit is, where all of its kind are equally long. */
const UNIT_MILLISECONDS: Readonly<Partial<Record<string, number>>> = {
  week: 604_800_000,
  day: 86_400_000,
  hour: 3_600_000,
  minute: 60_000,
  second: 1000,
  millisecond: 1,
}

interface Slope {
  readonly input: Value
  /** Milliseconds, where the partition is sorted by dates. */
  readonly unit: number | undefined
}

function slopeOf({ name, argument, sort }: FunctionContext): Slope {
  if (!(argument instanceof Map)) throw fault(`${name} expects an object`)
  for (const key of argument.keys()) {
    if (key !== 'input' && key !== 'unit') throw fault(`${name} got unexpected argument: ${key}`)
  }
  const input = argument.get('input')
  if (input === undefined) throw fault(`${name} requires an 'input' expression`)
  if (sort === undefined) throw fault(`${name} requires a sortBy`)
  if (sort.fields !== 1) throw fault(`${name} requires a non-compound sortBy`)
  const unit = argument.get('unit')
  if (unit === undefined) return { input, unit: undefined }
  const length = UNIT_MILLISECONDS[unitOf(unit)]
  if (length === undefined) throw new MongoServerFault(5490704, `unit must be 'week' or smaller`)
  return { input, unit: length }
}

function timeDifference(later: Value | undefined, earlier: Value | undefined): NumberValue | undefined {
  if (later instanceof Date && earlier instanceof Date)
    return Long.fromNumber(later.getTime() - earlier.getTime())
  return isNumber(later) && isNumber(earlier) ? subtract(later, earlier) : undefined
}

/** `$derivative`: the rise between the first and the last document of a window by their distance. */
export function derivative(context: FunctionContext): WindowFunction {
  const { window, sort, scope } = context
  const { input, unit } = slopeOf(context)
  if (window === undefined) throw fault('$derivative requires explicit window bounds')
  const bounds = compileBounds(window, sort, scope)
  const evaluate = scope.compile(input).evaluate
  return (partition) => {
    const values = partition.docs.map((doc) => evaluate(doc))
    return bounds(partition).map(({ start, end }) => {
      if (end <= start) return null
      const [from, to] = [partition.keys[start], partition.keys[end - 1]]
      checkTimes(from, to, unit)
      const run = timeDifference(to, from)
      const [low, high] = [values[start], values[end - 1]]
      if (!isNumber(low) || !isNumber(high)) {
        throw new MongoServerFault(5624903, '$derivative input must not be null or missing')
      }
      if (run === undefined || isZero(run)) return null
      const slope = divide(subtract(high, low), run)
      return unit === undefined ? slope : multiply(slope, Long.fromNumber(unit))
    })
  }
}

function checkTimes(from: Value | undefined, to: Value | undefined, unit: number | undefined): void {
  if (unit !== undefined) {
    if (from instanceof Date && to instanceof Date) return
    throw new MongoServerFault(5624900, "$derivative with 'unit' expects the sortBy field to be a Date")
  }
  if (from instanceof Date || to instanceof Date) {
    throw new MongoServerFault(5624901, "$derivative where the sortBy is a Date requires an 'unit'")
  }
  if (isNumber(from) && isNumber(to)) return
  throw new MongoServerFault(5624902, "$derivative (with no 'unit') expects the sortBy field to be numeric")
}

/** `$integral`: the area below the documents of a window, by trapezoids. */
export function integral(context: FunctionContext): WindowFunction {
  const { window, sort, scope } = context
  const { input, unit } = slopeOf(context)
  const bounds = compileBounds(window, sort, scope)
  const evaluate = scope.compile(input).evaluate
  return (partition) => {
    const points = partition.docs.map((doc, index) => point(partition.keys[index], evaluate(doc), unit))
    const areas = points.map(({ x, y }, index) => {
      const before = points[index - 1]
      const delta = before === undefined ? undefined : timeDifference(x, before.x)
      if (before === undefined || delta === undefined) return new Int32(0)
      return divide(multiply(add(y, before.y), delta), new Double(2))
    })
    return bounds(partition).map(({ start, end }) => {
      if (end <= start) return null
      let area: NumberValue = new Int32(0)
      for (let index = start + 1; index < end; index += 1) area = add(area, areas[index] ?? new Int32(0))
      return unit === undefined || end - start < 2 ? area : divide(area, Long.fromNumber(unit))
    })
  }
}

function point(x: Value | undefined, y: Value | undefined, unit: number | undefined) {
  if (!isNumber(y) || !(isNumber(x) || x instanceof Date)) {
    throw new MongoServerFault(
      5423900,
      'The input value of $integral window function must be a vector of 2 value, the first value must be numeric or date type and the second must be numeric.',
    )
  }
  if (unit !== undefined && !(x instanceof Date)) {
    throw new MongoServerFault(5423901, "$integral with 'outputUnit' expects the sortBy field to be a Date")
  }
  if (unit === undefined && x instanceof Date) {
    throw new MongoServerFault(
      5423902,
      "$integral (with no 'outputUnit') expects the sortBy field to be numeric",
    )
  }
  return { x, y }
}

interface Known {
  readonly x: Value
  readonly y: NumberValue
}

/** `$linearFill`: missing numbers lie on the line between the known ones around them. */
export function linearFill({ argument, window, sort, scope }: FunctionContext): WindowFunction {
  if (window !== undefined) throw fault("'window' field is not allowed in $linearFill")
  if (sort === undefined || sort.fields !== 1) {
    throw new MongoServerFault(
      605001,
      '$linearFill must be specified with a top level sortBy expression with exactly one element',
    )
  }
  const evaluate = scope.compile(argument).evaluate
  return ({ docs, keys }) => {
    checkFillKeys(keys, scope)
    const known = docs.map((doc, index): Known | undefined => {
      const y = evaluate(doc)
      if (isNullish(y)) return undefined
      if (isNumber(y)) return { x: keys[index] ?? null, y }
      throw new MongoServerFault(
        'TypeMismatch',
        `Value to be filled must be numeric or nullish, but found ${typeName(y)}`,
      )
    })
    const following: Array<Known | undefined> = []
    let next: Known | undefined
    for (let index = known.length - 1; index >= 0; index -= 1) {
      next = known[index] ?? next
      following[index] = next
    }
    let before: Known | undefined
    return known.map((own, index) => {
      before = own ?? before
      const after = following[index]
      if (own !== undefined) return own.y
      return before === undefined || after === undefined ? null : interpolated(before, after, keys[index])
    })
  }
}

function interpolated(before: Known, after: Known, x: Value | undefined): Value {
  const distance = timeDifference(x, before.x)
  const run = timeDifference(after.x, before.x)
  if (distance === undefined || run === undefined) return null
  return add(before.y, multiply(distance, divide(subtract(after.y, before.y), run)))
}

function checkFillKeys(keys: ReadonlyArray<Value | undefined>, scope: Scope): void {
  for (const [index, key] of keys.entries()) {
    if (!isNumber(key) && !(key instanceof Date)) {
      throw new MongoServerFault(
        'TypeMismatch',
        `Value of the sortBy field must be numeric or a date, but found ${typeName(key)}`,
      )
    }
    const before = index === 0 ? undefined : keys[index - 1]
    if (before === undefined) continue
    if (scope.equals(before, key))
      throw new MongoServerFault(6050106, 'There can be no repeated values in the sort field')
    if (isNumber(before) !== isNumber(key)) {
      throw new MongoServerFault(
        'TypeMismatch',
        `Conflicting sort value types, previously received type ${typeName(before)}, but found ${typeName(key)}`,
      )
    }
  }
}
