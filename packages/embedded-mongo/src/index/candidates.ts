import { equals } from '../bson/compare.ts'
import type { Value } from '../bson/document.ts'
import type { IndexRange, IndexSpec } from '../engine/types.ts'
import type { SortKey } from '../query/sort.ts'
import { boundsOf, UNBOUNDED } from './bounds.ts'
import { impliesPartialFilter } from './partial-implication.ts'
import type { PlannedIndex, PlanRequest } from './planner.ts'
import { type Predicate, requiresPresence } from './predicates.ts'
import { intersect, isFull, isPoint } from './ranges.ts'

/** One way to answer a query through one index. */
export interface Candidate {
  readonly index: PlannedIndex
  readonly ranges: ReadonlyArray<readonly IndexRange[]>
  readonly direction: 1 | -1
  /** The index gives the results in the order that is asked for. */
  readonly sortProvided: boolean
  /** How many fields of the index narrow the search. */
  readonly bounded: number
  /** About how many entries are to be read. */
  readonly entries: number
}

/** What an index can do for the predicates; undefined where its use would miss documents. */
export function candidateFor(
  index: PlannedIndex,
  predicates: readonly Predicate[],
  request: PlanRequest,
  hinted = false,
): Candidate | undefined {
  const { spec } = index
  const sameCollation = equals(spec.collation ?? null, request.collation?.source ?? null)
  if (spec.partialFilter !== null && !hinted) {
    if (!impliesPartialFilter(spec.partialFilter, predicates)) return undefined
    if (!sameCollation && holdsText(spec.partialFilter)) return undefined
  }
  const ranges = rangesFor(index, predicates, request, sameCollation)
  // an index is ordered by its first field: where that is open, bounds on the others narrow nothing
  const bounded = isFull(ranges[0] ?? UNBOUNDED) ? 0 : ranges.filter((list) => !isFull(list)).length
  if (spec.sparse && !hinted && !spec.key.some(([path]) => requiresPresence(path, predicates)))
    return undefined
  const plain = spec.collation === null && request.collation === undefined
  const direction = plain ? directionFor(index, ranges, request.sort) : undefined
  return {
    index,
    ranges,
    direction: direction ?? 1,
    sortProvided: request.sort.length === 0 || direction !== undefined,
    bounded,
    entries: bounded === 0 && spec.partialFilter === null ? Number.POSITIVE_INFINITY : index.estimate(ranges),
  }
}

/** Whether a collation may decide what a condition means. */
function holdsText(value: Value): boolean {
  if (value instanceof Map) return [...value.values()].some(holdsText)
  return Array.isArray(value) ? value.some(holdsText) : typeof value === 'string'
}

function rangesFor(
  index: PlannedIndex,
  predicates: readonly Predicate[],
  request: PlanRequest,
  sameCollation: boolean,
): ReadonlyArray<readonly IndexRange[]> {
  const { spec, multikey } = index
  const collated = spec.collation !== null || request.collation !== undefined
  const boundedRoots = new Set<string>()
  const ranges = spec.key.map(([path], position) => {
    const limits = limitsFor(path, position, spec, request)
    // one document's values under one array give keys element by element: two bounds could miss a match through two elements
    const root = path.split('.')[0] ?? path
    if (multikey && boundedRoots.has(root)) return limits ?? UNBOUNDED
    const found = combined(path, predicates, { collated, multikey, sameCollation })
    if (found !== undefined) boundedRoots.add(root)
    return limits === undefined
      ? (found ?? UNBOUNDED)
      : found === undefined
        ? limits
        : intersect(limits, found)
  })
  return ranges
}

