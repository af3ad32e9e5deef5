import type { Collation } from '../bson/collation.ts'
import { BsonUndefined, type Doc, type Value } from '../bson/document.ts'
import { MongoServerFault } from '../errors.ts'
import { isArrayIndex } from '../query/paths.ts'
import { encodeKey } from './key-string.ts'

export interface KeyPart {
  readonly parts: readonly string[]
  readonly direction: 1 | -1
}

export interface GeneratedKeys {
  readonly keys: readonly string[]
  readonly multikey: boolean
  /** No indexed field is there: a sparse index leaves the document out. */
  readonly allMissing: boolean
}

/** Where one field of the index has got to on its way down the document. */
interface Cursor {
  readonly value: Value | NestedArray | undefined
  readonly rest: readonly string[]
}

const PARALLEL_ARRAYS = 171
const EMPTY = new BsonUndefined()

/** The keys of a document in an index: one, or one for each element where an indexed path meets an array. */
export function generateKeys(fields: readonly KeyPart[], doc: Doc, collation?: Collation): GeneratedKeys {
  const [only] = fields
  const [name] = only?.parts ?? []
  if (fields.length === 1 && only?.parts.length === 1 && name !== undefined) {
    const value = doc.get(name)
    if (!Array.isArray(value)) {
      return {
        keys: [encodeKey(value, only.direction, collation)],
        multikey: false,
        allMissing: value === undefined,
      }
    }
  }
  const keys = new Set<string>()
  const state = { multikey: false, allMissing: true }
  expand(
    fields.map(({ parts }) => descend({ value: doc, rest: parts })),
    fields,
    keys,
    state,
    collation,
  )
  return { keys: [...keys], ...state }
}

/** Follows a path until its end, a missing field or an array. */
function descend({ value, rest }: Cursor): Cursor {
  let current = value
  let at = 0
  while (at < rest.length) {
    const part = rest[at] ?? ''
    if (current instanceof Map) current = current.get(part)
    else if (Array.isArray(current) && isArrayIndex(part) && Number(part) < current.length)
      current = current[Number(part)]
    else break
    at += 1
  }
  if (Array.isArray(current) || at === rest.length) return { value: current, rest: rest.slice(at) }
  return { value: undefined, rest: [] }
}

function expand(
  cursors: readonly Cursor[],
  fields: readonly KeyPart[],
  keys: Set<string>,
  state: { multikey: boolean; allMissing: boolean },
  collation: Collation | undefined,
): void {
  const arrays = new Set(cursors.flatMap(({ value }) => (Array.isArray(value) ? [value] : [])))
  const [array, second] = arrays
  if (second !== undefined)
    throw new MongoServerFault(
      PARALLEL_ARRAYS,
      `cannot index parallel arrays ${parallelNames(cursors, fields)}`,
    )
  if (array === undefined) {
    if (cursors.some(({ value }) => value !== undefined)) state.allMissing = false
    keys.add(
      cursors
        .map(({ value }, index) =>
          encodeKey(
            value instanceof NestedArray ? value.array : value,
            fields[index]?.direction ?? 1,
            collation,
          ),
        )
        .join(''),
    )
    return
  }
  state.multikey = true
  const through = (element: Value | undefined) =>
    cursors.map((cursor): Cursor => {
      if (cursor.value !== array) return cursor
      if (cursor.rest.length === 0)
        return { value: Array.isArray(element) ? new NestedArray(element) : element, rest: [] }
      return element instanceof Map
        ? descend({ value: element, rest: cursor.rest })
        : { value: undefined, rest: [] }
    })
  if (array.length === 0) {
    expand(
      cursors.map((cursor) =>
        cursor.value === array ? { value: cursor.rest.length === 0 ? EMPTY : undefined, rest: [] } : cursor,
      ),
      fields,
      keys,
      state,
      collation,
    )
    return
  }
  for (const element of array) expand(through(element), fields, keys, state, collation)
}

/** Only one level of arrays is opened at the end of a path: an array within an array is a key of its own. */
class NestedArray {
  readonly array: Value[]

  constructor(array: Value[]) {
    this.array = array
  }
}

function parallelNames(cursors: readonly Cursor[], fields: readonly KeyPart[]): string {
  return cursors
    .flatMap(({ value }, index) => (Array.isArray(value) ? [`[${fields[index]?.parts.join('.')}]`] : []))
    .join(' ')
}
