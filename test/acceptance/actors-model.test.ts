import { randomBytes } from 'node:crypto'
import { type EmbeddedMongo, startEmbeddedMongo } from '@floorwalker/embedded-mongo'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { z } from 'zod'
import {
  type ActorHost,
  type ActorKind,
  actorCollections,
  createActorHost,
  createPeers,
} from '../../src/actors/index.ts'
import { defineCollection } from '../../src/platform/collection.ts'
import { createWire, type Wire } from '../support/actor-wire.ts'
import { type Instance, startInstance, type TestClock, testClock } from '../support/instance.ts'

/** What an actor writes down about each letter it reads, in the transaction that saves its snapshot. */
const readings = defineCollection({
  name: 'readings',
  schema: z.object({ _id: z.string(), to: z.string(), seq: z.int(), epoch: z.int(), order: z.int() }),
})
const letters = defineCollection({
  name: 'letters',
  schema: z.object({ _id: z.string(), to: z.string(), seq: z.int() }),
})

const LEASE_MS = 1_000
/** Once nothing was read for so long, the leases of the dead are let lapse. */
const QUIET_MS = 250
/** Once nothing was read for so long, nothing ever will be. */
const STUCK_MS = 10_000
const SWEEP_MS = 20
const ACTORS = ['ada', 'bo']
const INSTANCES = 3
const RUNS = Number(process.env.MODEL_RUNS ?? 20)
const LONGEST_MS = 60_000 + RUNS * 3_000
/** What is left to tell of a breach, made as small as the time allows. */
const TELLING_MS = 20_000
const State = z.object({ readUpTo: z.int(), count: z.int() })
type State = z.infer<typeof State>

/** Holds an instance at a point of its step, as SIGSTOP would. */
interface Pauses {
  readonly at: (point: string) => Promise<void>
  pause(): void
  proceed(): void
}

function pauses(): Pauses {
  let gate: PromiseWithResolvers<void> | undefined
  return {
    at: async () => gate?.promise,
    pause() {
      gate ??= Promise.withResolvers<void>()
    },
    proceed() {
      gate?.resolve()
      gate = undefined
    },
  }
}

class Cluster {
  readonly clock: TestClock = testClock()
  private readonly wire: Wire = createWire()
  private readonly database = `model_${randomBytes(6).toString('hex')}`
  private readonly members: Array<{ instance: Instance; host: ActorHost; pauses: Pauses; dead: boolean }> = []
  private readonly sent = new Map<string, number>(ACTORS.map((name) => [name, 0]))
  private readonly uri: string

  constructor(uri: string) {
    this.uri = uri
  }

  async add(): Promise<void> {
    const instance = await startInstance({
      uri: this.uri,
      database: this.database,
      clock: this.clock,
      collections: [...actorCollections, letters, readings],
    })
    const { ctx } = instance
    const held = pauses()
    const peers = createPeers(this.wire.bus(), ctx.instanceId, ctx.ids, () => undefined)
    const host = createActorHost(ctx, peers, {
      leaseMs: LEASE_MS,
      sweepMs: 3_600_000,
      idleMs: 3_600_000,
      mostAwake: 10,
    })
    const kind: ActorKind<State> = {
      name: 'reader',
      format: {
        version: 1,
        initial: () => ({ readUpTo: 0, count: 0 }),
        parse: (stored) => State.parse(stored),
        migrations: {},
      },
      async step(actor) {
        const { snapshot } = actor.state
        await held.at('before reading')
        const [letter] = await letters
          .in(ctx.db)
          .find({ to: actor.id, seq: { $gt: snapshot.readUpTo } })
          .sort({ seq: 1 })
          .limit(1)
          .toArray()
        if (letter === undefined) return 'idle'
        await held.at('before writing')
        const next = { readUpTo: letter.seq, count: snapshot.count + 1 }
        await actor.commit({ snapshot: next, deadlineAt: null }, async (session) => {
          await held.at('within the transaction')
          const reading = {
            _id: ctx.ids.next(),
            to: actor.id,
            seq: letter.seq,
            epoch: actor.lease.epoch,
            order: next.count,
          }
          await readings.in(ctx.db).insertOne(reading, { session })
        })
        await held.at('after writing')
        return 'again'
      },
      ask: async () => null,
      waiting: async () => ACTORS,
      belongsHere: () => true,
    }
    host.register(kind)
    this.members.push({ instance, host, pauses: held, dead: false })
  }

  async post(name: string): Promise<void> {
    const seq = (this.sent.get(name) ?? 0) + 1
    this.sent.set(name, seq)
    const [first] = this.members
    await first?.instance.ctx.db
      .collection<{ _id: string; to: string; seq: number }>('letters')
      .insertOne({ _id: `${name}-${seq}`, to: name, seq })
  }

  wake(index: number, name: string): void {
    const member = this.members[index]
    if (member?.dead === false) member.host.wake('reader', name).catch(() => undefined)
  }

