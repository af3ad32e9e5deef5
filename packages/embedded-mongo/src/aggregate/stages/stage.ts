import type { Timestamp } from 'bson'
import type { Doc, Value } from '../../bson/document.ts'
import { typeName } from '../../bson/types.ts'
import { MongoServerFault } from '../../errors.ts'
import type { Scope } from '../scope.ts'

/** What a pipeline sees of the world around it. Everything is read from one snapshot. */
export interface PipelineEnv {
  readonly db: string
  /** Null for a pipeline of the whole database (`aggregate: 1`). */
  readonly collection: string | null
  /** The values of the command's `let`. */
  readonly let?: ReadonlyMap<string, Value | undefined> | undefined
  readonly now: Date
  readonly clusterTime?: Timestamp | undefined
  readonly collation?: Doc | null | undefined
  /** How many stages the reader of the input has done already, those of the pipeline coming after them. */
  readonly preceding?: number | undefined
  /** All documents of a namespace; of a view, those that the view gives. */
  read(namespace: string): Iterable<Doc>
  /** The documents that match a filter, found through an index where there is one. */
  readFiltered?(namespace: string, filter: Doc): Iterable<Doc>
  /** Whether an index of the namespace begins with the path, so that `readFiltered` is worth its while. */
  hasIndex?(namespace: string, path: string): boolean
  /** The score of an input document, where the pipeline began with `$text`. */
  textScore?(doc: Doc): number | undefined
  /** What stages such as `$indexStats`, `$collStats` and `$currentOp` give; a stage that is not here is refused. */
  readonly sources?: Readonly<Record<string, (spec: Value) => Iterable<Doc>>> | undefined
}

/** A compiled stage. It may be run many times and changes none of its input. */
export type Stage = (input: Iterable<Doc>) => Iterable<Doc>

export interface StageContext {
  readonly env: PipelineEnv
  readonly scope: Scope
  /** Where the pipeline stands: stages differ in what they may be part of. */
  readonly within: 'top' | '$facet' | '$lookup' | '$unionWith'
  /** The place of the stage in its pipeline, from 0. */
  readonly position: number
  /** Tells that one document stands for another from here on, so that it keeps its text score. */
  readonly carry: ((from: Doc, to: Doc) => void) | undefined
  compilePipeline(
    stages: readonly Doc[],
    within: StageContext['within'],
    scope: Scope,
    namespace?: string,
  ): Stage
}

export type StageCompiler = (spec: Value, context: StageContext) => Stage

/** A stage that makes one document of each. */
export function mapping(context: StageContext, map: (doc: Doc) => Doc): Stage {
  const { carry } = context
  return function* mapped(input) {
    for (const doc of input) {
      const result = map(doc)
      carry?.(doc, result)
      yield result
    }
  }
}

/** The stages of a pipeline given as a value. */
export function pipelineOf(value: Value | undefined, what: string): Doc[] {
  if (!Array.isArray(value)) {
    throw new MongoServerFault(
      'TypeMismatch',
      `${what} option must be specified as an array, found ${typeName(value)}`,
    )
  }
  return value.map((stage) => {
    if (stage instanceof Map) return stage
    throw new MongoServerFault('TypeMismatch', "Each element of the 'pipeline' array must be an object")
  })
}

/** The value at a path of embedded documents only, as stages address the field that they work on. */
export function nestedField(doc: Doc, path: readonly string[]): Value | undefined {
  let value: Value | undefined = doc
  for (const name of path) value = value instanceof Map ? value.get(name) : undefined
  return value
}

/** A copy of a document with another value at a path; `undefined` removes the field. */
export function withNestedField(doc: Doc, path: readonly string[], value: Value | undefined, from = 0): Doc {
  const name = path[from] ?? ''
  const copy = new Map(doc)
  if (from < path.length - 1) {
    const inner = doc.get(name)
    if (value === undefined && !(inner instanceof Map)) return copy
    copy.set(name, withNestedField(inner instanceof Map ? inner : new Map(), path, value, from + 1))
  } else if (value === undefined) copy.delete(name)
  else copy.set(name, value)
  return copy
}
