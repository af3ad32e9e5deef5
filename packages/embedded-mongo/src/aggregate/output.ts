import type { Doc, Value } from '../bson/document.ts'
import { typeName } from '../bson/types.ts'
import { MongoServerFault } from '../errors.ts'
import type { Variables } from '../query/matcher.ts'
import { comparePaths } from '../query/update.ts'
import { parseFieldPath } from './field-path.ts'
import { pipelineOf } from './stages/stage.ts'
import { expressionFor, updatePipeline } from './wiring.ts'

/** Where `$out` or `$merge` writes, and how. */
export type OutputTarget =
  | { readonly kind: 'out'; readonly namespace: string }
  | {
      readonly kind: 'merge'
      readonly namespace: string
      /** The fields that a document is recognized by; a unique index must be on just these. */
      readonly on: readonly string[]
      readonly whenMatched: 'replace' | 'keepExisting' | 'merge' | 'fail' | readonly Doc[]
      readonly whenNotMatched: 'insert' | 'discard' | 'fail'
      readonly bindings: Doc | undefined
    }

type Merge = Extract<OutputTarget, { kind: 'merge' }>

/** What the last stage of a pipeline writes to; undefined where it writes nothing. */
export function outputTarget(stages: readonly Doc[], db: string): OutputTarget | undefined {
  const last = stages.at(-1)
  const out = last?.get('$out')
  const merge = last?.get('$merge')
  if (out !== undefined) return { kind: 'out', namespace: outNamespace(out, db) }
  return merge === undefined ? undefined : mergeTarget(merge, db)
}

function outNamespace(spec: Value, db: string): string {
  if (typeof spec === 'string') return validNamespace(db, spec, '$out')
  if (!(spec instanceof Map)) {
    throw new MongoServerFault(
      16990,
      `$out only supports a string or object argument, but found ${typeName(spec)}`,
    )
  }
  for (const name of spec.keys()) {
    if (name === 'timeseries') {
      throw new MongoServerFault('CommandNotSupported', '$out to a time-series collection is not supported')
    }
    if (name !== 'db' && name !== 'coll') {
      throw new MongoServerFault(40415, `BSON field '$out.${name}' is an unknown field.`)
    }
  }
  const [target, coll] = [spec.get('db'), spec.get('coll')]
  if (typeof target !== 'string' || typeof coll !== 'string') {
    throw new MongoServerFault(
      16994,
      "If an object is passed to $out it must have exactly 2 fields: 'db' and 'coll'",
    )
  }
  return validNamespace(target, coll, '$out')
}

function validNamespace(db: string, coll: string, stage: string): string {
  if (db === '' || coll === '' || coll.startsWith('.') || coll.includes('$')) {
    throw new MongoServerFault('InvalidNamespace', `Invalid ${stage} target namespace, ${db}.${coll}`)
  }
  const special = stage === '$out' ? 17385 : 31319
  if (coll.startsWith('system.'))
    throw new MongoServerFault(special, `Can't ${stage} to special collection: ${coll}`)
  if (['admin', 'config', 'local'].includes(db)) {
    throw new MongoServerFault(stage === '$out' ? 31321 : 31320, `Can't ${stage} to internal database: ${db}`)
  }
  return `${db}.${coll}`
}

const MATCHED = ['replace', 'keepExisting', 'merge', 'fail'] as const
const NOT_MATCHED = ['insert', 'discard', 'fail'] as const
const OPTIONS = ['into', 'on', 'let', 'whenMatched', 'whenNotMatched']

function mergeTarget(spec: Value, db: string): Merge {
  if (typeof spec === 'string') return mergeTarget(new Map([['into', spec]]), db)
  if (!(spec instanceof Map)) {
    throw new MongoServerFault(
      'TypeMismatch',
      `$merge requires a string or object argument, but found ${typeName(spec)}`,
    )
  }
  for (const name of spec.keys()) {
    if (!OPTIONS.includes(name))
      throw new MongoServerFault(40415, `BSON field '$merge.${name}' is an unknown field.`)
  }
  const whenMatched = matchedMode(spec.get('whenMatched') ?? 'merge')
  const whenNotMatched = NOT_MATCHED.find((mode) => mode === (spec.get('whenNotMatched') ?? 'insert'))
  if (whenNotMatched === undefined) {
    throw new MongoServerFault(
      'BadValue',
      `Enumeration value '${String(spec.get('whenNotMatched'))}' for field '$merge.whenNotMatched' is not a valid value.`,
    )
  }
  checkModes(whenMatched, whenNotMatched)
  return {
    kind: 'merge',
    namespace: mergeNamespace(spec.get('into'), db),
    on: mergeFields(spec.get('on')),
    whenMatched,
    whenNotMatched,
    bindings: mergeBindings(spec.get('let'), whenMatched),
  }
}

