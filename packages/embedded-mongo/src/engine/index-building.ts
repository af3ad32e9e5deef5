import { decode } from '../bson/decode.ts'
import type { CollectionState } from './collection.ts'
import { FieldReader } from './document-fields.ts'
import type { IndexState } from './index-state.ts'
import type { IndexSpec, RecordId } from './types.ts'
import { duplicateKey } from './unique-keys.ts'

/** Fills new indexes: all entries first, then in order at once, which is much faster than one insertion after the other. */
export class IndexFilling {
  readonly #lists: ReadonlyArray<{
    readonly index: IndexState
    readonly keys: string[]
    readonly ids: RecordId[]
  }>
  /** Reads the fields that keys are made of, where the rest of a document does not matter. */
  readonly #fields: FieldReader | null

  constructor(indexes: readonly IndexState[]) {
    this.#lists = indexes.map((index) => ({ index, keys: [], ids: [] }))
    const needsAll = indexes.some(({ text, spec }) => text !== undefined || spec.partialFilter !== null)
    this.#fields = needsAll
      ? null
      : new FieldReader(indexes.flatMap(({ fields }) => fields.map(({ parts }) => parts[0] ?? '')))
  }

  add(id: RecordId, bytes: Uint8Array): void {
    const doc = this.#fields === null ? decode(bytes) : this.#fields.read(bytes)
    for (const { index, keys, ids } of this.#lists) {
      if (index.text !== undefined) {
        if (index.covers(doc)) index.text.add(id, doc)
        continue
      }
      const generated = index.keysOf(doc)
      if (generated.multikey) index.multikey = true
      for (const key of generated.keys) {
        keys.push(key)
        ids.push(id)
      }
    }
  }

  finish(): void {
    for (const { index, keys, ids } of this.#lists) index.entries.load(keys, ids)
  }
}

/**
 * Builds an index over the committed documents of a collection.
 * @throws MongoServerFault DuplicateKey, or what a document's values forbid
 */
export function buildIndex(state: CollectionState, spec: IndexSpec): IndexState {
  const index = state.makeIndex(spec)
  const filling = new IndexFilling([index])
  for (const id of state.records.ids()) {
    const bytes = state.records.get(id)
    if (bytes !== undefined) filling.add(id, bytes)
  }
  filling.finish()
  if (index.isUnique) requireUnique(state, index)
  return index
}

function requireUnique(state: CollectionState, index: IndexState): void {
  let before: string | undefined
  for (const { key, id } of index.entries.entries(EVERYTHING, 1)) {
    const doc = key === before ? state.get(id)?.doc : undefined
    if (doc !== undefined) throw duplicateKey(state.namespace, index.spec, doc, key)
    before = key
  }
}

const EVERYTHING = { low: '', high: '\xff' }
