import { type EmbeddedMongo, startEmbeddedMongo } from '@floorwalker/embedded-mongo'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import {
  type ActorHost,
  type ActorKind,
  acquireLease,
  actorCollections,
  assertLease,
  type Bus,
  createActorHost,
  createPeers,
  findActor,
  LeaseLostError,
  releaseLease,
  renewLease,
  SilentPeerError,
} from '../../src/actors/index.ts'
import type { Clock } from '../../src/platform/clock.ts'
import { defineCollection } from '../../src/platform/collection.ts'
import type { Context } from '../../src/platform/context.ts'
import { inTransaction } from '../../src/platform/transaction.ts'
import { createWire as wire } from '../support/actor-wire.ts'
import { startInstance, testClock } from '../support/instance.ts'

const letters = defineCollection({
  name: 'letters',
  schema: z.object({ _id: z.string(), to: z.string(), seq: z.int(), read: z.boolean() }),
  indexes: [{ key: { to: 1, seq: 1 }, unique: true }],
})
const answers = defineCollection({
  name: 'answers',
  schema: z.object({ _id: z.string(), to: z.string(), seq: z.int(), by: z.string() }),
})
const Reader = z.object({ readUpTo: z.int() })
type Reader = z.infer<typeof Reader>

interface Settings {
  readonly clock?: Clock
  readonly bus: Bus
  readonly database: string
  readonly belongsHere?: () => boolean
  /** Called between reading a letter and answering it. */
  readonly meanwhile?: (ctx: Context) => Promise<void>
}

let server: EmbeddedMongo
const closers: Array<() => Promise<void>> = []
beforeAll(async () => {
  server = await startEmbeddedMongo()
})
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})
afterAll(() => server.close())

let databases = 0
const newDatabase = () => `actors_${process.pid}_${databases++}`

async function contextOn(database: string, clock?: Clock): Promise<Context> {
  const { ctx, close } = await startInstance({
    uri: server.uri,
    database,
    collections: [...actorCollections, letters, answers],
    ...(clock === undefined ? {} : { clock }),
  })
  closers.push(close)
  return ctx
}

/** An instance whose actors read letters in order and write one answer to each. */
async function reader(
  settings: Settings,
): Promise<{ ctx: Context; host: ActorHost; stopped: () => Promise<void> }> {
  const ctx = await contextOn(settings.database, settings.clock)
  const peers = createPeers(settings.bus, ctx.instanceId, ctx.ids, () => undefined)
  const host = createActorHost(ctx, peers, {
    leaseMs: 6_000,
    sweepMs: 3_600_000,
    idleMs: 60_000,
    mostAwake: 100,
  })
  const kind: ActorKind<Reader> = {
    name: 'reader',
    format: {
      version: 1,
      initial: () => ({ readUpTo: 0 }),
      parse: (stored) => Reader.parse(stored),
      migrations: {},
    },
    async step(actor) {
      const letter = letters.parseOrNull(
        await letters
          .in(ctx.db)
          .findOne({ to: actor.id, seq: { $gt: actor.state.snapshot.readUpTo } }, { sort: { seq: 1 } }),
      )
      if (letter === null) return 'idle'
      await settings.meanwhile?.(ctx)
      await actor.commit({ snapshot: { readUpTo: letter.seq }, deadlineAt: null }, async (session) => {
        const answer = { _id: `${letter._id}`, to: actor.id, seq: letter.seq, by: ctx.instanceId }
        await answers.in(ctx.db).insertOne(answer, { session })
        await letters.in(ctx.db).updateOne({ _id: letter._id }, { $set: { read: true } }, { session })
      })
      return 'again'
    },
    ask: async (actor, question) => ({
      question,
      by: ctx.instanceId,
      readUpTo: actor.state.snapshot.readUpTo,
    }),
    async waiting(limit) {
      const unread = await letters.in(ctx.db).find({ read: false }).limit(limit).toArray()
      return [...new Set(unread.map(({ to }) => to))]
    },
    belongsHere: settings.belongsHere ?? (() => true),
  }
  host.register(kind)
  const stopped = () => host.drain(2_000)
  closers.push(stopped)
  return { ctx, host, stopped }
}