  pause(index: number): void {
    this.members[index]?.pauses.pause()
  }

  proceed(index: number): void {
    this.members[index]?.pauses.proceed()
  }

  /** The first member keeps the database open for the test itself, so it is only ever paused. */
  async kill(index: number): Promise<void> {
    const member = this.members[index]
    if (index === 0 || member === undefined || member.dead) return
    member.dead = true
    await member.instance.close()
    member.pauses.proceed()
  }

  /** Lets everybody go on until all mail is read; leases lapse whenever nothing has been read for a while. */
  async settle(): Promise<void> {
    for (const member of this.members) member.pauses.proceed()
    const living = this.members.filter(({ dead }) => !dead)
    const db = this.members[0]?.instance.ctx.db
    const total = [...this.sent.values()].reduce((sum, count) => sum + count, 0)
    let [read, readAt] = [0, performance.now()]
    for (;;) {
      const count = (await db?.collection('readings').countDocuments()) ?? 0
      if (count === total) return
      const stuckMs = performance.now() - readAt
      if (count > read) [read, readAt] = [count, performance.now()]
      else if (stuckMs > STUCK_MS) return
      else if (stuckMs > QUIET_MS) this.clock.advance(LEASE_MS + 1)
      await Promise.all(living.map(({ host }) => host.sweep().catch(() => undefined)))
      await new Promise((resolve) => setTimeout(resolve, SWEEP_MS))
    }
  }

  async check(): Promise<void> {
    const db = this.members[0]?.instance.ctx.db
    for (const name of ACTORS) {
      const found = await db
        ?.collection<{ to: string; seq: number; epoch: number; order: number }>('readings')
        .find({ to: name })
        .sort({ order: 1 })
        .toArray()
      const expected = Array.from({ length: this.sent.get(name) ?? 0 }, (_, index) => index + 1)
      expect(
        found?.map(({ seq }) => seq),
        `${name}: each letter once, in order`,
      ).toEqual(expected)
      const epochs = found?.map(({ epoch }) => epoch) ?? []
      expect(epochs, `${name}: no older owner writes after a newer one`).toEqual(
        [...epochs].sort((a, b) => a - b),
      )
    }
  }

  async close(): Promise<void> {
    for (const { pauses: held, host, dead, instance } of this.members) {
      held.proceed()
      await host.drain(500).catch(() => undefined)
      if (!dead) await instance.close()
    }
  }
}

type Act = { readonly name: string; run(cluster: Cluster): Promise<void> | void }
const index = fc.nat(INSTANCES - 1)
const who = fc.constantFrom(...ACTORS)
const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 4,
    arbitrary: who.map((name) => ({
      name: `post to ${name}`,
      run: (cluster: Cluster) => cluster.post(name),
    })),
  },
  {
    weight: 5,
    arbitrary: fc.tuple(index, who).map(([at, name]) => ({
      name: `wake ${name} at ${at}`,
      run: (cluster: Cluster) => cluster.wake(at, name),
    })),
  },
  {
    weight: 2,
    arbitrary: index.map((at) => ({ name: `pause ${at}`, run: (cluster: Cluster) => cluster.pause(at) })),
  },
  {
    weight: 2,
    arbitrary: index.map((at) => ({ name: `proceed ${at}`, run: (cluster: Cluster) => cluster.proceed(at) })),
  },
  {
    weight: 2,
    arbitrary: fc.constant({
      name: 'a lease lapses',
      run: (cluster: Cluster) => cluster.clock.advance(LEASE_MS + 1),
    }),
  },
  {
    weight: 1,
    arbitrary: index.map((at) => ({ name: `kill ${at}`, run: (cluster: Cluster) => cluster.kill(at) })),
  },
  {
    weight: 2,
    arbitrary: fc.nat(8).map((ms) => ({
      name: `wait ${ms} ms`,
      run: () => new Promise<void>((resolve) => setTimeout(resolve, ms)),
    })),
  },
)

let server: EmbeddedMongo
beforeAll(async () => {
  server = await startEmbeddedMongo()
})
afterAll(() => server.close())

it('reads every letter once and in order, whatever lapses, pauses and dies', {
  timeout: LONGEST_MS,
}, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(act, { minLength: 5, maxLength: 30 }), async (acts) => {
      const cluster = new Cluster(server.uri)
      try {
        for (let member = 0; member < INSTANCES; member += 1) await cluster.add()
        for (const step of acts) await step.run(cluster)
        await cluster.settle()
        await cluster.check()
      } finally {
        await cluster.close()
      }
    }),
    {
      numRuns: RUNS,
      interruptAfterTimeLimit: LONGEST_MS - TELLING_MS,
      markInterruptAsFailure: true,
      ...(process.env.MODEL_SEED === undefined ? {} : { seed: Number(process.env.MODEL_SEED) }),
    },
  )
})
