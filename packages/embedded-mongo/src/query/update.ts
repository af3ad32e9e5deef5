import type { Timestamp } from 'bson'
import { identical } from '../bson/compare.ts'
import { cloneDoc } from '../bson/convert.ts'
import type { Doc, Value } from '../bson/document.ts'
import { typeName } from '../bson/types.ts'
import type { UpdateDescription } from '../engine/types.ts'
import { MongoServerFault } from '../errors.ts'
import { type FieldUpdate, KEEP, type OperatorOptions } from './field-update.ts'
import type { FilterOptions, Variables } from './matcher.ts'
import { type ArrayFilters, compileArrayFilters, concretePaths, type Positions } from './positional.ts'
import { describeTouched, describeUpdate, type Touched } from './update-description.ts'
import { fieldOperator } from './update-operators.ts'
import { checkUpdatePath } from './update-path-rules.ts'
import { preview, slotAt } from './update-paths.ts'
import { applyRename, parseRename, type Rename } from './update-rename.ts'
import { equalityOf } from './upsert-equalities.ts'

/** Turns the stages of an update pipeline into a function of a document; given by whoever owns aggregation. */
export type PipelineCompiler = (stages: readonly Doc[], variables: Variables) => (doc: Doc) => Doc

export interface UpdateOptions extends FilterOptions {
  readonly arrayFilters?: readonly Value[] | undefined
  readonly now: Date
  readonly nextTimestamp: () => Timestamp
  readonly pipeline?: PipelineCompiler | undefined
}

export interface UpdateResult {
  readonly doc: Doc
  readonly changed: boolean
  /** Null for a replacement. */
  readonly description: UpdateDescription | null
}

/** An update, ready to be applied to any number of documents. It never changes the document it is given. */
export interface CompiledUpdate {
  readonly kind: 'operators' | 'replacement' | 'pipeline'
  apply(doc: Doc, arrayIndex?: number): UpdateResult
  /** The document that an upsert inserts when nothing matched, without an `_id` where neither filter nor update gives one. */
  forUpsert(filter: Doc): Doc
}

/**
 * Compiles an update: operators, a replacement document, or a pipeline.
 * @throws MongoServerFault for what is malformed, conflicting or not supported, before anything is changed
 */
export function compileUpdate(update: Doc | readonly Doc[], options: UpdateOptions): CompiledUpdate {
  if (Array.isArray(update)) return pipelineUpdate(update, options)
  const doc = update instanceof Map ? update : new Map()
  if (doc.size > 0 && [...doc.keys()][0]?.startsWith('$') === true) return operatorUpdate(doc, options)
  return replacement(doc, options)
}

function replacement(next: Doc, options: UpdateOptions): CompiledUpdate {
  const dollar = [...next.keys()].find((name) => name.startsWith('$'))
  if (dollar !== undefined)
    throw new MongoServerFault(
      'DollarPrefixedFieldName',
      `The dollar ($) prefixed field '${dollar}' in '${dollar}' is not allowed in the context of an update's replacement document. Consider using an aggregation pipeline with $replaceWith.`,
    )
  if (options.arrayFilters !== undefined && options.arrayFilters.length > 0)
    throw new MongoServerFault('FailedToParse', 'Cannot specify arrayFilters and a replacement document')
  const withId = (id: Value | undefined): Doc => {
    const own = next.get('_id')
    if (id !== undefined && own !== undefined && !identical(id, own)) throw immutableId(id, own)
    const kept = id ?? own
    const doc: Doc = new Map(kept === undefined ? [] : [['_id', kept]])
    for (const [name, value] of cloneDoc(next)) if (name !== '_id') doc.set(name, value)
    return doc
  }
  return {
    kind: 'replacement',
    apply(doc) {
      const replaced = withId(doc.get('_id'))
      // one without an `_id` is never compared with what is there, and so counts as a change
      return { doc: replaced, changed: !next.has('_id') || !identical(doc, replaced), description: null }
    },
    forUpsert: (filter) => withId(next.get('_id') ?? equalityOf(filter).get('_id')),
  }
}

