import { Long } from 'bson'
import type { Doc, Value } from '../../bson/document.ts'
import { isNumber, typeName } from '../../bson/types.ts'
import { MongoServerFault } from '../../errors.ts'
import { parseFieldPath } from '../field-path.ts'
import { asInt64, describe } from '../values.ts'
import { collect, foreignDocs } from './foreign-index.ts'
import { compileMatch } from './selecting.ts'
import { mapping, type StageCompiler, withNestedField } from './stage.ts'

interface GraphSpec {
  readonly from: string
  readonly as: readonly string[]
  readonly startWith: Value
  readonly connectFrom: readonly string[]
  readonly connectTo: string
  readonly maxDepth: number
  readonly depthField: readonly string[] | undefined
  readonly restriction: Doc | undefined
}

const TEXTS = ['as', 'connectFromField', 'connectToField', 'depthField', 'from']

function parseGraph(spec: Value): GraphSpec {
  if (!(spec instanceof Map)) {
    throw new MongoServerFault(
      'FailedToParse',
      `the $graphLookup stage specification must be an object, but found ${typeName(spec)}`,
    )
  }
  for (const [name, value] of spec) {
    if (TEXTS.includes(name)) {
      if (typeof value !== 'string') {
        throw new MongoServerFault(
          name === 'from' ? 'FailedToParse' : 40103,
          `expected string as argument for ${name}, found: ${describe(value)}`,
        )
      }
    } else if (name === 'maxDepth') {
      checkDepth(value)
    } else if (name === 'restrictSearchWithMatch') {
      if (!(value instanceof Map)) {
        throw new MongoServerFault(
          40185,
          `$graphLookup argument 'restrictSearchWithMatch' must be an object, but is of type ${typeName(value)}`,
        )
      }
    } else if (name !== 'startWith') {
      throw new MongoServerFault(40104, `Unknown argument to $graphLookup: ${name}`)
    }
  }
  const text = (name: string): string => String(spec.get(name) ?? '')
  if (!spec.has('from')) {
    throw new MongoServerFault('FailedToParse', "missing 'from' option to $graphLookup stage specification")
  }
  const startWith = spec.get('startWith')
  if (
    startWith === undefined ||
    !['as', 'connectFromField', 'connectToField'].every((name) => spec.has(name))
  ) {
    throw new MongoServerFault(
      40105,
      "$graphLookup requires 'from', 'as', 'startWith', 'connectFromField', and 'connectToField' to be specified.",
    )
  }
  const restriction = spec.get('restrictSearchWithMatch')
  const maxDepth = asInt64(spec.get('maxDepth'))
  return {
    from: text('from'),
    as: parseFieldPath(text('as')),
    startWith,
    connectFrom: parseFieldPath(text('connectFromField')),
    connectTo: parseFieldPath(text('connectToField')).join('.'),
    maxDepth: maxDepth === undefined ? Number.POSITIVE_INFINITY : Number(maxDepth),
    depthField: spec.has('depthField') ? parseFieldPath(text('depthField')) : undefined,
    restriction: restriction instanceof Map ? restriction : undefined,
  }
}

function checkDepth(value: Value): void {
  if (!isNumber(value)) {
    throw new MongoServerFault(40100, `maxDepth must be numeric, found type: ${typeName(value)}`)
  }
  const depth = asInt64(value)
  if (depth === undefined) {
    throw new MongoServerFault(40102, 'maxDepth could not be represented as a long long')
  }
  if (depth < 0n) {
    throw new MongoServerFault(40101, `maxDepth requires a nonnegative argument, found: ${describe(value)}`)
  }
}

const graphLookup: StageCompiler = (spec, context) => {
  const graph = parseGraph(spec)
  const { env, scope } = context
  const namespace = `${env.db}.${graph.from}`
  const start = scope.compile(graph.startWith).evaluate
  const allowed = graph.restriction === undefined ? undefined : compileMatch(graph.restriction, context)
  const foreign = foreignDocs(env, namespace, graph.connectTo, scope.surroundings.collation)

  const search = (doc: Doc): Doc[] => {
    const visited = new Map<string, Doc>()
    const asked = new Set<string>()
    const first = start(doc)
    let frontier: Value[] = Array.isArray(first) ? first : [first ?? null]
    for (let depth = 0; depth <= graph.maxDepth && frontier.length > 0; depth += 1) {
      const values = frontier.filter((value) => {
        const key = scope.hashKey(value)
        return asked.size !== asked.add(key).size
      })
      frontier = []
      if (values.length === 0) break
      for (const found of foreign.find(values)) {
        if (allowed !== undefined && !allowed(found)) continue
        const id = found.get('_id')
        if (id === undefined) {
          throw new MongoServerFault(
            40271,
            `Documents in the '${namespace}' namespace must contain an _id for de-duplication in $graphLookup`,
          )
        }
        const key = scope.hashKey(id)
        if (visited.has(key)) continue
        visited.set(
          key,
          graph.depthField === undefined
            ? found
            : withNestedField(found, graph.depthField, Long.fromNumber(depth)),
        )
        collect(found, graph.connectFrom, 0, frontier)
      }
    }
    return [...visited.values()]
  }
  return mapping(context, (doc) => withNestedField(doc, graph.as, search(doc)))
}

export const graphLookupStages: Readonly<Record<string, StageCompiler>> = { $graphLookup: graphLookup }
