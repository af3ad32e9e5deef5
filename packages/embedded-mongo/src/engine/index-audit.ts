import type { CollectionState } from './collection.ts'
import type { IndexState } from './index-state.ts'
import type { RecordId } from './types.ts'

/** How far an index agrees with the documents of its collection. */
export interface IndexAudit {
  readonly name: string
  /** How many entries it has. */
  readonly keys: number
  /** Records that are not found under a key of theirs. */
  readonly missing: readonly RecordId[]
  /** Records, there or not, that are found under a key which is not theirs. */
  readonly extra: readonly RecordId[]
}

export interface CollectionAudit {
  readonly indexes: readonly IndexAudit[]
  /** Documents that the validator would not let in today. */
  readonly nonCompliant: number
}

/** Holds each index of a collection against its documents. */
export function auditCollection(state: CollectionState): CollectionAudit {
  let nonCompliant = 0
  for (const id of state.records.ids()) {
    const record = state.get(id)
    if (record !== undefined && !state.accepts(record.doc)) nonCompliant += 1
  }
  const indexes = state.indexes.map((index) =>
    index.text === undefined ? auditKeys(state, index) : auditText(state, index),
  )
  return { indexes, nonCompliant }
}

function auditKeys(state: CollectionState, index: IndexState): IndexAudit {
  const missing: RecordId[] = []
  let expected = 0
  for (const id of state.records.ids()) {
    const record = state.get(id)
    if (record === undefined) continue
    for (const key of index.keysOf(record.doc).keys) {
      expected += 1
      if (!index.entries.has(key, id)) missing.push(id)
    }
  }
  const { size } = index.entries
  const agrees = missing.length === 0 && size === expected
  return { name: index.spec.name, keys: size, missing, extra: agrees ? [] : strayKeys(state, index) }
}

function strayKeys(state: CollectionState, index: IndexState): RecordId[] {
  const stray: RecordId[] = []
  const met = new Set<string>()
  for (const { key, id } of index.entries.entries(EVERYTHING, 1)) {
    const record = state.get(id)
    const entry = `${id} ${key}`
    if (record === undefined || met.has(entry) || !index.keysOf(record.doc).keys.includes(key)) stray.push(id)
    met.add(entry)
  }
  return stray
}

function auditText(state: CollectionState, index: IndexState): IndexAudit {
  const { spec, text } = index
  const missing: RecordId[] = []
  const extra = new Set(text?.records() ?? [])
  const keys = extra.size
  for (const id of state.records.ids()) {
    const record = state.get(id)
    if (record === undefined) continue
    const isCovered = index.covers(record.doc)
    if (isCovered && text?.agrees(id, record.doc) === false) missing.push(id)
    if (isCovered) extra.delete(id)
  }
  return { name: spec.name, keys, missing, extra: [...extra] }
}

const EVERYTHING = { low: '', high: '\xff' }
