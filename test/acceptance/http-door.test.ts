import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Problem } from '../../src/contract/index.ts'
import { type Shopper, startWorld, type World } from '../support/world.ts'

let world: World
let shopper: Shopper

beforeAll(async () => {
  world = await startWorld({ config: { CORS_ORIGINS: 'https://shop.example' } })
  shopper = await world.signUp()
})
afterAll(() => world.close())

async function problemOf(response: Response): Promise<Problem> {
  expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/)
  const problem = Problem.parse(await response.json())
  expect(problem.status).toBe(response.status)
  expect(problem.requestId).toBe(response.headers.get('x-request-id'))
  return problem
}

const post = (
  path: string,
  body: string | Uint8Array<ArrayBuffer> | null,
  headers: Record<string, string> = {},
) =>
  world.api.raw(path, { method: 'POST', headers: { 'Content-Type': 'application/json', ...headers }, body })

describe('bodies', () => {
  test.each([
    ['{"email":', 400, 'malformed_json'],
    ['nonsense', 400, 'malformed_json'],
    ['null', 422, 'validation_failed'],
    ['[]', 422, 'validation_failed'],
    ['"text"', 422, 'validation_failed'],
    ['42', 422, 'validation_failed'],
    ['{"__proto__":{"role":"admin"}}', 422, 'validation_failed'],
    ['{"email":{"$gt":""},"password":"12345678"}', 422, 'validation_failed'],
  ])('%s is %i %s', async (body, status, code) => {
    const problem = await problemOf(await post('/api/auth/signin', body))
    expect(problem).toMatchObject({ status, code })
  })

  test('unknown fields are refused and named', async () => {
    const body = JSON.stringify({ email: 'a@example.com', password: '12345678', role: 'admin' })
    const problem = await problemOf(await post('/api/auth/signin', body))
    expect(problem.errors).toEqual([{ path: 'role', message: 'is not a known field' }])
  })

  test('thousands of unknown fields make no long answer', async () => {
    const body = JSON.stringify(
      Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`f${index}`, 1])),
    )
    const response = await post('/api/auth/signin', body)
    const text = await response.text()
    expect(response.status).toBe(422)
    expect(text.length).toBeLessThan(5000)
  })

  test('more than 100 kB is too large, compressed or not', async () => {
    const body = JSON.stringify({ refreshToken: 'x'.repeat(100_000) })
    expect(await problemOf(await post('/api/auth/refresh', body))).toMatchObject({
      code: 'payload_too_large',
    })
    const packed = await post('/api/auth/refresh', new Uint8Array(gzipSync(body)), {
      'Content-Encoding': 'gzip',
    })
    expect(await problemOf(packed)).toMatchObject({ status: 413 })
  })

  test('another media type is not supported', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/xml']) {
      const response = await post('/api/auth/guest', 'a=1', { 'Content-Type': type })
      expect(await problemOf(response)).toMatchObject({ status: 415, code: 'unsupported_media_type' })
    }
  })

  test('no body at all counts as an empty one', async () => {
    const response = await world.api.raw('/api/auth/guest', { method: 'POST' })
    expect(response.status).toBe(201)
    expect((await problemOf(await world.api.raw('/api/auth/signin', { method: 'POST' }))).status).toBe(422)
  })
})

describe('addresses and methods', () => {
  test.each([
    '/api',
    '/api/nothing',
    '/api/auth',
    '/api/products/%E0%A4%A',
    '/nothing.php',
  ])('%s is not found', async (path) => {
    expect(await problemOf(await world.api.raw(path))).toMatchObject({ status: 404, code: 'not_found' })
  })

  test('another method is not allowed, and the allowed ones are named', async () => {
    for (const method of ['GET', 'DELETE', 'PATCH']) {
      const response = await world.api.raw('/api/auth/signin', { method })
      expect(await problemOf(response)).toMatchObject({ status: 405, code: 'method_not_allowed' })
      expect(response.headers.get('allow')).toBe('POST')
    }
  })

  test('bad and unknown query values are refused', async () => {
    for (const query of ['page=0', 'limit=101', 'limit=x', 'unknown=1', 'page=1&page=2', 'sort=evil']) {
      const response = await world.api.raw(`/api/products?${query}`)
      expect(await problemOf(response)).toMatchObject({ status: 422, code: 'validation_failed' })
    }
    const me = await shopper.api.raw('/api/auth/me?role=admin')
    expect(me.status).toBe(422)
  })
})

describe('who may call', () => {
  test('without a token a guarded route is unauthenticated', async () => {
    const response = await world.api.raw('/api/auth/me')
    expect(await problemOf(response)).toMatchObject({ status: 401, code: 'unauthenticated' })
    expect(response.headers.get('www-authenticate')).toBe('Bearer')
  })

  test('an admin route is forbidden to shoppers', async () => {
    const body = JSON.stringify({ sku: 'x', locationId: 'x', delta: 1, reason: 'x' })
    const response = await shopper.api.raw('/api/admin/inventory/x/adjust', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body,
    })
    expect(await problemOf(response)).toMatchObject({ status: 403, code: 'forbidden' })
  })
})

