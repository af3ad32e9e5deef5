import { Long } from 'bson'
import type { Doc, Value } from '../../bson/document.ts'
import { typeName } from '../../bson/types.ts'
import { MongoServerFault } from '../../errors.ts'
import { parseFieldPath } from '../field-path.ts'
import { isNullish } from '../values.ts'
import { nestedField, type StageCompiler, withNestedField } from './stage.ts'

interface UnwindSpec {
  readonly path: readonly string[]
  readonly keepsEmpty: boolean
  readonly index: readonly string[] | undefined
}

function parseUnwind(spec: Value): UnwindSpec {
  if (typeof spec === 'string') return { path: unwindPath(spec), keepsEmpty: false, index: undefined }
  if (!(spec instanceof Map)) {
    throw new MongoServerFault(
      15981,
      `expected either a string or an object as specification for $unwind stage, got ${typeName(spec)}`,
    )
  }
  let path: string | undefined
  let keepsEmpty = false
  let index: string | undefined
  for (const [name, value] of spec) {
    if (name === 'path') {
      if (typeof value !== 'string') {
        throw new MongoServerFault(
          28808,
          `expected a string as the path for $unwind stage, got ${typeName(value)}`,
        )
      }
      path = value
    } else if (name === 'preserveNullAndEmptyArrays') {
      if (typeof value !== 'boolean') {
        throw new MongoServerFault(
          28809,
          `expected a boolean for the preserveNullAndEmptyArrays option to $unwind stage, got ${typeName(value)}`,
        )
      }
      keepsEmpty = value
    } else if (name === 'includeArrayIndex') {
      index = indexName(value)
    } else {
      throw new MongoServerFault(28811, `unrecognized option to $unwind stage: ${name}`)
    }
  }
  if (path === undefined || path === '')
    throw new MongoServerFault(28812, 'no path specified to $unwind stage')
  return {
    path: unwindPath(path),
    keepsEmpty,
    index: index === undefined ? undefined : parseFieldPath(index),
  }
}

function unwindPath(path: string): string[] {
  if (path === '') throw new MongoServerFault(28812, 'no path specified to $unwind stage')
  if (!path.startsWith('$')) {
    throw new MongoServerFault(28818, `path option to $unwind stage should be prefixed with a '$': ${path}`)
  }
  return parseFieldPath(path.slice(1))
}

function indexName(value: Value): string {
  if (typeof value !== 'string' || value === '') {
    throw new MongoServerFault(
      28810,
      `expected a non-empty string for the includeArrayIndex  option to $unwind stage, got ${typeName(value)}`,
    )
  }
  if (value.startsWith('$')) {
    throw new MongoServerFault(
      28822,
      `includeArrayIndex option to $unwind stage should not be prefixed with a '$': ${value}`,
    )
  }
  return value
}

const unwind: StageCompiler = (spec, { carry }) => {
  const { path, keepsEmpty, index } = parseUnwind(spec)
  const [name = ''] = path
  const placed = (doc: Doc, value: Value): Doc => {
    if (path.length > 1) return withNestedField(doc, path, value)
    const copy = new Map(doc)
    copy.set(name, value)
    return copy
  }
  const numbered = (doc: Doc, position: Long | null): Doc =>
    index === undefined ? doc : withNestedField(doc, index, position)
  return function* unwound(input) {
    for (const doc of input) {
      const value = nestedField(doc, path)
      if (!Array.isArray(value)) {
        if (isNullish(value) && !keepsEmpty) continue
        const result = numbered(doc, null)
        if (result !== doc) carry?.(doc, result)
        yield result
      } else if (value.length === 0) {
        if (!keepsEmpty) continue
        const result = numbered(withNestedField(doc, path, undefined), null)
        carry?.(doc, result)
        yield result
      } else {
        for (const [position, element] of value.entries()) {
          const result = numbered(placed(doc, element), Long.fromNumber(position))
          carry?.(doc, result)
          yield result
        }
      }
    }
  }
}

export const unwindingStages: Readonly<Record<string, StageCompiler>> = { $unwind: unwind }
