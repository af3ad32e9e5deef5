import type { Doc, Value } from '../../bson/document.ts'
import { typeName } from '../../bson/types.ts'
import { MongoServerFault } from '../../errors.ts'
import { validateFieldName } from '../field-path.ts'
import { describe } from '../values.ts'
import { pipelineOf, type Stage, type StageCompiler } from './stage.ts'

const facet: StageCompiler = (spec, context) => {
  if (!(spec instanceof Map) || spec.size === 0) {
    throw new MongoServerFault(
      40169,
      `the $facet specification must be a non-empty object, but found: ${describe(spec)}`,
    )
  }
  const facets = new Map<string, Stage>()
  for (const [name, stages] of spec) {
    validateFieldName(name)
    if (!Array.isArray(stages)) {
      throw new MongoServerFault(
        40170,
        `arguments to $facet must be arrays, ${name} is type ${typeName(stages)}`,
      )
    }
    const pipeline = stages.map((stage) => {
      if (stage instanceof Map) return stage
      throw new MongoServerFault(
        40171,
        `elements of arrays in $facet spec must be non-empty objects, ${name} argument contained an element of type ${typeName(stage)}: ${describe(stage)}`,
      )
    })
    facets.set(name, context.compilePipeline(pipeline, '$facet', context.scope))
  }
  return function* faceted(input) {
    const docs = [...input]
    const result: Doc = new Map()
    for (const [name, run] of facets) result.set(name, [...run(docs)])
    yield result
  }
}

interface UnionSpec {
  readonly collection: string | undefined
  readonly pipeline: Doc[]
}

function parseUnion(spec: Value): UnionSpec {
  if (typeof spec === 'string') return { collection: spec, pipeline: [] }
  if (!(spec instanceof Map)) {
    throw new MongoServerFault(
      'FailedToParse',
      `the $unionWith stage specification must be an object or string, but found ${typeName(spec)}`,
    )
  }
  for (const name of spec.keys()) {
    if (name !== 'coll' && name !== 'pipeline') {
      throw new MongoServerFault(40415, `BSON field '$unionWith.${name}' is an unknown field.`)
    }
  }
  const collection = spec.get('coll')
  if (collection !== undefined && typeof collection !== 'string') {
    throw new MongoServerFault(
      'TypeMismatch',
      `BSON field '$unionWith.coll' is the wrong type '${typeName(collection)}', expected type 'string'`,
    )
  }
  const pipeline = spec.has('pipeline') ? pipelineOf(spec.get('pipeline'), "'pipeline'") : []
  if (collection === undefined && pipeline[0]?.has('$documents') !== true) {
    throw new MongoServerFault(
      'FailedToParse',
      '$unionWith stage without explicit collection must have a pipeline with $documents as first stage',
    )
  }
  return { collection, pipeline }
}

const unionWith: StageCompiler = (spec, context) => {
  const { collection, pipeline } = parseUnion(spec)
  const { env } = context
  const namespace = collection === undefined ? undefined : `${env.db}.${collection}`
  const run = context.compilePipeline(pipeline, '$unionWith', context.scope, namespace)
  return function* united(input) {
    yield* input
    yield* run(namespace === undefined ? [] : env.read(namespace))
  }
}

const documents: StageCompiler = (spec, { scope }) => {
  const { evaluate } = scope.compile(spec)
  return function* documented() {
    const list = evaluate(new Map())
    if (!Array.isArray(list)) throw notDocuments(list)
    for (const doc of list) {
      if (!(doc instanceof Map)) throw notDocuments(doc)
      yield doc
    }
  }
}

function notDocuments(value: Value | undefined): MongoServerFault {
  return new MongoServerFault(
    5858203,
    `an array is expected; all elements of it must be objects, found type ${typeName(value)}`,
  )
}

export const combiningStages: Readonly<Record<string, StageCompiler>> = {
  $facet: facet,
  $unionWith: unionWith,
  $documents: documents,
}
