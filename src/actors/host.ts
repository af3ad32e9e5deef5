import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import type { Context } from '../platform/context.ts'
import {
  type ActorDocument,
  dueActors,
  findActor,
  releaseActor,
  renewActors,
  takeActor,
} from './actor.store.ts'
import { type Active, type ActorKind, activate } from './actor.ts'
import { type Peers, SilentPeerError } from './peers.ts'
import { UnknownSnapshotError } from './snapshots.ts'

export interface HostOptions {
  /** How long an owner that is silent keeps an actor, in milliseconds. */
  readonly leaseMs: number
  /** How often mailboxes and deadlines that nobody looks after are searched for, in milliseconds. */
  readonly sweepMs: number
  /** An actor with nothing to do for so long goes to sleep, in milliseconds. */
  readonly idleMs: number
  /** How many actors stay awake; beyond it the longest idle go to sleep. */
  readonly mostAwake: number
}

export const HOST_DEFAULTS: HostOptions = {
  leaseMs: 6_000,
  sweepMs: 2_000,
  idleMs: 30 * 60_000,
  mostAwake: 20_000,
}

/** Keeps each actor awake on one instance at a time. It knows nothing of what they do. */
export interface ActorHost {
  register<S>(kind: ActorKind<S>): void
  /** Sees to it that the actor's owner looks into the mailbox; wakes the actor here when it sleeps. */
  wake(kind: string, id: string): Promise<void>
  /**
   * Asks the actor, here or on the instance that owns it; wakes it here when it sleeps.
   * @throws SilentPeerError when the owner does not answer, as one that has just died
   */
  ask(kind: string, id: string, question: unknown): Promise<unknown>
  /** As `ask`, but leaves an actor that sleeps asleep, and gives undefined then. */
  askAwake(kind: string, id: string, question: unknown): Promise<unknown>
  isHere(kind: string, id: string): boolean
  /** How many are awake here, and how many of them have something to do. */
  census(): { readonly idle: number; readonly busy: number }
  /** Begins to renew leases and to sweep. */
  start(): void
  /** One sweep, for those that do not wait for the next. */
  sweep(): Promise<void>
  /** Lets steps under way end, for at most `withinMs`, gives all actors up and tells the others; wakes none any more. */
  drain(withinMs: number): Promise<void>
}

const ASK_TIMEOUT_MS = 1_000
const SWEEP_LIMIT = 200
/** An actor that is just being given from one to another is asked again. */
const TRY_AGAIN_MS = 20
const MOST_TRIES = 25
/** Beyond it the owner counts as silent, whatever the tries took. */
const LONGEST_ASK_MS = 3_000
/** So many are looked after at once, so that one that is slow to be had keeps no other waiting. */
const SWEPT_AT_ONCE = 16
const TOPIC = { wake: 'actors:wake', ask: 'actors:ask', given: 'actors:given' }

const Wake = z.object({ kind: z.string(), id: z.string() })
const Given = z.object({ actors: z.array(Wake) })
const Ask = Wake.extend({ question: z.unknown() })
const Answer = z.discriminatedUnion('here', [
  z.object({ here: z.literal(true), value: z.unknown() }),
  z.object({ here: z.literal(false) }),
])

