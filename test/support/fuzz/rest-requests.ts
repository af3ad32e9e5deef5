import { deflateSync, gzipSync } from 'node:zlib'
import fc, { type Arbitrary } from 'fast-check'
import { hostileText, hostileValue, spoiled } from './hostile-values.ts'
import type { WireRequest } from './http-sender.ts'
import type { KnownValues } from './known-values.ts'
import type { Operation } from './operations.ts'
import { type SchemaBook, valuesIn } from './schema-values.ts'

/** Who calls; the tokens themselves change while the fuzzer runs. */
export type Bearer = 'none' | 'guest' | 'shopper' | 'admin' | 'bad'

export interface FuzzedRequest extends WireRequest {
  readonly operation: Operation
  readonly bearer: Bearer
  /** The JSON value that is sent, where the body is just that. */
  readonly json: unknown
}

const METHODS = ['HEAD', 'OPTIONS', 'PATCH', 'TRACE', 'PROPFIND', 'PURGE', 'DELETE', 'GET', 'POST', 'PUT']

const BAD_AUTHORIZATIONS = [
  'Bearer',
  'Bearer ',
  'Bearer  x',
  'bearer nonsense',
  'Basic YTpi',
  'Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.',
  `Bearer ${'a'.repeat(6_000)}`,
  'Bearer a.b.c.d',
  'Digest username="x"',
]

const rarely = <T>(weight: number, often: Arbitrary<T>, seldom: Arbitrary<T>): Arbitrary<T> =>
  fc.oneof({ weight: 100 - weight, arbitrary: often }, { weight, arbitrary: seldom })

/** Requests inside and outside of what the operations allow. */
export function restRequests(
  operations: readonly Operation[],
  book: SchemaBook,
  known: KnownValues,
): Arbitrary<FuzzedRequest> {
  return fc.constantFrom(...operations).chain((operation) =>
    fc
      .record({
        method: rarely(4, fc.constant(operation.method), fc.constantFrom(...METHODS)),
        target: targets(operation, book, known),
        bearer: fc.oneof(
          { weight: 10, arbitrary: fc.constant<Bearer>('shopper') },
          { weight: 3, arbitrary: fc.constantFrom<Bearer>('guest', 'admin') },
          { weight: 2, arbitrary: fc.constantFrom<Bearer>('none', 'bad') },
        ),
        payload: payloads(operation, book, known),
        headers: extraHeaders(operation),
        badAuthorization: fc.constantFrom(...BAD_AUTHORIZATIONS),
      })
      .map(({ method, target, bearer, payload, headers, badAuthorization }) => ({
        operation,
        method,
        target,
        bearer,
        json: payload.json,
        body: payload.body,
        headers: {
          ...payload.headers,
          ...headers,
          ...(bearer === 'bad' ? { Authorization: badAuthorization } : {}),
        },
      })),
  )
}

function targets(operation: Operation, book: SchemaBook, known: KnownValues): Arbitrary<string> {
  const hole = rarely(
    25,
    known.idFor(operation.path).map((id) => encodeURIComponent(String(id))),
    fc.oneof(
      hostileText.map((text) => encodeURIComponent(text.toWellFormed().slice(0, 2_000))),
      fc.constantFrom('%', '%zz', '%E0%A4%A', '%00', '..', '.', '%2e%2e', '%2F', ';', '*', 'x'.repeat(4_000)),
    ),
  )
  const path = rarely(
    97,
    fc.constantFrom(
      `${operation.path}/`,
      `/${operation.path}`,
      operation.path.toUpperCase(),
      `${operation.path}/x`,
    ),
    fc.constant(operation.path),
  ).chain((template) => {
    const holes = [...template.matchAll(/\{\w+\}/g)]
    return fc.tuple(...holes.map(() => hole)).map((values) => {
      let turn = 0
      return template.replace(/\{\w+\}/g, () => values[turn++] ?? '')
    })
  })
  return fc.tuple(path, queries(operation, book, known)).map(([base, query]) => `${base}${query}`)
}

