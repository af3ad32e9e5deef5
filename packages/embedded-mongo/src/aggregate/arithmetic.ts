import { Decimal128, Double, Int32, Long } from 'bson'
import {
  addDecimals,
  type DecimalValue,
  exactDecimal,
  fromDecimal128,
  multiplyDecimals,
  roundDecimal,
  shortDecimal,
  toDecimal128,
} from '../bson/decimal.ts'
import type { Value } from '../bson/document.ts'
import {
  divide,
  isZero,
  remainder,
  subtract,
  toArithmeticDecimal,
  toBigInt,
  toDouble,
} from '../bson/numbers.ts'
import { isNumber, type NumberValue, typeName } from '../bson/types.ts'
import { MongoServerFault } from '../errors.ts'
import { binary, listOperator } from './operator.ts'
import type { OperatorCompiler } from './scope.ts'
import { dateAt, fitsInt64, intOrLong, isIntegral32, isNullish, toInt64 } from './values.ts'

type Width = 'int' | 'long' | 'double' | 'decimal'
const WIDTHS: readonly Width[] = ['int', 'long', 'double', 'decimal']

function widthOf(value: NumberValue): Width {
  if (value instanceof Int32) return 'int'
  if (value instanceof Double) return 'double'
  return value instanceof Decimal128 ? 'decimal' : 'long'
}

function wider(a: Width, b: Width): Width {
  return WIDTHS.indexOf(a) > WIDTHS.indexOf(b) ? a : b
}

function wholeOf(value: NumberValue): bigint {
  return value instanceof Int32
    ? BigInt(value.value)
    : value instanceof Long
      ? value.toBigInt()
      : toInt64(value)
}

/** A double in full, to the 34 digits that a decimal has. */
function fullDecimal(value: number): DecimalValue {
  return fromDecimal128(toDecimal128(exactDecimal(value)))
}

const ROUNDED = (value: DecimalValue): DecimalValue => fromDecimal128(toDecimal128(value))

/** A sum in the making: it starts as a whole number and widens with its operands, and on overflow. */
class Sum {
  #width: Width = 'int'
  #long = 0n
  #double = 0
  #decimal: DecimalValue = { coefficient: 0n, exponent: 0 }
  #date: Date | undefined

