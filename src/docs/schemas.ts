import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'

export type Json = { readonly [key: string]: unknown }

/** Collects JSON Schemas under their names, for descriptions that refer to them. */
export interface SchemaBook {
  /** The schema of what a client sends, as a reference where it has a name. */
  input(schema: z.ZodType): Json
  /** The schema of what a client gets. */
  output(schema: z.ZodType): Json
  /** Every named schema that was referred to. */
  readonly components: Readonly<Record<string, Json>>
}

/** `draft` is the dialect: 2020-12 for OpenAPI 3.1, 7 for AsyncAPI 3.0. */
export function createSchemaBook(draft: 'draft-2020-12' | 'draft-7'): SchemaBook {
  const components: Record<string, Json> = {}

  const describe = (schema: z.ZodType, io: 'input' | 'output'): Json => {
    const whole: Json = z.toJSONSchema(z.object({ it: schema }), {
      io,
      target: draft,
      unrepresentable: 'any',
    })
    const definitions = record(whole.$defs ?? whole.definitions)
    const names = new Map(Object.keys(definitions).map((name) => [name, nameFor(name, definitions, io)]))
    for (const [name, definition] of Object.entries(definitions)) {
      components[names.get(name) ?? name] = rewrite(definition, names)
    }
    return rewrite(record(whole.properties).it, names)
  }

  const nameFor = (name: string, definitions: Json, io: 'input' | 'output'): string => {
    const known = components[name]
    if (known === undefined || io === 'output') return name
    const plain = rewrite(definitions[name], new Map(Object.keys(definitions).map((key) => [key, key])))
    return isDeepStrictEqual(known, plain) ? name : `${name}Input`
  }

  return {
    components,
    input: (schema) => describe(schema, 'input'),
    output: (schema) => describe(schema, 'output'),
  }
}

const REFERENCE = /^#\/(?:\$defs|definitions)\/(.+)$/

/** Points references at the book's names and leaves out what only a stand-alone schema needs. */
function rewrite(value: unknown, names: ReadonlyMap<string, string>): Json {
  return record(walk(value, names))
}

function walk(value: unknown, names: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(value)) return value.map((entry: unknown) => walk(entry, names))
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).flatMap(([key, inner]): Array<[string, unknown]> => {
    if (key === '$schema' || (key === 'id' && typeof inner === 'string')) return []
    if (key === '$ref' && typeof inner === 'string') {
      const name = REFERENCE.exec(inner)?.[1] ?? inner
      return [['$ref', `#/components/schemas/${names.get(name) ?? name}`]]
    }
    return [[key, walk(inner, names)]]
  })
  return Object.fromEntries(entries)
}

function record(value: unknown): Json {
  return typeof value === 'object' && value !== null ? (value as Json) : {}
}