function queries(operation: Operation, book: SchemaBook, known: KnownValues): Arbitrary<string> {
  const fields = operation.parameters.filter((parameter) => parameter.in === 'query')
  const pair = (name: string, value: unknown) =>
    `${encodeURIComponent(name)}=${encodeURIComponent(String(value).toWellFormed().slice(0, 3_000))}`
  const strange = fc.constantFrom(
    '?',
    '?&&&',
    '?=',
    '?%',
    '?%=%',
    '?__proto__=1',
    '?__proto__[x]=1',
    '?constructor=1',
    '?page[$gt]=1',
    '?page=1&page=2',
    '?page=',
    '?page=1e0',
    '?page=0x1',
    '?page=%201',
    '?page=1.0',
    '?page=+1',
    '?limit=Infinity',
    '?limit=01',
    '?minPrice=',
    '?minPrice=-0',
    '?maxPrice=9007199254740993',
    `?${'a=1&'.repeat(1_500)}`,
    `?q=${'x'.repeat(8_000)}`,
  )
  if (fields.length === 0) return rarely(4, fc.constant(''), strange)
  const inside = fc
    .record(
      Object.fromEntries(fields.map(({ name, schema }) => [name, valuesIn(schema, book, known.hints)])),
      { requiredKeys: fields.filter(({ required }) => required).map(({ name }) => name) },
    )
    .map((values) => {
      const text = Object.entries(values).map(([name, value]) => pair(name, value))
      return text.length === 0 ? '' : `?${text.join('&')}`
    })
  const wrong = fc
    .tuple(inside, fc.constantFrom(...fields.map(({ name }) => name), 'unknown'), hostileText)
    .map(([query, name, value]) => `${query === '' ? '?' : `${query}&`}${pair(name, value)}`)
  return fc.oneof(
    { weight: 6, arbitrary: inside },
    { weight: 3, arbitrary: wrong },
    { weight: 1, arbitrary: strange },
  )
}

interface Payload {
  readonly json?: unknown
  readonly body?: Buffer
  readonly headers: Readonly<Record<string, string>>
}

const JSON_TYPE = { 'Content-Type': 'application/json' }

function payloads(operation: Operation, book: SchemaBook, known: KnownValues): Arbitrary<Payload> {
  if (operation.body === undefined) {
    return rarely(
      3,
      fc.constant({ headers: {} }),
      fc.constant({ body: Buffer.from('{"a":1}'), headers: JSON_TYPE }),
    )
  }
  const valid = valuesIn(operation.body, book, known.hints)
  const asJson = (value: unknown): Payload => ({
    json: value,
    body: Buffer.from(JSON.stringify(value) ?? 'null'),
    headers: JSON_TYPE,
  })
  const dressed = fc
    .tuple(valid, fc.constantFrom(...DRESSINGS))
    .map(([value, dress]) => dress(JSON.stringify(value)))
  return fc.oneof(
    { weight: 11, arbitrary: valid.map(asJson) },
    { weight: 7, arbitrary: valid.chain(spoiled).map(asJson) },
    { weight: 1, arbitrary: hostileValue.map(asJson) },
    { weight: 3, arbitrary: dressed },
  )
}