async function post(ctx: Context, to: string, count: number, from = 1): Promise<void> {
  const mail = Array.from({ length: count }, (_, index) => ({
    _id: `${to}-${from + index}`,
    to,
    seq: from + index,
    read: false,
  }))
  await letters.in(ctx.db).insertMany(mail)
}

async function answered(
  ctx: Context,
  to: string,
  count: number,
): Promise<Array<{ seq: number; by: string }>> {
  const found = () => answers.in(ctx.db).find({ to }).sort({ seq: 1 }).toArray()
  await expect.poll(async () => (await found()).length, { timeout: 10_000, interval: 10 }).toBe(count)
  return found()
}

describe('leases', () => {
  it('are held by one at a time, and counted', async () => {
    const clock = testClock()
    const database = newDatabase()
    const [first, second] = [await contextOn(database, clock), await contextOn(database, clock)]
    const lease = await acquireLease(first, 'till', 1_000)
    expect(lease).toMatchObject({ key: 'till', owner: first.instanceId, epoch: 1 })
    expect(await acquireLease(second, 'till', 1_000)).toBeNull()
    expect(await acquireLease(first, 'till', 1_000)).toBeNull()
    if (lease === null) throw new Error('no lease')
    clock.advance(900)
    expect(await renewLease(first, lease, 1_000)).toBe(true)
    clock.advance(900)
    expect(await acquireLease(second, 'till', 1_000)).toBeNull()
    clock.advance(200)
    const taken = await acquireLease(second, 'till', 1_000)
    expect(taken).toMatchObject({ owner: second.instanceId, epoch: 2 })
    expect(await renewLease(first, lease, 1_000)).toBe(false)
    await releaseLease(first, lease)
    expect(await acquireLease(first, 'till', 1_000)).toBeNull()
    if (taken !== null) await releaseLease(second, taken)
    expect(await acquireLease(first, 'till', 1_000)).toMatchObject({ epoch: 3 })
  })

  it('fence off a transaction of an owner that was overtaken', async () => {
    const clock = testClock()
    const database = newDatabase()
    const [first, second] = [await contextOn(database, clock), await contextOn(database, clock)]
    const lease = await acquireLease(first, 'till', 1_000)
    if (lease === null) throw new Error('no lease')
    clock.advance(2_000)
    await acquireLease(second, 'till', 1_000)
    const late = inTransaction(first, async (session) => {
      await answers.in(first.db).insertOne({ _id: 'late', to: 'till', seq: 1, by: 'first' }, { session })
      await assertLease(first, lease, session)
    })
    await expect(late).rejects.toBeInstanceOf(LeaseLostError)
    expect(await answers.in(first.db).countDocuments({ _id: 'late' })).toBe(0)
  })

  it('let exactly one of many have it', async () => {
    const database = newDatabase()
    const contexts = await Promise.all([contextOn(database), contextOn(database), contextOn(database)])
    const tries = contexts.flatMap((ctx) => [1, 2, 3].map(() => acquireLease(ctx, 'till', 10_000)))
    expect((await Promise.all(tries)).filter((lease) => lease !== null)).toHaveLength(1)
  })
})

