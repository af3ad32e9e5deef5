import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Context } from '../../src/platform/context.ts'
import { ShopError } from '../../src/platform/errors.ts'
import { runIdempotent } from '../../src/platform/idempotency.ts'
import { inTransaction } from '../../src/platform/transaction.ts'
import { startWorld, type World } from '../support/world.ts'

let now = Date.now()
let world: World
let ctx: Context
let keys = 0

beforeAll(async () => {
  world = await startWorld({ clock: { now: () => new Date(now) } })
  ctx = world.ctx
})
afterAll(() => world.close())

const request = (content: unknown = { a: 1 }) => ({ userId: 'u1', command: 'buy', request: content })
function newKey(): string {
  keys += 1
  return `key-${keys}`
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work
  } catch (error) {
    if (error instanceof ShopError) return error.code
    throw error
  }
  return 'none'
}

test('the same key and content gives the first answer and runs once', async () => {
  const key = newKey()
  let runs = 0
  const run = (content: unknown) =>
    runIdempotent(ctx, { ...request(content), key }, async () => {
      runs += 1
      return { order: runs }
    })
  expect(await run({ a: 1, b: { c: 2, d: undefined } })).toEqual({ order: 1 })
  expect(await run({ b: { c: 2 }, a: 1 })).toEqual({ order: 1 })
  expect(await codeOf(run({ a: 2 }))).toBe('idempotency_conflict')
  expect(runs).toBe(1)
})

test('another user may use the same key', async () => {
  const key = newKey()
  const run = (userId: string) => runIdempotent(ctx, { ...request(), userId, key }, async () => userId)
  expect(await run('u1')).toBe('u1')
  expect(await run('u2')).toBe('u2')
})

test('while the first is under way the second is told so', async () => {
  const key = newKey()
  const started = Promise.withResolvers<void>()
  const go = Promise.withResolvers<void>()
  const first = runIdempotent(ctx, { ...request(), key }, async () => {
    started.resolve()
    await go.promise
    return 'done'
  })
  await started.promise
  expect(await codeOf(runIdempotent(ctx, { ...request(), key }, async () => 'twice'))).toBe(
    'idempotency_in_flight',
  )
  go.resolve()
  expect(await first).toBe('done')
  expect(await runIdempotent(ctx, { ...request(), key }, async () => 'twice')).toBe('done')
})

test('a 4xx is kept, a failure of ours is not', async () => {
  const key = newKey()
  const declined = () => {
    throw new ShopError('payment_declined', 'No.', { reason: 'card_declined' })
  }
  expect(await codeOf(runIdempotent(ctx, { ...request(), key }, async () => declined()))).toBe(
    'payment_declined',
  )
  await expect(runIdempotent(ctx, { ...request(), key }, async () => 'paid')).rejects.toMatchObject({
    code: 'payment_declined',
    details: { reason: 'card_declined' },
  })
  const other = newKey()
  const away = () => {
    throw new ShopError('unavailable')
  }
  expect(await codeOf(runIdempotent(ctx, { ...request(), key: other }, async () => away()))).toBe(
    'unavailable',
  )
  expect(await runIdempotent(ctx, { ...request(), key: other }, async () => 'paid')).toBe('paid')
})

test('the answer is committed with the effect', async () => {
  const key = newKey()
  const effects = ctx.db.collection<{ _id: string }>('effects')
  await ctx.db.createCollection('effects')
  const run = (crash: boolean) =>
    runIdempotent(ctx, { ...request(), key }, async (claim) => {
      await inTransaction(ctx, async (session) => {
        await effects.insertOne({ _id: key }, { session })
        await claim.complete(session, { bought: key })
      })
      if (crash) throw new Error('the process ended here')
      return { bought: key }
    })
  await expect(run(true)).rejects.toThrow('ended here')
  expect(await run(false)).toEqual({ bought: key })
  expect(await effects.countDocuments()).toBe(1)
})

test('a claim whose owner is dead lapses, and the dead one can commit nothing', async () => {
  const key = newKey()
  const started = Promise.withResolvers<void>()
  const wake = Promise.withResolvers<void>()
  const dead = runIdempotent(ctx, { ...request(), key }, async (claim) => {
    started.resolve()
    await wake.promise
    await inTransaction(ctx, (session) => claim.complete(session, 'late'))
    return 'late'
  })
  await started.promise
  now += 31_000
  expect(await runIdempotent(ctx, { ...request(), key }, async () => 'taken over')).toBe('taken over')
  wake.resolve()
  expect(await codeOf(dead)).toBe('idempotency_in_flight')
  expect(await runIdempotent(ctx, { ...request(), key }, async () => 'again')).toBe('taken over')
})

test('an answer in another shape runs the command again, a failure does not', async () => {
  const key = newKey()
  const run = (form: string) => runIdempotent(ctx, { ...request(), key, form }, async () => form)
  expect(await run('Order')).toBe('Order')
  expect(await run('PaidCheckout')).toBe('PaidCheckout')
  expect(await run('Order')).toBe('Order')
})

test('after 24 hours a key is free again', async () => {
  const key = newKey()
  expect(await runIdempotent(ctx, { ...request(), key }, async () => 'first')).toBe('first')
  now += 24 * 60 * 60 * 1000 + 1
  expect(await runIdempotent(ctx, { ...request({ other: 1 }), key }, async () => 'second')).toBe('second')
})

test('a card number in a request cannot be found in the database', async () => {
  const key = newKey()
  await runIdempotent(ctx, { ...request({ number: '4242424242424242' }), key }, async () => 'paid')
  const kept = await ctx.db.collection('idempotency_keys').find().toArray()
  expect(JSON.stringify(kept)).not.toContain('4242424242424242')
})