function mergeNamespace(into: Value | undefined, db: string): string {
  if (into === undefined) {
    throw new MongoServerFault(40414, "BSON field '$merge.into' is missing but a required field")
  }
  if (typeof into === 'string') return validNamespace(db, into, '$merge')
  const [target, coll] = into instanceof Map ? [into.get('db') ?? db, into.get('coll')] : []
  if (typeof target !== 'string' || typeof coll !== 'string') {
    throw new MongoServerFault(
      51178,
      "$merge 'into' field  must be either a string or an object, but found something else",
    )
  }
  return validNamespace(target, coll, '$merge')
}

function matchedMode(mode: Value): Merge['whenMatched'] {
  if (Array.isArray(mode)) return pipelineOf(mode, "'whenMatched'")
  const known = MATCHED.find((name) => name === mode)
  if (known !== undefined) return known
  if (typeof mode === 'string') {
    throw new MongoServerFault(
      'BadValue',
      `Enumeration value '${mode}' for field '$merge.whenMatched' is not a valid value.`,
    )
  }
  throw new MongoServerFault(
    51191,
    `$merge 'whenMatched' field  must be either a string or an array, but found ${typeName(mode)}`,
  )
}

function checkModes(whenMatched: Merge['whenMatched'], whenNotMatched: Merge['whenNotMatched']): void {
  const isSupported =
    (whenMatched !== 'fail' && !(whenMatched === 'keepExisting' && whenNotMatched !== 'insert')) ||
    (whenMatched === 'fail' && whenNotMatched === 'insert')
  if (isSupported) return
  const mode = typeof whenMatched === 'string' ? whenMatched : 'pipeline'
  throw new MongoServerFault(
    51181,
    `Combination of $merge modes 'whenMatched: ${mode}' and 'whenNotMatched: ${whenNotMatched}' is not supported`,
  )
}

function mergeFields(on: Value | undefined): string[] {
  if (on === undefined) return ['_id']
  const list = Array.isArray(on) ? on : [on]
  if (list.length === 0)
    throw new MongoServerFault(51187, "If explicitly specifying $merge 'on', must include at least one field")
  const fields = list.map((field) => {
    if (typeof field !== 'string') {
      const code = Array.isArray(on) ? 51134 : 51186
      throw new MongoServerFault(
        code,
        `$merge 'on' field  must be either a string or an array of strings, but found ${typeName(field)}`,
      )
    }
    return parseFieldPath(field).join('.')
  })
  for (const [index, field] of fields.entries()) {
    if (fields.indexOf(field) < index) throw new MongoServerFault(31465, `Found a duplicate field '${field}'`)
  }
  return fields
}

function mergeBindings(bindings: Value | undefined, whenMatched: Merge['whenMatched']): Doc | undefined {
  if (bindings === undefined || bindings === null) return undefined
  if (!(bindings instanceof Map)) {
    throw new MongoServerFault(
      'TypeMismatch',
      `BSON field '$merge.let' is the wrong type '${typeName(bindings)}', expected type 'object'`,
    )
  }
  if (typeof whenMatched === 'string') {
    throw new MongoServerFault(51199, `Cannot use 'let' variables with 'whenMatched: ${whenMatched}' mode`)
  }
  const own = bindings.get('new')
  if (own !== undefined && own !== '$$ROOT') {
    throw new MongoServerFault(
      51273,
      "'let' may not define a value for the reserved 'new' variable other than '$$ROOT'",
    )
  }
  return bindings
}

/**
 * The document that stands in a collection after `$merge` has met one that is there already; undefined where it stays
 * as it is. `fail` is the caller's to report.
 */
export function mergedDocument(
  target: Merge,
  existing: Doc,
  incoming: Doc,
  outer: Variables,
): Doc | undefined {
  const { whenMatched } = target
  if (whenMatched === 'keepExisting' || whenMatched === 'fail') return undefined
  if (whenMatched === 'replace') return withIdOf(existing, incoming)
  if (whenMatched === 'merge') return withIdOf(existing, new Map([...existing, ...inOrderOfNames(incoming)]))
  const variables = new Map(outer)
  for (const [name, expression] of target.bindings ?? []) {
    variables.set(name, expressionFor(expression, outer)(incoming) ?? null)
  }
  variables.set('new', incoming)
  return withIdOf(existing, updatePipeline(whenMatched, existing, variables))
}

/** The document that `$merge` adds where it met none; it comes to be as an upsert by `$set` would make it. */
export function addedDocument({ whenMatched, on }: Merge, incoming: Doc): Doc {
  if (whenMatched !== 'merge' && whenMatched !== 'keepExisting') return incoming
  const leading = ['_id', ...on].flatMap((name): [string, Value][] => {
    const value = incoming.get(name)
    return value === undefined ? [] : [[name, value]]
  })
  return new Map([...leading, ...inOrderOfNames(incoming)])
}

/** New fields are set in the order of their names. */
function inOrderOfNames(doc: Doc): [string, Value][] {
  return [...doc].sort(([a], [b]) => comparePaths([a], [b]))
}

function withIdOf(existing: Doc, doc: Doc): Doc {
  const id = existing.get('_id')
  return id === undefined || doc.has('_id') ? doc : new Map([['_id', id], ...doc])
}
