import { afterAll, beforeAll, expect, test } from 'vitest'
import { clusterLimit } from '../../src/platform/cluster-limit.ts'
import { rateLimits } from '../../src/platform/limits.ts'
import { type Instance, startInstance, testClock } from '../support/instance.ts'
import { startWire } from '../support/wire.ts'
import { startWorld, type World } from '../support/world.ts'

const RATE = { points: 40, perMs: 60_000 }
/** What an instance holds back for itself. */
const PART = 2

let first: World
let second: World
beforeAll(async () => {
  const config = { RATE_LIMIT_API: '40/1m', RATE_LIMIT_EVENTS: '40/1m' }
  first = await startWorld({ config })
  second = await startWorld({ on: first, config })
})
afterAll(async () => {
  await second.close()
  await first.close()
})

const instances: Instance[] = []
afterAll(() => Promise.all(instances.map((instance) => instance.close())))

async function instance(uri = first.uri, clock = testClock(), database?: string): Promise<Instance> {
  const started = await startInstance({
    uri,
    clock,
    collections: [rateLimits],
    ...(database === undefined ? {} : { database }),
  })
  instances.push(started)
  return started
}

test('a user has one limit on all instances, and is told what is left of it', async () => {
  const shopper = await first.signUp()
  const other = await first.guest()
  const ask = (world: World) =>
    world.api.raw('/api/cart', { headers: { Authorization: `Bearer ${shopper.token}` } })
  const answers = await Promise.all(Array.from({ length: 60 }, (_, turn) => ask(turn % 2 ? first : second)))
  const allowed = answers.filter(({ status }) => status === 200)
  expect(allowed.length).toBeLessThanOrEqual(40)
  expect(allowed.length).toBeGreaterThanOrEqual(40 - PART)
  const refused = await ask(second)
  expect(refused.status).toBe(429)
  expect(await refused.json()).toMatchObject({ code: 'rate_limited', status: 429 })
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
  expect(refused.headers.get('ratelimit-policy')).toBe('"api";q=40;w=60')
  expect(refused.headers.get('ratelimit')).toMatch(/^"api";r=0;t=\d+$/)
  const spared = await second.api.raw('/api/cart', { headers: { Authorization: `Bearer ${other.token}` } })
  expect(spared.status).toBe(200)
  expect(spared.headers.get('ratelimit')).toMatch(/^"api";r=3\d;t=\d+$/)
})

test('a flood of events costs the flooder only', async () => {
  const [flooder, other] = [await first.guest(), await first.guest()]
  const [flood, calm] = [await flooder.connect('/cart'), await other.connect('/cart')]
  const answers = await Promise.all(Array.from({ length: 200 }, () => flood.emit('cart:get', {})))
  expect(answers.filter(({ ok }) => ok).length).toBeLessThanOrEqual(40)
  expect(answers.at(-1)).toMatchObject({ ok: false, error: { code: 'rate_limited' } })
  expect(await calm.emit('cart:get', {})).toMatchObject({ ok: true })
  expect(flood.socket.connected).toBe(true)
})

test('points are taken from the store in parts, and none once they are used up', async () => {
  const { ctx } = await instance()
  const limit = clusterLimit(ctx, 'thrift', RATE)
  const states = []
  for (let turn = 0; turn < 100; turn += 1) states.push(await limit.consume('asha'))
  expect(states.filter(({ allowed }) => allowed)).toHaveLength(40)
  expect(states.slice(0, 40).map(({ remaining }) => remaining)).toEqual(
    Array.from({ length: 40 }, (_, turn) => 39 - turn),
  )
  const stored = await ctx.db.collection(rateLimits.name).find().toArray()
  expect(stored).toHaveLength(1)
  expect(stored[0]).toMatchObject({ points: 40 })
})

test('a new window begins when the old one is over', async () => {
  const clock = testClock(new Date())
  const { ctx } = await instance(first.uri, clock)
  const limit = clusterLimit(ctx, 'window', { points: 2, perMs: 100 })
  const spend = async () => (await limit.consume('asha')).allowed
  expect([await spend(), await spend(), await spend()]).toEqual([true, true, false])
  clock.advance(60_000)
  let fresh = await spend()
  // the store counts by its own clock, which no test can move
  while (!fresh) {
    clock.advance(60_000)
    fresh = await spend()
  }
  expect(fresh).toBe(true)
})

test('while the store is away each instance allows half, and the whole again afterwards', async () => {
  const wire = await startWire(first.uri)
  const clock = testClock(new Date())
  const { ctx } = await instance(wire.uri, clock)
  const limit = clusterLimit(ctx, 'away', RATE)
  const flood = async (key: string) => {
    const states = await Promise.all(Array.from({ length: 100 }, () => limit.consume(key)))
    return states.filter(({ allowed }) => allowed).length
  }
  wire.freeze()
  expect(await flood('asha')).toBe(20)
  wire.restore()
  clock.advance(10_000)
  expect(await flood('ravi')).toBe(40)
  await wire.close()
})
