import type { Doc, Value } from '../../bson/document.ts'
import { add, compareNumbers, toDouble } from '../../bson/numbers.ts'
import { isNumber, type NumberValue, typeCode, typeName } from '../../bson/types.ts'
import { MongoServerFault } from '../../errors.ts'
import { addUnits, isTimeUnit, type TimeUnit } from '../date-units.ts'
import { parseFieldPath } from '../field-path.ts'
import { UTC } from '../timezone.ts'
import { asInt64, isNullish } from '../values.ts'
import { nestedField, type StageCompiler, type StageContext, withNestedField } from './stage.ts'

type Point = NumberValue | Date
type Range = 'full' | 'partition' | readonly [Point, Point]

interface Densify {
  readonly field: readonly string[]
  readonly partitions: ReadonlyArray<readonly string[]>
  readonly step: NumberValue
  readonly unit: TimeUnit | undefined
  readonly range: Range
}

const MAX_GENERATED = 500_000

function comparePoints(a: Point, b: Point): number {
  if (a instanceof Date && b instanceof Date) return a.getTime() - b.getTime()
  return a instanceof Date || b instanceof Date ? 0 : compareNumbers(a, b)
}

function required(spec: Doc, name: string, prefix: string): Value {
  const value = spec.get(name)
  if (value !== undefined) return value
  throw new MongoServerFault(40414, `BSON field '${prefix}.${name}' is missing but a required field`)
}

function checkKnown(spec: Doc, names: readonly string[], prefix: string): void {
  for (const name of spec.keys()) {
    if (!names.includes(name))
      throw new MongoServerFault(40415, `BSON field '${prefix}.${name}' is an unknown field.`)
  }
}

function parseDensify(spec: Value): Densify {
  if (!(spec instanceof Map)) {
    throw new MongoServerFault(
      'FailedToParse',
      `The $densify stage specification must be an object, found ${typeName(spec)}`,
    )
  }
  checkKnown(spec, ['field', 'partitionByFields', 'range'], '$densify')
  const field = required(spec, 'field', '$densify')
  const range = required(spec, 'range', '$densify')
  if (typeof field !== 'string' || !(range instanceof Map)) {
    throw new MongoServerFault('TypeMismatch', "BSON field '$densify' has a field of the wrong type")
  }
  checkKnown(range, ['step', 'unit', 'bounds'], '$densify.range')
  const step = required(range, 'step', '$densify.range')
  if (!isNumber(step) || toDouble(step) <= 0) {
    throw new MongoServerFault(
      5733401,
      'The step parameter in a range statement must be a strictly positive numeric value',
    )
  }
  const unit = unitOf(range.get('unit'), step)
  const bounds = boundsOf(required(range, 'bounds', '$densify.range'), step, unit)
  const fields = spec.get('partitionByFields') ?? []
  const partitions = (Array.isArray(fields) ? fields : []).map((path) => parseFieldPath(String(path)))
  if (bounds === 'partition' && partitions.length === 0) {
    throw new MongoServerFault(
      5733408,
      "One cannot specify the bounds as 'partition' without specifying a non-empty array of partitionByFields. You may have meant to specify 'full' bounds.",
    )
  }
  return { field: parseFieldPath(field), partitions, step, unit, range: bounds }
}

function unitOf(unit: Value | undefined, step: NumberValue): TimeUnit | undefined {
  if (unit === undefined) return undefined
  if (asInt64(step) === undefined) {
    throw new MongoServerFault(
      6586400,
      'The step parameter in a range statement must be a whole number when densifying a date range',
    )
  }
  if (typeof unit === 'string' && isTimeUnit(unit)) return unit
  throw new MongoServerFault('FailedToParse', `unknown time unit value: ${String(unit)}`)
}

function boundsOf(bounds: Value, step: NumberValue, unit: TimeUnit | undefined): Range {
  if (typeof bounds === 'string') {
    if (bounds === 'full' || bounds === 'partition') return bounds
    throw new MongoServerFault(5946802, "Bounds string must either be 'full' or 'partition'")
  }
  if (!Array.isArray(bounds)) {
    throw new MongoServerFault(
      5733404,
      "The bounds in a range statement must be the string 'full', 'partition', or an ascending array of two numbers or two dates",
    )
  }
  const [low, high] = bounds
  if (bounds.length !== 2 || low === undefined || high === undefined) {
    throw new MongoServerFault(
      5733403,
      'A bounding array in a range statement must have exactly two elements',
    )
  }
  if (!isNumber(low) && !(low instanceof Date)) {
    throw new MongoServerFault(5946800, 'Explicit bounds must be numeric or dates')
  }
  const isDate = low instanceof Date
  if (isDate ? !(high instanceof Date) : !isNumber(high)) {
    throw new MongoServerFault(
      isDate ? 5733405 : 5733406,
      'A bounding array must contain either both dates or both numeric types',
    )
  }
  if (!isNumber(high) && !(high instanceof Date))
    throw new MongoServerFault(5946800, 'Explicit bounds must be numeric or dates')
  if (comparePoints(low, high) > 0) {
    throw new MongoServerFault(
      5733402,
      'A bounding array must be an ascending array of either two dates or two numbers',
    )
  }
  if (isDate && unit === undefined) {
    throw new MongoServerFault(5733410, 'A bounding array of dates must specify a unit')
  }
  if (!isDate && unit !== undefined)
    throw new MongoServerFault(5733409, 'Numeric bounds may not have unit parameter')
  if (!isDate && (typeCode(low) !== typeCode(high) || typeCode(low) !== typeCode(step))) {
    throw new MongoServerFault(5876900, 'Upper bound, lower bound, and step must all have the same type')
  }
  return [low, high]
}

