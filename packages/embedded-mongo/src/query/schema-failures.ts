import { Int32 } from 'bson'
import { hashKey } from '../bson/compare.ts'
import type { Doc, Value } from '../bson/document.ts'
import { typeName } from '../bson/types.ts'
import { compileSubschema } from './json-schema.ts'

const REASONS: Readonly<Record<string, string>> = {
  bsonType: 'type did not match',
  type: 'type did not match',
  enum: 'value was not found in enum',
  minimum: 'comparison failed',
  maximum: 'comparison failed',
  multipleOf: 'considered value is not a multiple of the specified value',
  minLength: 'specified string length was not satisfied',
  maxLength: 'specified string length was not satisfied',
  pattern: 'regular expression did not match',
  minItems: 'array did not match specified length',
  maxItems: 'array did not match specified length',
  minProperties: 'specified number of properties was not satisfied',
  maxProperties: 'specified number of properties was not satisfied',
  not: 'child expression matched',
}
/** Keywords that say nothing by themselves. */
const COMPANIONS: Readonly<Record<string, readonly string[]>> = {
  minimum: ['exclusiveMinimum'],
  maximum: ['exclusiveMaximum'],
  additionalProperties: ['properties', 'patternProperties'],
  additionalItems: ['items'],
}

/** Why a value does not fit a schema: one entry for each keyword that it fails (MongoDB's `schemaRulesNotSatisfied`). */
export function schemaFailures(schema: Doc, value: Value): Doc[] {
  return [...schema].flatMap(([keyword, argument]) => {
    const own: Doc = new Map([[keyword, argument]])
    for (const name of COMPANIONS[keyword] ?? []) {
      const beside = schema.get(name)
      if (beside !== undefined) own.set(name, beside)
    }
    return keyword.startsWith('exclusive') || compileSubschema(own)(value)
      ? []
      : [failure(keyword, argument, own, value)]
  })
}

function failure(keyword: string, argument: Value, own: Doc, value: Value): Doc {
  const entry: Doc = new Map([['operatorName', keyword]])
  if (keyword === 'properties' && argument instanceof Map && value instanceof Map)
    return entry.set('propertiesNotSatisfied', failingProperties(argument, value))
  if ((keyword === 'allOf' || keyword === 'anyOf' || keyword === 'oneOf') && Array.isArray(argument))
    return combined(entry, keyword, argument, value)
  entry.set(
    'specifiedAs',
    keyword === 'minimum' || keyword === 'maximum' ? own : new Map([[keyword, argument]]),
  )
  if (keyword === 'required' && Array.isArray(argument) && value instanceof Map)
    return entry.set(
      'missingProperties',
      argument.filter((name) => typeof name === 'string' && !value.has(name)),
    )
  if (keyword === 'additionalProperties' && value instanceof Map)
    return entry.set('additionalProperties', surplus(own, value))
  if (keyword === 'items' && Array.isArray(value)) return failingItem(entry, argument, value)
  if (keyword === 'uniqueItems' && Array.isArray(value)) {
    entry.set('reason', 'found a duplicate item').set('consideredValue', value)
    const twice = duplicate(value)
    return twice === undefined ? entry : entry.set('duplicatedValue', twice)
  }
  entry.set('reason', REASONS[keyword] ?? 'the value does not fit').set('consideredValue', value)
  return keyword === 'bsonType' || keyword === 'type' ? entry.set('consideredType', typeName(value)) : entry
}

function failingProperties(schemas: Doc, value: Doc): Doc[] {
  return [...schemas].flatMap(([name, schema]) => {
    const field = value.get(name)
    const details = field === undefined || !(schema instanceof Map) ? [] : schemaFailures(schema, field)
    if (details.length === 0 || !(schema instanceof Map)) return []
    const entry = new Map<string, Value>([['propertyName', name]])
    for (const note of ['title', 'description']) {
      const text = schema.get(note)
      if (text !== undefined) entry.set(note, text)
    }
    return [entry.set('details', details)]
  })
}

function combined(entry: Doc, keyword: string, schemas: readonly Value[], value: Value): Doc {
  const judged = schemas.map((schema) => (schema instanceof Map ? schemaFailures(schema, value) : []))
  const fitting = judged.flatMap((details, index) => (details.length === 0 ? [new Int32(index)] : []))
  if (keyword === 'oneOf' && fitting.length > 1)
    return entry.set('reason', 'more than one subschema matched').set('matchingSchemaIndexes', fitting)
  return entry.set(
    'schemasNotSatisfied',
    judged.flatMap((details, index) =>
      details.length === 0
        ? []
        : [
            new Map<string, Value>([
              ['index', new Int32(index)],
              ['details', details],
            ]),
          ],
    ),
  )
}

function failingItem(entry: Doc, argument: Value, value: readonly Value[]): Doc {
  const schemaAt = (index: number): Value | undefined =>
    Array.isArray(argument) ? argument[index] : argument
  for (const [index, item] of value.entries()) {
    const schema = schemaAt(index)
    const details = schema instanceof Map ? schemaFailures(schema, item) : []
    if (details.length === 0) continue
    return entry
      .set('reason', 'At least one item did not match the sub-schema')
      .set('itemIndex', new Int32(index))
      .set('details', details)
  }
  return entry
}

/** The fields that no part of the schema allows for. */
function surplus(own: Doc, value: Doc): string[] {
  const test = compileSubschema(own)
  return [...value].flatMap(([name, field]) => (test(new Map([[name, field]])) ? [] : [name]))
}

function duplicate(items: readonly Value[]): Value | undefined {
  const seen = new Set<string>()
  return items.find((item) => {
    const key = hashKey(item)
    if (seen.has(key)) return true
    seen.add(key)
    return false
  })
}
