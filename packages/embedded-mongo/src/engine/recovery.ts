import { DamagedStoreError, type Store } from '../storage/store.ts'
import type { Catalogue } from './catalogue.ts'
import type { CollectionState } from './collection.ts'
import type { Commits } from './commits.ts'
import { openCollection } from './definition.ts'
import { IndexFilling } from './index-building.ts'
import { openEntry } from './oplog-entry.ts'

const CHUNK = 1000

/**
 * Brings memory to what the disk says: collections, documents, indexes, and where the log had got to.
 * @throws DamagedStoreError when something on disk does not fit together
 */
export function recover(store: Store, catalogue: Catalogue, commits: Commits): void {
  if (store.file === null) return
  try {
    for (const stored of store.collections()) {
      const state = openCollection(stored)
      catalogue.add(state)
      fill(state, store)
    }
    restoreLog(store, commits)
  } catch (error) {
    if (error instanceof DamagedStoreError) throw error
    throw new DamagedStoreError(store.file, error instanceof Error ? error.message : String(error), {
      cause: error,
    })
  }
}

function fill(state: CollectionState, store: Store): void {
  const filling = new IndexFilling(state.indexes)
  for (const { id, bytes } of store.records(state.number)) {
    state.records.load(id, bytes)
    state.nextId = id + 1
    filling.add(id, bytes)
  }
  state.records.endLoad()
  filling.finish()
}

function restoreLog(store: Store, commits: Commits): void {
  let at = 0
  for (;;) {
    const rows = store.eventsAfter(at, CHUNK)
    for (const { sequence, bytes } of rows) {
      const entry = openEntry(sequence, Buffer.from(bytes))
      commits.oplog.restore(entry)
      commits.clock.continueAfter(entry.time)
      at = sequence
    }
    if (rows.length < CHUNK) break
  }
  commits.sequence = at
}
