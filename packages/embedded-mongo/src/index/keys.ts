import type { Collation } from '../bson/collation.ts'
import type { Doc } from '../bson/document.ts'
import { MongoServerFault } from '../errors.ts'
import { eachTuple } from '../query/key-tuples.ts'
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

const PARALLEL_ARRAYS = 171

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
  let allMissing = true
  const multikey = eachTuple(
    fields.map(({ parts }) => parts),
    doc,
    (tuple) => {
      if (tuple.some((value) => value !== undefined)) allMissing = false
      let key = ''
      for (const [index, value] of tuple.entries())
        key += encodeKey(value, fields[index]?.direction ?? 1, collation)
      keys.add(key)
    },
    (indexes) =>
      new MongoServerFault(
        PARALLEL_ARRAYS,
        `cannot index parallel arrays ${indexes.map((index) => `[${fields[index]?.parts.join('.')}]`).join(' ')}`,
      ),
  )
  return { keys: [...keys], multikey, allMissing }
}
