import { Int32 } from 'bson'
import { BsonUndefined, type Value } from '../bson/document.ts'
import { isNumber, typeName } from '../bson/types.ts'
import { MongoServerFault } from '../errors.ts'
import { compileSort } from '../query/sort.ts'
import type { Accumulator } from './accumulator.ts'
import type { Evaluate, Scope } from './scope.ts'
import { asInt64, describe, isNullish } from './values.ts'

/** How many values `n` asks for. */
export function countOf(value: Value | undefined): number {
  const whole = isNumber(value) ? asInt64(value) : undefined
  if (whole === undefined) {
    const code = isNumber(value) ? 5787903 : 5787902
    throw new MongoServerFault(code, `Value for 'n' must be of integral type, but found ${describe(value)}`)
  }
  if (whole <= 0n) throw new MongoServerFault(5787908, `'n' must be greater than 0, found ${whole}`)
  return Number(whole)
}

export class FirstN implements Accumulator {
  readonly #most: number
  readonly result: Value[] = []

  constructor(most: number) {
    this.#most = most
  }

  add(value: Value | undefined): void {
    if (this.result.length < this.#most) this.result.push(value ?? null)
  }
}

export class LastN implements Accumulator {
  readonly #most: number
  readonly #values: Value[] = []

  constructor(most: number) {
    this.#most = most
  }

  add(value: Value | undefined): void {
    this.#values.push(value ?? null)
    if (this.#values.length > this.#most * 2 + 64) this.#values.splice(0, this.#values.length - this.#most)
  }

  get result(): Value {
    return this.#values.slice(-this.#most)
  }
}

/** Keeps the best of a growing list, by an order; of equals the earlier ones. */
class Best<T> {
  readonly #most: number
  readonly #compare: (a: T, b: T) => number
  #items: T[] = []

  constructor(most: number, compare: (a: T, b: T) => number) {
    this.#most = most
    this.#compare = compare
  }

  add(item: T): void {
    this.#items.push(item)
    if (this.#items.length > this.#most * 2 + 64) this.#settle()
  }

  get items(): readonly T[] {
    this.#settle()
    return this.#items
  }

  #settle(): void {
    this.#items.sort(this.#compare)
    this.#items.length = Math.min(this.#items.length, this.#most)
  }
}

export class ExtremeN implements Accumulator {
  readonly #best: Best<Value>

  constructor(scope: Scope, most: number, sign: 1 | -1) {
    this.#best = new Best<Value>(most, (a, b) => scope.compare(a, b) * sign)
  }

  add(value: Value | undefined): void {
    if (!isNullish(value)) this.#best.add(value)
  }

  get result(): Value {
    return [...this.#best.items]
  }
}

interface Keyed {
  readonly keys: readonly Value[]
  readonly output: Value
}

/** `$top`, `$bottom` and their N forms, over values that `sortedInput` has made. */
export class TopN implements Accumulator {
  readonly #best: Best<Keyed>
  readonly #single: boolean
  readonly #bottom: boolean

  constructor(scope: Scope, most: number, directions: readonly (1 | -1)[], bottom: boolean, single: boolean) {
    const compareKeys = (a: Keyed, b: Keyed): number => {
      for (const [index, direction] of directions.entries()) {
        const order = scope.compare(a.keys[index], b.keys[index]) * direction
        if (order !== 0) return order
      }
      return 0
    }
    this.#best = new Best<Keyed>(most, bottom ? (a, b) => -compareKeys(a, b) : compareKeys)
    this.#single = single
    this.#bottom = bottom
  }

  add(value: Value | undefined): void {
    const [output = null, ...keys] = Array.isArray(value) ? value : []
    this.#best.add({ keys, output })
  }

  get result(): Value {
    const outputs = this.#best.items.map(({ output }) => output)
    if (this.#single) return outputs[0] ?? null
    return this.#bottom ? outputs.toReversed() : outputs
  }
}

export interface SortedInput {
  readonly evaluate: Evaluate
  readonly directions: readonly (1 | -1)[]
}

/** Gives for each document the output and the keys to sort it by, as an array. */
export function sortedInput(
  name: string,
  sortBy: Value | undefined,
  output: Value,
  scope: Scope,
): SortedInput {
  if (!(sortBy instanceof Map)) {
    throw new MongoServerFault(
      10065,
      `invalid parameter: expected an object (sortBy) in ${name}, ${typeName(sortBy)}`,
    )
  }
  const { keys } = compileSort(sortBy)
  const outputOf = scope.compile(output).evaluate
  const keyOf = keys.map(
    ({ path, textScore }) =>
      scope.compile(textScore ? new Map([['$meta', 'textScore']]) : `$${path}`).evaluate,
  )
  const directions = keys.map(({ direction }) => direction)
  return {
    directions,
    evaluate: (root) => [
      outputOf(root) ?? null,
      ...keyOf.map((evaluate, index) => sortKey(evaluate(root), directions[index] ?? 1, scope)),
    ],
  }
}

/** An array sorts by its least element, or its greatest where the order descends. */
function sortKey(value: Value | undefined, direction: 1 | -1, scope: Scope): Value {
  if (!Array.isArray(value)) return value ?? null
  let best: Value | undefined
  for (const element of value) {
    if (best === undefined || scope.compare(element, best) * direction < 0) best = element
  }
  return best ?? new BsonUndefined()
}

export const ONE = new Int32(1)
