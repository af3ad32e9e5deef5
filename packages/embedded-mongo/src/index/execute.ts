import { compare, hashKey } from '../bson/compare.ts'
import type { Doc, Value } from '../bson/document.ts'
import type { CollectionReader, IndexSpec, RecordId, StoredRecord } from '../engine/types.ts'
import { MongoServerFault } from '../errors.ts'
import { type CompiledFilter, compileFilter, type FilterOptions } from '../query/matcher.ts'
import { splitPath, valueAtPath, valuesAtPath } from '../query/paths.ts'
import { noTextScore } from '../query/projection.ts'
import { type CompiledSort, compileSort } from '../query/sort.ts'
import { candidatesOf, type Plan, plan } from './planner.ts'
import { smallest } from './top-sort.ts'

/** A search in one collection. */
export interface FindQuery {
  readonly filter: Doc
  readonly filterOptions?: FilterOptions | undefined
  readonly sort?: Doc | undefined
  readonly skip?: number | undefined
  /** 0: all. */
  readonly limit?: number | undefined
  readonly hint?: Doc | string | undefined
  readonly min?: Doc | undefined
  readonly max?: Doc | undefined
  /** Called now and then; what it throws ends the search. */
  readonly interrupt?: (() => void) | undefined
}

/** The records that a search finds, one by one as they are asked for. */
export interface Found extends Iterable<StoredRecord> {
  /** The score of a record that `$text` has found. */
  textScore(id: RecordId): number | undefined
}

/** How much a search has looked at. */
export interface Examined {
  keys: number
  documents: number
}

/** A search, planned and ready to run. */
export class Search implements Found {
  readonly plan: Plan
  readonly examined: Examined = { keys: 0, documents: 0 }
  readonly sort: CompiledSort | undefined
  readonly filter: CompiledFilter
  readonly query: FindQuery
  readonly #reader: CollectionReader
  readonly #scores = new Map<RecordId, number>()
  readonly #ids = new WeakMap<Doc, RecordId>()

  constructor(reader: CollectionReader, query: FindQuery) {
    this.#reader = reader
    this.query = query
    const { filter, filterOptions = {}, sort, skip = 0, limit = 0, hint, min, max } = query
    const collation = filterOptions.collation
    this.filter = compileFilter(filter, {
      ...filterOptions,
      text: (doc) => this.#scores.has(this.#ids.get(doc) ?? -1),
    })
    this.sort = sort === undefined || sort.size === 0 ? undefined : compileSort(sort, collation)
    if (this.sort?.usesTextScore === true && !this.filter.hasText) throw noTextScore()
    checkNatural(this.sort, hint)
    this.plan = plan(reader, {
      filter,
      sort: this.sort?.keys ?? [],
      collation,
      hint,
      min,
      max,
      wanted: limit > 0 ? limit + skip : 0,
    })
    if (this.filter.hasText && !searchesText(this.plan))
      throw new MongoServerFault(
        'NoQueryExecutionPlans',
        'error processing query: planner returned error :: caused by :: Failed to produce a solution for TEXT under OR - other non-TEXT clauses under OR have to be indexed as well.',
      )
  }

  textScore(id: RecordId): number | undefined {
    return this.#scores.get(id)
  }

  [Symbol.iterator](): Generator<StoredRecord> {
    return this.#run()
  }

  *#run(): Generator<StoredRecord> {
    const { skip = 0, limit = 0 } = this.query
    let skipped = 0
    let given = 0
    for (const record of this.#sorted(limit > 0 ? skip + limit : 0)) {
      if (skipped < skip) {
        skipped += 1
        continue
      }
      yield record
      given += 1
      if (given === limit) return
    }
  }

  #sorted(wanted: number): Iterable<StoredRecord> {
    const { sort } = this
    if (sort === undefined || this.plan.sortProvided) return this.#matching()
    const scoreOf = (id: RecordId): number => this.#scores.get(id) ?? 0
    return smallest(this.#matching(), sort, wanted, scoreOf)
  }

  *#matching(): Generator<StoredRecord> {
    const { interrupt, min, max } = this.query
    const all = this.query.filter.size === 0
    const hasText = searchesText(this.plan)
    for (const record of candidatesOf(
      this.#reader,
      this.plan,
      () => (this.examined.keys += 1),
      this.#scores,
    )) {
      this.examined.documents += 1
      if ((this.examined.documents & 127) === 1) interrupt?.()
      if (!all) {
        const { doc } = record
        if (hasText) this.#ids.set(doc, record.id)
        if (!this.filter.matches(doc)) continue
      }
      if ((min !== undefined || max !== undefined) && !this.#isWithin(record.doc)) continue
      yield record
    }
  }

  /** `min` is inclusive and `max` is not, over all fields of the hinted index together. */
  #isWithin(doc: Doc): boolean {
    const { min, max } = this.query
    if (this.plan.kind !== 'ixscan') return true
    const { spec } = this.plan.index
    return (
      (min === undefined || compareKeys(spec, doc, min) >= 0) &&
      (max === undefined || compareKeys(spec, doc, max) < 0)
    )
  }
}

function searchesText(plan: Plan): boolean {
  return plan.kind === 'text' || (plan.kind === 'or' && plan.branches.some(searchesText))
}

function compareKeys({ key }: IndexSpec, doc: Doc, bound: Doc): number {
  for (const [path, direction] of key) {
    const order = compare(valueAtPath(doc, splitPath(path)) ?? null, bound.get(path) ?? null)
    if (order !== 0) return direction === -1 ? -order : order
  }
  return 0
}

function checkNatural(sort: CompiledSort | undefined, hint: Doc | string | undefined): void {
  if (sort?.keys[0]?.path !== '$natural' || hint === undefined) return
  if (typeof hint === 'string' || !hint.has('$natural'))
    throw new MongoServerFault('BadValue', "cannot set 'sort' to '$natural' with a hint of an index")
}

/** Finds records, through an index where one helps. */
export function find(reader: CollectionReader, query: FindQuery): Search {
  return new Search(reader, query)
}

/** How many records a search finds. */
export function count(reader: CollectionReader, query: FindQuery): number {
  const { filter, skip = 0, limit = 0, hint } = query
  if (filter.size === 0 && hint === undefined) {
    const rest = Math.max(0, reader.count - skip)
    return limit > 0 ? Math.min(rest, limit) : rest
  }
  let found = 0
  for (const _ of find(reader, query)) found += 1
  return found
}

/** The different values at a path in what a search finds. */
export function distinct(reader: CollectionReader, query: FindQuery, path: string): Value[] {
  const values = new Map<string, Value>()
  for (const { doc } of find(reader, query)) {
    for (const value of valuesAtPath(doc, path)) {
      if (value === undefined) continue
      const key = hashKey(value, query.filterOptions?.collation)
      if (!values.has(key)) values.set(key, value)
    }
  }
  return [...values.values()]
}
