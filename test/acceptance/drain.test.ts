import { afterAll, beforeAll, expect, test } from 'vitest'
import { createLogger } from '../../src/platform/logger.ts'
import { openChat } from '../support/chat.ts'
import { connectClient, RefusedConnection } from '../support/client.ts'
import { newProduct } from '../support/purchase.ts'
import { answer, createScriptedBrain, gate } from '../support/scripted-brain.ts'
import { startWorld, type World } from '../support/world.ts'

/** A stop takes less than this, whatever is under way. */
const STOP_MS = 10_000

let staying: World
const lines: string[] = []
beforeAll(async () => {
  const brain = createScriptedBrain()
  brain.on('think long', (turn) => [answer(turn, 'Thought through elsewhere.')])
  const probe = await startWorld()
  const log = await createLogger(probe.ctx.config, { write: (line: string) => void lines.push(line) })
  staying = await startWorld({ on: probe, brain, log })
  await probe.close()
})
afterAll(() => staying.close())

test('a run under way is handed over and ends once, while the leaving instance takes nothing new', async () => {
  const brain = createScriptedBrain()
  const thinking = gate()
  brain.on('think long', async function* ({ signal }) {
    thinking.release()
    yield* await new Promise<never[]>((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason))
    })
  })
  const leaving = await startWorld({ on: staying, brain })
  const shopper = await staying.guest()
  // not the world's own clients, which it closes before the instance
  const here = await connectClient(leaving.url, '/chat', shopper.token)
  const first = await openChat(here)
  const second = await openChat(await connectClient(staying.url, '/chat', shopper.token), first.sessionId)
  const { runId = '' } = await first.say('think long')
  await thinking.open

  const started = performance.now()
  const closed = leaving.close()
  const call = await leaving.api.raw('/api/cart', { headers: { Authorization: `Bearer ${shopper.token}` } })
  expect(call.status).toBe(503)
  expect(call.headers.get('retry-after')).toBe('1')
  expect(call.headers.get('connection')).toBe('close')
  expect(await call.json()).toMatchObject({ code: 'unavailable' })
  expect(await here.fail('history:list', { sessionId: first.sessionId })).toMatchObject({
    code: 'unavailable',
  })
  const late = await connectClient(leaving.url, '/cart', shopper.token).catch((error: unknown) => error)
  expect(late).toBeInstanceOf(RefusedConnection)
  expect(late).toMatchObject({ problem: { code: 'unavailable', retryAfter: 1 } })
  await closed
  expect(performance.now() - started).toBeLessThan(STOP_MS)

  await second.run(runId)
  expect((await second.answerOf(runId)).text).toBe('Thought through elsewhere.')
  const ends = second.client.received('agent:event').filter(({ type }) => type === 'RUN_FINISHED')
  expect(ends).toHaveLength(1)
  // after an end of that kind a client connects again by itself
  expect(await here.ended).toBe('transport close')
}, 30_000)

test('a run keeps the id of its request on the instance that takes it over', async () => {
  const runs = () =>
    lines.map((line) => JSON.parse(line) as Record<string, unknown>).filter(({ msg }) => msg === 'run')
  await expect.poll(() => runs().length, { timeout: STOP_MS, interval: 20 }).toBe(1)
  expect(runs()[0]).toMatchObject({
    outcome: 'success',
    requestId: expect.stringMatching(/^[A-Za-z0-9_-]{8,64}$/),
  })
})

test('every event that had come is acknowledged, done or refused, before the connection ends', async () => {
  const leaving = await startWorld({ on: staying })
  const shopper = await staying.guest()
  const productId = await newProduct(staying, 100)
  const client = await connectClient(leaving.url, '/cart', shopper.token)
  const answers = Array.from({ length: 200 }, () => client.emit('cart:add', { productId }))
  await answers[0]
  await leaving.close()
  const acknowledged = await Promise.all(answers)
  const done = acknowledged.filter(({ ok }) => ok).length
  for (const refused of acknowledged.filter(({ ok }) => !ok)) {
    expect(refused).toMatchObject({ error: { code: 'unavailable' } })
  }
  const { items } = await shopper.api.call('getCart')
  expect(items).toMatchObject([{ quantity: done }])
})