const densify: StageCompiler = (spec, context) => densifying(parseDensify(spec), context)

function densifying(plan: Densify, { scope }: StageContext) {
  const { field, partitions, step, unit, range } = plan
  const next = (point: Point): Point => {
    if (!(point instanceof Date)) return add(point, step)
    return unit === undefined ? point : addUnits(point, unit, toDouble(step), UTC)
  }
  const pointOf = (doc: Doc): Point | undefined => {
    const value = nestedField(doc, field)
    if (isNullish(value)) return undefined
    if (value instanceof Date) {
      if (unit !== undefined) return value
      throw new MongoServerFault(6053600, '$densify field must be numeric when no unit is given')
    }
    if (!isNumber(value)) throw new MongoServerFault(5733201, 'Densify field type must be numeric or a date')
    if (unit !== undefined)
      throw new MongoServerFault(6053601, '$densify field must be a date when a unit is given')
    return value
  }
  const keyOf = (doc: Doc): Value => partitions.map((path) => nestedField(doc, path) ?? null)
  return function* densified(input: Iterable<Doc>): Iterable<Doc> {
    const docs = [...input].map((doc) => ({ doc, point: pointOf(doc), key: keyOf(doc) }))
    const byPartition = (a: { key: Value }, b: { key: Value }): number => scope.compare(a.key, b.key)
    const fieldOf = (doc: Doc): Value => nestedField(doc, field) ?? null
    docs.sort(
      (a, b) => (range === 'full' ? 0 : byPartition(a, b)) || scope.compare(fieldOf(a.doc), fieldOf(b.doc)),
    )
    yield* fillGaps(docs)
  }

  function* fillGaps(docs: ReadonlyArray<{ doc: Doc; point: Point | undefined; key: Value }>): Iterable<Doc> {
    const points = docs.flatMap(({ point }) => (point === undefined ? [] : [point]))
    const [globalMin] = points
    const globalMax = points.reduce<Point | undefined>(
      (most, point) => (most === undefined || comparePoints(point, most) > 0 ? point : most),
      undefined,
    )
    // the value that is next to be generated, for each partition
    const upcoming = new Map<string, { value: Point; readonly fields: Doc }>()
    let generated = 0
    const generate = (fields: Doc, value: Point): Doc => {
      generated += 1
      if (generated > MAX_GENERATED) {
        throw new MongoServerFault(
          5897900,
          `Generated ${generated} documents in $densify, which is over the limit of ${MAX_GENERATED}. Increase the 'internalQueryMaxAllowedDensifyDocs' parameter to allow more generated documents`,
        )
      }
      return withNestedField(fields, field, value)
    }
    for (const { doc, point, key } of docs) {
      if (point === undefined) {
        yield doc
        continue
      }
      const name = scope.hashKey(key)
      let state = upcoming.get(name)
      if (state === undefined) {
        const start = typeof range !== 'string' ? range[0] : range === 'full' ? (globalMin ?? point) : point
        state = { value: start, fields: partitionFields(doc) }
        upcoming.set(name, state)
      }
      const end = typeof range === 'string' || comparePoints(point, range[1]) < 0 ? point : range[1]
      while (comparePoints(state.value, end) < 0) {
        yield generate(state.fields, state.value)
        state.value = next(state.value)
      }
      if (comparePoints(state.value, point) === 0) state.value = next(state.value)
      yield doc
    }
    if (typeof range !== 'string' && upcoming.size === 0)
      upcoming.set('', { value: range[0], fields: new Map() })
    const limit = typeof range === 'string' ? globalMax : range[1]
    if (range === 'partition' || limit === undefined) return
    for (const state of upcoming.values()) {
      // full ranges include their greatest value, explicit ones do not
      const reach = range === 'full' ? 0 : -1
      while (comparePoints(state.value, limit) <= reach) {
        yield generate(state.fields, state.value)
        state.value = next(state.value)
      }
    }
  }

  function partitionFields(doc: Doc): Doc {
    let fields: Doc = new Map()
    for (const path of partitions) {
      const value = nestedField(doc, path)
      if (value !== undefined) fields = withNestedField(fields, path, value)
    }
    return fields
  }
}

export const densifyingStages: Readonly<Record<string, StageCompiler>> = { $densify: densify }
