import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { startWire, type Wire } from '../support/wire.ts'
import { startWorld, type World } from '../support/world.ts'

const LIMIT_MS = 10_000
let healthy: World
let wire: Wire
let world: World

beforeAll(async () => {
  healthy = await startWorld()
  wire = await startWire(healthy.uri)
  world = await startWorld({ on: healthy, config: { MONGODB_URI: wire.uri } })
})
afterAll(async () => {
  wire.restore()
  await world.close()
  await wire.close()
  await healthy.close()
})

afterEach(async () => {
  wire.restore()
  await until(async () => (await world.api.raw('/health')).ok)
})

/** Asks until the answer fits; each question is a real one, so nothing sleeps. */
async function until(ask: () => Promise<boolean>): Promise<number> {
  const started = performance.now()
  while (!(await ask())) {
    if (performance.now() - started > LIMIT_MS) throw new Error('it did not come about in time')
  }
  return performance.now() - started
}

describe.each(['cut', 'freeze'] as const)('when the connection to the database is broken (%s)', (how) => {
  test('every door says so within 10 s, and service goes on by itself', async () => {
    const shopper = await world.signUp()
    const watcher = await shopper.connect('/cart')
    const stocks = await world.connect('/inventory')
    await stocks.send('inventory:subscribe', {})

    wire[how]()
    const started = performance.now()
    const [rest, event, handshake] = await Promise.all([
      shopper.api.raw('/api/auth/me'),
      stocks.emit('inventory:subscribe', {}),
      shopper.connect('/cart').then(
        () => 'connected',
        (error: Error) => error.message,
      ),
    ])
    expect(performance.now() - started).toBeLessThan(LIMIT_MS)
    expect(rest.status).toBe(503)
    expect(Number(rest.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(await rest.json()).toMatchObject({ code: 'unavailable' })
    expect(event).toMatchObject({ ok: false, error: { code: 'unavailable' } })
    expect(handshake).toMatch(/^unavailable/)
    expect((await world.api.raw('/health')).status).toBe(503)
    expect((await world.api.raw('/health/ready')).status).toBe(503)
    expect((await world.api.raw('/health/live')).status).toBe(200)

    wire.restore()
    expect(await until(async () => (await shopper.api.raw('/api/auth/me')).ok)).toBeLessThan(LIMIT_MS)
    await until(async () => (await world.api.raw('/health')).ok)
    const revoked = await healthy.api.raw('/api/auth/logout', {
      method: 'POST',
      headers: { Authorization: `Bearer ${shopper.token}` },
    })
    expect(revoked.status).toBe(204)
    expect(await watcher.waitFor('auth:expired')).toEqual({ code: 'token_revoked' })
  }, 60_000)
})

test('a token that was revoked while the connection was broken ends its socket afterwards', async () => {
  const shopper = await world.signUp()
  const watcher = await shopper.connect('/cart')
  wire.cut()
  const revoked = await healthy.api.raw('/api/auth/logout', {
    method: 'POST',
    headers: { Authorization: `Bearer ${shopper.token}` },
  })
  expect(revoked.status).toBe(204)
  wire.restore()
  expect(await watcher.waitFor('auth:expired')).toEqual({ code: 'token_revoked' })
}, 60_000)
