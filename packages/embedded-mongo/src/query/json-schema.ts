import { equals, hashKey } from '../bson/compare.ts'
import { remainderOfDecimals } from '../bson/decimal.ts'
import type { Doc, Value } from '../bson/document.ts'
import { isNumber, isZero, toArithmeticDecimal, toBigInt, toDouble } from '../bson/numbers.ts'
import { codeOfTypeName, typeName } from '../bson/types.ts'
import { MongoServerFault } from '../errors.ts'
import { ordered } from './leaf-tests.ts'
import { compileRegex } from './regex.ts'

type SchemaTest = (value: Value) => boolean

const JSON_TYPES: Readonly<Record<string, readonly string[]>> = {
  object: ['object'],
  array: ['array'],
  string: ['string'],
  number: ['double', 'int', 'long', 'decimal'],
  boolean: ['bool'],
  null: ['null'],
}
const BOUNDS = {
  minimum: { inclusive: '$gte', exclusive: '$gt' },
  maximum: { inclusive: '$lte', exclusive: '$lt' },
} as const
const ANNOTATIONS = new Set(['title', 'description'])

function mistyped(keyword: string, wanted: string): MongoServerFault {
  return new MongoServerFault('TypeMismatch', `$jsonSchema keyword '${keyword}' must be ${wanted}`)
}

function malformed(keyword: string, why: string): MongoServerFault {
  return new MongoServerFault('FailedToParse', `$jsonSchema keyword '${keyword}' ${why}`)
}

/** `$jsonSchema` with the keywords of draft 4 that MongoDB knows; another keyword is refused. */
export function compileSchema(schema: Value): (doc: Doc) => boolean {
  if (!(schema instanceof Map)) throw new MongoServerFault('TypeMismatch', '$jsonSchema must be an object')
  const test = schemaTest(schema)
  return (doc) => test(doc)
}

/** Compiles a schema for any value, not only for whole documents. */
export function compileSubschema(schema: Doc): (value: Value) => boolean {
  return schemaTest(schema)
}

function schemaTest(schema: Doc): SchemaTest {
  const tests: SchemaTest[] = []
  for (const [keyword, argument] of schema) {
    if (ANNOTATIONS.has(keyword)) {
      if (typeof argument !== 'string') throw mistyped(keyword, 'a string')
    } else tests.push(keywordTest(keyword, argument, schema))
  }
  return (value) => tests.every((test) => test(value))
}

function subschema(keyword: string, value: Value): SchemaTest {
  if (!(value instanceof Map)) throw mistyped(keyword, 'an object')
  return schemaTest(value)
}

function list(keyword: string, value: Value): Value[] {
  if (!Array.isArray(value)) throw mistyped(keyword, 'an array')
  if (value.length === 0) throw malformed(keyword, 'must be a non-empty array')
  return value
}

function count(keyword: string, value: Value): number {
  const number = isNumber(value) ? toBigInt(value) : undefined
  if (number === undefined || number < 0n || BigInt.asIntN(64, number) !== number)
    throw malformed(keyword, 'must be a non-negative integer')
  return Number(number)
}

function keywordTest(keyword: string, argument: Value, schema: Doc): SchemaTest {
  switch (keyword) {
    case 'bsonType':
      return typeTest(Array.isArray(argument) ? argument : [argument], (name) =>
        name === 'number' ? JSON_TYPES.number : codeOfTypeName(name) === undefined ? undefined : [name],
      )
    case 'type':
      return typeTest(Array.isArray(argument) ? argument : [argument], (name) => JSON_TYPES[name])
    case 'enum': {
      const options = list(keyword, argument)
      return (value) => options.some((option) => equals(option, value))
    }
    case 'required': {
      const names = fieldNames(keyword, argument)
      return (value) => !(value instanceof Map) || names.every((name) => value.has(name))
    }
    case 'properties':
      return properties(argument)
    case 'patternProperties':
    case 'additionalProperties':
      return additional(schema)
    case 'minProperties':
    case 'maxProperties': {
      const limit = count(keyword, argument)
      return (value) =>
        !(value instanceof Map) || (keyword === 'minProperties' ? value.size >= limit : value.size <= limit)
    }
    case 'minLength':
    case 'maxLength': {
      const limit = count(keyword, argument)
      return (value) =>
        typeof value !== 'string' ||
        (keyword === 'minLength' ? [...value].length >= limit : [...value].length <= limit)
    }
    case 'pattern': {
      if (typeof argument !== 'string') throw mistyped(keyword, 'a string')
      const regex = compileRegex(argument, '')
      return (value) => typeof value !== 'string' || regex.test(value)
    }
    case 'minimum':
    case 'maximum': {
      if (!isNumber(argument)) throw mistyped(keyword, 'a number')
      const exclusive = schema.get(keyword === 'minimum' ? 'exclusiveMinimum' : 'exclusiveMaximum') === true
      const within = ordered(BOUNDS[keyword][exclusive ? 'exclusive' : 'inclusive'], argument, undefined)
      return (value) => !isNumber(value) || within(value)
    }
    case 'exclusiveMinimum':
    case 'exclusiveMaximum':
      if (typeof argument !== 'boolean') throw mistyped(keyword, 'a boolean')
      if (!schema.has(keyword === 'exclusiveMinimum' ? 'minimum' : 'maximum'))
        throw malformed(keyword, 'needs the bound that it is about')
      return () => true
    case 'multipleOf':
      return multipleOf(argument)
    case 'items': {
      if (Array.isArray(argument)) {
        const tests = argument.map((item) => subschema(keyword, item))
        return (value) => !Array.isArray(value) || value.every((item, index) => tests[index]?.(item) ?? true)
      }
      const test = subschema(keyword, argument)
      return (value) => !Array.isArray(value) || value.every(test)
    }
    case 'minItems':
    case 'maxItems': {
      const limit = count(keyword, argument)
      return (value) =>
        !Array.isArray(value) || (keyword === 'minItems' ? value.length >= limit : value.length <= limit)
    }
    case 'additionalItems':
      return additionalItems(argument, schema)
    case 'dependencies':
      return dependencies(argument)
    case 'uniqueItems':
      if (typeof argument !== 'boolean') throw mistyped(keyword, 'a boolean')
      if (!argument) return () => true
      return (value) =>
        !Array.isArray(value) || new Set(value.map((item) => hashKey(item))).size === value.length
    case 'allOf':
    case 'anyOf':
    case 'oneOf': {
      const tests = list(keyword, argument).map((item) => subschema(keyword, item))
      if (keyword === 'allOf') return (value) => tests.every((test) => test(value))
      if (keyword === 'anyOf') return (value) => tests.some((test) => test(value))
      return (value) => tests.filter((test) => test(value)).length === 1
    }
    case 'not': {
      const test = subschema(keyword, argument)
      return (value) => !test(value)
    }
    default:
      throw new MongoServerFault('FailedToParse', `Unknown $jsonSchema keyword: ${keyword}`)
  }
}

