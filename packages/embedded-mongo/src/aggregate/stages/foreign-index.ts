import { BSONRegExp } from 'bson'
import type { Collation } from '../../bson/collation.ts'
import { hashKey } from '../../bson/compare.ts'
import { BsonUndefined, type Doc, type Value } from '../../bson/document.ts'
import { anyAtPath, isArrayIndex, splitPath } from '../../query/paths.ts'
import type { PipelineEnv } from './stage.ts'

/** The documents of another collection, to be found by the values at one of their paths. */
export interface ForeignDocs {
  /** Those whose path holds one of the values, as a filter with `$in` finds them, in natural order. */
  find(values: readonly Value[]): Iterable<Doc>
}

/** Finds through an index of the collection where it has one, else through a table built once. */
export function foreignDocs(
  env: PipelineEnv,
  namespace: string,
  path: string,
  collation: Collation | undefined,
): ForeignDocs {
  const usesIndex = env.readFiltered !== undefined && env.hasIndex?.(namespace, path) === true
  const hashed = hashedDocs(() => env.read(namespace), path, collation)
  if (!usesIndex) return hashed
  const isDotted = path.includes('.')
  return {
    find(values) {
      // a join takes more for missing on a dotted path than a filter does
      if (isDotted && values.includes(null)) return hashed.find(values)
      return env.readFiltered?.(namespace, valuesFilter(path, values)) ?? []
    },
  }
}

/** Documents to be found through a table that is built when the first one is asked for. */
export function hashedDocs(
  read: () => Iterable<Doc>,
  path: string,
  collation: Collation | undefined,
): ForeignDocs {
  return new HashedDocs(read, path, collation)
}

/** `{ path: value }` for several values; a regular expression stands for itself here, not for what it matches. */
export function valuesFilter(path: string, values: readonly Value[]): Doc {
  const [only] = values
  if (values.length === 1 && only !== undefined) return new Map([[path, new Map([['$eq', only]])]])
  if (!values.some((value) => value instanceof BSONRegExp))
    return new Map([[path, new Map([['$in', [...values]]])]])
  return new Map([['$or', values.map((value) => new Map([[path, new Map([['$eq', value]])]]))]])
}

interface Placed {
  readonly position: number
  readonly doc: Doc
}

class HashedDocs implements ForeignDocs {
  readonly #read: () => Iterable<Doc>
  readonly #path: string
  readonly #collation: Collation | undefined
  #table: Map<string, Placed[]> | undefined
  #absent: Placed[] = []

  constructor(read: () => Iterable<Doc>, path: string, collation: Collation | undefined) {
    this.#read = read
    this.#path = path
    this.#collation = collation
  }

  find(values: readonly Value[]): Iterable<Doc> {
    this.#table ??= this.#build()
    const [only] = values
    if (values.length === 1 && only !== undefined) return this.#at(only).map(({ doc }) => doc)
    const found = new Map<number, Doc>()
    for (const value of values) for (const { position, doc } of this.#at(value)) found.set(position, doc)
    return [...found].sort(([a], [b]) => a - b).map(([, doc]) => doc)
  }

  #at(value: Value): readonly Placed[] {
    if (value === null) return this.#absent
    return this.#table?.get(hashKey(value, this.#collation)) ?? []
  }

  #build(): Map<string, Placed[]> {
    const table = new Map<string, Placed[]>()
    const parts = splitPath(this.#path)
    let position = 0
    for (const doc of this.#read()) {
      const placed = { position, doc }
      position += 1
      if (isAbsent(doc, parts, 0)) this.#absent.push(placed)
      const keys = new Set<string>()
      anyAtPath(doc, parts, 0, undefined, (value) => {
        if (value === undefined) return false
        keys.add(hashKey(value, this.#collation))
        if (Array.isArray(value)) for (const element of value) keys.add(hashKey(element, this.#collation))
        return false
      })
      for (const key of keys) {
        const list = table.get(key)
        if (list === undefined) table.set(key, [placed])
        else list.push(placed)
      }
    }
    return table
  }
}

/** Whether null on the other side of a join finds a document: it has null or nothing somewhere at the path. */
function isAbsent(value: Value | undefined, parts: readonly string[], from: number): boolean {
  const part = parts[from]
  if (part === undefined) {
    const values = Array.isArray(value) ? value : [value]
    return values.some((element) => element === undefined || element === null)
  }
  if (value instanceof Map) return isAbsent(value.get(part), parts, from + 1)
  if (!Array.isArray(value)) return !(value instanceof BsonUndefined)
  if (isArrayIndex(part) && Number(part) < value.length) return isAbsent(value[Number(part)], parts, from + 1)
  const docs = value.filter((element) => element instanceof Map)
  return docs.length === 0 || docs.some((element) => isAbsent(element, parts, from))
}

/** The values at a path that a join takes: the elements of an array rather than the array, null where there are none. */
export function joinValues(doc: Doc, path: readonly string[]): Value[] {
  const values: Value[] = []
  collect(doc, path, 0, values)
  return values.length === 0 ? [null] : values
}

/** All values at a path, arrays on the way and at its end taken apart. */
export function collect(
  value: Value | undefined,
  path: readonly string[],
  from: number,
  into: Value[],
): void {
  if (from === path.length) {
    const found = Array.isArray(value) ? value : value === undefined ? [] : [value]
    for (const element of found) into.push(element)
    return
  }
  if (Array.isArray(value)) {
    for (const element of value)
      if (element instanceof Map) collect(element.get(path[from] ?? ''), path, from + 1, into)
    // a number in a path may also be a place in an array
    const name = path[from] ?? ''
    if (/^\d+$/.test(name)) collect(value[Number(name)], path, from + 1, into)
  } else if (value instanceof Map) collect(value.get(path[from] ?? ''), path, from + 1, into)
}
