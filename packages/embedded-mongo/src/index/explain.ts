import { Int32, Long } from 'bson'
import { toDoc } from '../bson/convert.ts'
import type { Doc, Value } from '../bson/document.ts'
import type { CollectionReader } from '../engine/types.ts'
import { type FindQuery, Search } from './execute.ts'
import { boundsInWords } from './explain-bounds.ts'
import type { Plan } from './planner.ts'
import { isIdIndex } from './spec.ts'

export type Verbosity = 'queryPlanner' | 'executionStats' | 'allPlansExecution'

/** What a command does with the documents that it finds: the stage around the search. */
export type OuterStage = (search: Doc) => Doc

const SORT_MEMORY = 104857600

/** What a search does and, beyond `queryPlanner`, what it cost, as MongoDB's `explain` shows it. */
export function explainFind(
  reader: CollectionReader | undefined,
  query: FindQuery,
  verbosity: Verbosity,
  outer: OuterStage = (stage) => stage,
): Doc {
  const namespace = reader?.namespace ?? ''
  const search = reader === undefined ? undefined : new Search(reader, query)
  const planner: Doc = new Map<string, Value>([
    ['namespace', namespace],
    ['indexFilterSet', false],
    ['parsedQuery', query.filter],
    ['maxIndexedOrSolutionsReached', false],
    ['maxIndexedAndSolutionsReached', false],
    ['maxScansToExplodeReached', false],
    ['winningPlan', outer(stagesOf(search))],
    ['rejectedPlans', []],
  ])
  const doc: Doc = new Map<string, Value>([['queryPlanner', planner]])
  if (verbosity !== 'queryPlanner') doc.set('executionStats', runStats(search, outer))
  return doc
}

function runStats(search: Search | undefined, outer: OuterStage): Doc {
  const began = performance.now()
  let returned = 0
  for (const _ of search ?? []) returned += 1
  const { keys, documents } = search?.examined ?? { keys: 0, documents: 0 }
  return new Map<string, Value>([
    ['executionSuccess', true],
    ['nReturned', new Int32(returned)],
    ['executionTimeMillis', new Int32(Math.round(performance.now() - began))],
    ['totalKeysExamined', new Int32(keys)],
    ['totalDocsExamined', new Int32(documents)],
    [
      'executionStages',
      new Map<string, Value>([...outer(stagesOf(search)), ['nReturned', new Int32(returned)]]),
    ],
  ])
}

/** Where there is no collection there is nothing to read. */
function stagesOf(search: Search | undefined): Doc {
  if (search === undefined) return toDoc({ stage: 'EOF' })
  const { plan, sort, query } = search
  let stage = accessStage(plan, query.filter)
  const { skip = 0, limit = 0 } = query
  if (sort !== undefined && !plan.sortProvided) {
    stage = wrap(
      'SORT',
      {
        sortPattern: query.sort,
        memLimit: new Int32(SORT_MEMORY),
        ...(limit > 0 ? { limitAmount: Long.fromNumber(limit + skip) } : {}),
        type: 'simple',
      },
      stage,
    )
  } else if (limit > 0) stage = wrap('LIMIT', { limitAmount: new Int32(limit) }, stage)
  return skip > 0 ? wrap('SKIP', { skipAmount: new Int32(skip) }, stage) : stage
}

function wrap(stage: string, fields: object, inputStage: Doc): Doc {
  return toDoc({ stage, ...fields, inputStage })
}

function accessStage(plan: Plan, filter: Doc): Doc {
  switch (plan.kind) {
    case 'idhack':
      return toDoc({ stage: 'IDHACK' })
    case 'collscan':
      return toDoc({
        stage: 'COLLSCAN',
        ...(filter.size > 0 ? { filter } : {}),
        direction: directionName(plan.direction),
      })
    case 'ixscan':
      return plan.index.spec.clustered
        ? clusteredStage(plan, filter)
        : wrap('FETCH', residual(plan, filter), indexStage(plan))
    case 'or':
      return wrap('FETCH', { filter }, toDoc({ stage: 'OR', inputStages: plan.branches.map(branchStage) }))
    case 'text':
      return textStage(plan)
  }
}

function branchStage(branch: Extract<Plan, { kind: 'ixscan' | 'text' }>): Doc {
  return branch.kind === 'text' ? textStage(branch) : indexStage(branch)
}

/** What is kept in the order of an index is read straight from it. */
function clusteredStage(plan: Extract<Plan, { kind: 'ixscan' }>, filter: Doc): Doc {
  const [range] = plan.ranges[0] ?? []
  return toDoc({
    stage: 'CLUSTERED_IXSCAN',
    ...(filter.size > 0 ? { filter } : {}),
    direction: directionName(plan.direction),
    ...(range?.lower == null ? {} : { minRecord: range.lower.value }),
    ...(range?.upper == null ? {} : { maxRecord: range.upper.value }),
  })
}

/** The filter that is left to ask of each document; none where the bounds say all of it. */
function residual({ ranges }: Extract<Plan, { kind: 'ixscan' }>, filter: Doc): object {
  const bounded = ranges.filter((list) =>
    list.some(({ lower, upper }) => lower !== null || upper !== null),
  ).length
  const plain = [...filter].every(([name]) => !name.startsWith('$')) && filter.size <= bounded
  return filter.size === 0 || plain ? {} : { filter }
}

function indexStage({ index, ranges, direction }: Extract<Plan, { kind: 'ixscan' }>): Doc {
  const { spec, multikey } = index
  const bounds: Doc = new Map()
  for (const [at, [path, kind]] of spec.key.entries()) {
    const descending = kind === -1 ? direction === 1 : direction === -1
    bounds.set(path, boundsInWords(ranges[at], descending))
  }
  return toDoc({
    stage: 'IXSCAN',
    keyPattern: spec.source.get('key'),
    indexName: spec.name,
    ...(spec.collation === null ? {} : { collation: spec.collation }),
    isMultiKey: multikey,
    multiKeyPaths: Object.fromEntries(spec.key.map(([path]) => [path, []])),
    isUnique: spec.unique || isIdIndex(spec),
    isSparse: spec.sparse,
    isPartial: spec.partialFilter !== null,
    indexVersion: 2,
    direction: directionName(direction),
    indexBounds: bounds,
  })
}

function textStage({ index, search }: Extract<Plan, { kind: 'text' }>): Doc {
  return toDoc({
    stage: 'TEXT_MATCH',
    indexPrefix: {},
    indexName: index.spec.name,
    parsedTextQuery: { search: search.query },
    textIndexVersion: 3,
    inputStage: {
      stage: 'TEXT_OR',
      inputStages: [
        {
          stage: 'IXSCAN',
          keyPattern: index.spec.source.get('key'),
          indexName: index.spec.name,
          isMultiKey: true,
          direction: 'backward',
          indexBounds: {},
        },
      ],
    },
  })
}

function directionName(direction: 1 | -1): string {
  return direction === 1 ? 'forward' : 'backward'
}
