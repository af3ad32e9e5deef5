import type { Collation } from '../bson/collation.ts'
import { equals } from '../bson/compare.ts'
import type { Doc, Value } from '../bson/document.ts'
import { asInteger } from '../bson/numbers.ts'
import type { CollectionReader, IndexRange, IndexReader, RecordId, StoredRecord } from '../engine/types.ts'
import { MongoServerFault } from '../errors.ts'
import { isOperators } from '../query/matcher.ts'
import type { SortKey } from '../query/sort.ts'
import { type Candidate, candidateFor, worthOf } from './candidates.ts'
import { type Conjunction, conjunctionOf } from './predicates.ts'

/** An index as the planner and the execution see it. */
export interface PlannedIndex extends IndexReader {
  estimate(ranges: ReadonlyArray<readonly IndexRange[]>): number
  scan(
    ranges: ReadonlyArray<readonly IndexRange[]>,
    direction: 1 | -1,
    examined?: () => void,
  ): Iterable<StoredRecord>
}

/** What is asked of a collection. */
export interface PlanRequest {
  readonly filter: Doc
  readonly sort: readonly SortKey[]
  readonly collation: Collation | undefined
  readonly hint: Doc | string | undefined
  readonly min: Doc | undefined
  readonly max: Doc | undefined
  /** How many results are wanted; 0: all. */
  readonly wanted: number
}

export type Plan =
  | { readonly kind: 'collscan'; readonly direction: 1 | -1; readonly sortProvided: boolean }
  | { readonly kind: 'idhack'; readonly id: Value; readonly sortProvided: true }
  | {
      readonly kind: 'ixscan'
      readonly index: PlannedIndex
      readonly ranges: ReadonlyArray<readonly IndexRange[]>
      readonly direction: 1 | -1
      readonly sortProvided: boolean
    }
  | {
      readonly kind: 'or'
      /** A text search among them is the first, so that it is known of every record whether it found it. */
      readonly branches: ReadonlyArray<Extract<Plan, { kind: 'ixscan' | 'text' }>>
      readonly sortProvided: false
    }
  | {
      readonly kind: 'text'
      readonly index: PlannedIndex
      readonly search: TextSearch
      readonly sortProvided: false
    }

export interface TextSearch {
  readonly query: string
  readonly options: {
    readonly language?: string
    readonly caseSensitive: boolean
    readonly diacriticSensitive: boolean
  }
}

const BAD_HINT =
  'error processing query: planner returned error :: caused by :: hint provided does not correspond to an existing index'

/** Chooses how to read a collection for a query. @throws MongoServerFault for hints and text searches without an index */
export function plan(reader: CollectionReader, request: PlanRequest): Plan {
  const { filter, sort, hint } = request
  const conjunction = conjunctionOf(filter)
  if (conjunction.text !== undefined) return textPlan(reader, conjunction.text, conjunction, request)
  const natural = sort[0]?.path === '$natural' ? sort[0].direction : undefined
  if (natural !== undefined) return { kind: 'collscan', direction: natural, sortProvided: true }
  if (hint !== undefined) return hinted(reader, conjunction, request, hint)
  if (request.min !== undefined || request.max !== undefined) {
    throw new MongoServerFault(51173, 'When using min()/max() a hint of which index to use must be provided')
  }
  const id = soleId(filter, request.collation)
  if (id !== undefined && reader.options.clusteredIndex === null)
    return { kind: 'idhack', id, sortProvided: true }
  const indexes = plannable(reader).filter(({ spec }) => spec.weights === null && !spec.hidden)
  const best = choose(
    indexes.flatMap((index) => candidateFor(index, conjunction.predicates, request) ?? []),
    request,
    reader.count,
  )
  if (best !== undefined && best.bounded > 0) return scanOf(best)
  return (
    alternativesPlan(reader, indexes, conjunction, request) ??
    (best === undefined ? { kind: 'collscan', direction: 1, sortProvided: sort.length === 0 } : scanOf(best))
  )
}

function scanOf({ index, ranges, direction, sortProvided }: Candidate): Extract<Plan, { kind: 'ixscan' }> {
  return { kind: 'ixscan', index, ranges, direction, sortProvided }
}

function plannable(reader: CollectionReader): PlannedIndex[] {
  return reader.indexes.filter((index): index is PlannedIndex => 'estimate' in index)
}

/** The value of a filter that is nothing but `{ _id: value }`. */
function soleId(filter: Doc, collation: Collation | undefined): Value | undefined {
  const id = filter.get('_id')
  if (filter.size !== 1 || id === undefined || collation !== undefined) return undefined
  const value = isOperators(id) && id.size === 1 ? id.get('$eq') : isOperators(id) ? undefined : id
  return value === undefined || value === null || Array.isArray(value) || isRegex(value) ? undefined : value
}

function isRegex(value: Value): boolean {
  return typeof value === 'object' && value !== null && 'pattern' in value
}

function choose(
  candidates: readonly Candidate[],
  request: PlanRequest,
  count: number,
): Candidate | undefined {
  const useful = candidates.filter(
    ({ bounded, sortProvided }) => bounded > 0 || (sortProvided && request.sort.length > 0),
  )
  const fewest = useful.reduce((least, { entries }) => Math.min(least, entries), count)
  const judged = useful.map((candidate) => ({ candidate, worth: worthOf(candidate, request, fewest) }))
  judged.sort(
    (a, b) =>
      a.worth - b.worth ||
      b.candidate.bounded - a.candidate.bounded ||
      Number(b.candidate.sortProvided) - Number(a.candidate.sortProvided),
  )
  return judged[0]?.candidate
}

