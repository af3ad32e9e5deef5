import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Problem } from '../../src/contract/index.ts'
import { RefusedConnection } from '../support/client.ts'
import { openRawSocket } from '../support/fuzz/raw-socket.ts'
import { shelve } from '../support/shelf.ts'
import { type Shopper, startWorld, type World } from '../support/world.ts'

let world: World
let shopper: Shopper
beforeAll(async () => {
  world = await startWorld()
  shopper = await world.signUp()
})
afterAll(() => world.close())

/** Writes bytes to the shop and reads until it hangs up. */
async function speak(bytes: string): Promise<{ status: number; headers: string; body: string }> {
  const { hostname, port } = new URL(world.url)
  const socket = connect(Number(port), hostname)
  const chunks: Buffer[] = []
  socket.on('data', (chunk: Buffer) => chunks.push(chunk))
  socket.write(bytes)
  await once(socket, 'close')
  const [headers = '', body = ''] = Buffer.concat(chunks).toString('utf8').split('\r\n\r\n')
  return { status: Number(headers.split(' ')[1]), headers, body }
}

describe('what is no HTTP is answered with a problem object and ends its connection', () => {
  test.each([
    ['nonsense', 'hello\r\n\r\n', 400, 'malformed_json'],
    ['an unknown method', 'EVIL / HTTP/1.1\r\nHost: x\r\n\r\n', 400, 'malformed_json'],
    ['a line of its own in a header', 'GET / HTTP/1.1\r\nHost: x\r\nA\0: b\r\n\r\n', 400, 'malformed_json'],
    [
      'two lengths',
      'POST /api/auth/guest HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}',
      400,
      'malformed_json',
    ],
    [
      'a length and chunks',
      'POST /api/auth/guest HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
      'malformed_json',
    ],
    [
      'very long headers',
      `GET / HTTP/1.1\r\nHost: x\r\nA: ${'a'.repeat(40_000)}\r\n\r\n`,
      413,
      'payload_too_large',
    ],
  ])('%s', async (_name, bytes, status, code) => {
    const answer = await speak(bytes)
    expect(answer.status).toBe(status)
    expect(Problem.parse(JSON.parse(answer.body))).toMatchObject({ status, code })
    expect(answer.headers).toContain('application/problem+json')
    expect(answer.headers).toMatch(/X-Request-Id: [A-Za-z0-9_-]{8,64}/)
  })

  test('an expectation that is not known is no reason to refuse', async () => {
    const request = 'GET /health/live HTTP/1.1\r\nHost: x\r\nExpect: nothing\r\nConnection: close\r\n\r\n'
    expect((await speak(request)).status).toBe(200)
  })
})

describe('an address is itself and no other', () => {
  test.each([
    '/api/products/',
    '/API/products',
    '/api/Cart',
    '/api/users/addresses/',
    '/health/',
  ])('%s is not found', async (path) => {
    const response = await shopper.api.raw(path)
    expect(await response.json()).toMatchObject({ status: 404, code: 'not_found' })
  })

  test('a method that nobody knows is not found where nothing is, and not allowed where something is', async () => {
    const at = async (path: string) => (await world.api.raw(path, { method: 'PROPFIND' })).status
    expect([await at('/api/nothing'), await at('/api/products')]).toEqual([404, 405])
  })

  test('TRACE echoes nothing', async () => {
    const answer = await speak(
      'TRACE /api/products HTTP/1.1\r\nHost: x\r\nX-Secret: echo me\r\nConnection: close\r\n\r\n',
    )
    expect(answer.status).toBe(405)
    expect(answer.body).not.toContain('echo me')
  })

  test.each(['/docs', '/openapi.json', '/health', '/admin'])('%s is for reading', async (path) => {
    const response = await world.api.raw(path, { method: 'POST' })
    expect(await response.json()).toMatchObject({ status: 405, code: 'method_not_allowed' })
    expect(response.headers.get('allow')).toContain('GET')
  })
})