describe('actors', () => {
  it('deal with their mail in order and once, whoever wakes them', async () => {
    const { bus } = wire()
    const database = newDatabase()
    const [first, second] = [await reader({ bus: bus(), database }), await reader({ bus: bus(), database })]
    await post(first.ctx, 'ada', 20)
    await Promise.all(
      [1, 2, 3, 4].flatMap(() => [first.host.wake('reader', 'ada'), second.host.wake('reader', 'ada')]),
    )
    const found = await answered(first.ctx, 'ada', 20)
    expect(new Set(found.map(({ by }) => by)).size).toBe(1)
    await post(second.ctx, 'ada', 3, 21)
    await second.host.wake('reader', 'ada')
    await answered(first.ctx, 'ada', 23)
  })

  it('are asked wherever they are', async () => {
    const { bus } = wire()
    const database = newDatabase()
    const [first, second] = [await reader({ bus: bus(), database }), await reader({ bus: bus(), database })]
    await first.host.wake('reader', 'ada')
    expect(await second.host.ask('reader', 'ada', 'how far?')).toMatchObject({
      by: first.ctx.instanceId,
      readUpTo: 0,
    })
    expect(second.host.isHere('reader', 'ada')).toBe(false)
  })

  it('are left asleep by those that ask only who is awake', async () => {
    const { bus } = wire()
    const database = newDatabase()
    const [first, second] = [await reader({ bus: bus(), database }), await reader({ bus: bus(), database })]
    expect(await second.host.askAwake('reader', 'ada', 'how far?')).toBeUndefined()
    expect(second.host.isHere('reader', 'ada')).toBe(false)
    const waking = first.host.wake('reader', 'ada')
    const answers = await Promise.all([first.host.askAwake('reader', 'ada', 'how far?'), waking])
    expect(answers[0]).toMatchObject({ by: first.ctx.instanceId })
    expect(await second.host.askAwake('reader', 'ada', 'how far?')).toMatchObject({
      by: first.ctx.instanceId,
    })
    await first.host.drain(1_000)
    expect(await second.host.askAwake('reader', 'ada', 'how far?')).toBeUndefined()
  })

  it('are taken over when the owner falls silent, and the old owner writes nothing more', async () => {
    const clock = testClock()
    const line = wire()
    const database = newDatabase()
    let pauseAt = 3
    const { promise: overtaken, resolve: proceed } = Promise.withResolvers<void>()
    const { promise: paused, resolve: notePause } = Promise.withResolvers<void>()
    const first = await reader({
      bus: line.bus(),
      database,
      clock,
      meanwhile: async () => {
        pauseAt -= 1
        if (pauseAt > 0) return
        notePause()
        await overtaken
      },
    })
    const second = await reader({ bus: line.bus(), database, clock })
    await post(first.ctx, 'ada', 5)
    await first.host.wake('reader', 'ada')
    await paused
    line.cut()
    await expect(second.host.wake('reader', 'ada')).rejects.toBeInstanceOf(SilentPeerError)
    clock.advance(6_001)
    await second.host.sweep()
    const found = await answered(first.ctx, 'ada', 5)
    expect(found.map(({ by }) => by)).toEqual([
      ...[1, 2].map(() => first.ctx.instanceId),
      ...[3, 4, 5].map(() => second.ctx.instanceId),
    ])
    proceed()
    await first.stopped()
    expect(await answers.in(first.ctx.db).countDocuments()).toBe(5)
    expect((await findActor(first.ctx, 'reader:ada'))?.owner).toBe(second.ctx.instanceId)
  })

  it('are had though a stalled owner holds another in an open transaction', async () => {
    const clock = testClock()
    const { bus } = wire()
    const database = newDatabase()
    const { ctx, host } = await reader({ bus: bus(), database, clock })
    const second = await reader({ bus: bus(), database, clock })
    await host.wake('reader', 'ada')
    clock.advance(6_001)
    await post(ctx, 'ada', 1)
    await post(ctx, 'bo', 1)
    const stalled = ctx.client.startSession()
    stalled.startTransaction()
    const held = ctx.db.collection<{ _id: string }>('actors')
    await held.updateOne({ _id: 'reader:ada' }, { $set: { stalled: true } }, { session: stalled })
    await second.host.sweep()
    await answered(ctx, 'bo', 1)
    await expect(second.host.ask('reader', 'ada', 'how far?')).rejects.toBeInstanceOf(SilentPeerError)
    await stalled.abortTransaction()
    await stalled.endSession()
    await second.host.sweep()
    await answered(ctx, 'ada', 1)
  })

  it('move at once when their owner stops cleanly', async () => {
    const { bus } = wire()
    const database = newDatabase()
    const { promise: go, resolve: release } = Promise.withResolvers<void>()
    const { promise: begun, resolve: noteBegin } = Promise.withResolvers<void>()
    const first = await reader({
      bus: bus(),
      database,
      meanwhile: async () => {
        noteBegin()
        await go
      },
    })
    const second = await reader({ bus: bus(), database })
    await post(first.ctx, 'ada', 3)
    await first.host.wake('reader', 'ada')
    await begun
    const stopped = first.stopped()
    release()
    await stopped
    const found = await answered(first.ctx, 'ada', 3)
    expect(found.map(({ by }) => by)).toEqual([
      first.ctx.instanceId,
      second.ctx.instanceId,
      second.ctx.instanceId,
    ])
  })

  it('move to the instance that has the customer once they have nothing to do', async () => {
    const { bus } = wire()
    const database = newDatabase()
    const first = await reader({ bus: bus(), database, belongsHere: () => false })
    const second = await reader({ bus: bus(), database })
    await post(first.ctx, 'ada', 1)
    await first.host.wake('reader', 'ada')
    await answered(first.ctx, 'ada', 1)
    await expect
      .poll(async () => {
        await second.host.wake('reader', 'ada')
        return second.host.isHere('reader', 'ada')
      })
      .toBe(true)
  })

  it('are woken by their deadline', async () => {
    const clock = testClock()
    const { bus } = wire()
    const ctx = await contextOn(newDatabase(), clock)
    const peers = createPeers(bus(), ctx.instanceId, ctx.ids, () => undefined)
    const host = createActorHost(ctx, peers, {
      leaseMs: 6_000,
      sweepMs: 3_600_000,
      idleMs: 60_000,
      mostAwake: 100,
    })
    const rung: string[] = []
    const kind: ActorKind<Reader> = {
      name: 'alarm',
      format: {
        version: 1,
        initial: () => ({ readUpTo: 0 }),
        parse: (stored) => Reader.parse(stored),
        migrations: {},
      },
      async step(actor) {
        const { deadlineAt, snapshot } = actor.state
        if (snapshot.readUpTo === 0) {
          const next = new Date(clock.now().getTime() + 1_000)
          await actor.commit({ snapshot: { readUpTo: 1 }, deadlineAt: next }, async () => undefined)
        } else if (deadlineAt !== null && deadlineAt <= clock.now()) {
          rung.push(actor.id)
          await actor.commit({ snapshot, deadlineAt: null }, async () => undefined)
        }
        return 'idle'
      },
      ask: async () => null,
      waiting: async () => [],
      belongsHere: () => true,
    }
    host.register(kind)
    closers.push(() => host.drain(1_000))
    await host.wake('alarm', 'seven')
    await expect.poll(async () => (await findActor(ctx, 'alarm:seven'))?.deadlineAt).not.toBeNull()
    await host.sweep()
    expect(rung).toEqual([])
    clock.advance(1_001)
    await host.sweep()
    await expect.poll(() => rung).toEqual(['seven'])
    await host.sweep()
    expect(rung).toEqual(['seven'])
  })

  it('refuse a snapshot that they cannot read, and leave it as it is', async () => {
    const { bus } = wire()
    const { ctx, host } = await reader({ bus: bus(), database: newDatabase() })
    const strange = {
      _id: 'reader:ada',
      kind: 'reader',
      owner: null,
      epoch: 4,
      expiresAt: new Date(0),
      version: 9,
      snapshot: { odd: true },
      revision: 3,
      deadlineAt: null,
      updatedAt: new Date(0),
    }
    await ctx.db.collection<typeof strange>('actors').insertOne(strange)
    await expect(host.wake('reader', 'ada')).rejects.toThrow(/version 9/)
    expect(await findActor(ctx, 'reader:ada')).toMatchObject({
      owner: null,
      version: 9,
      snapshot: { odd: true },
    })
  })
})
