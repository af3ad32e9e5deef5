import { generateKeyPairSync } from 'node:crypto'
import jwt from 'jsonwebtoken'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { RefusedConnection } from '../support/client.ts'
import { testClock } from '../support/instance.ts'
import { type Shopper, startWorld, type World } from '../support/world.ts'

const KEY = 'the key that signs now, of thirty-two bytes or more'.replaceAll(',', '')
const OLD_KEY = 'the key that signed before of thirty-two bytes or more'

let world: World
let shopper: Shopper
let claims: Record<string, unknown>
beforeAll(async () => {
  world = await startWorld({ config: { JWT_SECRET: `${KEY},${OLD_KEY}` } })
  shopper = await world.signUp()
  claims = jwt.decode(shopper.token) as Record<string, unknown>
})
afterAll(() => world.close())

const sign = (changes: object, key = KEY, options: jwt.SignOptions = {}) =>
  jwt.sign({ ...claims, ...changes }, key, { noTimestamp: true, ...options })

async function answersTo(token: string): Promise<string[]> {
  const rest = await world.api.raw('/api/auth/me', { headers: { Authorization: `Bearer ${token}` } })
  const { code = 'ok' } = (await rest.json()) as { code?: string }
  const socket = await world.connect('/cart', token).then(
    (client) => {
      client.close()
      return 'ok'
    },
    (error: unknown) => (error instanceof RefusedConnection ? error.problem.code : String(error)),
  )
  return [code, socket]
}

test('a token has the claims of the contract', () => {
  expect(claims).toMatchObject({ sub: shopper.id, jti: expect.any(String), role: 'customer' })
  expect(jwt.decode(shopper.token, { complete: true })?.header.alg).toBe('HS256')
})

test('a token names a whole second as its end, and is over when it was said to be, however short its life', async () => {
  const clock = testClock(new Date('2026-01-01T00:00:00.250Z'))
  const brief = await startWorld({ clock, config: { ACCESS_TOKEN_TTL: '1500ms' } })
  const { token } = await brief.guest()
  expect(jwt.decode(token)).toMatchObject({ exp: Date.parse('2026-01-01T00:00:02Z') / 1000 })
  const status = async () =>
    (await brief.api.raw('/api/auth/me', { headers: { Authorization: `Bearer ${token}` } })).status
  clock.advance(1499)
  expect(await status()).toBe(200)
  clock.advance(1)
  expect(await status()).toBe(401)
  await brief.close()
})

describe('both doors refuse', () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  const half = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url')
  test.each([
    ['a token that is not signed', () => `${half({ alg: 'none', typ: 'JWT' })}.${half(claims)}.`],
    ['another algorithm of the same key', () => sign({}, KEY, { algorithm: 'HS512' })],
    ['a key pair of its own', () => sign({}, pem, { algorithm: 'RS256' })],
    ['another key', () => sign({}, 'another key of thirty-two bytes or more, at least')],
    ['another audience', () => sign({ aud: 'another shop' })],
    ['another type', () => sign({ typ: 'refresh' })],
    ['an end that is no whole second', () => sign({ exp: 4_000_000_000.5 })],
    ['a role that does not exist', () => sign({ role: 'owner' })],
    [
      'claims that were changed',
      () => shopper.token.replace(/\.[^.]+\./, `.${half({ ...claims, role: 'admin' })}.`),
    ],
    ['rubbish', () => 'not.a.token'],
  ])('%s', async (_what, make) => {
    expect(await answersTo(make())).toEqual(['unauthenticated', 'unauthenticated'])
  })

  test('a token whose time is over, by that name', async () => {
    expect(await answersTo(sign({ exp: 1_000_000_000 }))).toEqual(['token_expired', 'token_expired'])
  })
})

test('a key that no longer signs is still good until it is taken away', async () => {
  expect(await answersTo(sign({}, OLD_KEY))).toEqual(['ok', 'ok'])
  const rotated = await startWorld({ on: world, config: { JWT_SECRET: KEY } })
  const answer = await rotated.api.raw('/api/auth/me', {
    headers: { Authorization: `Bearer ${sign({}, OLD_KEY)}` },
  })
  expect(answer.status).toBe(401)
  expect(
    (await rotated.api.raw('/api/auth/me', { headers: { Authorization: `Bearer ${shopper.token}` } })).status,
  ).toBe(200)
  await rotated.close()
})

test('names that mean something to a database or to JavaScript are unknown fields like others', async () => {
  const client = await shopper.connect('/cart')
  for (const name of ['$where', '$gt', '__proto__', 'constructor', 'a.b']) {
    const body = `{"productId":"x","quantity":1,"${name}":{"$gt":""}}`
    const rest = await shopper.api.raw('/api/cart/items', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body,
    })
    expect(rest.status, name).toBe(422)
    expect(await client.emit('cart:add', JSON.parse(body)), name).toMatchObject({
      ok: false,
      error: { code: 'validation_failed' },
    })
  }
  const operator = await world.api.raw('/api/auth/signin', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: '{"email":{"$gt":""},"password":{"$gt":""}}',
  })
  expect(operator.status).toBe(422)
  expect(Object.hasOwn(Object.prototype, '$gt')).toBe(false)
})