describe('values', () => {
  test.each([
    '0x1',
    '1e0',
    '+1',
    '01',
    '1.0',
    '',
    '%201',
    '٣',
    'Infinity',
    '1_000',
  ])('the number %s in a query is none', async (value) => {
    for (const name of ['page', 'minPrice']) {
      const response = await world.api.raw(`/api/products?${name}=${value}`)
      expect(await response.json()).toMatchObject({ status: 422, errors: [{ path: name }] })
    }
  })

  test('half a surrogate pair is refused, for it would come back as another character', async () => {
    const { email } = shopper
    const post = (path: string, body: string, method = 'POST') =>
      shopper.api.raw(path, { method, headers: { 'Content-Type': 'application/json' }, body })
    const answers = await Promise.all([
      post('/api/users/profile', '{"name":"x\\ud800"}', 'PUT'),
      post('/api/users/profile', '{"preferences":{"a":"\\udfff"}}', 'PUT'),
      post('/api/auth/signup', `{"email":"new-${email}","password":"12345678","name":"\\ud83d"}`),
    ])
    expect(answers.map(({ status }) => status)).toEqual([422, 422, 422])
    const chat = await shopper.connect('/chat')
    const { sessionId } = await chat.send('session:open', {})
    const said = { sessionId, clientMessageId: 'm1', text: 'hello' }
    expect(await chat.fail('message:send', { ...said, text: '\ud800' })).toMatchObject({ status: 422 })
    expect(await chat.fail('message:send', { ...said, clientMessageId: '\ud800' })).toMatchObject({
      status: 422,
    })
    const cart = await shopper.connect('/cart')
    expect(await cart.fail('checkout:start', { idempotencyKey: '\ud800' })).toMatchObject({ status: 422 })
  })

  test.each([
    'constructor',
    'toString',
    'hasOwnProperty',
    '__proto__',
  ])('the preference %s is refused', async (name) => {
    const response = await shopper.api.raw('/api/users/profile', {
      method: 'PUT',
      headers: { 'Content-Type': 'application/json' },
      body: `{"preferences":{"${name}":"x"}}`,
    })
    expect(await response.json()).toMatchObject({ status: 422, code: 'validation_failed' })
    expect(await shopper.api.call('getProfile')).toMatchObject({ preferences: {} })
  })
})

test('a page beyond the last is empty and still says how many there are', async () => {
  const response = await world.api.raw('/api/products?page=1000000&limit=100')
  expect(await response.json()).toEqual({ items: [], page: 1_000_000, limit: 100, total: 0 })
})

test('what has no value is null or left out, never an empty text', async () => {
  const [id = ''] = await shelve(world.ctx, [{ name: 'Without a word', description: '' }])
  expect(await world.api.call('getProduct', { params: { id } })).toMatchObject({
    description: null,
    brand: null,
  })
})

test('addresses are kept until there are a hundred', async () => {
  const { api } = await world.guest()
  const one = { name: 'A', line1: 'B', city: 'C', state: 'D', postalCode: '1', country: 'IN' }
  for (let turn = 0; turn < 100; turn += 1) await api.call('addAddress', { body: one })
  expect(await api.fail('addAddress', { body: one })).toMatchObject({ status: 422, errors: [{ path: '$' }] })
  const { items } = await api.call('listAddresses')
  expect(items).toHaveLength(100)
  await api.call('removeAddress', { params: { id: items[0]?.id ?? '' } })
  await api.call('addAddress', { body: one })
})

describe('the address that is counted', () => {
  const askedFrom = async (shop: World, forwarded: string) =>
    (await shop.api.raw('/api/products', { headers: { 'X-Forwarded-For': forwarded } })).status

  test('is the one that the connection comes from, whatever a client says', async () => {
    const small = await startWorld({ config: { RATE_LIMIT_API: '2/1h' } })
    const statuses = []
    for (const forwarded of ['1.1.1.1', '2.2.2.2', '3.3.3.3'])
      statuses.push(await askedFrom(small, forwarded))
    expect(statuses).toEqual([200, 200, 429])
    await small.close()
  })

  test('behind a proxy is the one that the proxy adds, whatever stands before it', async () => {
    const small = await startWorld({ config: { RATE_LIMIT_API: '2/1h', TRUST_PROXY: 'true' } })
    const statuses = []
    for (const forwarded of [
      '6.6.6.6, 1.1.1.1',
      '7.7.7.7, 1.1.1.1',
      '8.8.8.8, 1.1.1.1',
      '1.1.1.1, 2.2.2.2',
    ]) {
      statuses.push(await askedFrom(small, forwarded))
    }
    expect(statuses).toEqual([200, 200, 429, 200])
    await small.close()
  })
})

test('what a shopper is told is kept by no cache, whether it went well or not', async () => {
  const cacheOf = async (path: string, init?: RequestInit) =>
    (await shopper.api.raw(path, init)).headers.get('cache-control')
  expect(await cacheOf('/api/cart')).toBe('no-store')
  expect(await cacheOf('/api/orders/nope')).toBe('no-store')
  expect(await cacheOf('/api/auth/guest', { method: 'POST' })).toBe('no-store')
  expect(await cacheOf('/api/products')).toBe('no-cache')
})

test('signing in on the admin namespace is counted by address, whichever account is tried', async () => {
  const small = await startWorld({ config: { RATE_LIMIT_EVENTS: '3/1h' } })
  const attempt = async (name: string) => {
    const socket = await openRawSocket(small.url)
    socket.send(`40/admin,${JSON.stringify({ username: `${name}@example.com`, password: 'x' })}`)
    const frame = await socket.waitFor((text) => text.startsWith('44/admin,'))
    socket.close()
    return frame
  }
  for (const name of ['a', 'b', 'c']) expect(await attempt(name)).toContain('invalid_credentials')
  expect(await attempt('d')).toContain('rate_limited')
  await small.close()
})

test('a handshake says no more than what is wrong', async () => {
  const refused = await world.connect('/cart', 'a.b.c').catch((error: unknown) => error)
  expect(refused).toBeInstanceOf(RefusedConnection)
  expect(refused).toMatchObject({ problem: { code: 'unauthenticated', requestId: expect.any(String) } })
})