function immutableId(before: Value, after: Value): MongoServerFault {
  return new MongoServerFault(
    'ImmutableField',
    `After applying the update, the (immutable) field '_id' was found to have been altered to _id: ${preview(after)} (was ${preview(before)})`,
  )
}

function checkId(before: Doc, after: Doc): void {
  const own = before.get('_id')
  const next = after.get('_id')
  if (own !== undefined && !identical(own, next)) {
    throw new MongoServerFault(
      'ImmutableField',
      `Performing an update on the path '_id' would modify the immutable field '_id'`,
    )
  }
}

function pipelineUpdate(stages: readonly Doc[], options: UpdateOptions): CompiledUpdate {
  const { pipeline } = options
  if (pipeline === undefined)
    throw new MongoServerFault('CommandNotSupported', 'pipeline updates are not supported here')
  if (options.arrayFilters !== undefined && options.arrayFilters.length > 0)
    throw new MongoServerFault('FailedToParse', 'Cannot specify arrayFilters and a pipeline update')
  const staged = pipeline(stages, options.variables ?? new Map())
  const run = (doc: Doc): Doc => {
    const next = staged(doc)
    const id = doc.get('_id')
    if (id === undefined || next.has('_id')) return next
    return new Map([['_id', id], ...next])
  }
  return {
    kind: 'pipeline',
    apply(doc) {
      const next = run(doc)
      const id = doc.get('_id')
      const nextId = next.get('_id')
      if (id !== undefined && nextId !== undefined && !identical(id, nextId)) throw immutableId(id, nextId)
      return { doc: next, changed: !identical(doc, next), description: describeUpdate(doc, next) }
    },
    forUpsert: (filter) => run(equalityOf(filter)),
  }
}

interface Step {
  readonly operator: string
  readonly path: string
  readonly update: FieldUpdate
}

function operatorUpdate(update: Doc, options: UpdateOptions): CompiledUpdate {
  const steps: Step[] = []
  const onInsert: Step[] = []
  const renames: Rename[] = []
  const paths: string[] = []
  const operatorOptions: OperatorOptions = options
  for (const [operator, fields] of update) {
    if (!operator.startsWith('$'))
      throw new MongoServerFault(
        'FailedToParse',
        `Unknown modifier: ${operator}. Expected a valid update modifier or pipeline-style update specified as an array`,
      )
    if (!(fields instanceof Map)) {
      fieldOperatorExists(operator)
      throw new MongoServerFault(
        'FailedToParse',
        `Modifiers operate on fields but we found type ${typeName(fields)} instead. For example: {$mod: {<field>: ...}} not {${operator}: ${preview(fields)}}`,
      )
    }
    if (operator !== '$rename') fieldOperatorExists(operator)
    for (const [path, argument] of fields) {
      checkUpdatePath(path, operator)
      if (operator === '$rename') {
        const rename = parseRename(path, argument)
        renames.push(rename)
        paths.push(rename.from, rename.to)
        continue
      }
      const step = { operator, path, update: fieldOperator(operator, path, argument, operatorOptions) }
      if (operator === '$setOnInsert') onInsert.push(step)
      else steps.push(step)
      paths.push(path)
    }
  }
  checkConflicts(paths)
  const arrayFilters = compileArrayFilters(options.arrayFilters ?? [], options)
  checkFilters(arrayFilters, paths)
  // MongoDB applies the fields of an update in the order of their paths, which decides the order of new fields
  const ordered = sortedByPath(steps)
  const run = (doc: Doc, arrayIndex: number | undefined, also: readonly Step[], touched: Touched[]): Doc => {
    const next = cloneDoc(doc)
    const positions: Positions = { arrayFilters, arrayIndex, used: new Set() }
    for (const rename of renames) applyRename(next, rename, touched)
    for (const { operator, path, update: change } of also.length === 0
      ? ordered
      : sortedByPath([...steps, ...also])) {
      for (const concrete of concretePaths(next, path, positions)) {
        if (applyStep(next, concrete, operator, change))
          touched.push({ path: concrete, appends: operator === '$push' })
      }
    }
    return next
  }
  return {
    kind: 'operators',
    apply(doc, arrayIndex) {
      const touched: Touched[] = []
      const next = run(doc, arrayIndex, [], touched)
      checkId(doc, next)
      const changed = !identical(doc, next)
      return { doc: next, changed, description: describeTouched(doc, next, touched) }
    },
    forUpsert(filter) {
      const base = equalityOf(filter)
      const next = run(base, undefined, onInsert, [])
      checkId(base, next)
      return next
    },
  }
}

