import { keyRanges } from '../index/key-ranges.ts'
import type { KeyRange } from '../index/sorted-index.ts'
import type { IndexState } from './index-state.ts'
import { type Entry, inOrder, mergeVisible } from './merge-visible.ts'
import type { TransactionReader } from './reader.ts'
import type { SnapshotView } from './snapshot-view.ts'
import type { IndexRange, IndexReader, IndexSpec, RecordId, StoredRecord } from './types.ts'

export interface TextSearchOptions {
  readonly language?: string
  readonly caseSensitive: boolean
  readonly diacriticSensitive: boolean
}

/** One index as a transaction sees it. */
export class TransactionIndexReader implements IndexReader {
  readonly index: IndexState
  readonly #reader: TransactionReader

  constructor(reader: TransactionReader, index: IndexState) {
    this.#reader = reader
    this.index = index
  }

  get spec(): IndexSpec {
    return this.index.spec
  }

  get multikey(): boolean {
    return this.index.multikey || this.#isMultikeyIn(this.#reader.view())
  }

  /** About how many committed entries lie in the ranges. */
  estimate(ranges: ReadonlyArray<readonly IndexRange[]>): number {
    return keyRanges(this.index, ranges).reduce((sum, range) => sum + this.index.entries.estimate(range), 0)
  }

  /** `examined` is told of each key that was looked at. */
  *scan(
    ranges: ReadonlyArray<readonly IndexRange[]>,
    direction: 1 | -1,
    examined?: () => void,
  ): Generator<StoredRecord> {
    const { index } = this
    index.uses += 1
    const within = keyRanges(index, ranges)
    if (direction === -1) within.reverse()
    const view = this.#reader.view()
    const seen = index.multikey || this.#isMultikeyIn(view) ? new Set<RecordId>() : null
    for (const range of within) {
      const differences = {
        version: () => view.version(),
        differs: (id: RecordId) => view.differing().has(id),
        entries: () => inOrder(this.#entriesOf(view, range), direction),
      }
      for (const { id } of mergeVisible(index.entries.entries(range, direction), differences, direction)) {
        examined?.()
        if (seen !== null) {
          if (seen.has(id)) continue
          seen.add(id)
        }
        const record = view.get(id)
        if (record !== undefined) yield record
      }
    }
  }

  searchText(query: string, options: TextSearchOptions): ReadonlyMap<RecordId, number> {
    const { text } = this.index
    this.index.uses += 1
    if (text === undefined) return new Map()
    const view = this.#reader.view()
    const scores = new Map(text.search(query, options))
    for (const id of view.differing()) {
      scores.delete(id)
      const record = view.get(id)
      const score =
        record === undefined || !this.index.covers(record.doc)
          ? undefined
          : text.scoreOf(record.doc, query, options)
      if (score !== undefined) scores.set(id, score)
    }
    return scores
  }

  #isMultikeyIn(view: SnapshotView): boolean {
    for (const id of view.differing()) {
      const record = view.get(id)
      if (record !== undefined && this.index.keysOf(record.doc).multikey) return true
    }
    return false
  }

  /** Where the records stand that the committed index does not show as they are seen here. */
  #entriesOf(view: SnapshotView, range: KeyRange): Entry[] {
    const entries: Entry[] = []
    for (const id of view.differing()) {
      const record = view.get(id)
      if (record === undefined) continue
      for (const key of this.index.keysOf(record.doc).keys)
        if (key >= range.low && key < range.high) entries.push({ key, id })
    }
    return entries
  }
}
