import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Problem } from '../../src/contract/index.ts'
import { connectClient, RefusedConnection } from '../support/client.ts'
import { type Shopper, startWorld, type World } from '../support/world.ts'

let world: World
let shopper: Shopper

beforeAll(async () => {
  world = await startWorld({ config: { CORS_ORIGINS: 'https://shop.example' } })
  shopper = await world.signUp()
})
afterAll(() => world.close())

async function refusal(connecting: Promise<unknown>): Promise<Problem> {
  try {
    await connecting
  } catch (error) {
    if (error instanceof RefusedConnection) return error.problem
    throw error
  }
  throw new Error('the handshake was expected to be refused')
}

describe('the handshake', () => {
  test.each(['/chat', '/cart'] as const)('%s needs a token', async (namespace) => {
    expect(await refusal(world.connect(namespace))).toMatchObject({ status: 401, code: 'unauthenticated' })
    expect(await refusal(world.connect(namespace, 'nonsense'))).toMatchObject({ code: 'unauthenticated' })
  })

  test('the token may come as a query parameter', async () => {
    const client = await connectClient(world.url, '/cart', undefined, { query: { token: shopper.token } })
    client.close()
  })

  test('/inventory is public, but a bad token is refused there too', async () => {
    await world.connect('/inventory')
    await world.connect('/inventory', shopper.token)
    expect(await refusal(world.connect('/inventory', 'nonsense'))).toMatchObject({ code: 'unauthenticated' })
  })

  test('a revoked token is refused', async () => {
    const other = await world.signUp()
    await other.api.call('logOut')
    expect(await refusal(other.connect('/cart'))).toMatchObject({ code: 'token_revoked' })
  })

  test('only pages of the configured origins may connect', async () => {
    const from = (origin: string) => connectClient(world.url, '/inventory', undefined, { origin })
    expect(await refusal(from('https://evil.example'))).toMatchObject({ status: 403, code: 'forbidden' })
    const ours = await from('https://shop.example')
    ours.close()
  })
})

describe('events', () => {
  test('an unknown event is answered not_found', async () => {
    const client = await shopper.connect('/cart')
    for (const event of ['cart:nonsense', 'toString', '__proto__', 'session:open', '']) {
      expect(await client.emit(event, {})).toMatchObject({ ok: false, error: { code: 'not_found' } })
    }
  })

  test.each([
    ['text', ['text']],
    ['a number', [42]],
    ['null', [null]],
    ['a list', [[]]],
    ['bytes', [Buffer.alloc(50_000)]],
    ['two objects', [{}, {}]],
    ['an unknown field', [{ productIds: [], evil: true }]],
    ['an operator', [{ productIds: { $ne: null } }]],
  ])('%s is no payload', async (_name, args) => {
    const client = await world.connect('/inventory')
    const answer = await client.emit('inventory:subscribe', ...args)
    expect(answer).toMatchObject({ ok: false, error: { status: 422, code: 'validation_failed' } })
  })

  test('no payload at all counts as an empty object', async () => {
    const client = await world.connect('/inventory')
    expect(await client.emit('inventory:unsubscribe')).toMatchObject({ ok: true })
  })

  test('without a callback nothing happens, and the connection stays', async () => {
    const client = await world.connect('/inventory')
    client.socket.emit('inventory:subscribe', {})
    client.socket.emit('inventory:subscribe')
    client.socket.emit('nonsense', 1, 2, 3)
    expect(await client.emit('inventory:subscribe', {})).toMatchObject({ ok: true })
  })

  test('an event that needs a token is refused without one', async () => {
    const client = await world.connect('/inventory')
    expect(await client.fail('stock:waitlist', { productId: 'x' })).toMatchObject({ code: 'unauthenticated' })
  })

  test('a packet of more than 100 kB ends that connection and no other', async () => {
    const other = await world.connect('/inventory')
    const client = await world.connect('/inventory')
    client.socket.emit('inventory:subscribe', { productIds: ['x'.repeat(100_001)] }, () => undefined)
    await client.ended
    expect(await other.emit('inventory:unsubscribe', {})).toMatchObject({ ok: true })
  })

  test('the event limit answers rate_limited with a time', async () => {
    const small = await startWorld({ config: { RATE_LIMIT_EVENTS: '2/1h' } })
    const client = await small.connect('/inventory')
    await client.send('inventory:unsubscribe', {})
    await client.send('inventory:unsubscribe', {})
    const refused = await client.fail('inventory:unsubscribe', {})
    await small.close()
    expect(refused).toMatchObject({ status: 429, code: 'rate_limited' })
    expect(refused.retryAfter).toBeGreaterThan(0)
  })
})

describe('the life of a token', () => {
  test('a socket ends when its token expires, on the public namespace too', async () => {
    const brief = await startWorld({ config: { ACCESS_TOKEN_TTL: '1s' } })
    const visitor = await brief.signUp()
    const [cart, inventory] = await Promise.all([visitor.connect('/cart'), visitor.connect('/inventory')])
    const anonymous = await brief.connect('/inventory')
    expect(await Promise.all([cart.ended, inventory.ended])).toEqual([
      'io server disconnect',
      'io server disconnect',
    ])
    expect(cart.received('auth:expired')).toEqual([{ code: 'token_expired' }])
    expect(inventory.received('auth:expired')).toEqual([{ code: 'token_expired' }])
    expect(anonymous.socket.connected).toBe(true)
    await brief.close()
  })

  test('a fresh token of the same user keeps it open', async () => {
    const brief = await startWorld({ config: { ACCESS_TOKEN_TTL: '1500ms' } })
    const visitor = await brief.signUp()
    const renewed = await visitor.connect('/cart')
    const left = await visitor.connect('/cart')
    const fresh = await startWorld({ on: brief, config: { ACCESS_TOKEN_TTL: '1h' } })
    const { accessToken } = await fresh.api.call('refresh', { body: { refreshToken: visitor.refreshToken } })
    const answer = await renewed.send('auth:renew', { token: accessToken })
    expect(Date.parse(answer.expiresAt)).toBeGreaterThan(Date.now() + 3_000_000)
    await left.ended
    expect(renewed.socket.connected).toBe(true)
    await fresh.api.call('refresh', { body: { refreshToken: visitor.refreshToken } })
    await fresh.api.raw('/api/auth/logout', {
      method: 'POST',
      headers: { Authorization: `Bearer ${accessToken}` },
    })
    expect(await renewed.waitFor('auth:expired')).toEqual({ code: 'token_revoked' })
    await fresh.close()
    await brief.close()
  })

  test("another user's token is forbidden and changes nothing", async () => {
    const other = await world.signUp()
    const client = await shopper.connect('/cart')
    expect(await client.fail('auth:renew', { token: other.token })).toMatchObject({ code: 'forbidden' })
    expect(await client.fail('auth:renew', { token: 'nonsense' })).toMatchObject({ code: 'unauthenticated' })
    await other.api.call('logOut')
    expect(await client.emit('cart:nonsense', {})).toMatchObject({ error: { code: 'not_found' } })
  })
})
