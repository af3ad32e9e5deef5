import type { Doc, Value } from '../../bson/document.ts'
import { typeName } from '../../bson/types.ts'
import { MongoServerFault } from '../../errors.ts'
import { chained } from './grouping.ts'
import { compileAddFields } from './projection-parsing.ts'
import { mapping, type Stage, type StageCompiler } from './stage.ts'
import { windowFields } from './window-fields.ts'

const OPTIONS = ['partitionBy', 'partitionByFields', 'sortBy', 'output']
const METHODS: ReadonlyMap<Value | undefined, string> = new Map([
  ['locf', '$locf'],
  ['linear', '$linearFill'],
])

interface Filling {
  /** Fields that are filled from the documents around. */
  readonly methods: Doc
  /** Fields that are filled with a value. */
  readonly values: Doc
}

function fillingOf(output: Value | undefined): Filling {
  if (output === undefined)
    throw new MongoServerFault(40414, "BSON field '$fill.output' is missing but a required field")
  if (!(output instanceof Map) || output.size === 0) {
    throw new MongoServerFault(
      6050203,
      "The output field in '$fill' must contain an object with at least one element",
    )
  }
  const methods: Doc = new Map()
  const values: Doc = new Map()
  for (const [field, spec] of output) {
    if (!(spec instanceof Map) || spec.size === 0) {
      throw new MongoServerFault(
        6050200,
        'Each fill output specification must be an object with exactly one field',
      )
    }
    for (const name of spec.keys()) {
      if (name !== 'method' && name !== 'value') {
        throw new MongoServerFault(40415, `BSON field '$fill.${name}' is an unknown field.`)
      }
    }
    const method = spec.get('method')
    const value = spec.get('value')
    if (method !== undefined && value !== undefined) {
      throw new MongoServerFault(
        6050201,
        "Each fill output specification must have exactly one of 'method' or 'value' fields, not both",
      )
    }
    if (value !== undefined) values.set(field, new Map([['$ifNull', [`$${field}`, value]]]))
    else methods.set(field, new Map([[methodOf(method), `$${field}`]]))
  }
  return { methods, values }
}

function methodOf(method: Value | undefined): string {
  const name = METHODS.get(method)
  if (name !== undefined) return name
  throw new MongoServerFault(6050202, 'Method must be either locf or linear')
}

function partitionBy(spec: Doc): Value | undefined {
  const expression = spec.get('partitionBy')
  const fields = spec.get('partitionByFields')
  if (expression !== undefined && fields !== undefined) {
    throw new MongoServerFault(
      6050204,
      "Maximum one of 'partitionBy' and 'partitionByFields can be specified in '$fill'",
    )
  }
  if (!Array.isArray(fields)) return expression
  return fields
    .map(String)
    .reduce<Doc>((key, field) => key.set(field.replaceAll('.', '_'), `$${field}`), new Map())
}

const fill: StageCompiler = (spec, context) => {
  if (!(spec instanceof Map)) {
    throw new MongoServerFault(
      'FailedToParse',
      `The $fill stage specification must be an object, found ${typeName(spec)}`,
    )
  }
  for (const name of spec.keys()) {
    if (!OPTIONS.includes(name))
      throw new MongoServerFault(40415, `BSON field '$fill.${name}' is an unknown field.`)
  }
  const { methods, values } = fillingOf(spec.get('output'))
  const stages: Stage[] = []
  if (methods.size > 0) {
    const window: Doc = new Map<string, Value>([['output', methods]])
    const sortBy = spec.get('sortBy')
    const partition = partitionBy(spec)
    if (sortBy !== undefined) window.set('sortBy', sortBy)
    if (partition !== undefined) window.set('partitionBy', partition)
    stages.push(windowFields(window, context))
  }
  if (values.size > 0) stages.push(mapping(context, compileAddFields(values, context.scope)))
  return stages.reduce(chained)
}

export const fillingStages: Readonly<Record<string, StageCompiler>> = { $fill: fill }
