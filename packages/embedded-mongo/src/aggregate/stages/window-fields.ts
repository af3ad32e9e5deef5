import type { Doc, Value } from '../../bson/document.ts'
import { typeName } from '../../bson/types.ts'
import { MongoServerFault } from '../../errors.ts'
import { compileSort } from '../../query/sort.ts'
import { parseFieldPath, walkDoc } from '../field-path.ts'
import type { Evaluate, Scope } from '../scope.ts'
import { nestedField, type Stage, type StageCompiler, type StageContext, withNestedField } from './stage.ts'
import type { WindowFunction, WindowSort } from './window-bounds.ts'
import { compileWindowFunction } from './window-functions.ts'

const OPTIONS = ['partitionBy', 'sortBy', 'output']

interface Output {
  readonly path: readonly string[]
  readonly compute: WindowFunction
}

/** Compiles what `$setWindowFields` says; `$fill` is made of the same. */
export function windowFields(spec: Doc, context: StageContext): Stage {
  const { scope, carry } = context
  const sortBy = spec.get('sortBy')
  const sort = sortBy instanceof Map ? compileSort(sortBy, scope.surroundings.collation) : undefined
  const window = sort === undefined ? undefined : windowSort(sort.keys)
  const outputs = outputsOf(spec.get('output'), window, scope)
  const partitionOf = partitionKey(spec.get('partitionBy'), scope)
  const { textScore } = scope.surroundings
  const score = textScore && ((doc: Doc) => textScore(doc) ?? 0)
  return function* windowed(input) {
    const partitions = new Map<string, { readonly key: Value; readonly docs: Doc[] }>()
    for (const doc of input) {
      const key = partitionOf(doc) ?? null
      if (Array.isArray(key)) throw arrayPartition()
      const name = scope.hashKey(key)
      const partition = partitions.get(name)
      if (partition === undefined) partitions.set(name, { key, docs: [doc] })
      else partition.docs.push(doc)
    }
    const sorted = [...partitions.values()].sort((a, b) => scope.compare(a.key, b.key))
    for (const { docs } of sorted) {
      sort?.sort(docs, (doc) => doc, score)
      const keys = docs.map((doc) => window?.key?.(doc))
      const columns = outputs.map(({ compute }) => compute({ docs, keys }))
      for (const [index, doc] of docs.entries()) {
        let result = doc
        for (const [column, { path }] of outputs.entries())
          result = placed(result, path, columns[column]?.[index] ?? null)
        carry?.(doc, result)
        yield result
      }
    }
  }
}

function placed(doc: Doc, path: readonly string[], value: Value): Doc {
  const parent = path.slice(0, -1)
  const inner = nestedField(doc, parent)
  if (!Array.isArray(inner)) return withNestedField(doc, path, value)
  const last = path.slice(-1)
  const elements = inner.map((element) =>
    withNestedField(element instanceof Map ? element : new Map(), last, value),
  )
  return withNestedField(doc, parent, elements)
}

function windowSort(keys: ReadonlyArray<{ readonly path: string; readonly direction: 1 | -1 }>): WindowSort {
  const [first] = keys
  const names = first === undefined ? [] : first.path.split('.')
  return {
    fields: keys.length,
    ascending: first?.direction === 1,
    key: keys.length === 1 ? (doc) => walkDoc(doc, names, 0) : undefined,
  }
}

function arrayPartition(): MongoServerFault {
  return new MongoServerFault(
    'TypeMismatch',
    'An expression used to partition cannot evaluate to value of type array',
  )
}

function partitionKey(partitionBy: Value | undefined, scope: Scope): Evaluate {
  if (partitionBy === undefined) return () => null
  const compiled = scope.compile(partitionBy)
  if (compiled.constant && Array.isArray(compiled.evaluate(new Map()))) throw arrayPartition()
  return compiled.evaluate
}

function outputsOf(output: Value | undefined, window: WindowSort | undefined, scope: Scope): Output[] {
  const outputs: Output[] = []
  const paths: string[] = []
  for (const [path, spec] of output instanceof Map ? output : []) {
    const conflicts = paths.some(
      (other) => path === other || path.startsWith(`${other}.`) || other.startsWith(`${path}.`),
    )
    if (conflicts) {
      throw new MongoServerFault(
        6307900,
        "$setWindowFields 'output' specification contains two conflicting paths",
      )
    }
    paths.push(path)
    outputs.push({ path: parseFieldPath(path), compute: compileWindowFunction(path, spec, window, scope) })
  }
  return outputs
}

const setWindowFields: StageCompiler = (spec, context) => {
  if (!(spec instanceof Map)) {
    throw new MongoServerFault(
      'FailedToParse',
      `the $setWindowFields stage specification must be an object, found ${typeName(spec)}`,
    )
  }
  for (const name of spec.keys()) {
    if (!OPTIONS.includes(name)) {
      throw new MongoServerFault(40415, `BSON field '$setWindowFields.${name}' is an unknown field.`)
    }
  }
  const output = spec.get('output')
  if (output === undefined) {
    throw new MongoServerFault(40414, "BSON field '$setWindowFields.output' is missing but a required field")
  }
  for (const name of ['output', 'sortBy']) {
    const value = spec.get(name)
    if (value === undefined || value instanceof Map || (name === 'sortBy' && value === null)) continue
    throw new MongoServerFault(
      'TypeMismatch',
      `BSON field '$setWindowFields.${name}' is the wrong type '${typeName(value)}', expected type 'object'`,
    )
  }
  return windowFields(spec, context)
}

export const windowStages: Readonly<Record<string, StageCompiler>> = { $setWindowFields: setWindowFields }
