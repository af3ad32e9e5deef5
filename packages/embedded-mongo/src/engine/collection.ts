import type { Binary } from 'bson'
import type { Doc } from '../bson/document.ts'
import { IndexState } from './index-state.ts'
import { PastVersions } from './past-versions.ts'
import { RecordVersion } from './record.ts'
import { RecordTable } from './record-table.ts'
import type { Transaction } from './transaction.ts'
import type { CollectionOptions, IndexSpec, Namespace, RecordId } from './types.ts'
import { compileValidator, type Validator } from './validator.ts'

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
  #validator: Validator | undefined

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
    const { validator, collation } = this.#options
    this.#validator = validator === null ? undefined : compileValidator(validator, collation)
  }

  /** Whether the collection's validator lets a document in. */
  accepts(doc: Doc): boolean {
    return this.#validator === undefined || this.#validator.accepts(doc)
  }

  /** What of the validator a document that is not let in does not satisfy. */
  refusal(doc: Doc): Doc | null {
    return this.#validator?.failure(doc) ?? null
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
    return this.reindexed(record, null, null)
  }

  /**
   * The version that follows on `before`, from which it differs in these top-level fields alone; null: in any. What no
   * index looks at costs nothing: the keys, and with them the words of texts, are the very same.
   */
  reindexed(
    record: RecordVersion,
    before: IndexedVersion | null,
    changed: ReadonlySet<string> | null,
  ): IndexedVersion {
    const keys: Array<readonly string[]> = []
    const multikey: boolean[] = []
    for (const [position, index] of this.indexes.entries()) {
      const kept = changed === null || index.dependsOn(changed) ? undefined : before?.keys[position]
      if (kept !== undefined) {
        keys.push(kept)
        multikey.push(before?.multikey[position] === true)
        continue
      }
      const generated = index.text === undefined ? index.keysOf(record.doc) : null
      keys.push(generated?.keys ?? [])
      multikey.push(generated?.multikey === true)
    }
    return { record, keys, multikey }
  }

  /** Makes a change that was committed: `after` follows on `before`, either may be null. */
  put(id: RecordId, before: IndexedVersion | null, after: IndexedVersion | null): void {
    for (const [position, index] of this.indexes.entries()) {
      if (before !== null && after !== null && before.keys[position] === after.keys[position]) continue
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
