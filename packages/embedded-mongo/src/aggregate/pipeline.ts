import { compileCollation } from '../bson/collation.ts'
import type { Doc, Value } from '../bson/document.ts'
import { MongoServerFault } from '../errors.ts'
import { createScope } from './expression.ts'
import type { Scope } from './scope.ts'
import { limitOf, sorting, stageCount } from './stages/selecting.ts'
import type { PipelineEnv, Stage, StageContext } from './stages/stage.ts'
import { stageCompilers } from './stages/stages.ts'

export type { PipelineEnv } from './stages/stage.ts'

/** Stages that bring their own documents and stand first. */
const SOURCES = new Set([
  '$documents',
  '$collStats',
  '$indexStats',
  '$currentOp',
  '$listSessions',
  '$listLocalSessions',
  '$planCacheStats',
  '$changeStream',
])
const WRITERS = new Set(['$out', '$merge'])
const NOT_IN_FACET = new Set([...SOURCES, ...WRITERS, '$facet', '$geoNear'])
const NOT_IN_SUBPIPELINE = new Set([...WRITERS, '$changeStream', '$collStats', '$indexStats', '$currentOp'])

/** The name and argument of a stage. */
function stageOf(stage: Doc): readonly [name: string, spec: Value] {
  const [only] = stage
  if (only === undefined || stage.size !== 1) {
    throw new MongoServerFault(40323, 'A pipeline stage specification object must contain exactly one field.')
  }
  return only
}

function checkPlace(name: string, index: number, count: number, within: StageContext['within']): void {
  if (within === '$facet' && NOT_IN_FACET.has(name)) {
    throw new MongoServerFault(40600, `${name} is not allowed to be used within a $facet stage`)
  }
  if (within !== 'top' && NOT_IN_SUBPIPELINE.has(name)) {
    const code = within === '$unionWith' ? 31441 : 51047
    throw new MongoServerFault(code, `${name} is not allowed within a ${within}'s sub-pipeline`)
  }
  if (WRITERS.has(name) && index < count - 1) {
    throw new MongoServerFault(40601, `${name} can only be the final stage in the pipeline`)
  }
  if (SOURCES.has(name) && index > 0) {
    throw new MongoServerFault(40602, `${name} is only valid as the first stage in a pipeline.`)
  }
}

/** How long a pipeline may be, and each one within it. */
export const MOST_STAGES = 1000

function compileStages(
  stages: readonly Doc[],
  base: Omit<StageContext, 'compilePipeline' | 'position'>,
): Stage {
  if (stages.length > MOST_STAGES)
    throw new MongoServerFault(7749501, `Pipeline length must be no longer than ${MOST_STAGES} stages`)
  const context: StageContext = {
    ...base,
    position: 0,
    compilePipeline: (inner, within, scope, namespace) =>
      compileStages(inner, { ...base, within, scope, env: innerEnv(base.env, namespace) }),
  }
  const compiled: Stage[] = []
  const before = context.within === 'top' ? (context.env.preceding ?? 0) : 0
  for (const [index, stage] of stages.entries()) {
    const [name, spec] = stageOf(stage)
    checkPlace(name, before + index, before + stages.length, context.within)
    const isLast = index === stages.length - 1
    if (WRITERS.has(name) && isLast) continue
    const placed = { ...context, position: before + index }
    const sorted = name === '$sort' ? wantedAfter(stages, index + 1) : undefined
    compiled.push(sorted === undefined ? compileStage(name, spec, placed) : sorting(spec, placed, sorted))
  }
  return (input) => compiled.reduce((documents, run) => run(documents), input)
}

/** How many documents of a sort are wanted, where `$skip` and `$limit` follow it. */
function wantedAfter(stages: readonly Doc[], next: number): number | undefined {
  let skipped = 0
  for (const stage of stages.slice(next)) {
    const [name, spec] = stageOf(stage)
    if (name === '$limit') return skipped + limitOf(spec)
    if (name !== '$skip') return undefined
    skipped += stageCount(spec, '$skip', 5107200)
  }
  return undefined
}

function compileStage(name: string, spec: Value, context: StageContext): Stage {
  if (name === '$documents' && context.within === 'top' && context.env.collection !== null) {
    throw new MongoServerFault('InvalidNamespace', "'$documents' can only be run with {aggregate: 1}")
  }
  const compile = stageCompilers.get(name)
  if (compile !== undefined) return compile(spec, context)
  const source = SOURCES.has(name) ? context.env.sources?.[name] : undefined
  if (source !== undefined) return () => source(spec)
  throw new MongoServerFault(40324, `Unrecognized pipeline stage name: '${name}'`)
}

function innerEnv(env: PipelineEnv, namespace: string | undefined): PipelineEnv {
  if (namespace === undefined) return env
  const { db, collection: _outer, textScore: _score, ...rest } = env
  return { ...rest, db, collection: namespace.slice(db.length + 1) }
}

/** Text scores of documents that stand for those which the text index has found. */
function scoreKeeper(
  env: PipelineEnv,
): Pick<StageContext, 'carry'> & { readonly score: PipelineEnv['textScore'] } {
  if (env.textScore === undefined) return { carry: undefined, score: undefined }
  const carried = new WeakMap<Doc, number>()
  const score = (doc: Doc): number | undefined => carried.get(doc) ?? env.textScore?.(doc)
  return {
    score,
    carry: (from, to) => {
      const known = from === to ? undefined : score(from)
      if (known !== undefined) carried.set(to, known)
    },
  }
}

function compileFor(stages: readonly Doc[], env: PipelineEnv): Stage {
  const { carry, score } = scoreKeeper(env)
  const scope = createScope({
    now: env.now,
    clusterTime: env.clusterTime,
    collation: compileCollation(env.collation),
    textScore: score,
  })
  const named = env.let === undefined ? scope : scope.withConstants(env.let)
  return compileStages(stages, { env, scope: named, carry, within: 'top' })
}

const NOWHERE: PipelineEnv = { db: '', collection: '', now: new Date(0), read: () => [] }

/** Compiles a pipeline that reads nothing but its input. */
export function compileWithin(stages: readonly Doc[], scope: Scope): Stage {
  return compileStages(stages, { env: NOWHERE, scope, carry: undefined, within: 'top' })
}

/**
 * Runs a pipeline over documents, none of which it changes. A pipeline that ends in `$out` or `$merge` gives the
 * documents that are to be written; `outputTarget` tells where.
 * @throws MongoServerFault at once for a pipeline that is malformed or not supported; while reading, for its data
 */
export function runPipeline(stages: readonly Doc[], input: Iterable<Doc>, env: PipelineEnv): Iterable<Doc> {
  return compileFor(stages, env)(input)
}

/** Refuses a pipeline that is malformed or not supported, without running it. */
export function validatePipeline(stages: readonly Doc[], env: PipelineEnv = NOWHERE): void {
  compileFor(stages, env)
}
