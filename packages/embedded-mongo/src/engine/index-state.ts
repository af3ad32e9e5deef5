import { type Collation, compileCollation } from '../bson/collation.ts'
import type { Doc } from '../bson/document.ts'
import { type GeneratedKeys, generateKeys, type KeyPart } from '../index/keys.ts'
import { SortedIndex } from '../index/sorted-index.ts'
import { isIdIndex } from '../index/spec.ts'
import { type CompiledFilter, compileFilter } from '../query/matcher.ts'
import { splitPath } from '../query/paths.ts'
import { TextIndex } from '../text/text-index.ts'
import type { Transaction } from './transaction.ts'
import type { IndexSpec, RecordId } from './types.ts'

const NO_KEYS: GeneratedKeys = { keys: [], multikey: false, allMissing: true }

/** One index of a collection: its definition and, of committed documents, its entries. */
export class IndexState {
  spec: IndexSpec
  readonly entries = new SortedIndex()
  readonly text: TextIndex | undefined
  readonly fields: readonly KeyPart[]
  readonly collation: Collation | undefined
  multikey = false
  /** Unique keys that open transactions have claimed for a record. */
  readonly claims = new Map<string, { readonly transaction: Transaction; readonly id: RecordId }>()
  /** How often a query has used it. */
  uses = 0
  readonly #partial: CompiledFilter | undefined
  /** The top-level fields that its entries are made of; null where any may matter. */
  readonly #sources: ReadonlySet<string> | null

  constructor(spec: IndexSpec, documentOf?: (id: RecordId) => Doc | undefined) {
    this.spec = spec
    this.collation = compileCollation(spec.collation)
    this.fields = spec.key.flatMap(([path, kind]) =>
      kind === 'text' ? [] : [{ parts: splitPath(path), direction: kind }],
    )
    this.text = spec.weights === null ? undefined : new TextIndex(spec, documentOf)
    this.#sources = sourcesOf(spec)
    this.#partial =
      spec.partialFilter === null
        ? undefined
        : compileFilter(spec.partialFilter, { collation: this.collation })
  }

  /** Whether no two documents may have the same key here. */
  get isUnique(): boolean {
    return this.spec.unique || this.spec.prepareUnique || isIdIndex(this.spec)
  }

  /** Whether a document's entries may change with these top-level fields. */
  dependsOn(fields: Iterable<string>): boolean {
    if (this.#sources === null) return true
    for (const field of fields) if (this.#sources.has(field)) return true
    return false
  }

  /** Whether the index holds a document at all. */
  covers(doc: Doc): boolean {
    return this.#partial === undefined || this.#partial.matches(doc)
  }

  /** The keys under which a document stands here: none when the index leaves it out. */
  keysOf(doc: Doc): GeneratedKeys {
    if (this.text !== undefined || !this.covers(doc)) return NO_KEYS
    const generated = generateKeys(this.fields, doc, this.collation)
    return this.spec.sparse && generated.allMissing ? NO_KEYS : generated
  }

  /** Replaces the entries of a record: `before` and `after` are its keys then and from now on. */
  replace(id: RecordId, before: readonly string[], after: readonly string[]): void {
    if (before === after) return
    if (before.length === 1 && after.length === 1 && before[0] === after[0]) return
    for (const key of before) if (!after.includes(key)) this.entries.remove(key, id)
    for (const key of after) if (!before.includes(key)) this.entries.insert(key, id)
    if (after.length > 1) this.multikey = true
  }
}

function sourcesOf({ key, weights, languageOverride, partialFilter }: IndexSpec): ReadonlySet<string> | null {
  if (partialFilter !== null || weights?.has('$**') === true) return null
  const paths = [
    ...key.flatMap(([path, kind]) => (kind === 'text' ? [] : [path])),
    ...(weights?.keys() ?? []),
  ]
  if (languageOverride !== null) paths.push(languageOverride)
  return new Set(paths.map((path) => path.split('.', 1)[0] ?? ''))
}
