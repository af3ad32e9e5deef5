import type { Collation } from '../bson/collation.ts'
import { compare } from '../bson/compare.ts'
import type { Doc, Value } from '../bson/document.ts'
import { coercedInteger, isNumber } from '../bson/numbers.ts'
import { MongoServerFault } from '../errors.ts'
import { checkFieldPath } from './field-names.ts'
import { EMPTY_ARRAY, eachTuple, type KeyTuple } from './key-tuples.ts'
import { anyAtPath, splitPath, valueAtPath } from './paths.ts'

export interface SortKey {
  readonly path: string
  readonly direction: 1 | -1
  /** `{ $meta: 'textScore' }`: by score, highest first. */
  readonly textScore: boolean
}

export interface CompiledSort {
  readonly keys: readonly SortKey[]
  readonly usesTextScore: boolean
  /** `scores` gives the text score of a document where the sort needs it. */
  compare(a: Doc, b: Doc, score?: (doc: Doc) => number): number
  /** Sorts in place, stably, each document's keys taken once. */
  sort<T>(items: T[], docOf: (item: T) => Doc, score?: (item: T) => number): T[]
}

/** Sorts elements of an array by their fields: an array in a field is compared as a whole, and what is missing is null. */
export function elementComparison(spec: Doc, collation?: Collation): (a: Value, b: Value) => number {
  const keys = [...spec].map(([path, order]) => ({ parts: splitPath(path), key: sortKey(path, order) }))
  return (a, b) => {
    for (const { parts, key } of keys) {
      const left = a instanceof Map ? valueAtPath(a, parts) : undefined
      const right = b instanceof Map ? valueAtPath(b, parts) : undefined
      const order = compare(left ?? null, right ?? null, collation) * key.direction
      if (order !== 0) return order
    }
    return 0
  }
}

/** Compiles a sort specification; an array sorts by its smallest element, descending by its largest. */
export function compileSort(spec: Doc, collation?: Collation): CompiledSort {
  if (spec.size > 32) throw new MongoServerFault(13103, 'too many compound keys')
  const keys = [...spec].map(([path, order]) => sortKey(path, order))
  const parts = keys.map(({ path }) => splitPath(path))
  const keysOf = (doc: Doc, score: (() => number) | undefined): ReadonlyArray<Value | number | undefined> => {
    const isJoint = keys.length > 1 && parts.filter((path) => meetsArray(doc, path)).length > 1
    const found = isJoint ? together(doc) : undefined
    return keys.map((key, index) => {
      if (key.textScore) return score?.() ?? 0
      return found === undefined
        ? sortValue(doc, parts[index] ?? [], key.direction, collation)
        : (found[index] ?? null)
    })
  }
  /** Fields under one array are taken from one element together: the element that sorts first. */
  const together = (doc: Doc): KeyTuple => {
    let best: KeyTuple | undefined
    const take = (tuple: KeyTuple): void => {
      if (best === undefined || compareKeys(tuple, best) < 0) best = tuple
    }
    eachTuple(parts, doc, take, () => {
      throw new MongoServerFault('BadValue', 'cannot sort with keys that are parallel arrays')
    })
    return best ?? []
  }
  const compareAt = (a: Value | number | undefined, b: Value | number | undefined, key: SortKey): number => {
    if (typeof a === 'number' || typeof b === 'number') return Number(b) - Number(a)
    return compare(a ?? null, b ?? null, collation) * key.direction
  }
  const compareKeys = (
    a: ReadonlyArray<Value | number | undefined>,
    b: ReadonlyArray<Value | number | undefined>,
  ): number => {
    for (const [index, key] of keys.entries()) {
      const order = compareAt(a[index], b[index], key)
      if (order !== 0) return order
    }
    return 0
  }
  return {
    keys,
    usesTextScore: keys.some(({ textScore }) => textScore),
    compare(a, b, score) {
      return compareKeys(keysOf(a, score && (() => score(a))), keysOf(b, score && (() => score(b))))
    },
    sort(items, docOf, score) {
      const keyed = items.map((item) => ({
        item,
        values: keysOf(docOf(item), score && (() => score(item))),
      }))
      keyed.sort((a, b) => compareKeys(a.values, b.values))
      for (const [index, { item }] of keyed.entries()) items[index] = item
      return items
    },
  }
}

function sortKey(path: string, order: Value): SortKey {
  if (order instanceof Map) {
    checkMeta(order)
    return { path, direction: -1, textScore: true }
  }
  if (!isNumber(order)) throw new MongoServerFault(15974, `Illegal key in $sort specification: ${path}`)
  const direction = coercedInteger(order, 32)
  if (direction !== 1 && direction !== -1)
    throw new MongoServerFault(15975, '$sort key ordering must be 1 (for ascending) or -1 (for descending)')
  if (path !== '$natural') checkFieldPath(path)
  return { path, direction, textScore: false }
}

function checkMeta(order: Doc): void {
  const [operator] = order.keys()
  if (operator !== '$meta')
    throw new MongoServerFault(17312, '$meta is the only expression supported by $sort right now')
  if (order.size > 1)
    throw new MongoServerFault('FailedToParse', 'Cannot have additional keys in a $meta sort specification')
  const meta = order.get('$meta')
  if (meta !== 'textScore') throw new MongoServerFault(31138, `Illegal $meta sort: ${String(meta)}`)
}

/** The value by which a document sorts; null for a missing field and an empty array's undefined is below it. */
function sortValue(
  doc: Doc,
  path: readonly string[],
  direction: 1 | -1,
  collation: Collation | undefined,
): Value | undefined {
  const [name] = path
  const simple = path.length === 1 && name !== undefined ? doc.get(name) : undefined
  if (path.length === 1 && !Array.isArray(simple)) return simple ?? null
  let best: Value | undefined
  let found = false
  const take = (value: Value) => {
    if (!found || compare(value, best, collation) * direction < 0) best = value
    found = true
  }
  anyAtPath(doc, path, 0, undefined, (value) => {
    if (!Array.isArray(value)) take(value ?? null)
    else if (value.length === 0) take(EMPTY_ARRAY)
    else for (const element of value) take(element)
    return false
  })
  return found ? best : null
}

function meetsArray(doc: Doc, path: readonly string[]): boolean {
  let value: Value | undefined = doc
  for (const part of path) {
    if (!(value instanceof Map)) break
    value = value.get(part)
  }
  return Array.isArray(value)
}
