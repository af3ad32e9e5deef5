import { Double } from 'bson'
import { divideDecimals, fromDecimal128, toDecimal128 } from '../bson/decimal.ts'
import type { Doc, Value } from '../bson/document.ts'
import { toDouble } from '../bson/numbers.ts'
import { isNumber, typeName } from '../bson/types.ts'
import { MongoServerFault } from '../errors.ts'
import type { Scope } from './scope.ts'
import { MixedSum } from './summation.ts'
import { describe, isNullish } from './values.ts'

/** Gathers the values of one group into one. */
export interface Accumulator {
  add(value: Value | undefined): void
  /** Undefined is missing. */
  readonly result: Value | undefined
}

class Sum implements Accumulator {
  readonly #sum = new MixedSum()

  add(value: Value | undefined): void {
    if (isNumber(value)) this.#sum.add(value)
  }

  get result(): Value {
    return this.#sum.total
  }
}

class Average implements Accumulator {
  readonly #sum = new MixedSum()

  add(value: Value | undefined): void {
    if (isNumber(value)) this.#sum.add(value)
  }

  get result(): Value {
    const { count } = this.#sum
    if (count === 0) return null
    if (!this.#sum.isDecimal) return new Double(this.#sum.double / count)
    const rounded = toDecimal128(this.#sum.decimal)
    return toDecimal128(divideDecimals(fromDecimal128(rounded), { coefficient: BigInt(count), exponent: 0 }))
  }
}

class Extreme implements Accumulator {
  readonly #scope: Scope
  readonly #sign: 1 | -1
  #best: Value = null
  #found = false

  constructor(scope: Scope, sign: 1 | -1) {
    this.#scope = scope
    this.#sign = sign
  }

  add(value: Value | undefined): void {
    if (isNullish(value)) return
    if (this.#found && this.#scope.compare(value, this.#best) * this.#sign >= 0) return
    this.#best = value
    this.#found = true
  }

  get result(): Value {
    return this.#best
  }
}

class First implements Accumulator {
  #seen = false
  result: Value | undefined = undefined

  add(value: Value | undefined): void {
    if (!this.#seen) this.result = value
    this.#seen = true
  }
}

class Last implements Accumulator {
  result: Value | undefined = undefined

  add(value: Value | undefined): void {
    this.result = value
  }
}

class Push implements Accumulator {
  readonly result: Value[] = []

  add(value: Value | undefined): void {
    if (value !== undefined) this.result.push(value)
  }
}

class AddToSet implements Accumulator {
  readonly #scope: Scope
  readonly #distinct = new Map<string, Value>()

  constructor(scope: Scope) {
    this.#scope = scope
  }

  add(value: Value | undefined): void {
    if (value === undefined) return
    const key = this.#scope.hashKey(value)
    if (!this.#distinct.has(key)) this.#distinct.set(key, value)
  }

  get result(): Value {
    return [...this.#distinct.values()]
  }
}

/** Welford's method, which is stable whatever the size of the numbers. */
class StandardDeviation implements Accumulator {
  readonly #sample: boolean
  #count = 0
  #mean = 0
  #squares = 0

  constructor(sample: boolean) {
    this.#sample = sample
  }

  add(value: Value | undefined): void {
    if (!isNumber(value)) return
    const number = toDouble(value)
    this.#count += 1
    const delta = number - this.#mean
    this.#mean += delta / this.#count
    this.#squares += delta * (number - this.#mean)
  }

  get result(): Value {
    const count = this.#sample ? this.#count - 1 : this.#count
    return count <= 0 ? null : new Double(Math.sqrt(this.#squares / count))
  }
}

class MergeObjects implements Accumulator {
  readonly result: Doc = new Map()

  add(value: Value | undefined): void {
    if (isNullish(value)) return
    if (!(value instanceof Map)) {
      throw new MongoServerFault(
        40400,
        `$mergeObjects requires object inputs, but input ${describe(value)} is of type ${typeName(value)}`,
      )
    }
    for (const [name, inner] of value) this.result.set(name, inner)
  }
}

/** The accumulators over one expression that need nothing else, by name. */
export const PLAIN_ACCUMULATORS: Readonly<Record<string, (scope: Scope) => Accumulator>> = {
  $sum: () => new Sum(),
  $avg: () => new Average(),
  $min: (scope) => new Extreme(scope, 1),
  $max: (scope) => new Extreme(scope, -1),
  $first: () => new First(),
  $last: () => new Last(),
  $push: () => new Push(),
  $addToSet: (scope) => new AddToSet(scope),
  $stdDevPop: () => new StandardDeviation(false),
  $stdDevSamp: () => new StandardDeviation(true),
  $mergeObjects: () => new MergeObjects(),
}
