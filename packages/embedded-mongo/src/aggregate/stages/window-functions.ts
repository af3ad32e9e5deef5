import { Int32 } from 'bson'
import type { Doc, Value } from '../../bson/document.ts'
import { MongoServerFault } from '../../errors.ts'
import { PLAIN_ACCUMULATORS } from '../accumulator.ts'
import { type CompiledAccumulator, compileAccumulator } from '../accumulators.ts'
import type { Scope } from '../scope.ts'
import { asInt64, isNullish } from '../values.ts'
import {
  type Bounds,
  compileBounds,
  type Frame,
  type FunctionContext,
  fault,
  type WindowFunction,
  type WindowSort,
} from './window-bounds.ts'
import { covariance } from './window-covariance.ts'
import { derivative, integral, linearFill, movingAverage } from './window-numbers.ts'

const NO_KEY: Doc = new Map()

/** An accumulator over the window of each document; a window that only grows is gathered once. */
function accumulated(accumulator: CompiledAccumulator, bounds: Bounds): WindowFunction {
  return (partition) => {
    const inputs = partition.docs.map((doc) => accumulator.input(doc))
    const frames = bounds(partition)
    const grows = frames.every(({ start, end }, index) => start === 0 && end >= (frames[index - 1]?.end ?? 0))
    return grows
      ? gatherGrowing(accumulator, inputs, frames)
      : frames.map((frame) => gather(accumulator, inputs, frame))
  }
}

function gather(
  accumulator: CompiledAccumulator,
  inputs: ReadonlyArray<Value | undefined>,
  frame: Frame,
): Value {
  const state = accumulator.start(NO_KEY)
  for (let index = frame.start; index < frame.end; index += 1) state.add(inputs[index])
  return settled(state.result)
}

function gatherGrowing(
  accumulator: CompiledAccumulator,
  inputs: ReadonlyArray<Value | undefined>,
  frames: readonly Frame[],
): Value[] {
  const state = accumulator.start(NO_KEY)
  let taken = 0
  let result: Value | undefined
  return frames.map(({ end }) => {
    if (taken === 0 || end > taken) {
      for (; taken < end; taken += 1) state.add(inputs[taken])
      result = settled(state.result)
    }
    return result ?? null
  })
}

/** Results that an accumulator goes on changing are copied. */
function settled(result: Value | undefined): Value {
  if (Array.isArray(result)) return [...result]
  return result instanceof Map ? new Map(result) : (result ?? null)
}

const RANKS: Readonly<Record<string, (differs: readonly boolean[]) => number[]>> = {
  $documentNumber: (differs) => differs.map((_, index) => index + 1),
  $denseRank: (differs) => {
    let rank = 0
    return differs.map((isNew) => {
      if (isNew) rank += 1
      return rank
    })
  },
  $rank: (differs) => {
    let rank = 0
    return differs.map((isNew, index) => {
      if (isNew) rank = index + 1
      return rank
    })
  },
}

function ranked({ name, argument, window, sort, scope }: FunctionContext): WindowFunction | undefined {
  const rank = RANKS[name]
  if (rank === undefined) return undefined
  if (window !== undefined)
    throw new MongoServerFault(5371601, 'Rank style window functions take no other arguments')
  if (sort === undefined || sort.fields !== 1) {
    throw new MongoServerFault(
      5371602,
      `${name} must be specified with a top level sortBy expression with exactly one element`,
    )
  }
  if (!(argument instanceof Map) || argument.size > 0) {
    throw new MongoServerFault(5371603, `(None) ${name} must be specified with '{}' as the value`)
  }
  return ({ keys }) => {
    const differs = keys.map(
      (key, index) => index === 0 || scope.compare(key ?? null, keys[index - 1] ?? null) !== 0,
    )
    return rank(differs).map((number) => new Int32(number))
  }
}

function shift({ argument, window, sort, scope }: FunctionContext): WindowFunction {
  if (window !== undefined) throw fault("$shift does not accept a 'window' field")
  if (!(argument instanceof Map)) throw fault('Argument to $shift must be an object')
  for (const name of argument.keys()) {
    if (!['output', 'by', 'default'].includes(name)) throw fault('Unknown argument in $shift')
  }
  const output = argument.get('output')
  const by = argument.get('by')
  if (output === undefined) throw fault("$shift requires an 'output' expression.")
  if (by === undefined) throw fault("$shift requires 'by' as an integer value.")
  const offset = asInt64(by)
  if (offset === undefined) throw fault("'$shift:by' field must be an integer")
  const fallback = scope.compile(argument.get('default') ?? null)
  if (!fallback.constant) throw fault("'$shift:default' expression must yield a constant value.")
  if (sort === undefined) throw fault("'$shift' requires a sortBy")
  const evaluate = scope.compile(output).evaluate
  const missing = fallback.evaluate(NO_KEY) ?? null
  return ({ docs }) =>
    docs.map((_, index) => {
      const doc = docs[index + Number(offset)]
      return doc === undefined ? missing : (evaluate(doc) ?? null)
    })
}

/** Each missing value is the last one before it that is not. */
function carriedForward({ argument, window, scope }: FunctionContext): WindowFunction {
  if (window !== undefined) throw fault("'window' field is not allowed in $locf")
  const evaluate = scope.compile(argument).evaluate
  return ({ docs }) => {
    let last: Value = null
    return docs.map((doc) => {
      const value = evaluate(doc)
      if (!isNullish(value)) last = value
      return last
    })
  }
}

const SPECIAL: Readonly<Record<string, (context: FunctionContext) => WindowFunction>> = {
  $shift: shift,
  $locf: carriedForward,
  $linearFill: linearFill,
  $expMovingAvg: movingAverage,
  $derivative: derivative,
  $integral: integral,
  $covariancePop: covariance,
  $covarianceSamp: covariance,
}

const ACCUMULATORS = new Set([
  ...Object.keys(PLAIN_ACCUMULATORS).filter((name) => name !== '$mergeObjects'),
  '$count',
  '$firstN',
  '$lastN',
  '$minN',
  '$maxN',
  '$top',
  '$bottom',
  '$topN',
  '$bottomN',
  '$median',
  '$percentile',
])

/** Compiles `{ $function: argument, window: … }`. */
export function compileWindowFunction(
  field: string,
  spec: Value,
  sort: WindowSort | undefined,
  scope: Scope,
): WindowFunction {
  if (!(spec instanceof Map)) throw fault(`The field '${field}' must be an object`)
  const name = [...spec.keys()].find((key) => key.startsWith('$'))
  if (name === undefined) throw fault(`Expected a $-prefixed window function, ${[...spec.keys()][0] ?? ''}`)
  const isKnown = name in RANKS || name in SPECIAL || ACCUMULATORS.has(name)
  if (!isKnown) throw fault(`Unrecognized window function, ${name}`)
  for (const key of spec.keys()) {
    if (key !== name && key !== 'window') throw fault(`Window function found an unknown argument: ${key}`)
  }
  const context = { name, argument: spec.get(name) ?? null, window: spec.get('window'), sort, scope }
  const special = ranked(context) ?? SPECIAL[name]?.(context)
  if (special !== undefined) return special
  return accumulated(
    compileAccumulator(name, context.argument, scope),
    compileBounds(context.window, sort, scope),
  )
}
