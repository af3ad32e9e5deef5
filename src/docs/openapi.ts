import { Problem, ROUTES, type Route } from '../contract/index.ts'
import { BODY_EXAMPLES } from './examples.ts'
import { problemResponses, REQUEST_ID } from './problems.ts'
import { createSchemaBook, type Json, type SchemaBook } from './schemas.ts'

/** The REST API as OpenAPI 3.1, made from the contract's route table. */
export function openapi(version: string): Json {
  const book = createSchemaBook('draft-2020-12')
  const problem = book.output(Problem)
  const paths: Record<string, Record<string, Json>> = {}
  for (const [name, route] of Object.entries<Route>(ROUTES)) {
    const path = `/api${route.path.replace(/:(\w+)/g, '{$1}')}`
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(name, route, book, problem) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Floorwalker',
      version,
      description:
        'Money is an integer in minor units with its currency, times are ISO 8601 in UTC, errors are RFC 9457 problem objects ' +
        'whose `code` is stable.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    tags: [...new Set(Object.values<Route>(ROUTES).map(({ tag }) => tag))].map((name) => ({ name })),
    paths,
    components: {
      schemas: book.components,
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
    },
  }
}

function operation(name: string, route: Route, book: SchemaBook, problem: Json): Json {
  const parameters = [
    ...parametersOf(route.params, 'path', book),
    ...parametersOf(route.query, 'query', book),
    ...(route.idempotent === true ? [idempotencyHeader] : []),
  ]
  return {
    operationId: name,
    tags: [route.tag],
    summary: route.summary,
    ...(route.auth === 'none'
      ? {}
      : { security: [{ bearer: [] }, ...(route.auth === 'optional' ? [{}] : [])] }),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(route.body === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: { 'application/json': { schema: book.input(route.body), ...exampleOf(name) } },
          },
        }),
    responses: {
      [route.success.status]: {
        description: 'Done',
        headers: REQUEST_ID,
        ...(route.success.body === undefined
          ? {}
          : { content: { 'application/json': { schema: book.output(route.success.body) } } }),
      },
      ...problemResponses(route, problem),
    },
  }
}

function exampleOf(name: string): Json {
  const examples: Json = BODY_EXAMPLES
  return Object.hasOwn(examples, name) ? { example: examples[name] } : {}
}

const idempotencyHeader: Json = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description: 'The same key and body gives the first answer again, for 24 hours.',
  schema: { type: 'string', minLength: 1, maxLength: 128 },
}

function parametersOf(schema: Route['params'], place: 'path' | 'query', book: SchemaBook): Json[] {
  if (schema === undefined) return []
  const described = book.input(schema)
  const required = new Set(Array.isArray(described.required) ? described.required : [])
  const properties = propertiesOf(described)
  const parsed = place === 'query' ? propertiesOf(book.output(schema)) : {}
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: place,
    required: place === 'path' || required.has(name),
    schema: Object.keys(property).length > 0 ? property : (parsed[name] ?? {}),
  }))
}

/** A coerced query value says only after parsing what it is. */
function propertiesOf(schema: Json): Readonly<Record<string, Json>> {
  return (schema.properties ?? {}) as Readonly<Record<string, Json>>
}
