import { BSONRegExp } from 'bson'
import type { Doc, Value } from '../../bson/document.ts'
import type { Evaluate, Scope } from '../scope.ts'
import { isNullish } from '../values.ts'
import { type ForeignDocs, foreignDocs } from './foreign-index.ts'
import type { PipelineEnv } from './stage.ts'

const MAX_REMEMBERED = 20_000

/**
 * Reads what the pipeline of a `$lookup` may need of a collection, for one document after the other. A pipeline that
 * begins by comparing a field with one of its variables is given only the documents that can be equal.
 */
export function correlatedReader(
  pipeline: readonly Doc[],
  namespace: string,
  scope: Scope,
  env: PipelineEnv,
): (doc: Doc) => Iterable<Doc> {
  const equality = leadingEquality(pipeline[0], scope)
  const all = rememberingReader(namespace, env)
  if (equality === undefined) return all
  let foreign: ForeignDocs | undefined
  return (doc) => {
    const value = equality.evaluate(doc)
    // arrays and regular expressions mean other things to a filter than to an expression
    if (isNullish(value) || Array.isArray(value) || value instanceof BSONRegExp) return all()
    foreign ??= foreignDocs(env, namespace, equality.path, scope.surroundings.collation)
    return foreign.find([value])
  }
}

function rememberingReader(namespace: string, env: PipelineEnv): () => Iterable<Doc> {
  let remembered: Doc[] | undefined
  let tooMany = false
  return () => {
    if (remembered !== undefined) return remembered
    if (tooMany) return env.read(namespace)
    const docs: Doc[] = []
    const source = env.read(namespace)[Symbol.iterator]()
    for (let next = source.next(); next.done !== true; next = source.next()) {
      docs.push(next.value)
      if (docs.length <= MAX_REMEMBERED) continue
      tooMany = true
      return followed(docs, source)
    }
    remembered = docs
    return docs
  }
}

function* followed(docs: readonly Doc[], rest: Iterator<Doc>): Iterable<Doc> {
  yield* docs
  for (let next = rest.next(); next.done !== true; next = rest.next()) yield next.value
}

interface Equality {
  readonly path: string
  readonly evaluate: Evaluate
}

/** The first `{ $eq: ['$field', '$$variable'] }` that must hold for a document to pass the first stage. */
function leadingEquality(stage: Doc | undefined, scope: Scope): Equality | undefined {
  const filter = stage?.get('$match')
  const expression = filter instanceof Map ? filter.get('$expr') : undefined
  for (const condition of conditionsOf(expression)) {
    const operands = condition instanceof Map ? condition.get('$eq') : undefined
    if (!Array.isArray(operands) || operands.length !== 2) continue
    const [left, right] = operands
    const equality = fieldEquality(left, right, scope) ?? fieldEquality(right, left, scope)
    if (equality !== undefined) return equality
  }
  return undefined
}

function conditionsOf(expression: Value | undefined): readonly Value[] {
  if (!(expression instanceof Map) || expression.size !== 1) return []
  const list = expression.get('$and')
  return Array.isArray(list) ? list.flatMap(conditionsOf) : [expression]
}

function fieldEquality(
  field: Value | undefined,
  variable: Value | undefined,
  scope: Scope,
): Equality | undefined {
  if (typeof field !== 'string' || !/^\$[^$]/.test(field) || scope.find('CURRENT') !== undefined)
    return undefined
  if (typeof variable !== 'string' || !variable.startsWith('$$')) return undefined
  const [name = ''] = variable.slice(2).split('.')
  if (scope.find(name) === undefined) return undefined
  return { path: field.slice(1), evaluate: scope.compile(variable).evaluate }
}
