import { Int32 } from 'bson'
import type { Doc, Value } from '../../bson/document.ts'
import { isNumber } from '../../bson/types.ts'
import { MongoServerFault } from '../../errors.ts'
import type { Accumulator } from '../accumulator.ts'
import { type CompiledAccumulator, compileAccumulator } from '../accumulators.ts'
import type { Evaluate, Scope } from '../scope.ts'
import { sorting } from './selecting.ts'
import type { Stage, StageCompiler, StageContext } from './stage.ts'

export interface OutputField {
  readonly name: string
  readonly accumulator: CompiledAccumulator
}

/** Compiles `name: { $accumulator: argument }`. */
export function compileOutputField(name: string, spec: Value, scope: Scope): OutputField {
  const [first] = spec instanceof Map ? spec : []
  if (!(spec instanceof Map) || first?.[0].startsWith('$') !== true) {
    throw new MongoServerFault(40234, `The field '${name}' must be an accumulator object`)
  }
  if (name.includes('.')) throw new MongoServerFault(40235, `The field name '${name}' cannot contain '.'`)
  if (name.startsWith('$'))
    throw new MongoServerFault(40236, `The field name '${name}' cannot be an operator name`)
  if (spec.size !== 1) throw new MongoServerFault(40238, `The field '${name}' must specify one accumulator`)
  return { name, accumulator: compileAccumulator(first[0], first[1], scope) }
}

const NO_KEY: Doc = new Map()

/** Starts the accumulators of a group; its `_id` is at hand for those whose arguments speak of it. */
export function startGroup(fields: readonly OutputField[], key: Value): Accumulator[] {
  return fields.map(({ accumulator }) => accumulator.start(key instanceof Map ? key : NO_KEY))
}

/** The document of a group. */
export function groupDoc(
  id: Value,
  fields: readonly OutputField[],
  accumulators: readonly Accumulator[],
): Doc {
  const doc: Doc = new Map([['_id', id]])
  for (const [index, { name }] of fields.entries()) doc.set(name, accumulators[index]?.result ?? null)
  return doc
}

/** Groups by a key that is evaluated for each document; a missing key is null. */
export function grouping(keyOf: Evaluate, fields: readonly OutputField[], scope: Scope): Stage {
  const inputs = fields.map(({ accumulator }) => accumulator.input)
  return function* grouped(input) {
    const groups = new Map<string, { readonly id: Value; readonly accumulators: Accumulator[] }>()
    for (const doc of input) {
      const id = keyOf(doc) ?? null
      const key = scope.hashKey(id)
      let group = groups.get(key)
      if (group === undefined) {
        group = { id, accumulators: startGroup(fields, id) }
        groups.set(key, group)
      }
      for (let index = 0; index < inputs.length; index += 1) {
        group.accumulators[index]?.add(inputs[index]?.(doc))
      }
    }
    for (const { id, accumulators } of groups.values()) yield groupDoc(id, fields, accumulators)
  }
}

function compileKey(id: Value, scope: Scope): Evaluate {
  if (id instanceof Map && ![...id.keys()][0]?.startsWith('$')) {
    for (const value of id.values()) {
      if (isNumber(value) || typeof value === 'boolean') {
        throw new MongoServerFault(17390, '$group does not support inclusion-style expressions')
      }
    }
  }
  return scope.compile(id).evaluate
}

const group: StageCompiler = (spec, { scope }) => {
  if (!(spec instanceof Map))
    throw new MongoServerFault(15947, "a group's fields must be specified in an object")
  const fields: OutputField[] = []
  let keyOf: Evaluate | undefined
  for (const [name, value] of spec) {
    if (name === '_id') keyOf = compileKey(value, scope)
    else fields.push(compileOutputField(name, value, scope))
  }
  if (keyOf === undefined) throw new MongoServerFault(15955, 'a group specification must include an _id')
  return grouping(keyOf, fields, scope)
}

const COUNT_ONE = new Int32(1)

function countField(name: string, scope: Scope): OutputField {
  return { name, accumulator: compileAccumulator('$sum', COUNT_ONE, scope) }
}

function countName(spec: Value): string {
  if (typeof spec !== 'string')
    throw new MongoServerFault(40156, 'the count field must be a non-empty string')
  if (spec === '') throw new MongoServerFault(40157, 'the count field must be a non-empty string')
  if (spec.startsWith('$')) throw new MongoServerFault(40158, 'the count field cannot be a $-prefixed path')
  if (spec.includes('\0')) throw new MongoServerFault(40159, 'the count field cannot contain a null byte')
  if (spec.includes('.')) throw new MongoServerFault(40160, "the count field cannot contain '.'")
  return spec
}

const count: StageCompiler = (spec, { scope }) => {
  const name = countName(spec)
  if (name === '_id') throw new MongoServerFault(15948, "a group's _id may only be specified once")
  const fields = [countField(name, scope)]
  const totals = grouping(() => null, fields, scope)
  return function* counted(input) {
    for (const total of totals(input)) yield new Map([[name, total.get(name) ?? null]])
  }
}

/** Groups equal values and sorts them by how many there are, the most frequent first. */
const sortByCount: StageCompiler = (spec, context) => {
  const message =
    'the sortByCount field must be defined as a $-prefixed path or an expression inside of an object'
  if (spec instanceof Map) {
    if (![...spec.keys()][0]?.startsWith('$')) throw new MongoServerFault(40147, message)
  } else if (typeof spec !== 'string') {
    throw new MongoServerFault(40149, 'the sortByCount field must be specified as a string or as an object')
  } else if (!spec.startsWith('$')) {
    throw new MongoServerFault(40148, message)
  }
  const { scope } = context
  return chained(
    grouping(scope.compile(spec).evaluate, [countField('count', scope)], scope),
    sorting(new Map([['count', new Int32(-1)]]), context),
  )
}

export function chained(first: Stage, second: Stage): Stage {
  return (input) => second(first(input))
}

/** Counts the documents of each group where a stage's `output` says nothing else. */
export function defaultCount(context: StageContext): OutputField[] {
  return [countField('count', context.scope)]
}

export const groupingStages: Readonly<Record<string, StageCompiler>> = {
  $group: group,
  $count: count,
  $sortByCount: sortByCount,
}