/** For `$or`: one index scan for each alternative, where every one of them has an index that helps. */
function alternativesPlan(
  reader: CollectionReader,
  indexes: readonly PlannedIndex[],
  { predicates, alternatives }: Conjunction,
  request: PlanRequest,
): Plan | undefined {
  const unsorted = { ...request, sort: [] }
  for (const clauses of alternatives) {
    const branches = clauses.map((clause) => {
      const inner = conjunctionOf(clause)
      const all = { ...inner, predicates: [...inner.predicates, ...predicates] }
      if (inner.text !== undefined) return textPlan(reader, inner.text, all, request)
      const candidates = indexes.flatMap((index) => candidateFor(index, all.predicates, unsorted) ?? [])
      const best = choose(candidates, unsorted, reader.count)
      return best === undefined ? undefined : scanOf(best)
    })
    if (branches.every((branch) => branch !== undefined)) {
      const textFirst = branches.toSorted((a, b) => Number(b.kind === 'text') - Number(a.kind === 'text'))
      return { kind: 'or', branches: textFirst, sortProvided: false }
    }
  }
  return undefined
}

function hinted(
  reader: CollectionReader,
  { predicates }: Conjunction,
  request: PlanRequest,
  hint: Doc | string,
): Plan {
  if (typeof hint !== 'string' && hint.has('$natural')) {
    const direction = asInteger(hint.get('$natural'))
    if ((direction !== 1 && direction !== -1) || hint.size > 1)
      throw new MongoServerFault(
        'BadValue',
        '$natural hint cannot be set to a value other than -1 or 1, nor stand with other fields',
      )
    return { kind: 'collscan', direction, sortProvided: request.sort.length === 0 }
  }
  const index = plannable(reader).find(
    ({ spec }) =>
      !spec.hidden &&
      (typeof hint === 'string' ? spec.name === hint : equals(spec.source.get('key') ?? null, hint)),
  )
  if (index === undefined || index.spec.weights !== null) throw new MongoServerFault('BadValue', BAD_HINT)
  const candidate = candidateFor(index, predicates, request, true)
  if (candidate === undefined) throw new MongoServerFault('BadValue', BAD_HINT)
  return scanOf(candidate)
}

function textPlan(
  reader: CollectionReader,
  argument: Doc,
  { predicates }: Conjunction,
  request: PlanRequest,
): Extract<Plan, { kind: 'text' }> {
  if (request.hint !== undefined)
    throw new MongoServerFault('BadValue', 'text and hint not allowed in same query')
  if (request.sort[0]?.path === '$natural')
    throw new MongoServerFault('BadValue', 'text expression not allowed with $natural sort order')
  const index = plannable(reader).find(({ spec }) => spec.weights !== null && !spec.hidden)
  if (index === undefined) throw new MongoServerFault('IndexNotFound', 'text index required for $text query')
  const query = argument.get('$search')
  const language = argument.get('$language')
  for (const name of argument.keys()) {
    if (!TEXT_FIELDS.has(name)) throw new MongoServerFault('BadValue', `extra fields in $text: ${name}`)
  }
  if (query === undefined) throw new MongoServerFault('NoSuchKey', 'Missing expected field "$search"')
  if (typeof query !== 'string') throw new MongoServerFault('TypeMismatch', '$search requires a string value')
  if (language !== undefined && typeof language !== 'string')
    throw new MongoServerFault('TypeMismatch', '$language requires a string value')
  const options = {
    caseSensitive: flag(argument, '$caseSensitive'),
    diacriticSensitive: flag(argument, '$diacriticSensitive'),
  }
  for (const [path, kind] of index.spec.key) {
    if (kind === 'text') break
    if (!predicates.some((predicate) => predicate.path === path && predicate.conditions[0]?.[0] === '$eq'))
      throw new MongoServerFault(
        'NoQueryExecutionPlans',
        'error processing query: planner returned error :: caused by :: failed to use text index to satisfy $text query (if text index is compound, are equality predicates given for all prefix fields?)',
      )
  }
  return {
    kind: 'text',
    index,
    search: {
      query,
      options: language === undefined || language === '' ? options : { ...options, language },
    },
    sortProvided: false,
  }
}

const TEXT_FIELDS = new Set(['$search', '$language', '$caseSensitive', '$diacriticSensitive'])

function flag(argument: Doc, name: string): boolean {
  const value = argument.get(name)
  if (value === undefined || typeof value === 'boolean') return value === true
  throw new MongoServerFault('TypeMismatch', `${name} requires a boolean value`)
}

/** Records of a plan, before the filter; each once. */
export function* candidatesOf(
  reader: CollectionReader,
  chosen: Plan,
  examined: () => void,
  scores: Map<RecordId, number>,
): Generator<StoredRecord> {
  switch (chosen.kind) {
    case 'collscan':
      yield* reader.scan(chosen.direction)
      return
    case 'idhack': {
      const record = reader.findById(chosen.id)
      if (record !== undefined) yield record
      return
    }
    case 'ixscan':
      yield* chosen.index.scan(chosen.ranges, chosen.direction, examined)
      return
    case 'or': {
      const seen = new Set<RecordId>()
      for (const branch of chosen.branches) {
        for (const record of candidatesOf(reader, branch, examined, scores)) {
          if (seen.has(record.id)) continue
          seen.add(record.id)
          yield record
        }
      }
      return
    }
    case 'text':
      for (const [id, score] of chosen.index.searchText(chosen.search.query, chosen.search.options)) {
        examined()
        const record = reader.get(id)
        if (record === undefined) continue
        scores.set(id, score)
        yield record
      }
  }
}
