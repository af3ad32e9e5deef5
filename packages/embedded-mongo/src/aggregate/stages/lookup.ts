import type { Doc, Value } from '../../bson/document.ts'
import { typeName } from '../../bson/types.ts'
import { MongoServerFault } from '../../errors.ts'
import { parseFieldPath } from '../field-path.ts'
import { type Evaluate, validateVariableName } from '../scope.ts'
import { correlatedReader } from './correlation.ts'
import { foreignDocs, hashedDocs, joinValues } from './foreign-index.ts'
import {
  mapping,
  pipelineOf,
  type Stage,
  type StageCompiler,
  type StageContext,
  withNestedField,
} from './stage.ts'

interface LookupSpec {
  /** None where the pipeline brings its own documents with `$documents`. */
  readonly from: string | undefined
  readonly as: readonly string[]
  readonly fields: { readonly local: readonly string[]; readonly foreign: string } | undefined
  readonly bindings: Doc
  readonly pipeline: Doc[] | undefined
}

function fault(message: string): MongoServerFault {
  return new MongoServerFault('FailedToParse', message)
}

const TEXT_OPTIONS = ['from', 'as', 'localField', 'foreignField']

function parseLookup(spec: Value): LookupSpec {
  if (!(spec instanceof Map)) {
    throw fault(`the $lookup stage specification must be an object, but found ${typeName(spec)}`)
  }
  const texts = new Map<string, string>()
  let pipeline: Doc[] | undefined
  let bindings: Doc | undefined
  for (const [name, value] of spec) {
    if (name === 'pipeline') {
      pipeline = pipelineOf(value, "'pipeline'")
    } else if (name === 'let') {
      if (!(value instanceof Map))
        throw fault(`$lookup argument 'let' must be an object, is type ${typeName(value)}`)
      bindings = value
    } else if (name === 'from' && typeof value !== 'string') {
      throw fault(`$lookup 'from' field must be a string, but found ${typeName(value)}`)
    } else if (typeof value !== 'string') {
      throw fault(`$lookup argument '${name}' must be a string, found type ${typeName(value)}`)
    } else if (TEXT_OPTIONS.includes(name)) {
      texts.set(name, value)
    } else {
      throw fault(`unknown argument to $lookup: ${name}`)
    }
  }
  const from = texts.get('from')
  if (from === '') throw new MongoServerFault('InvalidNamespace', 'invalid $lookup namespace')
  if (from === undefined) checkBringsDocuments(spec, pipeline)
  const as = texts.get('as') ?? ''
  if (as === '') throw fault("must specify 'as' field for a $lookup")
  const fields = joinFields(texts, pipeline)
  if (pipeline === undefined && bindings !== undefined) {
    throw fault("$lookup with a 'let' argument must also specify 'pipeline'")
  }
  return { from, as: parseFieldPath(as), fields, bindings: bindings ?? new Map(), pipeline }
}

function checkBringsDocuments(spec: Doc, pipeline: readonly Doc[] | undefined): void {
  if (!spec.has('pipeline')) throw fault("must specify 'pipeline' when 'from' is empty")
  if (pipeline?.[0]?.has('$documents') === true) return
  throw fault('$lookup stage without explicit collection must have a pipeline with $documents as first stage')
}

function joinFields(
  texts: ReadonlyMap<string, string>,
  pipeline: readonly Doc[] | undefined,
): LookupSpec['fields'] {
  const local = texts.get('localField') ?? ''
  const foreign = texts.get('foreignField') ?? ''
  if (local !== '' && foreign !== '') {
    parseFieldPath(foreign)
    return { local: parseFieldPath(local), foreign }
  }
  if (pipeline === undefined) {
    throw fault("$lookup requires either 'pipeline' or both 'localField' and 'foreignField' to be specified")
  }
  if (local === '' && foreign === '') return undefined
  throw fault("$lookup requires both or neither of 'localField' and 'foreignField' to be specified")
}

const NO_DOCS: Doc[] = []

const lookup: StageCompiler = (spec, context) => {
  const { from, as, fields, bindings, pipeline } = parseLookup(spec)
  const { env } = context
  const namespace = from === undefined ? undefined : `${env.db}.${from}`
  const find = finder(namespace, fields, bindings, pipeline, context)
  return mapping(context, (doc) => withNestedField(doc, as, find(doc)))
}

/** What the other collection gives for one document. */
function finder(
  namespace: string | undefined,
  fields: LookupSpec['fields'],
  bindings: Doc,
  pipeline: Doc[] | undefined,
  context: StageContext,
): (doc: Doc) => Doc[] {
  const { env, scope } = context
  const { collation } = scope.surroundings
  for (const name of bindings.keys()) validateVariableName(name)
  const values: Evaluate[] = [...bindings.values()].map((value) => scope.compile(value).evaluate)
  const inner = scope.with([...bindings.keys()])
  const compile = (stages: readonly Doc[]): Stage =>
    context.compilePipeline(stages, '$lookup', inner.scope, namespace)
  const run: Stage = pipeline === undefined ? (input) => input : compile(pipeline)
  const bind = (doc: Doc): void => {
    for (const [index, value] of values.entries()) scope.slots[inner.slots[index] ?? 0] = value(doc)
  }
  if (namespace === undefined) {
    if (fields === undefined) {
      return (doc) => {
        bind(doc)
        return [...run(NO_DOCS)]
      }
    }
    // the documents that the pipeline brings may be others for each document, so that no table of them is kept
    const [bring, then] = [compile(pipeline?.slice(0, 1) ?? []), compile(pipeline?.slice(1) ?? [])]
    return (doc) => {
      bind(doc)
      const brought = hashedDocs(() => bring(NO_DOCS), fields.foreign, collation)
      return [...then(brought.find(joinValues(doc, fields.local)))]
    }
  }
  if (fields !== undefined) {
    const foreign = foreignDocs(env, namespace, fields.foreign, collation)
    return (doc) => {
      bind(doc)
      return [...run(foreign.find(joinValues(doc, fields.local)))]
    }
  }
  const candidates = correlatedReader(pipeline ?? [], namespace, inner.scope, env)
  return (doc) => {
    bind(doc)
    return [...run(candidates(doc))]
  }
}

export const lookupStages: Readonly<Record<string, StageCompiler>> = { $lookup: lookup }
