import type { Doc, Value } from '../../bson/document.ts'
import { coercedInteger } from '../../bson/numbers.ts'
import { isNumber, typeName } from '../../bson/types.ts'
import { MongoServerFault } from '../../errors.ts'
import { compileFilter } from '../../query/matcher.ts'
import { compileSort } from '../../query/sort.ts'
import { parseFieldPath } from '../field-path.ts'
import { asInt64, describe } from '../values.ts'
import type { Stage, StageCompiler, StageContext } from './stage.ts'

/** A filter that may speak of the pipeline's variables in `$expr`. */
export function compileMatch(filter: Doc, context: StageContext): (doc: Doc) => boolean {
  const { scope, env } = context
  const compiled = compileFilter(filter, {
    collation: scope.surroundings.collation,
    expression: (expression) => scope.compile(expression).evaluate,
    // only the reader of the input can ask the text index, for the first stage
    text: (doc) => env.textScore?.(doc) !== undefined,
  })
  if (compiled.hasText && (context.position > 0 || env.textScore === undefined)) {
    throw new MongoServerFault(17313, '$match with $text is only allowed as the first pipeline stage')
  }
  return (doc) => compiled.matches(doc)
}

const match: StageCompiler = (spec, context) => {
  if (!(spec instanceof Map)) {
    throw new MongoServerFault(15959, 'the match filter must be an expression in an object')
  }
  const matches = compileMatch(spec, context)
  return function* matching(input) {
    for (const doc of input) if (matches(doc)) yield doc
  }
}

/** The number of `$skip` and `$limit`, which must be whole and not negative. */
export function stageCount(spec: Value, stage: string, code: number): number {
  const whole = asInt64(spec)
  if (!isNumber(spec) || whole === undefined || whole < 0n) {
    const reason = !isNumber(spec)
      ? `Expected a number in: ${stage}: ${describe(spec)}`
      : whole === undefined
        ? `Expected an integer: ${stage}: ${describe(spec)}`
        : `Expected a non-negative number in: ${stage}: ${describe(spec)}`
    throw new MongoServerFault(code, `invalid argument to ${stage} stage: ${reason}`)
  }
  return Number(whole)
}

export function limitOf(spec: Value): number {
  const limit = stageCount(spec, '$limit', 5107201)
  if (limit === 0) throw new MongoServerFault(15958, 'the limit must be positive')
  return limit
}

const limit: StageCompiler = (spec) => limited(limitOf(spec))

function limited(most: number): Stage {
  return function* limiting(input) {
    let left = most
    for (const doc of input) {
      yield doc
      left -= 1
      if (left === 0) return
    }
  }
}

const skip: StageCompiler = (spec) => {
  const count = stageCount(spec, '$skip', 5107200)
  return function* skipping(input) {
    let left = count
    for (const doc of input) {
      if (left > 0) left -= 1
      else yield doc
    }
  }
}

/** Sorts; where only the first `most` documents are wanted, it never holds many more. */
export function sorting(spec: Value, context: StageContext, most = Number.POSITIVE_INFINITY): Stage {
  if (!(spec instanceof Map))
    throw new MongoServerFault(15973, 'the $sort key specification must be an object')
  if (spec.size === 0) throw new MongoServerFault(15976, '$sort stage must have at least one sort key')
  const { surroundings } = context.scope
  if (spec.has('$natural')) parseFieldPath('$natural')
  const sort = compileSort(spec, surroundings.collation)
  if (sort.usesTextScore && surroundings.textScore === undefined) {
    throw new MongoServerFault(40218, 'query requires text score metadata, but it is not available')
  }
  const score = sort.usesTextScore ? (doc: Doc) => surroundings.textScore?.(doc) ?? 0 : undefined
  const settle = (docs: Doc[]): Doc[] => {
    sort.sort(docs, (doc) => doc, score)
    if (docs.length > most) docs.length = most
    return docs
  }
  return function* sorted(input) {
    const docs: Doc[] = []
    const room = most * 2 + 1000
    for (const doc of input) {
      docs.push(doc)
      if (docs.length >= room) settle(docs)
    }
    yield* settle(docs)
  }
}

const sample: StageCompiler = (spec) => {
  if (!(spec instanceof Map))
    throw new MongoServerFault(28745, 'the $sample stage specification must be an object')
  for (const [name, value] of spec) {
    if (name !== 'size') throw new MongoServerFault(28748, `unrecognized option to $sample: ${name}`)
    if (!isNumber(value)) throw new MongoServerFault(28746, 'size argument to $sample must be a number')
  }
  const size = spec.get('size')
  if (!isNumber(size)) throw new MongoServerFault(28749, '$sample stage must specify a size')
  const count = coercedInteger(size)
  if (count <= 0) throw new MongoServerFault(28747, 'size argument to $sample must be a positive integer')
  return function* sampled(input) {
    const chosen: Doc[] = []
    let seen = 0
    for (const doc of input) {
      seen += 1
      if (chosen.length < count) chosen.push(doc)
      else {
        const place = Math.floor(Math.random() * seen)
        if (place < count) chosen[place] = doc
      }
    }
    for (let index = chosen.length - 1; index >= 0; index -= 1) {
      const other = Math.floor(Math.random() * (index + 1))
      const doc = chosen[other]
      const here = chosen[index]
      if (doc === undefined || here === undefined) continue
      chosen[other] = here
      yield doc
    }
  }
}

const REDACTIONS = { KEEP: 'keep', PRUNE: 'prune', DESCEND: 'descend' }

const redact: StageCompiler = (spec, context) => {
  const constants = context.scope.withConstants(new Map(Object.entries(REDACTIONS)))
  const { scope, slots } = constants.with(['CURRENT'])
  const [slot = 0] = slots
  const decide = scope.compile(spec).evaluate
  const redacted = (doc: Doc, root: Doc): Doc | undefined => {
    scope.slots[slot] = doc
    const decision = decide(root)
    if (decision === REDACTIONS.KEEP) return doc
    if (decision === REDACTIONS.PRUNE) return undefined
    if (decision !== REDACTIONS.DESCEND) {
      throw new MongoServerFault(
        17053,
        `$redact's expression should not return anything aside from the variables $$KEEP, $$DESCEND, and $$PRUNE, but returned ${describe(decision)} (${typeName(decision)})`,
      )
    }
    const result: Doc = new Map()
    for (const [name, value] of doc) {
      const inner = redactedValue(value, root)
      if (inner !== undefined) result.set(name, inner)
    }
    return result
  }
  const redactedValue = (value: Value, root: Doc): Value | undefined => {
    if (value instanceof Map) return redacted(value, root)
    if (!Array.isArray(value)) return value
    const kept: Value[] = []
    for (const element of value) {
      const inner = redactedValue(element, root)
      if (inner !== undefined) kept.push(inner)
    }
    return kept
  }
  return function* redacting(input) {
    for (const doc of input) {
      const result = redacted(doc, doc)
      if (result === undefined) continue
      context.carry?.(doc, result)
      yield result
    }
  }
}

export const selectingStages: Readonly<Record<string, StageCompiler>> = {
  $match: match,
  $limit: limit,
  $skip: skip,
  $sort: (spec, context) => sorting(spec, context),
  $sample: sample,
  $redact: redact,
}
