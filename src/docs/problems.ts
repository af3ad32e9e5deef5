import {
  type ClientEvent,
  type Namespace,
  PROBLEMS,
  type ProblemCode,
  type Route,
} from '../contract/index.ts'
import type { Json } from './schemas.ts'

/** A request that cannot be read, or whose headers are too large, is refused before it is known what it asks for. */
const OF_EVERY_ROUTE: readonly ProblemCode[] = [
  'malformed_json',
  'payload_too_large',
  'validation_failed',
  'rate_limited',
  'internal',
  'unavailable',
]
const OF_EVERY_EVENT: readonly ProblemCode[] = [
  'validation_failed',
  'rate_limited',
  'internal',
  'unavailable',
]
const OF_TOKENS: readonly ProblemCode[] = ['unauthenticated', 'token_expired', 'token_revoked']
const OF_KEYS: readonly ProblemCode[] = ['idempotency_conflict', 'idempotency_in_flight']

/** Every code that a route can answer with. */
export function codesOfRoute(route: Route): ProblemCode[] {
  const guarded = route.auth === 'user' || route.auth === 'admin'
  return distinct([
    ...route.errors,
    ...(guarded ? OF_TOKENS : []),
    ...(route.auth === 'admin' ? (['forbidden'] as const) : []),
    ...(route.body === undefined ? [] : (['unsupported_media_type'] as const)),
    ...(route.idempotent === true ? OF_KEYS : []),
    ...OF_EVERY_ROUTE,
  ])
}

/** Every code that an event can be acknowledged with. */
export function codesOfEvent(namespace: Namespace, event: ClientEvent): ProblemCode[] {
  const guarded = namespace.auth === 'token' || event.needsToken === true
  return distinct([
    ...event.errors,
    ...(guarded ? (['unauthenticated'] as const) : []),
    ...(event.idempotent === true ? OF_KEYS : []),
    ...OF_EVERY_EVENT,
  ])
}

/** The problem object with no other codes than these. */
export function problemSchema(problem: Json, codes: readonly ProblemCode[]): Json {
  return { allOf: [problem], properties: { code: { enum: codes } } }
}

const text = (description: string): Json => ({ description, schema: { type: 'string' } })
const seconds = (description: string): Json => ({ description, schema: { type: 'integer', minimum: 0 } })

export const REQUEST_ID = { 'X-Request-Id': text('The id under which the request is logged.') }
const LIMIT = {
  'RateLimit-Policy': text('The limit: its name, how many requests, and for how many seconds.'),
  RateLimit: text('How many requests are left, and for how many seconds.'),
}
const HEADERS_BY_STATUS: Readonly<Record<number, Json>> = {
  401: { 'WWW-Authenticate': text('`Bearer`.') },
  429: { 'Retry-After': seconds('When another try makes sense.'), ...LIMIT },
  503: { 'Retry-After': seconds('When another try makes sense.') },
}

/** The refusals of a route, by status. */
export function problemResponses(route: Route, problem: Json): Json {
  const byStatus = Map.groupBy(codesOfRoute(route), (code) => PROBLEMS[code].status)
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [
      status,
      {
        description: codes.map((code) => `\`${code}\`: ${PROBLEMS[code].title}`).join('; '),
        headers: { ...REQUEST_ID, ...HEADERS_BY_STATUS[status] },
        content: {
          'application/problem+json': {
            schema: problemSchema(problem, codes),
            examples: Object.fromEntries(codes.map((code) => [code, { value: problemExample(code) }])),
          },
        },
      },
    ]),
  )
}

const DETAILS: Readonly<Partial<Record<ProblemCode, Json>>> = {
  payment_declined: { reason: 'card_declined' },
  insufficient_stock: { available: 3 },
  idempotency_in_flight: { retryAfter: 1 },
  rate_limited: { retryAfter: 42 },
  unavailable: { retryAfter: 5 },
  validation_failed: { errors: [{ path: 'quantity', message: 'Too small: expected number to be >=1' }] },
}

function problemExample(code: ProblemCode): Json {
  const { status, title } = PROBLEMS[code]
  return {
    type: `urn:floorwalker:problem:${code}`,
    title,
    status,
    detail: title,
    code,
    requestId: 'm845091ax7q3d9w2h5k8n0rt',
    ...DETAILS[code],
  }
}

function distinct(codes: readonly ProblemCode[]): ProblemCode[] {
  return [...new Set(codes)]
}
