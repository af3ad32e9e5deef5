import { DamagedStoreError, type Store } from '../storage/store.ts'
import type { Catalogue } from './catalogue.ts'
import type { CollectionState } from './collection.ts'
import type { Commits } from './commits.ts'
import { openCollection } from './definition.ts'
import { IndexFilling } from './index-building.ts'
import { openEntry } from './oplog-entry.ts'

/**
 * Brings memory to what the disk says: collections, documents, indexes, and where the log had got to.
 * @throws DamagedStoreError when something on disk does not fit together
 */
export function recover(store: Store, catalogue: Catalogue, commits: Commits): void {
  if (store.file === null) return
  try {
    let records = 0
    for (const stored of store.collections()) {
      const state = openCollection(stored)
      catalogue.add(state)
      fill(state, store)
      records += state.records.size
    }
    const events = restoreLog(store, commits)
    // what lies where no search comes by would be missing without a word
    const stored = store.counts()
    if (records !== stored.records || events !== stored.events)
      throw new DamagedStoreError(store.file, 'it holds documents or commits that belong nowhere')
  } catch (error) {
    if (error instanceof DamagedStoreError) throw error
    throw new DamagedStoreError(store.file, error instanceof Error ? error.message : String(error), {
      cause: error,
    })
  }
}

function fill(state: CollectionState, store: Store): void {
  const filling = new IndexFilling(state.indexes)
  for (const { ids, bytes } of store.records(state.number)) {
    state.records.load(ids, bytes)
    let position = 0
    for (const id of ids) {
      const end = position + bytes.readInt32LE(position)
      filling.add(id, bytes.subarray(position, end))
      position = end
      state.nextId = Math.max(state.nextId, id + 1)
    }
  }
  filling.finish()
}

/** Answers how many commits the log holds. */
function restoreLog(store: Store, commits: Commits): number {
  let count = 0
  for (const { sequence, bytes } of store.eventsAfter(0)) {
    const entry = openEntry(sequence, bytes)
    commits.oplog.restore(entry)
    commits.clock.continueAfter(entry.time)
    commits.sequence = sequence
    count += 1
  }
  return count
}
