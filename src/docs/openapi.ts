import { PROBLEMS, Problem, type ProblemCode, ROUTES, type Route } from '../contract/index.ts'
import { createSchemaBook, type Json, type SchemaBook } from './schemas.ts'

const EVERYWHERE: readonly ProblemCode[] = ['rate_limited', 'internal', 'unavailable']

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
            content: { 'application/json': { schema: book.input(route.body) } },
          },
        }),
    responses: {
      [route.success.status]: {
        description: 'Done',
        headers: { 'X-Request-Id': { schema: { type: 'string' } } },
        ...(route.success.body === undefined
          ? {}
          : { content: { 'application/json': { schema: book.output(route.success.body) } } }),
      },
      ...problemResponses(route, problem),
    },
  }
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

function problemResponses(route: Route, problem: Json): Json {
  const codes = new Set<ProblemCode>([...route.errors, ...EVERYWHERE])
  if (route.auth === 'user' || route.auth === 'admin') {
    for (const code of ['unauthenticated', 'token_expired', 'token_revoked'] as const) codes.add(code)
  }
  if (route.auth === 'admin') codes.add('forbidden')
  codes.add('validation_failed')
  if (route.body !== undefined) {
    for (const code of ['malformed_json', 'payload_too_large', 'unsupported_media_type'] as const)
      codes.add(code)
  }
  if (route.idempotent === true) codes.add('idempotency_conflict').add('idempotency_in_flight')
  const byStatus = Map.groupBy(codes, (code) => PROBLEMS[code].status)
  return Object.fromEntries(
    [...byStatus].map(([status, together]) => [
      status,
      {
        description: together.map((code) => `\`${code}\`: ${PROBLEMS[code].title}`).join('; '),
        content: { 'application/problem+json': { schema: problem } },
      },
    ]),
  )
}
