import type { Doc, Value } from '../bson/document.ts'
import { MongoServerFault } from '../errors.ts'

const MAX_DEPTH = 200

/** Splits a dotted path into its names, and refuses what MongoDB refuses in a path. */
export function parseFieldPath(path: string): string[] {
  if (path === '') throw new MongoServerFault(40352, 'FieldPath cannot be constructed with empty string')
  if (path.endsWith('.')) throw new MongoServerFault(40353, "FieldPath must not end with a '.'.")
  const names = path.split('.')
  for (const name of names) validateFieldName(name)
  if (names.length > MAX_DEPTH) throw new MongoServerFault('Overflow', `FieldPath is too long`)
  return names
}

/** Refuses what MongoDB refuses as one name of a path or of an object expression. */
export function validateFieldName(name: string): void {
  if (name === '') throw new MongoServerFault(15998, 'FieldPath field names may not be empty strings.')
  if (name.startsWith('$')) {
    throw new MongoServerFault(
      16410,
      `FieldPath field names may not start with '$'. Consider using $getField or $setField.`,
    )
  }
  if (name.includes('\0')) throw new MongoServerFault(16411, "FieldPath field names may not contain '\\0'.")
  if (name.includes('.')) {
    throw new MongoServerFault(
      16412,
      `FieldPath field names may not contain '.'. Consider using $getField or $setField.`,
    )
  }
}

/** Walks a path from a document, through arrays of documents, as field path expressions do. */
export function walkDoc(doc: Doc, names: readonly string[], from: number): Value | undefined {
  let current = doc
  const last = names.length - 1
  for (let index = from; index < last; index += 1) {
    const value = current.get(names[index] ?? '')
    if (value instanceof Map) {
      current = value
    } else {
      return Array.isArray(value) ? walkArray(value, names, index + 1) : undefined
    }
  }
  return current.get(names[last] ?? '')
}

/** The values at a path within each document of an array; an element that has none leaves no gap. */
export function walkArray(array: readonly Value[], names: readonly string[], from: number): Value[] {
  const found: Value[] = []
  for (const element of array) {
    if (!(element instanceof Map)) continue
    const value = walkDoc(element, names, from)
    if (value !== undefined) found.push(value)
  }
  return found
}

/** Walks a path from any value. */
export function walkValue(
  value: Value | undefined,
  names: readonly string[],
  from: number,
): Value | undefined {
  if (value instanceof Map) return walkDoc(value, names, from)
  return Array.isArray(value) ? walkArray(value, names, from) : undefined
}
