import type { Doc, Value } from '../../bson/document.ts'
import { toDouble } from '../../bson/numbers.ts'
import { isNumber, typeName } from '../../bson/types.ts'
import { MongoServerFault } from '../../errors.ts'
import { addUnits, isTimeUnit, type TimeUnit } from '../date-units.ts'
import type { Evaluate, Scope } from '../scope.ts'
import { UTC } from '../timezone.ts'
import { asInt64, describe, isIntegral32 } from '../values.ts'

/** The documents of a partition that belong to the window of one of them: from `start` up to `end`, exclusive. */
export interface Frame {
  readonly start: number
  readonly end: number
}

/** What the bounds of a window are measured in. */
export interface SortedPartition {
  readonly docs: readonly Doc[]
  /** The value of the one field that the partition is sorted by, where range bounds need it. */
  readonly keys: ReadonlyArray<Value | undefined>
}

export type Bounds = (partition: SortedPartition) => readonly Frame[]

export interface WindowSort {
  readonly fields: number
  readonly ascending: boolean
  readonly key: Evaluate | undefined
}

/** Gives a value for each document of a partition. */
export type WindowFunction = (partition: SortedPartition) => Value[]

export interface FunctionContext {
  readonly name: string
  readonly argument: Value
  readonly window: Value | undefined
  readonly sort: WindowSort | undefined
  readonly scope: Scope
}

type Bound = 'unbounded' | 'current' | number

/** What is wrong with the specification of a window function. */
export function fault(message: string): MongoServerFault {
  return new MongoServerFault('FailedToParse', message)
}

const whole: Bounds = ({ docs }) => docs.map(() => ({ start: 0, end: docs.length }))

/** Compiles the `window` of a window function; without one it is the whole partition. */
export function compileBounds(window: Value | undefined, sort: WindowSort | undefined, scope: Scope): Bounds {
  if (window === undefined) return whole
  if (!(window instanceof Map)) throw fault("'window' field must be an object")
  const { documents, range, unit } = Object.fromEntries(window)
  if (documents !== undefined && range !== undefined) {
    throw fault("Window bounds can specify either 'documents' or 'unit', not both.")
  }
  if (range === undefined && unit !== undefined) {
    throw fault("Window bounds can only specify 'unit' with range-based bounds.")
  }
  if (documents !== undefined) {
    if (window.size !== 1) throw fault("'window' field that specifies documents cannot have other fields")
    return documentBounds(documents, sort, scope)
  }
  if (range !== undefined) {
    if (window.size !== (unit === undefined ? 1 : 2)) {
      throw fault("'window' field that specifies range cannot have other fields besides 'unit'")
    }
    return rangeBounds(range, unit, sort, scope)
  }
  if (window.size > 0) {
    throw fault(
      "'window' field can only contain 'documents' as the only argument or 'range' with an optional 'unit' field",
    )
  }
  return whole
}

function bound(value: Value, scope: Scope, check: (value: Value) => number): Bound {
  if (typeof value === 'string') {
    if (value === 'unbounded' || value === 'current') return value
    throw fault("Window bounds must be 'unbounded', 'current', or a number.")
  }
  const compiled = scope.compile(value)
  if (!compiled.constant) throw fault('Window bounds expression must be a constant.')
  return check(compiled.evaluate(new Map()) ?? null)
}

function pair(value: Value, scope: Scope, check: (value: Value) => number): readonly [Bound, Bound] {
  const [lower, upper] = Array.isArray(value) ? value : []
  if (!Array.isArray(value) || value.length !== 2 || lower === undefined || upper === undefined) {
    throw fault(`Window bounds must be a 2-element array: ${describe(value)}`)
  }
  const bounds = [bound(lower, scope, check), bound(upper, scope, check)] as const
  const [low, high] = bounds.map((side) => (side === 'current' ? 0 : side))
  if (typeof low === 'number' && typeof high === 'number' && low > high) {
    throw new MongoServerFault(5339900, `Lower bound must not exceed upper bound: [${low}, ${high}]`)
  }
  return bounds
}

function documentBounds(value: Value, sort: WindowSort | undefined, scope: Scope): Bounds {
  const [lower, upper] = pair(value, scope, (number) => {
    if (isNumber(number) && isIntegral32(number)) return toDouble(number)
    throw fault('Numeric document-based bounds must be an integer')
  })
  if (sort === undefined && !(lower === 'unbounded' && upper === 'unbounded')) {
    throw new MongoServerFault(5339901, 'Document-based bounds require a sortBy')
  }
  const offset = (side: Bound): number => (typeof side === 'number' ? side : 0)
  return ({ docs }) =>
    docs.map((_, index) => {
      const start = lower === 'unbounded' ? 0 : Math.max(0, index + offset(lower))
      const end = upper === 'unbounded' ? docs.length : Math.min(docs.length, index + offset(upper) + 1)
      return { start: Math.min(start, docs.length), end: Math.max(end, Math.min(start, docs.length)) }
    })
}

function rangeBounds(
  value: Value,
  unit: Value | undefined,
  sort: WindowSort | undefined,
  scope: Scope,
): Bounds {
  const timeUnit = unit === undefined ? undefined : unitOf(unit)
  const [lower, upper] = pair(value, scope, (number) => {
    if (timeUnit !== undefined && asInt64(number) === undefined) {
      throw fault("With 'unit', range-based bounds must be an integer")
    }
    if (!isNumber(number)) throw fault('Range-based bounds expression must be a number')
    return toDouble(number)
  })
  if (sort === undefined || sort.fields !== 1) {
    throw new MongoServerFault(5339902, 'Range-based bounds require sortBy a single field')
  }
  if (!sort.ascending) throw new MongoServerFault(8947401, 'Range-based bounds require an ascending sortBy')
  return ({ docs, keys }) => {
    const positions = keys.map((key) => position(key, timeUnit))
    return docs.map((_, index) => {
      const own = keys[index]
      const low = lower === 'unbounded' ? -Infinity : shifted(own, lower, timeUnit)
      const high = upper === 'unbounded' ? Infinity : shifted(own, upper, timeUnit)
      const start = firstAt(positions, (place) => place >= low)
      return {
        start,
        end: Math.max(
          start,
          firstAt(positions, (place) => place > high),
        ),
      }
    })
  }
}

export function unitOf(unit: Value): TimeUnit {
  if (typeof unit !== 'string') throw fault("'unit' must be a string")
  if (isTimeUnit(unit)) return unit
  throw fault(`unknown time unit value: ${unit}`)
}

function position(key: Value | undefined, unit: TimeUnit | undefined): number {
  if (unit === undefined) {
    if (isNumber(key)) return toDouble(key)
    throw new MongoServerFault(
      5429414,
      `Invalid range: Expected the sortBy field to be a number, but it was ${typeName(key)}`,
    )
  }
  if (key instanceof Date) return key.getTime()
  throw new MongoServerFault(
    5429513,
    `Invalid range: Expected the sortBy field to be a Date, but it was ${typeName(key)}`,
  )
}

function shifted(key: Value | undefined, by: Bound, unit: TimeUnit | undefined): number {
  const amount = typeof by === 'number' ? by : 0
  if (unit === undefined || !(key instanceof Date)) return position(key, unit) + amount
  return addUnits(key, unit, amount, UTC).getTime()
}

/** The first place, in ascending places, for which a test holds that holds for all after it. */
function firstAt(places: readonly number[], test: (place: number) => boolean): number {
  let low = 0
  let high = places.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (test(places[middle] ?? 0)) high = middle
    else low = middle + 1
  }
  return low
}
