import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import Koa from 'koa'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createMetrics } from '../../src/platform/metrics.ts'
import { healthRoutes } from '../../src/transport/http/health.ts'
import type { RequestState } from '../../src/transport/http/state.ts'
import { createApi } from '../support/api.ts'
import { openChat } from '../support/chat.ts'
import { answer, createScriptedBrain, gate } from '../support/scripted-brain.ts'
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

const statusOf = async (of: World, path: string) => (await of.api.raw(path)).status

/** Asks until the answer is there; each question is a real one, so nothing sleeps. */
async function untilStatus(of: World, path: string, status: number): Promise<void> {
  const started = performance.now()
  while ((await statusOf(of, path)) !== status) {
    if (performance.now() - started > LIMIT_MS) throw new Error(`${path} did not become ${status} in time`)
  }
}

test('a healthy instance says what it looked at', async () => {
  expect(await statusOf(world, '/health/live')).toBe(200)
  expect(await statusOf(world, '/health/ready')).toBe(200)
  expect(await (await world.api.raw('/health')).json()).toMatchObject({
    status: 'ok',
    version: expect.any(String),
    uptime: expect.any(Number),
    checks: { database: 'ok', revocations: 'ok', inventory: 'ok', conversations: 'ok' },
  })
})

test.each([
  'cut',
  'freeze',
] as const)('without its database (%s) it is alive and not ready, and comes back by itself', async (how) => {
  wire[how]()
  await untilStatus(world, '/health/ready', 503)
  expect(await statusOf(world, '/health/live')).toBe(200)
  const health = await world.api.raw('/health')
  expect(health.status).toBe(503)
  expect(await health.json()).toMatchObject({ status: 'degraded', checks: { database: 'failing' } })
  expect(await statusOf(healthy, '/health/ready')).toBe(200)
  wire.restore()
  await untilStatus(world, '/health/ready', 200)
  expect(await (await world.api.raw('/health')).json()).toMatchObject({
    checks: { database: 'ok', revocations: 'ok', inventory: 'ok', conversations: 'ok' },
  })
}, 30_000)

test('it is not ready while a stream of changes is down, though the database answers', async () => {
  let hears = false
  const door = new Koa<RequestState>().use(
    healthRoutes({
      ctx: healthy.ctx,
      metrics: createMetrics(),
      version: '1',
      checks: { conversations: () => hears },
      draining: () => false,
    }).routes(),
  )
  const server = door.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { raw } = createApi(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  expect((await raw('/health/ready')).status).toBe(503)
  expect(await (await raw('/health')).json()).toMatchObject({
    checks: { database: 'ok', conversations: 'failing' },
  })
  expect((await raw('/health/live')).status).toBe(200)
  hears = true
  expect((await raw('/health/ready')).status).toBe(200)
  server.closeAllConnections()
  server.close()
  await once(server, 'close')
})

test('while it drains it is alive, not ready, and sends new calls elsewhere', async () => {
  const brain = createScriptedBrain()
  const hold = gate()
  const thinking = gate()
  brain.on('take your time', async function* (turn) {
    thinking.release()
    await hold.open
    yield answer(turn, 'Here I am.')
  })
  const leaving = await startWorld({ brain })
  const shopper = await leaving.guest()
  const chat = await openChat(await shopper.connect('/chat'))
  const { runId } = await chat.say('take your time')
  await thinking.open
  const closed = leaving.close()
  expect(await statusOf(leaving, '/health/ready')).toBe(503)
  expect(await statusOf(leaving, '/health/live')).toBe(200)
  const refused = await shopper.api.raw('/api/auth/me')
  expect(refused.status).toBe(503)
  expect(refused.headers.get('retry-after')).toBe('1')
  expect(await refused.json()).toMatchObject({ code: 'unavailable' })
  hold.release()
  expect(runId).toBeDefined()
  await closed
})
