import { decode } from '../bson/decode.ts'
import type { Value } from '../bson/document.ts'
import type { CollectionState } from './collection.ts'
import { FieldReader } from './document-fields.ts'
import type { IndexState } from './index-state.ts'
import type { IndexSpec, RecordId } from './types.ts'
import { duplicateKey } from './unique-keys.ts'

/** Fills new indexes: all entries first, then in order at once, which is much faster than one insertion after the other. */
export class IndexFilling {
  readonly #lists: ReadonlyArray<{
    readonly index: IndexState
    readonly keys: Pile<string>
    readonly ids: Pile<RecordId>
  }>
  /** Reads the fields that keys are made of, where the rest of a document does not matter. */
  readonly #fields: FieldReader | null

  constructor(indexes: readonly IndexState[]) {
    this.#lists = indexes.map((index) => ({ index, keys: new Pile(), ids: new Pile() }))
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
        // many keys come in their order, those of ids that were made one after the other above all
        if (keys.size === 0 && index.entries.append(key, id)) continue
        keys.push(key)
        ids.push(id)
      }
    }
  }

  finish(): void {
    for (const { index, keys, ids } of this.#lists) {
      if (keys.size === 0) continue
      // equal keys stay in the order in which they are given here, which must be that of their records
      const allKeys = new Pile<string>()
      const allIds = new Pile<RecordId>()
      for (const { key, id } of index.entries.entries(EVERYTHING, 1)) {
        allKeys.push(key)
        allIds.push(id)
      }
      allKeys.pushAll(keys)
      allIds.pushAll(ids)
      index.entries.load(allKeys.takeAll(), allIds.takeAll())
    }
  }
}

const PILE = 16_384

/** A long list that is never copied while it grows: a million entries would leave several times their room behind. */
class Pile<T> {
  #full: T[][] = []
  #last: T[] = []
  size = 0

  push(item: T): void {
    this.size += 1
    if (this.#last.push(item) < PILE) return
    this.#full.push(this.#last)
    this.#last = []
  }

  /** Moves what another pile holds to the end of this one. */
  pushAll(other: Pile<T>): void {
    this.size += other.size
    this.#full.push(this.#last, ...other.#full)
    this.#last = other.#last
    other.clear()
  }

  takeAll(): T[] {
    const none: T[] = []
    const all = none.concat(...this.#full, this.#last)
    this.clear()
    return all
  }

  clear(): void {
    this.#full = []
    this.#last = []
    this.size = 0
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
  if (index.isUnique && !spec.prepareUnique) requireUnique(state, index)
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

/** The `_id`s of documents that share a key, one list for each such key. */
export function sharedKeys(state: CollectionState, index: IndexState): Value[][] {
  const holders = new Map<string, Value[]>()
  for (const { key, id } of index.entries.entries(EVERYTHING, 1)) {
    const value = state.get(id)?.doc.get('_id')
    if (value === undefined) continue
    const known = holders.get(key)
    if (known === undefined) holders.set(key, [value])
    else known.push(value)
  }
  return [...holders.values()].filter(({ length }) => length > 1)
}

const EVERYTHING = { low: '', high: '\xff' }
