import { Int32 } from 'bson'
import { typeBracket } from '../../bson/compare.ts'
import type { Doc, Value } from '../../bson/document.ts'
import { toDouble } from '../../bson/numbers.ts'
import { isNumber, typeName } from '../../bson/types.ts'
import { MongoServerFault } from '../../errors.ts'
import type { Evaluate, Scope } from '../scope.ts'
import { describe, isIntegral32, toInt64 } from '../values.ts'
import { type Granularity, granularityOf } from './granularity.ts'
import {
  chained,
  compileOutputField,
  defaultCount,
  groupDoc,
  grouping,
  type OutputField,
  startGroup,
} from './grouping.ts'
import { sorting } from './selecting.ts'
import type { Stage, StageCompiler, StageContext } from './stage.ts'

function isPathOrExpression(value: Value | undefined): value is string | Doc {
  if (typeof value === 'string') return value.startsWith('$')
  return value instanceof Map && [...value.keys()][0]?.startsWith('$') === true
}

function outputOf(
  output: Value | undefined,
  code: number,
  stage: string,
  context: StageContext,
): OutputField[] {
  if (output === undefined) return defaultCount(context)
  if (!(output instanceof Map)) {
    throw new MongoServerFault(
      code,
      `The ${stage} 'output' field must be an object, but found type: ${typeName(output)}.`,
    )
  }
  return [...output].map(([name, spec]) => compileOutputField(name, spec, context.scope))
}

function constantOf(value: Value, scope: Scope, code: number, message: string): Value {
  const compiled = scope.compile(value)
  if (!compiled.constant) throw new MongoServerFault(code, `${message}, but found: ${describe(value)}.`)
  return compiled.evaluate(new Map()) ?? null
}

function boundariesOf(value: Value | undefined, scope: Scope): Value[] {
  if (!Array.isArray(value)) {
    throw new MongoServerFault(
      40200,
      `The $bucket 'boundaries' field must be an array, but found type: ${typeName(value)}.`,
    )
  }
  const message = "The $bucket 'boundaries' field must be an array of constant values"
  const boundaries = value.map((boundary) => constantOf(boundary, scope, 40191, message))
  if (boundaries.length < 2) {
    throw new MongoServerFault(
      40192,
      `The $bucket 'boundaries' field must have at least 2 values, but found ${boundaries.length} value(s).`,
    )
  }
  for (const [index, upper] of boundaries.entries()) {
    const lower = boundaries[index - 1]
    if (lower === undefined) continue
    if (typeBracket(lower) !== typeBracket(upper)) {
      throw new MongoServerFault(
        40193,
        `All values in the the 'boundaries' option to $bucket must have the same type. Found conflicting types ${typeName(lower)} and ${typeName(upper)}.`,
      )
    }
    if (scope.compare(lower, upper) >= 0) {
      throw new MongoServerFault(
        40194,
        `The 'boundaries' option to $bucket must be sorted, but elements ${index - 1} and ${index} are not in ascending order (${describe(lower)} is not less than ${describe(upper)}).`,
      )
    }
  }
  return boundaries
}

const BUCKET_OPTIONS = ['groupBy', 'boundaries', 'default', 'output']

const bucket: StageCompiler = (spec, context) => {
  const { scope } = context
  if (!(spec instanceof Map)) {
    throw new MongoServerFault(
      40201,
      `Argument to $bucket stage must be an object, but found type: ${typeName(spec)}.`,
    )
  }
  for (const name of spec.keys()) {
    if (!BUCKET_OPTIONS.includes(name))
      throw new MongoServerFault(40197, `Unrecognized option to $bucket: ${name}.`)
  }
  const groupBy = spec.get('groupBy')
  if (groupBy !== undefined && !isPathOrExpression(groupBy)) {
    throw new MongoServerFault(
      40202,
      `The $bucket 'groupBy' field must be defined as a $-prefixed path or an expression, but found: ${describe(groupBy)}.`,
    )
  }
  if (groupBy === undefined || !spec.has('boundaries')) {
    throw new MongoServerFault(40198, "$bucket requires 'groupBy' and 'boundaries' to be specified.")
  }
  const boundaries = boundariesOf(spec.get('boundaries'), scope)
  const fallback = spec.get('default')
  const message = "The $bucket 'default' field must be a constant expression"
  const otherwise = fallback === undefined ? undefined : constantOf(fallback, scope, 40195, message)
  checkDefault(otherwise, boundaries, scope)
  const fields = outputOf(spec.get('output'), 40196, '$bucket', context)
  const keyOf = bucketKey(scope.compile(groupBy).evaluate, boundaries, otherwise, scope)
  return chained(grouping(keyOf, fields, scope), sorting(new Map([['_id', new Int32(1)]]), context))
}

function checkDefault(otherwise: Value | undefined, boundaries: readonly Value[], scope: Scope): void {
  const lowest = boundaries[0]
  if (otherwise === undefined || typeBracket(otherwise) !== typeBracket(lowest)) return
  if (scope.compare(otherwise, lowest) < 0 || scope.compare(otherwise, boundaries.at(-1)) >= 0) return
  throw new MongoServerFault(
    40199,
    "The $bucket 'default' field must be less than the lowest boundary or greater than or equal to the highest boundary.",
  )
}

function bucketKey(
  evaluate: Evaluate,
  boundaries: readonly Value[],
  otherwise: Value | undefined,
  scope: Scope,
): Evaluate {
  return (doc) => {
    const value = evaluate(doc)
    let low = 0
    let high = boundaries.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (scope.compare(value, boundaries[middle]) < 0) high = middle
      else low = middle + 1
    }
    if (low > 0 && low < boundaries.length) return boundaries[low - 1]
    if (otherwise !== undefined) return otherwise
    throw new MongoServerFault(
      40066,
      '$switch could not find a matching branch for an input, and no default was specified.',
    )
  }
}