export function createActorHost(ctx: Context, peers: Peers, options: HostOptions = HOST_DEFAULTS): ActorHost {
  type Registered = {
    start(id: string, taken: ActorDocument): Active
    waiting(limit: number): Promise<string[]>
    belongsHere(id: string): boolean
  }
  const kinds = new Map<string, Registered>()
  const awake = new Map<string, Active>()
  const waking = new Map<string, Promise<Active | undefined>>()
  const timers: NodeJS.Timeout[] = []
  let draining = false
  let sweeping: Promise<void> | undefined

  const keyOf = (kind: string, id: string) => `${kind}:${id}`
  const local = (key: string) => {
    const active = awake.get(key)
    if (active?.lost === true) {
      awake.delete(key)
      return undefined
    }
    return active
  }

  const take = async (kind: string, id: string): Promise<Active | undefined> => {
    const registered = kinds.get(kind)
    if (registered === undefined) throw new Error(`no actor of the kind ${kind} is known`)
    const key = keyOf(kind, id)
    if (draining) return undefined
    const taken = await takeActor(ctx, kind, key, options.leaseMs)
    if (taken === null) return undefined
    const lease = { key, owner: ctx.instanceId, epoch: taken.epoch }
    if (draining) {
      await releaseActor(ctx, lease)
      return undefined
    }
    try {
      const active = registered.start(id, taken)
      awake.set(key, active)
      return active
    } catch (error) {
      await releaseActor(ctx, lease)
      if (error instanceof UnknownSnapshotError)
        ctx.log.error({ err: error, actor: key }, 'an actor cannot be woken')
      throw error
    }
  }

  /** The actor, if it is here or nobody else has it. */
  const here = (kind: string, id: string): Promise<Active | undefined> => {
    const key = keyOf(kind, id)
    const active = local(key)
    if (active !== undefined) return Promise.resolve(active)
    const pending = waking.get(key)
    if (pending !== undefined) return pending
    const started = take(kind, id).finally(() => waking.delete(key))
    waking.set(key, started)
    return started
  }

  const sleep = async (active: Active) => {
    awake.delete(active.key)
    await active.stop()
    if (!active.lost) await releaseActor(ctx, active.lease)
  }

  const ownerOf = async (key: string): Promise<string | undefined> => {
    const found = await findActor(ctx, key)
    if (found === null || found.owner === null || found.owner === ctx.instanceId) return undefined
    return found.expiresAt > ctx.clock.now() ? found.owner : undefined
  }

  peers.on(TOPIC.wake, async (body) => {
    const { kind, id } = Wake.parse(body)
    const active = local(keyOf(kind, id))
    if (active === undefined) return { here: false }
    if (active.idleSince !== undefined && kinds.get(kind)?.belongsHere(id) === false) {
      await sleep(active)
      return { here: false }
    }
    active.poke()
    return { here: true }
  })
  peers.on(TOPIC.ask, async (body) => {
    const { kind, id, question } = Ask.parse(body)
    const active = local(keyOf(kind, id))
    return active === undefined ? { here: false } : { here: true, value: await active.ask(question) }
  })
  peers.on(TOPIC.given, async (body) => {
    const given = Given.parse(body).actors.filter(({ kind }) => kinds.has(kind))
    for (const { kind, id } of given) (await here(kind, id))?.poke()
  })

  const wake = async (kind: string, id: string) => {
    const key = keyOf(kind, id)
    const active = await here(kind, id)
    if (active !== undefined) return active.poke()
    const owner = await ownerOf(key)
    if (owner !== undefined) {
      const reply = z
        .object({ here: z.boolean() })
        .safeParse(await peers.ask(owner, TOPIC.wake, { kind, id }, ASK_TIMEOUT_MS))
      if (reply.success && reply.data.here) return
    }
    ;(await here(kind, id))?.poke()
  }

  const askOwner = async (kind: string, id: string, question: unknown, wakes: boolean): Promise<unknown> => {
    const key = keyOf(kind, id)
    const began = performance.now()
    for (let tries = 1; ; tries += 1) {
      const active = wakes ? await here(kind, id) : (local(key) ?? (await waking.get(key)))
      if (active !== undefined) return active.ask(question)
      const owner = await ownerOf(key)
      if (owner !== undefined) {
        const answer = Answer.parse(await peers.ask(owner, TOPIC.ask, { kind, id, question }, ASK_TIMEOUT_MS))
        if (answer.here) return answer.value
      } else if (!wakes && local(key) === undefined && !waking.has(key)) return undefined
      const late = performance.now() - began > LONGEST_ASK_MS
      if (draining || late || tries >= MOST_TRIES) throw new SilentPeerError(owner ?? 'nobody', TOPIC.ask)
      await pause(TRY_AGAIN_MS)
    }
  }

  const renew = async () => {
    const held = [...awake.values()]
    for (const key of await renewActors(
      ctx,
      held.map(({ lease }) => lease),
      options.leaseMs,
    )) {
      const active = awake.get(key)
      if (active === undefined || !held.includes(active)) continue
      active.lose()
      awake.delete(key)
      ctx.log.info({ actor: key }, 'the actor was taken over')
    }
    const now = ctx.clock.now().getTime()
    const idle = held
      .filter(({ idleSince, lost }) => idleSince !== undefined && !lost)
      .sort((left, right) => (left.idleSince ?? now) - (right.idleSince ?? now))
    const surplus = awake.size - options.mostAwake
    await Promise.all(
      idle
        .filter(({ idleSince }, index) => index < surplus || now - (idleSince ?? now) >= options.idleMs)
        .map((active) => sleep(active)),
    )
  }

  const sweep = async () => {
    for (const [kind, { waiting }] of kinds) {
      const due = (await dueActors(ctx, kind, SWEEP_LIMIT)).map((key) => key.slice(kind.length + 1))
      const ids = [...new Set([...(await waiting(SWEEP_LIMIT)), ...due])]
      const next = async (): Promise<void> => {
        const id = ids.shift()
        if (id === undefined || draining) return
        await lookAfter(kind, id)
        return next()
      }
      await Promise.all(Array.from({ length: SWEPT_AT_ONCE }, next))
    }
  }
  /** Whoever owns it and lives sweeps too, so this looks only for what nobody owns any more. */
  const lookAfter = async (kind: string, id: string) => {
    try {
      ;(await here(kind, id))?.poke()
    } catch (error) {
      ctx.log.warn({ err: error, actor: keyOf(kind, id) }, 'an actor could not be woken')
    }
  }

  const every = (milliseconds: number, what: string, work: () => Promise<void>) => {
    let busy = false
    const timer = setInterval(() => {
      if (busy) return
      busy = true
      work()
        .catch((error: unknown) => ctx.log.warn({ err: error }, `${what} failed and is tried again`))
        .finally(() => {
          busy = false
        })
    }, milliseconds)
    timers.push(timer.unref())
  }

  return {
    register(kind) {
      kinds.set(kind.name, {
        start: (id, taken) => activate(ctx, kind, id, taken, options.leaseMs),
        waiting: (limit) => kind.waiting(limit),
        belongsHere: (id) => kind.belongsHere(id),
      })
    },
    wake,
    isHere: (kind, id) => local(keyOf(kind, id)) !== undefined,
    census() {
      const busy = [...awake.values()].filter(({ idleSince }) => idleSince === undefined).length
      return { idle: awake.size - busy, busy }
    },
    ask: (kind, id, question) => askOwner(kind, id, question, true),
    askAwake: (kind, id, question) => askOwner(kind, id, question, false),
    start() {
      every(options.leaseMs / 3, 'renewing leases', renew)
      every(options.sweepMs, 'a sweep', () => {
        sweeping = sweep()
        return sweeping
      })
    },
    sweep,
    async drain(withinMs) {
      draining = true
      for (const timer of timers) clearInterval(timer)
      await Promise.allSettled([...waking.values()])
      const held = [...awake.values()]
      const busy = held.filter(({ idleSince }) => idleSince === undefined)
      const ended = Promise.allSettled([...held.map((active) => active.stop()), sweeping])
      await Promise.race([ended, pause(withinMs, undefined, { ref: false })])
      for (const active of held) active.lose()
      awake.clear()
      await Promise.allSettled(held.map(({ lease }) => releaseActor(ctx, lease)))
      const given = busy.map(({ key }) => {
        const split = key.indexOf(':')
        return { kind: key.slice(0, split), id: key.slice(split + 1) }
      })
      if (given.length > 0) peers.tell('*', TOPIC.given, { actors: given })
    },
  }
}