  addDate(value: Date): void {
    if (this.#date !== undefined)
      throw new MongoServerFault(16612, 'only one date allowed in an $add expression')
    this.#date = value
  }

  add(value: NumberValue, least: Width = widthOf(value)): void {
    const width = wider(this.#width, least)
    if (width !== this.#width) this.#widen(width)
    if (width === 'decimal') {
      this.#decimal = ROUNDED(addDecimals(this.#decimal, toArithmeticDecimal(value)))
    } else if (width === 'double') {
      this.#double += toDouble(value)
    } else {
      const total = this.#long + wholeOf(value)
      if (fitsInt64(total)) {
        this.#long = total
      } else {
        this.#double = Number(this.#long) + toDouble(value)
        this.#width = 'double'
      }
    }
  }

  #widen(width: Width): void {
    if (width === 'double') this.#double = Number(this.#long)
    if (width === 'decimal') {
      this.#decimal =
        this.#width === 'double' ? fullDecimal(this.#double) : { coefficient: this.#long, exponent: 0 }
    }
    this.#width = width
  }

  get result(): Value {
    // what is added to a date is rounded to milliseconds by itself
    if (this.#date !== undefined) return dateAt(this.#date.getTime() + Number(this.#milliseconds()))
    if (this.#width === 'decimal') return toDecimal128(this.#decimal)
    if (this.#width === 'double') return new Double(this.#double)
    return this.#width === 'int' ? intOrLong(this.#long) : Long.fromBigInt(this.#long)
  }

  #milliseconds(): bigint {
    if (this.#width === 'decimal') return roundedDecimal(toDecimal128(this.#decimal))
    if (this.#width !== 'double') return this.#long
    if (!(this.#double >= -(2 ** 63) && this.#double < 2 ** 63)) {
      throw new MongoServerFault('Overflow', 'date overflow in $add')
    }
    return roundedAway(this.#double)
  }
}

const add = listOperator('$add', 0, Number.POSITIVE_INFINITY, (operands) => (root) => {
  const sum = new Sum()
  for (const operand of operands) {
    const value = operand(root)
    if (isNullish(value)) return null
    if (isNumber(value)) sum.add(value)
    else if (value instanceof Date) sum.addDate(value)
    else
      throw new MongoServerFault(
        'TypeMismatch',
        `$add only supports numeric or date types, not ${typeName(value)}`,
      )
  }
  return sum.result
})

/** A product in the making; beside a whole product runs one in doubles, for when the whole one overflows. */
class Product {
  #width: Width = 'int'
  #long = 1n
  #double = 1
  #decimal: DecimalValue = { coefficient: 1n, exponent: 0 }

  multiply(value: NumberValue): void {
    const before = this.#width
    this.#width = wider(before, widthOf(value))
    if (this.#width === 'decimal') {
      if (before !== 'decimal') {
        this.#decimal =
          before === 'double' ? shortDecimal(this.#double) : { coefficient: this.#long, exponent: 0 }
      }
      this.#decimal = ROUNDED(multiplyDecimals(this.#decimal, toArithmeticDecimal(value)))
      return
    }
    this.#double *= toDouble(value)
    if (this.#width === 'double') return
    const product = this.#long * wholeOf(value)
    if (fitsInt64(product)) this.#long = product
    else this.#width = 'double'
  }

  get result(): NumberValue {
    if (this.#width === 'decimal') return toDecimal128(this.#decimal)
    if (this.#width === 'double') return new Double(this.#double)
    return this.#width === 'int' ? intOrLong(this.#long) : Long.fromBigInt(this.#long)
  }
}

const multiply = listOperator('$multiply', 0, Number.POSITIVE_INFINITY, (operands) => (root) => {
  const product = new Product()
  for (const operand of operands) {
    const value = operand(root)
    if (isNullish(value)) return null
    if (!isNumber(value)) {
      throw new MongoServerFault(
        'TypeMismatch',
        `$multiply only supports numeric types, not ${typeName(value)}`,
      )
    }
    product.multiply(value)
  }
  return product.result
})

/** A fraction of a millisecond is rounded: half of one away from zero, of a decimal to the even one. */
function millisecondsOf(value: NumberValue): bigint {
  if (value instanceof Double) {
    if (!Number.isFinite(value.value)) throw new MongoServerFault('Overflow', 'date overflow in $subtract')
    return roundedAway(value.value)
  }
  return value instanceof Decimal128 ? roundedDecimal(value) : toInt64(value)
}

function roundedAway(value: number): bigint {
  return BigInt(Math.sign(value) * Math.round(Math.abs(value)))
}

function roundedDecimal(value: Decimal128): bigint {
  const rounded = roundDecimal(fromDecimal128(value), 0, 'half-even')
  if (typeof rounded === 'string') throw new MongoServerFault('Overflow', 'date overflow in arithmetic')
  return toInt64(toDecimal128(rounded))
}

const subtraction = binary('$subtract', (left, right) => {
  if (isNumber(left) && isNumber(right)) return subtract(left, right)
  if (isNullish(left) || isNullish(right)) return null
  if (left instanceof Date) {
    if (right instanceof Date) return Long.fromNumber(left.getTime() - right.getTime())
    if (isNumber(right)) return dateAt(left.getTime() - Number(millisecondsOf(right)))
    throw new MongoServerFault('TypeMismatch', `can't $subtract ${typeName(right)} from Date`)
  }
  throw new MongoServerFault('TypeMismatch', `can't $subtract ${typeName(right)} from ${typeName(left)}`)
})

const division = binary('$divide', (left, right) => {
  if (isNumber(left) && isNumber(right)) {
    if (isZero(right)) throw new MongoServerFault('BadValue', "can't $divide by zero")
    return divide(left, right)
  }
  if (isNullish(left) || isNullish(right)) return null
  throw new MongoServerFault(
    'TypeMismatch',
    `$divide only supports numeric types, not ${typeName(left)} and ${typeName(right)}`,
  )
})

function modulo(left: NumberValue, right: NumberValue): NumberValue {
  const isDecimal = left instanceof Decimal128 || right instanceof Decimal128
  if (isZero(right)) throw new MongoServerFault(isDecimal ? 5733415 : 16610, "can't $mod by zero")
  if (isDecimal) return remainder(left, right)
  const whole = right instanceof Double && isIntegral32(right) ? toBigInt(right) : undefined
  if (left instanceof Double || (right instanceof Double && whole === undefined)) {
    return new Double(toDouble(left) % toDouble(right))
  }
  // a double divisor that is a whole number counts as an integer here
  return remainder(left, whole === undefined ? right : new Int32(Number(whole)))
}

const mod = binary('$mod', (left, right) => {
  if (isNumber(left) && isNumber(right)) return modulo(left, right)
  if (isNullish(left) || isNullish(right)) return null
  throw new MongoServerFault(
    16611,
    `$mod only supports numeric types, not ${typeName(left)} and ${typeName(right)}`,
  )
})

export const arithmeticOperators: Readonly<Record<string, OperatorCompiler>> = {
  $add: add,
  $subtract: subtraction,
  $multiply: multiply,
  $divide: division,
  $mod: mod,
}
