import type { Collation } from '../bson/collation.ts'
import { compare } from '../bson/compare.ts'
import { BsonUndefined, type Doc, type Value } from '../bson/document.ts'
import { asInteger } from '../bson/numbers.ts'
import { MongoServerFault } from '../errors.ts'
import { anyAtPath, splitPath } from './paths.ts'

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

/** Compiles a sort specification; an array sorts by its smallest element, descending by its largest. */
export function compileSort(spec: Doc, collation?: Collation): CompiledSort {
  if (spec.size > 32) throw new MongoServerFault('BadValue', 'too many compound keys')
  const keys = [...spec].map(([path, order]) => sortKey(path, order))
  const parts = keys.map(({ path }) => splitPath(path))
  const keyOf = (doc: Doc, index: number, score: (() => number) | undefined): Value | number | undefined => {
    const key = keys[index]
    const path = parts[index]
    if (key === undefined || path === undefined) return undefined
    return key.textScore ? (score?.() ?? 0) : sortValue(doc, path, key.direction, collation)
  }
  const compareAt = (a: Value | number | undefined, b: Value | number | undefined, key: SortKey): number => {
    if (typeof a === 'number' || typeof b === 'number') return Number(b) - Number(a)
    return compare(a ?? null, b ?? null, collation) * key.direction
  }
  return {
    keys,
    usesTextScore: keys.some(({ textScore }) => textScore),
    compare(a, b, score) {
      for (const [index, key] of keys.entries()) {
        const left = keyOf(a, index, score && (() => score(a)))
        const right = keyOf(b, index, score && (() => score(b)))
        const order = compareAt(left, right, key)
        if (order !== 0) return order
      }
      return 0
    },
    sort(items, docOf, score) {
      const keyed = items.map((item) => ({
        item,
        values: keys.map((_, index) => keyOf(docOf(item), index, score && (() => score(item)))),
      }))
      keyed.sort((a, b) => {
        for (const [index, key] of keys.entries()) {
          const order = compareAt(a.values[index], b.values[index], key)
          if (order !== 0) return order
        }
        return 0
      })
      for (const [index, { item }] of keyed.entries()) items[index] = item
      return items
    },
  }
}

function sortKey(path: string, order: Value): SortKey {
  if (path === '') throw new MongoServerFault('BadValue', 'FieldPath cannot be constructed with empty string')
  if (path.startsWith('$'))
    throw new MongoServerFault(
      16410,
      `FieldPath field names may not start with '$'. Consider using $getField or $setField.`,
    )
  if (order instanceof Map) {
    if (order.size === 1 && order.get('$meta') === 'textScore')
      return { path, direction: -1, textScore: true }
    throw new MongoServerFault(17312, '$meta is the only expression supported by $sort right now')
  }
  const direction = asInteger(order)
  if (direction === 1 || direction === -1) return { path, direction, textScore: false }
  throw new MongoServerFault(
    direction === undefined ? 15974 : 15975,
    direction === undefined
      ? `Illegal key in $sort specification: ${path}`
      : '$sort key ordering must be 1 (for ascending) or -1 (for descending)',
  )
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

/** An empty array sorts below null, as BSON's undefined does. */
const EMPTY_ARRAY = new BsonUndefined()
