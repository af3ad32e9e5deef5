import fc, { type Arbitrary } from 'fast-check'

/** A JSON Schema as the documents hold it. */
export type JsonSchema = Readonly<Record<string, unknown>>

/** What makes a generated value worth sending: ids that exist, mail addresses that look like some. */
export type Hints = (field: string) => Arbitrary<unknown> | undefined

export interface SchemaBook {
  resolve(reference: string): JsonSchema
}

const DEPTH = 4

/** Values inside a JSON Schema; a field's hint is preferred to what its schema alone says. */
export function valuesIn(
  schema: JsonSchema,
  book: SchemaBook,
  hints: Hints,
  depth = DEPTH,
): Arbitrary<unknown> {
  const inner = (part: unknown): Arbitrary<unknown> =>
    depth === 0 ? fc.constant(null) : valuesIn(schemaOf(part), book, hints, depth - 1)
  if (typeof schema.$ref === 'string') return valuesIn(book.resolve(schema.$ref), book, hints, depth)
  if ('const' in schema) return fc.constant(schema.const)
  if (Array.isArray(schema.enum)) return fc.constantFrom(...(schema.enum as unknown[]))
  const choices = schema.anyOf ?? schema.oneOf
  if (Array.isArray(choices))
    return fc.oneof(...choices.map((choice) => valuesIn(schemaOf(choice), book, hints, depth)))
  const types = Array.isArray(schema.type) ? (schema.type as unknown[]) : [schema.type]
  return fc.oneof(...types.map((type) => valuesOfType(type, schema, hints, inner)))
}

function valuesOfType(
  type: unknown,
  schema: JsonSchema,
  hints: Hints,
  inner: (part: unknown) => Arbitrary<unknown>,
): Arbitrary<unknown> {
  switch (type) {
    case 'string':
      return strings(schema)
    case 'integer':
    case 'number':
      return integers(schema)
    case 'boolean':
      return fc.boolean()
    case 'null':
      return fc.constant(null)
    case 'array':
      return fc.array(inner(schema.items), { minLength: numberOr(schema.minItems, 0), maxLength: 5 })
    case 'object':
      return objects(schema, hints, inner)
    default:
      return fc.jsonValue({ maxDepth: 2 })
  }
}

function strings(schema: JsonSchema): Arbitrary<string> {
  const minLength = numberOr(schema.minLength, 0)
  const maxLength = numberOr(schema.maxLength, 300)
  const free = fc.string({ unit: 'grapheme', minLength, maxLength: Math.min(maxLength, minLength + 40) })
  const pattern = typeof schema.pattern === 'string' ? schema.pattern : undefined
  if (pattern?.includes('\\p') || pattern?.includes('\\P') || pattern === undefined) {
    const longest = fc.constant('x'.repeat(maxLength))
    return fc.oneof({ weight: 8, arbitrary: free }, { weight: 1, arbitrary: longest })
  }
  return fc.stringMatching(new RegExp(pattern))
}

function integers(schema: JsonSchema): Arbitrary<number> {
  const min = numberOr(schema.minimum, -1000)
  const max = numberOr(schema.maximum, 1000)
  return fc.oneof(fc.constantFrom(min, max), fc.integer({ min, max: Math.min(max, min + 20) }))
}

function objects(
  schema: JsonSchema,
  hints: Hints,
  inner: (part: unknown) => Arbitrary<unknown>,
): Arbitrary<unknown> {
  const properties = schemaOf(schema.properties)
  const required = new Set(Array.isArray(schema.required) ? (schema.required as string[]) : [])
  const fields = Object.entries(properties).map(([name, part]) => {
    const hint = hints(name)
    const value = hint === undefined ? inner(part) : fc.oneof({ weight: 4, arbitrary: hint }, inner(part))
    return [name, value] as const
  })
  const named = fc.record(Object.fromEntries(fields), {
    requiredKeys: fields.map(([name]) => name).filter((name) => required.has(name)),
  })
  if (fields.length > 0 || typeof schema.additionalProperties !== 'object') return named
  const names = schemaOf(schema.propertyNames)
  const key = typeof names.pattern === 'string' ? fc.stringMatching(new RegExp(names.pattern)) : fc.string()
  return fc.dictionary(key, inner(schema.additionalProperties), { maxKeys: 5 })
}

export function schemaOf(value: unknown): JsonSchema {
  return typeof value === 'object' && value !== null ? (value as JsonSchema) : {}
}

function numberOr(value: unknown, otherwise: number): number {
  return typeof value === 'number' ? value : otherwise
}
