import { runPipeline } from '../aggregate/pipeline.ts'
import { limitOf, stageCount } from '../aggregate/stages/selecting.ts'
import type { PipelineEnv } from '../aggregate/stages/stage.ts'
import { sameCollation } from '../bson/collation.ts'
import type { Doc, Value } from '../bson/document.ts'
import type { CollectionReader } from '../engine/types.ts'
import { MongoServerFault } from '../errors.ts'
import type { Found } from '../index/execute.ts'
import type { Variables } from '../query/matcher.ts'
import type { CommandContext, ReadView } from './context.ts'
import { matching } from './matching.ts'
import { sourcesFor } from './pipeline-sources.ts'
import { type Language, languageFor, NO_VARIABLES } from './query-language.ts'

const DEEPEST_VIEW = 20
/** A view without a collation has this one, whatever its collection's is. */
const SIMPLE: Doc = new Map([['locale', 'simple']])

export interface PipelineRequest {
  /** Null: a pipeline of the database, which begins with a source of its own. */
  readonly namespace: string | null
  readonly stages: readonly Doc[]
  readonly collation: Doc | undefined
  readonly variables: Variables
  readonly hint: Value | undefined
}

/** A pipeline with its views resolved and its first stages taken for a query. */
export interface PlannedPipeline {
  readonly namespace: string | null
  readonly reader: CollectionReader | undefined
  readonly language: Language
  readonly leading: Leading
  readonly rest: readonly Doc[]
  readonly env: PipelineEnv
  readonly scores: WeakMap<Doc, number>
}

/** Runs a pipeline; what its first stages filter, sort and limit is left to the indexes. */
export function pipelineDocuments(
  context: CommandContext,
  view: ReadView,
  request: PipelineRequest,
  depth = 0,
): Iterable<Doc> {
  const { reader, language, leading, rest, env, scores } = plannedPipeline(context, view, request, depth)
  const found = matching(reader, { ...leading, hint: request.hint, language, deadline: context })
  return runPipeline(rest, inputDocuments(found, scores), env)
}

export function plannedPipeline(
  context: CommandContext,
  view: ReadView,
  request: PipelineRequest,
  depth = 0,
): PlannedPipeline {
  const { namespace } = request
  if (depth > DEEPEST_VIEW)
    throw new MongoServerFault(
      165,
      `View depth too deep or view cycle detected; maximum depth is ${DEEPEST_VIEW}`,
    )
  const definition = namespace === null ? undefined : context.host.engine.collection(namespace)
  const onView = definition?.options.view
  if (onView != null) {
    const collation = definition?.options.collation ?? SIMPLE
    if (request.collation !== undefined && !sameCollation(request.collation, collation))
      throw new MongoServerFault(
        'OptionNotSupportedOnView',
        `Cannot override the default collation of the view ${namespace}`,
      )
    const stages = [...onView.pipeline, ...request.stages]
    return plannedPipeline(
      context,
      view,
      { ...request, namespace: `${context.db}.${onView.on}`, stages, collation },
      depth + 1,
    )
  }
  const reader = namespace === null ? undefined : view.reader(namespace)
  const language = languageFor(context, reader, request.collation, request.variables)
  const { leading, rest, taken } = splitLeading(request.stages)
  const scores = new WeakMap<Doc, number>()
  // other collections are read by the collation of this pipeline, whatever their own is
  const joined = language.collationDoc ?? SIMPLE
  const env: PipelineEnv = {
    db: context.db,
    collection: namespace === null ? null : namespace.slice(context.db.length + 1),
    let: request.variables,
    now: context.moment.now,
    clusterTime: context.moment.clusterTime,
    collation: language.collationDoc,
    preceding: taken,
    read: (other) => readNamespace(context, view, other, undefined, joined, depth),
    readFiltered: (other, filter) => readNamespace(context, view, other, filter, joined, depth),
    hasIndex: (other, path) =>
      view.reader(other)?.indexes.some(({ spec }) => spec.key[0]?.[0] === path) ?? false,
    ...(mentionsText(leading.filter) ? { textScore: (doc: Doc) => scores.get(doc) } : {}),
    sources: sourcesFor(context, namespace, definition),
  }
  return { namespace, reader, language, leading, rest, env, scores }
}

/** What the first stages of a pipeline say that a plain query can do. */
interface Leading {
  readonly filter: Doc
  readonly sort: Doc | undefined
  readonly skip: number
  readonly limit: number
}

function splitLeading(stages: readonly Doc[]): { leading: Leading; rest: Doc[]; taken: number } {
  const filters: Doc[] = []
  let sort: Doc | undefined
  let skip = 0
  let limit = 0
  let taken = 0
  for (const stage of stages) {
    const [[name, spec] = []] = stage.size === 1 ? stage : []
    const before = sort === undefined && skip === 0 && limit === 0
    if (name === '$match' && spec instanceof Map && before && !joinsText(filters, spec)) filters.push(spec)
    else if (name === '$sort' && spec instanceof Map && spec.size > 0 && before) sort = spec
    else if (name === '$skip' && spec !== undefined && skip === 0 && limit === 0)
      skip = stageCount(spec, '$skip', 5107200)
    else if (name === '$limit' && spec !== undefined && limit === 0) limit = limitOf(spec)
    else break
    taken += 1
  }
  return { leading: { filter: conjunction(filters), sort, skip, limit }, rest: stages.slice(taken), taken }
}

/** `$text` may stand in the first `$match` only; what follows it stays a stage of its own. */
function joinsText(filters: readonly Doc[], next: Doc): boolean {
  return filters.length > 0 && (mentionsText(next) || filters.some(mentionsText))
}

function mentionsText(filter: Doc): boolean {
  return (
    filter.has('$text') ||
    ['$and', '$or'].some((name) => {
      const clauses = filter.get(name)
      return Array.isArray(clauses) && clauses.some((clause) => clause instanceof Map && mentionsText(clause))
    })
  )
}

function conjunction(filters: readonly Doc[]): Doc {
  const [first, ...others] = filters
  if (first === undefined) return new Map()
  return others.length === 0 ? first : new Map<string, Value>([['$and', [first, ...others]]])
}

function* inputDocuments(found: Found, scores: WeakMap<Doc, number>): Generator<Doc> {
  for (const record of found) {
    const { doc } = record
    const score = found.textScore(record.id)
    if (score !== undefined) scores.set(doc, score)
    yield doc
  }
}

function readNamespace(
  context: CommandContext,
  view: ReadView,
  namespace: string,
  filter: Doc | undefined,
  collation: Doc,
  depth: number,
): Iterable<Doc> {
  const stages = filter === undefined ? [] : [new Map<string, Value>([['$match', filter]])]
  return pipelineDocuments(
    context,
    view,
    { namespace, stages, collation, variables: NO_VARIABLES, hint: undefined },
    depth + 1,
  )
}