const OPERATORS = new Set([
  '$set',
  '$setOnInsert',
  '$unset',
  '$inc',
  '$mul',
  '$min',
  '$max',
  '$currentDate',
  '$push',
  '$addToSet',
  '$pop',
  '$pull',
  '$pullAll',
  '$bit',
  '$rename',
])

function fieldOperatorExists(operator: string): void {
  if (OPERATORS.has(operator)) return
  throw new MongoServerFault(
    'FailedToParse',
    `Unknown modifier: ${operator}. Expected a valid update modifier or pipeline-style update specified as an array`,
  )
}

function sortedByPath(steps: readonly Step[]): Step[] {
  const key = (path: string) => path.split('.')
  return [...steps].sort((a, b) => comparePaths(key(a.path), key(b.path)))
}

/** The order in which an update sets its fields: by name, numbers by size. */
export function comparePaths(a: readonly string[], b: readonly string[]): number {
  for (let index = 0; index < Math.min(a.length, b.length); index += 1) {
    const left = a[index] ?? ''
    const right = b[index] ?? ''
    if (left === right) continue
    if (/^\d+$/.test(left) && /^\d+$/.test(right)) return Number(left) - Number(right)
    return left < right ? -1 : 1
  }
  return a.length - b.length
}

/** What only takes away still fails where a field in the way could not have it. `$unset` does not. */
const NEVER_CREATES = new Set(['$pop', '$pull', '$pullAll'])

/** Applies one operator at one place; tells whether it changed anything. */
function applyStep(doc: Doc, path: string, operator: string, update: FieldUpdate): boolean {
  const slot = slotAt(doc, path)
  if (slot.value === undefined && NEVER_CREATES.has(operator)) slot.checkViable()
  const next = update(slot.value, doc.get('_id'), path)
  if (next === KEEP) return false
  if (next === undefined) {
    slot.unset()
    return slot.value !== undefined
  }
  if (slot.value !== undefined && identical(slot.value, next)) return false
  slot.set(next)
  return true
}

/** No path may be, or lie within, another one. */
function checkConflicts(paths: readonly string[]): void {
  const seen = new Set<string>()
  const parents = new Set<string>()
  for (const path of paths) {
    const parts = path.split('.')
    const above = parts.map((_, index) => parts.slice(0, index + 1).join('.'))
    const conflict = above.find((prefix) => seen.has(prefix)) ?? (parents.has(path) ? path : undefined)
    if (conflict !== undefined)
      throw new MongoServerFault(
        'ConflictingUpdateOperators',
        `Updating the path '${path}' would create a conflict at '${conflict}'`,
      )
    seen.add(path)
    for (const prefix of above) parents.add(prefix)
  }
}

function checkFilters(arrayFilters: ArrayFilters, paths: readonly string[]): void {
  for (const path of paths) {
    for (const [, identifier = ''] of path.matchAll(/\.\$\[([^\]]+)\]/g)) {
      if (!arrayFilters.has(identifier))
        throw new MongoServerFault(
          'BadValue',
          `No array filter found for identifier '${identifier}' in path '${path}'`,
        )
    }
  }
  for (const [identifier, filter] of arrayFilters) {
    if (!paths.some((path) => path.includes(`$[${identifier}]`))) {
      throw new MongoServerFault(
        'FailedToParse',
        `The array filter for identifier '${identifier}' was not used in the update ${preview(filter.source)}`,
      )
    }
  }
}
