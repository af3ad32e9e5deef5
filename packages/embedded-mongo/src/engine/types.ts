import type { Doc, Value } from '../bson/document.ts'

/** `db.collection`. */
export type Namespace = string

/** Insertion order and identity of a document within its collection; never reused. */
export type RecordId = number

/** One version of one document. `bytes` is the truth, `doc` is decoded on demand; neither may be changed. */
export interface StoredRecord {
  readonly id: RecordId
  readonly bytes: Uint8Array
  readonly doc: Doc
}

export interface IndexSpec {
  readonly name: string
  /** Field path to 1, -1 or 'text' ('hashed' and '2dsphere' are refused at creation). */
  readonly key: ReadonlyArray<readonly [path: string, kind: 1 | -1 | 'text']>
  readonly unique: boolean
  /** No new documents may share a key, though there may be some that do: on the way to being unique. */
  readonly prepareUnique: boolean
  /** The collection is kept in the order of `_id`. */
  readonly clustered: boolean
  readonly sparse: boolean
  readonly hidden: boolean
  readonly partialFilter: Doc | null
  readonly expireAfterSeconds: number | null
  readonly collation: Doc | null
  /** Text indexes only. */
  readonly weights: ReadonlyMap<string, number> | null
  readonly defaultLanguage: string | null
  readonly languageOverride: string | null
  /** The specification as the client gave it, for `listIndexes`. */
  readonly source: Doc
}

export interface CollectionOptions {
  readonly capped: { readonly size: number; readonly max: number | null } | null
  readonly validator: Doc | null
  readonly validationLevel: 'off' | 'moderate' | 'strict'
  readonly validationAction: 'error' | 'warn'
  readonly changeStreamPreAndPostImages: boolean
  /** The definition of the index on `_id` that the collection is kept in the order of. */
  readonly clusteredIndex: Doc | null
  /** How long after the date in its `_id` a document of a clustered collection lives. */
  readonly expireAfterSeconds: number | null
  /** A view's definition; a collection has null. */
  readonly view: { readonly on: string; readonly pipeline: readonly Doc[] } | null
  readonly collation: Doc | null
  /** The options as the client gave them, for `listCollections`. */
  readonly source: Doc
}

/** What a read sees of one collection: through a transaction's snapshot and its own writes. */
export interface CollectionReader {
  readonly namespace: Namespace
  readonly options: CollectionOptions
  readonly indexes: readonly IndexReader[]
  readonly count: number
  get(id: RecordId): StoredRecord | undefined
  findById(id: Value): StoredRecord | undefined
  /** All records in natural order, or against it. Sees no writes made after it began, and none twice. */
  scan(direction?: 1 | -1): Iterable<StoredRecord>
  /** Records inserted after this one, in order: what a tailable cursor has not seen yet. */
  scanAfter(after: RecordId): Iterable<StoredRecord>
}

/** One bound of an index scan. A missing `value` is no bound on that side. */
export interface IndexRange {
  readonly lower: { readonly value: Value; readonly inclusive: boolean } | null
  readonly upper: { readonly value: Value; readonly inclusive: boolean } | null
}

export interface IndexReader {
  readonly spec: IndexSpec
  /** True once some document had an array on an indexed path. */
  readonly multikey: boolean
  /**
   * Records whose keys lie in the ranges, one list of ranges for each leading field of the index, in index
   * order (or against it). A record comes once. The caller checks the filter again on each record.
   */
  scan(ranges: ReadonlyArray<readonly IndexRange[]>, direction: 1 | -1): Iterable<StoredRecord>
  /** Text index only: candidate records that hold at least one of the stems, with their score. */
  searchText(
    query: string,
    options: { language?: string; caseSensitive: boolean; diacriticSensitive: boolean },
  ): ReadonlyMap<RecordId, number>
}

/** What happened to one document, as the change stream tells it. */
export type ChangeKind = 'insert' | 'update' | 'replace' | 'delete'

export interface UpdateDescription {
  readonly updatedFields: Doc
  readonly removedFields: readonly string[]
  readonly truncatedArrays: ReadonlyArray<{ readonly field: string; readonly newSize: number }>
  /** The parts of paths that can be read in two ways. */
  readonly disambiguatedPaths?: Doc
}