describe('headers', () => {
  test('a request id of the client is kept when it is one', async () => {
    const kept = await world.api.raw('/api/auth/me', { headers: { 'X-Request-Id': 'my-request_01' } })
    expect((await problemOf(kept)).requestId).toBe('my-request_01')
    for (const id of ['short', 'x'.repeat(65), 'with spaces here']) {
      const response = await world.api.raw('/health/live', { headers: { 'X-Request-Id': id } })
      expect(response.headers.get('x-request-id')).toMatch(/^[A-Za-z0-9_-]{8,64}$/)
      expect(response.headers.get('x-request-id')).not.toBe(id)
    }
  })

  test('only the configured origins may read answers', async () => {
    const ask = (origin: string) => world.api.raw('/health/live', { headers: { Origin: origin } })
    const ours = await ask('https://shop.example')
    expect(ours.headers.get('access-control-allow-origin')).toBe('https://shop.example')
    expect(ours.headers.get('access-control-expose-headers')).toBe(
      'X-Request-Id,Retry-After,RateLimit,RateLimit-Policy',
    )
    expect((await ask('https://evil.example')).headers.get('access-control-allow-origin')).toBeNull()
  })

  test('a preflight names what may be sent', async () => {
    const response = await world.api.raw('/api/orders', {
      method: 'OPTIONS',
      headers: { Origin: 'https://shop.example', 'Access-Control-Request-Method': 'POST' },
    })
    expect(response.status).toBe(204)
    expect(response.headers.get('access-control-allow-headers')).toBe(
      'Authorization,Content-Type,Idempotency-Key,X-Request-Id',
    )
  })

  test('browsers are told to be careful', async () => {
    const { headers } = await world.api.raw('/docs')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('content-security-policy')).toContain("default-src 'self'")
    expect(headers.get('x-powered-by')).toBeNull()
  })
})

test('the API limit counts by user, by address where there is none', async () => {
  const small = await startWorld({ config: { RATE_LIMIT_API: '3/1h' } })
  const first = await small.signUp()
  const calls = await Promise.all(Array.from({ length: 5 }, () => first.api.raw('/api/auth/me')))
  expect(calls.map(({ status }) => status).sort()).toEqual([200, 200, 200, 429, 429])
  const refused = calls.find(({ status }) => status === 429)
  expect(refused?.headers.get('ratelimit-policy')).toBe('"api";q=3;w=3600')
  expect(refused?.headers.get('ratelimit')).toMatch(/^"api";r=0;t=\d+$/)
  expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThan(0)
  const second = await small.signUp()
  expect((await second.api.raw('/api/auth/me')).status).toBe(200)
  await small.close()
})

describe('outside the API', () => {
  test('health', async () => {
    const health = await world.api.raw('/health')
    expect(health.status).toBe(200)
    expect(await health.json()).toMatchObject({
      status: 'ok',
      version: expect.any(String),
      uptime: expect.any(Number),
      checks: { database: 'ok', revocations: 'ok', inventory: 'ok' },
    })
    expect((await world.api.raw('/health/live')).status).toBe(200)
    expect((await world.api.raw('/health/ready')).status).toBe(200)
  })

  test('metrics', async () => {
    const text = await (await world.api.raw('/metrics')).text()
    expect(text).toContain('floorwalker_http_request_seconds_count{route="signUp",status="201"}')
  })

  test('the descriptions know every route and event, and refer to nothing that is missing', async () => {
    for (const path of ['/openapi.json', '/asyncapi.json']) {
      const response = await world.api.raw(path)
      const text = await response.text()
      const book: { components: { schemas: Record<string, unknown> } } = JSON.parse(text)
      const names = [...text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(([, name]) => name)
      expect(names.filter((name) => name === undefined || !(name in book.components.schemas))).toEqual([])
    }
    const openapi = (await (await world.api.raw('/openapi.json')).json()) as {
      openapi: string
      paths: object
    }
    expect(openapi.openapi).toBe('3.1.0')
    expect(Object.keys(openapi.paths)).toContain('/api/orders/{id}/return')
    const asyncapi = (await (await world.api.raw('/asyncapi.json')).json()) as {
      asyncapi: string
      operations: object
    }
    expect(asyncapi.asyncapi).toBe('3.0.0')
    expect(Object.keys(asyncapi.operations)).toContain('chat.message.send')
  })

  test('the reference page and its parts are served from here', async () => {
    const page = await (await world.api.raw('/docs')).text()
    const parts = [...page.matchAll(/(?:src|href)="([^"#]+)"/g)].map(([, href]) => href ?? '')
    expect(parts).toContain('/docs/reference.js')
    for (const part of parts) expect((await world.api.raw(part)).status).toBe(200)
  })
})
