import type { Doc, Value } from '../bson/document.ts'
import { typeName } from '../bson/types.ts'
import { MongoServerFault } from '../errors.ts'
import { isOperators } from './matcher.ts'
import { slotAt } from './update-paths.ts'

/** The fields that a filter pins to one value, which an upsert starts from. */
export function equalityOf(filter: Doc): Doc {
  const doc: Doc = new Map()
  collectEqualities(filter, doc)
  return doc
}

function collectEqualities(filter: Doc, into: Doc): void {
  for (const [name, condition] of filter) {
    if (name === '$and' && Array.isArray(condition)) {
      for (const inner of condition) if (inner instanceof Map) collectEqualities(inner, into)
    } else if (name === '$or' && Array.isArray(condition) && condition.length === 1) {
      const [inner] = condition
      if (inner instanceof Map) collectEqualities(inner, into)
    } else if (!name.startsWith('$')) {
      const value = pinned(condition)
      if (value !== undefined) setEquality(into, name, value)
    }
  }
}

function setEquality(into: Doc, path: string, value: Value): void {
  const slot = slotAt(into, path)
  if (slot.value !== undefined)
    throw new MongoServerFault(
      'NotSingleValueField',
      `cannot infer query fields to set, path '${path}' is matched twice`,
    )
  slot.set(value)
}

function pinned(condition: Value): Value | undefined {
  if (!isOperators(condition)) return typeName(condition) === 'regex' ? undefined : condition
  const equal = condition.get('$eq')
  if (equal !== undefined) return equal
  const [only, ...more] = Array.isArray(condition.get('$in')) ? [condition.get('$in')].flat() : []
  if (only !== undefined && more.length === 0) return only
  const all = condition.get('$all')
  const [wanted] = Array.isArray(all) ? all : []
  return Array.isArray(all) && all.length === 1 ? wanted : undefined
}
