import { BSONRegExp } from 'bson'
import { BsonUndefined, type Doc, type Value } from '../bson/document.ts'
import type { CollectionReader, StoredRecord } from '../engine/types.ts'
import { MongoServerFault } from '../errors.ts'
import { type FindQuery, type Found, find } from '../index/execute.ts'
import { compileFilter } from '../query/matcher.ts'
import { compileSort } from '../query/sort.ts'
import type { CommandContext } from './context.ts'
import type { Language } from './query-language.ts'

/** Which records of a collection a statement is about. */
export interface MatchQuery {
  readonly filter: Doc
  readonly sort?: Doc | undefined
  readonly skip?: number
  /** 0: all. */
  readonly limit?: number
  readonly hint?: Value | undefined
  readonly min?: Doc | undefined
  readonly max?: Doc | undefined
  readonly language: Language
  /** Whose `maxTimeMS` the search keeps to. */
  readonly deadline: CommandContext
}

const NOTHING: Found = { textScore: () => undefined, *[Symbol.iterator]() {} }

/** The matching records, in the order that was asked for, found as cheaply as the indexes allow. */
export function matching(reader: CollectionReader | undefined, query: MatchQuery): Found {
  const { filter, hint, language } = query
  checkHint(hint)
  if (reader === undefined) {
    // what is wrong with a query is told even where there is nothing to search
    compileFilter(filter, { ...language.filterOptions, text: () => false })
    if (query.sort !== undefined) compileSort(query.sort, language.collation)
    return NOTHING
  }
  if (isPlainId(query)) return byId(reader, filter.get('_id') ?? null, query)
  return find(reader, {
    filter,
    filterOptions: language.filterOptions,
    sort: query.sort,
    skip: query.skip ?? 0,
    limit: query.limit ?? 0,
    hint: hintOf(hint),
    min: query.min,
    max: query.max,
    interrupt: query.deadline.deadline === undefined ? undefined : () => query.deadline.checkDeadline(),
  } satisfies FindQuery)
}

/** `{ _id: value }` alone, which needs no plan. */
function isPlainId({ filter, hint, min, max, language, skip }: MatchQuery): boolean {
  if (filter.size !== 1 || hint !== undefined || min !== undefined || max !== undefined || (skip ?? 0) > 0)
    return false
  const id = filter.get('_id')
  if (
    id === undefined ||
    id instanceof Map ||
    Array.isArray(id) ||
    id instanceof BSONRegExp ||
    id instanceof BsonUndefined
  )
    return false
  return language.collation === undefined
}

function byId(reader: CollectionReader, id: Value, { deadline }: MatchQuery): Found {
  deadline.checkDeadline()
  const record = reader.findById(id)
  const records: readonly StoredRecord[] = record === undefined ? [] : [record]
  return { textScore: () => undefined, [Symbol.iterator]: () => records[Symbol.iterator]() }
}

function checkHint(hint: Value | undefined): void {
  if (hint === undefined || typeof hint === 'string' || hint instanceof Map) return
  throw new MongoServerFault('FailedToParse', "'hint' must be a string or an object")
}

export function hintOf(hint: Value | undefined): Doc | string | undefined {
  if (hint instanceof Map) return hint.size === 0 ? undefined : hint
  return typeof hint === 'string' ? hint : undefined
}
