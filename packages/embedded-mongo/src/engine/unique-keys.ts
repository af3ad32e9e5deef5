import { toDoc } from '../bson/convert.ts'
import type { Doc, Value } from '../bson/document.ts'
import { MongoServerFault } from '../errors.ts'
import { encodeKey } from '../index/key-string.ts'
import { valuesAtPath } from '../query/paths.ts'
import { preview } from '../query/update-paths.ts'
import type { IndexedVersion } from './collection.ts'
import type { IndexState } from './index-state.ts'
import type { PendingWrites } from './pending-writes.ts'
import type { Transaction } from './transaction.ts'
import type { IndexSpec, Namespace, RecordId } from './types.ts'
import { writeConflict } from './write-conflict.ts'

/** Which moment a transaction looks from. */
export interface Viewpoint {
  readonly transaction: Transaction
  readonly snapshot: number
  /** The latest commit of all. */
  readonly sequence: number
}

/**
 * Makes sure that a new version of a record takes no key that belongs to another one. The keys of `before` it has
 * already: also those that it shares with others from before they had to be its own.
 * @throws MongoServerFault DuplicateKey, or WriteConflict where it depends on another transaction
 */
export function checkUniqueKeys(
  writes: PendingWrites,
  id: RecordId,
  before: IndexedVersion | null,
  after: IndexedVersion,
  view: Viewpoint,
): void {
  for (const [position, index] of writes.state.indexes.entries()) {
    const own = before?.keys[position]
    if (!index.isUnique || own === after.keys[position]) continue
    for (const key of after.keys[position] ?? [])
      if (own?.includes(key) !== true) checkKey(writes, index, key, id, after, view)
  }
}

function checkKey(
  writes: PendingWrites,
  index: IndexState,
  key: string,
  id: RecordId,
  after: IndexedVersion,
  view: Viewpoint,
): void {
  const claim = index.claims.get(key)
  if (claim !== undefined) {
    if (claim.transaction !== view.transaction) throw writeConflict(claim.transaction)
    if (claim.id !== id) throw duplicateKey(writes.state.namespace, index.spec, after.record.doc, key)
  }
  const { state } = writes
  const holder = index.entries.first(key)
  if (holder !== undefined && holder !== id) {
    const pending = writes.entries.get(holder)
    if (pending === undefined) {
      const owner = state.locks.get(holder)
      if (owner !== undefined) throw writeConflict(owner)
      if (state.past.lastChange(holder) > view.snapshot) throw writeConflict()
      throw duplicateKey(state.namespace, index.spec, after.record.doc, key)
    }
    const position = state.indexes.indexOf(index)
    if (pending.after?.keys[position]?.includes(key) === true) {
      throw duplicateKey(state.namespace, index.spec, after.record.doc, key)
    }
  }
  if (view.snapshot === view.sequence || holder === id || state.past.isEmpty) return
  if (writes.staleKeys(index, view.snapshot, view.sequence).has(key)) throw writeConflict()
}

/**
 * Keeps other transactions from taking the keys of a version that is not committed yet, and gives back those of the
 * version that it replaces. Keys that the record has anyway (`committed`) need no claim.
 */
export function claimKeys(
  writes: PendingWrites,
  id: RecordId,
  versions: {
    readonly committed: IndexedVersion | null
    readonly before: IndexedVersion | null
    readonly after: IndexedVersion | null
  },
  transaction: Transaction,
): void {
  const { committed, before, after } = versions
  for (const [position, index] of writes.state.indexes.entries()) {
    if (!index.isUnique || (before !== null && before.keys[position] === after?.keys[position])) continue
    const kept = after?.keys[position] ?? []
    const own = committed?.keys[position] ?? []
    for (const key of before?.keys[position] ?? []) {
      if (!kept.includes(key) && index.claims.get(key)?.id === id) index.claims.delete(key)
    }
    for (const key of kept) {
      if (own.includes(key) || index.claims.has(key)) continue
      index.claims.set(key, { transaction, id })
      writes.claimed.push({ index, key })
    }
  }
}

/** MongoDB's error for a key that is taken, with the key in words and as documents. */
export function duplicateKey(namespace: Namespace, spec: IndexSpec, doc: Doc, key: string): MongoServerFault {
  const value = keyValueOf(spec, doc, key)
  const words = [...value].map(([name, part]) => `${name}: ${preview(part)}`).join(', ')
  return new MongoServerFault(
    'DuplicateKey',
    `E11000 duplicate key error collection: ${namespace} index: ${spec.name} dup key: { ${words} }`,
    { details: { keyPattern: toDoc(Object.fromEntries(spec.key)), keyValue: value } },
  )
}

/** The values that a key was made of: where a path leads to several, the one whose bytes stand in the key. */
function keyValueOf(spec: IndexSpec, doc: Doc, key: string): Doc {
  const value: Doc = new Map()
  let rest = key
  for (const [path, direction] of spec.key) {
    if (direction === 'text') continue
    const candidates: Array<Value | undefined> = valuesAtPath(doc, path)
    const encoded = candidates.map((candidate) => encodeKey(candidate, direction))
    const found = encoded.findIndex((bytes) => rest.startsWith(bytes))
    value.set(path, (found < 0 ? candidates[0] : candidates[found]) ?? null)
    rest = rest.slice(found < 0 ? 0 : (encoded[found] ?? '').length)
  }
  return value
}