function typeTest(
  names: readonly Value[],
  expand: (name: string) => readonly string[] | undefined,
): SchemaTest {
  const types = new Set(
    names.flatMap((name) => {
      if (typeof name !== 'string') throw mistyped('type', 'either a string or an array of strings')
      if (name === 'integer') throw malformed('type', "may not be 'integer', which is not supported")
      const expanded = expand(name)
      if (expanded === undefined) throw new MongoServerFault('BadValue', `Unknown type name alias: ${name}`)
      return expanded
    }),
  )
  return (value) => types.has(typeName(value))
}

/** Reckoned in decimals, so that 0.3 is a multiple of 0.1. */
function multipleOf(argument: Value): SchemaTest {
  if (!isNumber(argument)) throw mistyped('multipleOf', 'a number')
  if (isZero(argument) || !(toDouble(argument) > 0)) throw malformed('multipleOf', 'must be positive')
  const unit = toArithmeticDecimal(argument)
  return (value) => {
    if (!isNumber(value)) return true
    const rest = remainderOfDecimals(toArithmeticDecimal(value), unit)
    return typeof rest !== 'string' && rest.coefficient === 0n
  }
}

function properties(argument: Value): SchemaTest {
  if (!(argument instanceof Map)) throw mistyped('properties', 'an object')
  const tests = [...argument].map(([name, schema]) => [name, subschema('properties', schema)] as const)
  return (value) => {
    if (!(value instanceof Map)) return true
    return tests.every(([name, test]) => {
      const field = value.get(name)
      return field === undefined || test(field)
    })
  }
}

function fieldNames(keyword: string, argument: Value): string[] {
  const names = list(keyword, argument).map((name) => {
    if (typeof name !== 'string') throw mistyped(keyword, 'an array of strings')
    return name
  })
  if (new Set(names).size < names.length) throw malformed(keyword, 'may not name a field twice')
  return names
}

/** What must hold of a document that has a certain field: other fields, or a schema. */
function dependencies(argument: Value): SchemaTest {
  if (!(argument instanceof Map)) throw mistyped('dependencies', 'an object')
  const tests = [...argument].map(([name, wanted]) => {
    if (wanted instanceof Map) return [name, schemaTest(wanted)] as const
    const others = fieldNames('dependencies', wanted)
    return [
      name,
      (value: Value) => value instanceof Map && others.every((other) => value.has(other)),
    ] as const
  })
  return (value) => !(value instanceof Map) || tests.every(([name, test]) => !value.has(name) || test(value))
}

/** What holds of the elements beyond those that a list of `items` describes. */
function additionalItems(argument: Value, schema: Doc): SchemaTest {
  const listed = schema.get('items')
  if (typeof argument !== 'boolean' && !(argument instanceof Map))
    throw mistyped('additionalItems', 'either an object or a boolean')
  const test = argument instanceof Map ? schemaTest(argument) : () => argument === true
  if (!Array.isArray(listed)) return () => true
  return (value) => !Array.isArray(value) || value.slice(listed.length).every(test)
}

/** `patternProperties` and `additionalProperties` depend on each other, so that each tests both. */
function additional(schema: Doc): SchemaTest {
  const named = schema.get('properties')
  const patterns = schema.get('patternProperties')
  const patternTests =
    patterns instanceof Map
      ? [...patterns].map(
          ([pattern, inner]) => [propertyPattern(pattern), subschema('patternProperties', inner)] as const,
        )
      : []
  if (patterns !== undefined && !(patterns instanceof Map)) throw mistyped('patternProperties', 'an object')
  const rest = schema.get('additionalProperties')
  if (rest !== undefined && typeof rest !== 'boolean' && !(rest instanceof Map))
    throw mistyped('additionalProperties', 'an object or a boolean')
  const restTest = rest instanceof Map ? schemaTest(rest) : () => rest !== false
  return (value) => {
    if (!(value instanceof Map)) return true
    return [...value].every(([name, field]) => {
      const fitting = patternTests.filter(([pattern]) => pattern.test(name))
      if (fitting.length > 0) return fitting.every(([, test]) => test(field))
      return (named instanceof Map && named.has(name)) || restTest(field)
    })
  }
}

function propertyPattern(pattern: string): RegExp {
  try {
    return compileRegex(pattern, '')
  } catch (error) {
    if (!(error instanceof MongoServerFault)) throw error
    throw new MongoServerFault('BadValue', `Invalid regular expression in $jsonSchema: ${pattern}`)
  }
}