const AUTO_OPTIONS = ['groupBy', 'buckets', 'output', 'granularity']

const bucketAuto: StageCompiler = (spec, context) => {
  const { scope } = context
  if (!(spec instanceof Map)) {
    throw new MongoServerFault(
      40240,
      `The argument to $bucketAuto must be an object, but found type: ${typeName(spec)}.`,
    )
  }
  for (const name of spec.keys()) {
    if (!AUTO_OPTIONS.includes(name))
      throw new MongoServerFault(40245, `Unrecognized option to $bucketAuto: ${name}.`)
  }
  const groupBy = spec.get('groupBy')
  if (groupBy !== undefined && !isPathOrExpression(groupBy)) {
    throw new MongoServerFault(
      40239,
      `The $bucketAuto 'groupBy' field must be defined as a $-prefixed path or an expression object, but found: ${describe(groupBy)}`,
    )
  }
  const buckets = spec.get('buckets')
  const count = buckets === undefined ? undefined : bucketCount(buckets)
  const fields = outputOf(spec.get('output'), 40244, '$bucketAuto', context)
  const granularity = spec.has('granularity') ? granularityOf(spec.get('granularity') ?? null) : undefined
  if (groupBy === undefined || count === undefined) {
    throw new MongoServerFault(40246, "$bucketAuto requires 'groupBy' and 'buckets' to be specified.")
  }
  const named = fields.length === 0 ? defaultCount(context) : fields
  return automatic(scope.compile(groupBy).evaluate, count, named, granularity, scope)
}

function bucketCount(value: Value): number {
  if (!isNumber(value)) {
    throw new MongoServerFault(
      40241,
      `The $bucketAuto 'buckets' field must be a numeric value, but found type: ${typeName(value)}.`,
    )
  }
  if (!isIntegral32(value)) {
    throw new MongoServerFault(
      40242,
      `The $bucketAuto 'buckets' field must be representable as a 32-bit integer, but found ${describe(value)}.`,
    )
  }
  const count = Number(toInt64(value))
  if (count > 0) return count
  throw new MongoServerFault(
    40243,
    `The $bucketAuto 'buckets' field must be greater than 0, but found: ${count}`,
  )
}

interface Keyed {
  readonly key: Value
  readonly doc: Doc
}

function checkGranularKey(key: Value | undefined): void {
  if (!isNumber(key)) {
    throw new MongoServerFault(
      40258,
      `$bucketAuto can specify a 'granularity' with numeric boundaries only, but found a value with type: ${typeName(key)}`,
    )
  }
  const number = toDouble(key)
  if (Number.isNaN(number)) {
    throw new MongoServerFault(
      40259,
      "$bucketAuto can specify a 'granularity' with numeric boundaries only, but found a NaN",
    )
  }
  if (number < 0) {
    throw new MongoServerFault(
      40260,
      "$bucketAuto can specify a 'granularity' with non-negative numbers only, but found a negative number",
    )
  }
}

/** Buckets of about equally many documents; equal keys share a bucket. */
function automatic(
  keyOf: Evaluate,
  count: number,
  fields: readonly OutputField[],
  granularity: Granularity | undefined,
  scope: Scope,
): Stage {
  return function* bucketed(input) {
    const sorted: Keyed[] = []
    for (const doc of input) {
      const key = keyOf(doc)
      if (granularity !== undefined) checkGranularKey(key)
      sorted.push({ key: key ?? null, doc })
    }
    sorted.sort((a, b) => scope.compare(a.key, b.key))
    const size = Math.max(1, Math.round(sorted.length / count))
    let next = 0
    let previousMax: Value | undefined
    for (let number = 1; number <= count && next < sorted.length; number += 1) {
      const firstKey = sorted[next]?.key ?? null
      const min = granularity === undefined ? firstKey : (previousMax ?? granularity.roundDown(firstKey))
      let end = number === count ? sorted.length : Math.min(sorted.length, next + size)
      let max = sorted[end - 1]?.key ?? null
      if (granularity === undefined) {
        while (end < sorted.length && scope.compare(max, sorted[end]?.key) === 0) end += 1
        max = sorted[end]?.key ?? max
      } else {
        const boundary = granularity.roundUp(max)
        while (end < sorted.length && absorbs(boundary, max, sorted[end]?.key, scope)) {
          max = sorted[end]?.key ?? null
          end += 1
        }
        const following = sorted[end]
        const isZero = isNumber(boundary) && toDouble(boundary) === 0
        max = isZero && following !== undefined ? granularity.roundDown(following.key) : boundary
      }
      const accumulators = startGroup(fields, null)
      for (const { doc } of sorted.slice(next, end)) {
        for (const [index, { accumulator }] of fields.entries())
          accumulators[index]?.add(accumulator.input(doc))
      }
      yield groupDoc(
        new Map([
          ['min', min],
          ['max', max],
        ]),
        fields,
        accumulators,
      )
      previousMax = max
      next = end
    }
  }
}

function absorbs(boundary: Value, max: Value, key: Value | undefined, scope: Scope): boolean {
  return scope.compare(boundary, key) > 0 || scope.compare(max, key) === 0
}

export const bucketStages: Readonly<Record<string, StageCompiler>> = {
  $bucket: bucket,
  $bucketAuto: bucketAuto,
}
