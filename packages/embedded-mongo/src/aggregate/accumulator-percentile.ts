import { Double } from 'bson'
import type { Value } from '../bson/document.ts'
import { toDouble } from '../bson/numbers.ts'
import { isNumber } from '../bson/types.ts'
import { MongoServerFault } from '../errors.ts'
import type { Accumulator } from './accumulator.ts'
import { namedArguments } from './operator.ts'
import type { Scope } from './scope.ts'
import { describe } from './values.ts'

/** What `$median` and `$percentile` are given. */
export interface PercentileSpec {
  readonly input: Value
  /** None for `$median`, which gives one number and not a list. */
  readonly shares: readonly number[] | undefined
}

/** Reads the argument of `$median` or `$percentile`. */
export function percentileSpec(
  name: '$median' | '$percentile',
  argument: Value,
  scope: Scope,
  notObject: number,
): PercentileSpec {
  const fields = name === '$median' ? ['input', 'method'] : ['input', 'p', 'method']
  const named = namedArguments(argument, fields, {
    notObject: [notObject, `specification must be an object; found ${describe(argument)}`],
    unknown: (unknown) => [40415, `BSON field '${name}.${unknown}' is an unknown field.`],
    missing: Object.fromEntries(
      fields.map((field) => [
        field,
        [40414, `BSON field '${name}.${field}' is missing but a required field`] as const,
      ]),
    ),
  })
  const method = named.get('method')
  if (typeof method !== 'string') {
    throw new MongoServerFault(
      'TypeMismatch',
      `BSON field '${name}.method' is the wrong type, expected type 'string'`,
    )
  }
  if (method !== 'approximate') {
    throw new MongoServerFault('BadValue', "Currently only 'approximate' can be used as percentile 'method'.")
  }
  const shares = name === '$median' ? undefined : sharesOf(named.get('p') ?? null, scope)
  return { input: named.get('input') ?? null, shares }
}

function sharesOf(p: Value, scope: Scope): number[] {
  const compiled = scope.compile(p)
  if (!compiled.constant) {
    throw new MongoServerFault(
      7750300,
      `The $percentile 'p' field must be an array of constant values, but found value: ${describe(p)}.`,
    )
  }
  const list = compiled.evaluate(new Map())
  const message = "The $percentile 'p' field must be an array of numbers from [0.0, 1.0], but found: "
  if (!Array.isArray(list) || list.length === 0) throw new MongoServerFault(7750301, message + describe(list))
  return list.map((share) => {
    if (!isNumber(share)) throw new MongoServerFault(7750302, message + describe(share))
    const number = toDouble(share)
    if (number < 0 || number > 1) throw new MongoServerFault(7750303, message + describe(share))
    return number
  })
}

/** Percentiles by rank: each is one of the values. */
export class Percentile implements Accumulator {
  readonly #shares: readonly number[] | undefined
  readonly #values: number[] = []
  #sorted = true

  constructor(shares: readonly number[] | undefined) {
    this.#shares = shares
  }

  add(value: Value | undefined): void {
    if (!isNumber(value)) return
    const number = toDouble(value)
    if (Number.isNaN(number)) return
    this.#values.push(number)
    this.#sorted = false
  }

  get result(): Value {
    if (!this.#sorted) this.#values.sort((a, b) => a - b)
    this.#sorted = true
    return this.#shares === undefined ? this.#at(0.5) : this.#shares.map((share) => this.#at(share))
  }

  #at(share: number): Value {
    const { length } = this.#values
    const rank = share >= 1 ? length - 1 : Math.max(0, Math.ceil(length * share) - 1)
    const value = this.#values[rank]
    return value === undefined ? null : new Double(value)
  }
}