/** The same JSON in other clothes, and what only looks like it. */
const DRESSINGS: ReadonlyArray<(text: string) => Payload> = [
  (text) => ({ body: gzipSync(text), headers: { ...JSON_TYPE, 'Content-Encoding': 'gzip' } }),
  (text) => ({ body: deflateSync(text), headers: { ...JSON_TYPE, 'Content-Encoding': 'deflate' } }),
  (text) => ({ body: Buffer.from(text), headers: { ...JSON_TYPE, 'Content-Encoding': 'gzip' } }),
  (text) => ({ body: Buffer.from(text), headers: { ...JSON_TYPE, 'Content-Encoding': 'zstd' } }),
  (text) => ({ body: gzipSync(text).subarray(0, 12), headers: { ...JSON_TYPE, 'Content-Encoding': 'gzip' } }),
  (text) => ({
    body: gzipSync(`{"a":"${text.slice(0, 0)}${'0'.repeat(5_000_000)}"}`),
    headers: { ...JSON_TYPE, 'Content-Encoding': 'gzip' },
  }),
  (text) => ({ body: Buffer.from(text), headers: { 'Content-Type': 'text/plain' } }),
  (text) => ({ body: Buffer.from(text), headers: { 'Content-Type': 'application/x-www-form-urlencoded' } }),
  (text) => ({ body: Buffer.from(text), headers: { 'Content-Type': 'multipart/form-data; boundary=x' } }),
  (text) => ({ body: Buffer.from(text), headers: { 'Content-Type': 'application/json; charset=utf-16' } }),
  (text) => ({ body: Buffer.from(text), headers: { 'Content-Type': ';;;' } }),
  (text) => ({ body: Buffer.from(text), headers: { 'Content-Type': '' } }),
  (text) => ({ body: Buffer.from(text), headers: {} }),
  (text) => ({ body: Buffer.from(text.slice(0, -1)), headers: JSON_TYPE }),
  (text) => ({ body: Buffer.from(`${text}${text}`), headers: JSON_TYPE }),
  (text) => ({ body: Buffer.from(`\ufeff${text}`), headers: JSON_TYPE }),
  (text) => ({ body: Buffer.concat([Buffer.from(text), Buffer.from([0xff, 0xfe])]), headers: JSON_TYPE }),
  () => ({ body: Buffer.alloc(0), headers: JSON_TYPE }),
  () => ({ body: Buffer.from('[1,2,{"a":'), headers: JSON_TYPE }),
  () => ({ body: Buffer.from('{"__proto__":{"isAdmin":true}}'), headers: JSON_TYPE }),
  () => ({ body: Buffer.from('['.repeat(90_000)), headers: JSON_TYPE }),
  () => ({ body: Buffer.from(`${'{"a":'.repeat(15_000)}1${'}'.repeat(15_000)}`), headers: JSON_TYPE }),
  () => ({ body: Buffer.from(`{"a":"${'x'.repeat(100_001)}"}`), headers: JSON_TYPE }),
]

function extraHeaders(operation: Operation): Arbitrary<Record<string, string>> {
  const key = operation.parameters.some(({ name }) => name === 'Idempotency-Key')
    ? rarely(
        25,
        fc.constantFrom({}, { 'Idempotency-Key': 'key-1' }, { 'Idempotency-Key': 'key-2' }),
        fc.constantFrom<Record<string, string>>(
          { 'Idempotency-Key': '' },
          { 'Idempotency-Key': 'x'.repeat(128) },
          { 'Idempotency-Key': 'x'.repeat(129) },
          { 'Idempotency-Key': 'é'.repeat(20) },
          { 'Idempotency-Key': '__proto__' },
        ),
      )
    : fc.constant({})
  const other = rarely(
    10,
    fc.constant({}),
    fc.constantFrom<Record<string, string>>(
      { 'X-Request-Id': 'short' },
      { 'X-Request-Id': 'x'.repeat(5_000) },
      { 'X-Request-Id': 'evil id with blanks and é' },
      { Accept: 'text/html' },
      { Accept: 'application/xml;q=1, */*;q=0' },
      { 'Accept-Encoding': 'gzip;q=nonsense' },
      { Origin: 'null' },
      { Origin: 'https://evil.example' },
      { Origin: 'http://[' },
      { 'X-Forwarded-For': '1.2.3.4, evil' },
      { 'X-HTTP-Method-Override': 'DELETE' },
      { 'If-None-Match': '*' },
      { Range: 'bytes=0-0' },
      { Cookie: `a=${'b'.repeat(4_000)}` },
      { Connection: 'close' },
      { Host: 'evil.example:99' },
    ),
  )
  return fc.tuple(key, other).map(([first, second]) => ({ ...first, ...second }))
}