function combined(
  path: string,
  predicates: readonly Predicate[],
  how: { readonly collated: boolean; readonly multikey: boolean; readonly sameCollation: boolean },
): readonly IndexRange[] | undefined {
  let bounds: readonly IndexRange[] | undefined
  for (const predicate of [...predicates].sort((a, b) => Number(excludes(a)) - Number(excludes(b)))) {
    if (predicate.path !== path) continue
    const ranges = boundsOf(predicate, how)
    if (ranges === undefined || (how.collated && !how.sameCollation && mentionsText(ranges))) continue
    if (bounds === undefined) bounds = ranges
    else if (!how.multikey) bounds = intersect(bounds, ranges)
    else if (ranges.every(isPoint) && !bounds.every(isPoint)) bounds = ranges
  }
  return bounds
}

/** Leaves most values in, so that it is the last choice among bounds. */
function excludes({ conditions }: Predicate): boolean {
  return conditions.every(([operator]) => operator === '$ne' || operator === '$nin')
}

/** Without the index's own collation its keys say nothing about text. */
function mentionsText(ranges: readonly IndexRange[]): boolean {
  const isTextual = (value: Value): boolean =>
    typeof value === 'string' ||
    (typeof value === 'object' && value !== null && !('_bsontype' in value) && !(value instanceof Date))
  return ranges.some(
    ({ lower, upper }) =>
      (lower !== null && isTextual(lower.value)) || (upper !== null && isTextual(upper.value)),
  )
}

/** What `min` and `max` say of the first field; of the others they are checked on the documents. */
function limitsFor(
  path: string,
  position: number,
  { key }: IndexSpec,
  { min, max }: PlanRequest,
): readonly IndexRange[] | undefined {
  if (position > 0 || (min === undefined && max === undefined)) return undefined
  const [from, to] = key[0]?.[1] === -1 ? [max, min] : [min, max]
  const bound = (doc: typeof min): IndexRange['lower'] => {
    const value = doc?.get(path)
    return value === undefined ? null : { value, inclusive: true }
  }
  return [{ lower: bound(from), upper: bound(to) }]
}

/** In which direction the index gives the order of the sort; undefined where it does not. */
function directionFor(
  index: PlannedIndex,
  ranges: ReadonlyArray<readonly IndexRange[]>,
  sort: readonly SortKey[],
): 1 | -1 | undefined {
  if (sort.length === 0) return undefined
  const { spec, multikey } = index
  if (sort.some(({ textScore }) => textScore)) return undefined
  if (multikey && !ranges.every((list) => isFull(list))) return undefined
  const fixed = new Set(spec.key.flatMap(([path], at) => (isFixed(ranges[at]) ? [path] : [])))
  let direction: 1 | -1 | undefined
  let at = 0
  for (const { path, direction: wanted } of sort) {
    if (fixed.has(path)) continue
    while (at < spec.key.length && spec.key[at]?.[0] !== path && fixed.has(spec.key[at]?.[0] ?? '')) at += 1
    const field = spec.key[at]
    if (field === undefined || field[0] !== path || field[1] === 'text') return undefined
    const needed: 1 | -1 = field[1] === wanted ? 1 : -1
    if (direction !== undefined && direction !== needed) return undefined
    direction = needed
    at += 1
  }
  return direction ?? 1
}

/** Whether a field has one value only in all that is read. */
function isFixed(ranges: readonly IndexRange[] | undefined): boolean {
  const [only, second] = ranges ?? []
  return only !== undefined && second === undefined && isPoint(only)
}

/** What a candidate costs, in documents that have to be looked at; `fewest` is the least that any index would read. */
export function worthOf(
  { entries, sortProvided, bounded }: Candidate,
  { sort, wanted }: PlanRequest,
  fewest: number,
): number {
  const all = bounded === 0 ? Number.MAX_SAFE_INTEGER : entries
  if (sort.length === 0) return all
  if (!sortProvided) return all + all * Math.log2(all + 2) * 0.1
  if (wanted === 0) return all
  const read = Number.isFinite(entries) ? entries : Number.MAX_SAFE_INTEGER
  return Math.min(all, (wanted * read) / Math.max(1, Math.min(fewest, read)))
}
