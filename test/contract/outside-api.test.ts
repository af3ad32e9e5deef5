import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { connectClient, RefusedConnection } from '../support/client.ts'
import { type ContractWorld, startContractWorld } from '../support/contract-world.ts'

const SHOP = 'https://shop.example'

let world: ContractWorld
beforeAll(async () => {
  const config = {
    CORS_ORIGINS: `${SHOP},https://other.example`,
    RATE_LIMIT_API: '5/1m',
  }
  world = await startContractWorld({ config })
})
afterAll(() => world.close())

const get = (path: string, headers: Record<string, string> = {}) => fetch(`${world.url}${path}`, { headers })
const preflight = (origin: string) =>
  fetch(`${world.url}/api/cart`, {
    method: 'OPTIONS',
    headers: { Origin: origin, 'Access-Control-Request-Method': 'POST' },
  })

describe('what lies outside /api', () => {
  it('is healthy, and says so', async () => {
    const Health = z.strictObject({
      status: z.literal('ok'),
      version: z.string(),
      uptime: z.number(),
      checks: z.record(z.string(), z.unknown()),
    })
    Health.parse(await (await get('/health')).json())
    for (const path of ['/health/live', '/health/ready']) expect((await get(path)).status).toBe(200)
  })

  it.each([
    ['/metrics', 'text/plain'],
    ['/docs', 'text/html'],
    ['/openapi.json', 'application/json'],
    ['/asyncapi.json', 'application/json'],
  ])('%s is %s', async (path, type) => {
    const response = await get(path)
    expect([response.status, response.headers.get('Content-Type')]).toEqual([
      200,
      expect.stringContaining(type),
    ])
    expect(response.headers.get('X-Request-Id')).not.toBeNull()
  })

  it('the documents are of the promised versions', async () => {
    expect(await (await get('/openapi.json')).json()).toMatchObject({
      openapi: expect.stringMatching(/^3\.1\./),
    })
    expect(await (await get('/asyncapi.json')).json()).toMatchObject({
      asyncapi: expect.stringMatching(/^3\.0\./),
    })
  })

  it('the reference loads nothing from elsewhere', async () => {
    const page = await (await get('/docs')).text()
    for (const [, address] of page.matchAll(/(?:src|href)="([^"]+)"/g))
      expect(address).not.toMatch(/^(?:https?:)?\/\//)
  })

  it.each([
    '/nothing',
    '/api/nothing',
    '/images/nothing.svg',
    '/images/../package.json',
  ])('%s is not found, with a problem', async (path) => {
    const response = await get(path)
    expect(response.headers.get('Content-Type')).toContain('application/problem+json')
    expect(await response.json()).toMatchObject({ status: 404, code: 'not_found' })
  })
})

describe('CORS_ORIGINS', () => {
  it('holds for REST, its errors too', async () => {
    for (const path of ['/api/loyalty/tiers', '/api/cart']) {
      const response = await get(path, { Origin: SHOP })
      expect(response.headers.get('Access-Control-Allow-Origin')).toBe(SHOP)
      for (const name of ['X-Request-Id', 'Retry-After', 'RateLimit', 'RateLimit-Policy']) {
        expect(response.headers.get('Access-Control-Expose-Headers')).toContain(name)
      }
      const stranger = await get(path, { Origin: 'https://evil.example' })
      expect(stranger.headers.get('Access-Control-Allow-Origin')).toBeNull()
    }
    const allowed = await preflight(SHOP)
    expect(allowed.status).toBe(204)
    for (const name of ['Authorization', 'Content-Type', 'Idempotency-Key', 'X-Request-Id']) {
      expect(allowed.headers.get('Access-Control-Allow-Headers')).toContain(name)
    }
    expect((await preflight('https://evil.example')).headers.get('Access-Control-Allow-Origin')).toBeNull()
  })

  it('holds for the handshake', async () => {
    const connect = (origin: string) => connectClient(world.url, '/inventory', undefined, { origin })
    ;(await connect(SHOP)).close()
    await expect(connect('https://evil.example')).rejects.toBeInstanceOf(RefusedConnection)
  })
})

describe('limits', () => {
  it('a caller’s requests are counted, announced and refused', async () => {
    const { token } = await world.signUp()
    const me = () => get('/api/auth/me', { Authorization: `Bearer ${token}` })
    expect((await me()).headers.get('RateLimit-Policy')).toBe('"api";q=5;w=60')
    for (let call = 2; call <= 5; call += 1) expect((await me()).status).toBe(200)
    const { headers } = await world.rest.problem(429, 'rate_limited', 'GET', '/api/auth/me', { token })
    expect(Number(headers.get('Retry-After'))).toBeGreaterThan(0)
    expect(headers.get('RateLimit')).toMatch(/^"api";r=0;t=\d+$/)
    expect((await get('/health')).status).toBe(200)
  })
})
