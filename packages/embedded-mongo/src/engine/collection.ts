import type { Binary } from 'bson'
import type { Doc } from '../bson/document.ts'
import { type CompiledFilter, compileFilter } from '../query/matcher.ts'
import { IndexState } from './index-state.ts'
import { PastVersions } from './past-versions.ts'
import { RecordVersion } from './record.ts'
import { RecordTable } from './record-table.ts'
import type { Transaction } from './transaction.ts'
import type { CollectionOptions, IndexSpec, Namespace, RecordId } from './types.ts'

/** A version of a record together with its keys in each index of the collection. */
export interface IndexedVersion {
  readonly record: RecordVersion
  readonly keys: ReadonlyArray<readonly string[]>
  readonly multikey: readonly boolean[]
}

/** The committed state of one collection, and of the past what open snapshots still need. */
export class CollectionState {
  namespace: Namespace
  /** Its name on disk: a renamed collection keeps it. */
  readonly number: number
  readonly uuid: Binary
  readonly records = new RecordTable()
  readonly past = new PastVersions()
  readonly indexes: IndexState[]
  /** The open transactions that have changed a record. */
  readonly locks = new Map<RecordId, Transaction>()
  nextId: RecordId = 1
  #options: CollectionOptions
  #validator: CompiledFilter | undefined

  constructor(
    namespace: Namespace,
    number: number,
    uuid: Binary,
    options: CollectionOptions,
    indexes: readonly IndexSpec[],
  ) {
    this.namespace = namespace
    this.number = number
    this.uuid = uuid
    this.indexes = indexes.map((spec) => this.makeIndex(spec))
    this.#options = options
    this.#compileValidator()
  }

  /** An index for this collection, without entries and not yet one of its own. */
  makeIndex(spec: IndexSpec): IndexState {
    return new IndexState(spec, (id) => this.get(id)?.doc)
  }

  get options(): CollectionOptions {
    return this.#options
  }

  set options(options: CollectionOptions) {
    this.#options = options
    this.#compileValidator()
  }

  #compileValidator(): void {
    const { validator } = this.#options
    this.#validator = validator === null ? undefined : compileFilter(validator)
  }

  /** Whether the collection's validator lets a document in. */
  accepts(doc: Doc): boolean {
    return this.#validator === undefined || this.#validator.matches(doc)
  }

  get(id: RecordId): RecordVersion | undefined {
    const bytes = this.records.get(id)
    return bytes === undefined ? undefined : new RecordVersion(id, bytes)
  }

  /** What a snapshot at `time` sees of a record. */
  visibleAt(id: RecordId, time: number): RecordVersion | undefined {
    if (!this.past.isEmpty) {
      const past = this.past.at(id, time)
      if (past !== undefined) return past ?? undefined
    }
    return this.get(id)
  }

  indexed(record: RecordVersion): IndexedVersion {
    const generated = this.indexes.map((index) => index.keysOf(record.doc))
    return {
      record,
      keys: generated.map(({ keys }) => keys),
      multikey: generated.map(({ multikey }) => multikey),
    }
  }

  /** Makes a change that was committed: `after` follows on `before`, either may be null. */
  put(id: RecordId, before: IndexedVersion | null, after: IndexedVersion | null): void {
    for (const [position, index] of this.indexes.entries()) {
      if (index.text !== undefined) {
        if (before !== null) index.text.remove(id)
        if (after !== null && index.covers(after.record.doc)) index.text.add(id, after.record.doc)
        continue
      }
      index.replace(id, before?.keys[position] ?? NONE, after?.keys[position] ?? NONE)
      if (after?.multikey[position] === true) index.multikey = true
    }
    if (after === null) this.records.delete(id)
    else this.records.set(id, after.record.bytes)
  }
}

const NONE: readonly string[] = []
