import { Decimal128, Double, Int32, Long } from 'bson'
import {
  addDecimals,
  type DecimalValue,
  exactDecimal,
  fromDecimal128,
  toDecimal128,
} from '../bson/decimal.ts'
import type { NumberValue } from '../bson/types.ts'
import { fitsInt64, intOrLong } from './values.ts'

/**
 * A running sum of doubles that keeps the rounding error of each addition, so that the order of the numbers hardly
 * matters and 64-bit integers lose nothing.
 */
export class CompensatedSum {
  #sum = 0
  #rest = 0
  #special = 0

  addDouble(value: number): void {
    this.#special += value
    const total = this.#sum + value
    const part = total - this.#sum
    const error = this.#sum - (total - part) + (value - part)
    const rest = this.#rest + error
    this.#sum = total + rest
    this.#rest = rest - (this.#sum - total)
  }

  addLong(value: bigint): void {
    const high = Number(value)
    this.addDouble(high)
    const low = Number(value - BigInt(high))
    if (low !== 0) this.addDouble(low)
  }

  get double(): number {
    return Number.isNaN(this.#sum) || !Number.isFinite(this.#sum) ? this.#special : this.#sum + this.#rest
  }

  /** The sum as a whole number, where no addition was of a fraction. */
  get long(): bigint | undefined {
    if (!Number.isFinite(this.#sum) || !Number.isFinite(this.#rest)) return undefined
    const total = BigInt(Math.trunc(this.#sum)) + BigInt(Math.trunc(this.#rest))
    return fitsInt64(total) ? total : undefined
  }

  get decimal(): DecimalValue {
    if (!Number.isFinite(this.#sum)) return exactDecimal(this.#special)
    const sum = fromDecimal128(toDecimal128(exactDecimal(this.#sum)))
    return this.#rest === 0 ? sum : addDecimals(sum, fromDecimal128(toDecimal128(exactDecimal(this.#rest))))
  }
}

type Width = 0 | 1 | 2 | 3

function widthOf(value: NumberValue): Width {
  if (value instanceof Int32) return 0
  if (value instanceof Double) return 2
  return value instanceof Decimal128 ? 3 : 1
}

/** The sum of numbers of any types, in the widest of them, as `$sum` and `$avg` take it. */
export class MixedSum {
  #plain = new CompensatedSum()
  #decimal: DecimalValue = { coefficient: 0n, exponent: 0 }
  #width: Width = 0
  count = 0

  add(value: NumberValue): void {
    const width = widthOf(value)
    if (width > this.#width) this.#width = width
    this.count += 1
    if (value instanceof Int32 || value instanceof Double) this.#plain.addDouble(value.value)
    else if (value instanceof Long) this.#plain.addLong(value.toBigInt())
    else this.#decimal = fromDecimal128(toDecimal128(addDecimals(this.#decimal, fromDecimal128(value))))
  }

  get isDecimal(): boolean {
    return this.#width === 3
  }

  get decimal(): DecimalValue {
    return addDecimals(this.#decimal, this.#plain.decimal)
  }

  get double(): number {
    return this.#plain.double
  }

  get total(): NumberValue {
    if (this.#width === 3) return toDecimal128(this.decimal)
    const { long } = this.#plain
    if (this.#width === 2 || long === undefined) return new Double(this.#plain.double)
    return this.#width === 0 ? intOrLong(long) : Long.fromBigInt(long)
  }
}
