import { BsonUndefined, type Doc, type Value } from '../bson/document.ts'
import { isArrayIndex } from './paths.ts'

/** What stands at each of several paths, at the same time. */
export type KeyTuple = ReadonlyArray<Value | undefined>

/** Where one path has got to on its way down the document. */
interface Cursor {
  readonly value: Value | NestedArray | undefined
  readonly rest: readonly string[]
}

/** Only one level of arrays is opened at the end of a path: an array within an array is a key of its own. */
class NestedArray {
  readonly array: Value[]

  constructor(array: Value[]) {
    this.array = array
  }
}

/** What an empty array counts as. */
export const EMPTY_ARRAY = new BsonUndefined()

/**
 * The values at several paths of a document together: one tuple, or one for each element where the paths meet an array.
 * `parallel` makes the error for paths that lead into different arrays. Tells whether there was an array.
 */
export function eachTuple(
  paths: ReadonlyArray<readonly string[]>,
  doc: Doc,
  take: (tuple: KeyTuple) => void,
  parallel: (indexes: readonly number[]) => Error,
): boolean {
  return expand(
    paths.map((rest) => descend({ value: doc, rest })),
    take,
    parallel,
  )
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
  take: (tuple: KeyTuple) => void,
  parallel: (indexes: readonly number[]) => Error,
): boolean {
  const arrays = new Set(cursors.flatMap(({ value }) => (Array.isArray(value) ? [value] : [])))
  const [array, second] = arrays
  if (second !== undefined)
    throw parallel(cursors.flatMap(({ value }, index) => (Array.isArray(value) ? [index] : [])))
  if (array === undefined) {
    take(cursors.map(({ value }) => (value instanceof NestedArray ? value.array : value)))
    return false
  }
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
    const closed = cursors.map(
      (cursor): Cursor =>
        cursor.value === array
          ? { value: cursor.rest.length === 0 ? EMPTY_ARRAY : undefined, rest: [] }
          : cursor,
    )
    expand(closed, take, parallel)
  } else for (const element of array) expand(through(element), take, parallel)
  return true
}
