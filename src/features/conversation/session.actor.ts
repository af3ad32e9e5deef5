import { z } from 'zod'
import type { Actor, ActorKind } from '../../actors/index.ts'
import type { AgentEvent, Interrupt, SessionState } from '../../contract/index.ts'
import type { Context } from '../../platform/context.ts'
import type { Audience } from './audience.ts'
import { sessionStateChanged } from './conversation.events.ts'
import type { LiveRun } from './live-run.ts'
import { nextWaiting, sessionsWaiting } from './messages.store.ts'
import { performRun } from './run.commands.ts'
import { nextResume, sessionsWithResumes } from './runs.store.ts'
import type { SalesAgent } from './sales-agent.ts'
import { findSession } from './sessions.store.ts'

export const SESSION_ACTOR = 'session'

/** What only the owner of a session knows. */
export interface SessionSight {
  readonly state: SessionState
  readonly run?: { readonly runId: string; readonly events: AgentEvent[] }
  readonly interrupt?: Interrupt
}

export type SessionQuestion = { readonly type: 'look' } | { readonly type: 'cancel' }
const Question = z.discriminatedUnion('type', [
  z.object({ type: z.literal('look') }),
  z.object({ type: z.literal('cancel') }),
])

/** A message is looked for by other instances once it has waited for so long. */
const WAITED_MS = 1_500

/** What a session's actor keeps in memory beside its snapshot. */
export interface SessionMemory {
  live?: LiveRun
  state?: SessionState
  /** This owner has ended a run and begun none since: of the next one nothing can be stored yet. */
  betweenRuns?: boolean
  /** The step before this one was a run. */
  justRan?: boolean
  /** The next run is cancelled before it begins. */
  cancelNext?: { readonly settle: (cancelled: boolean) => void }
}

/** The actor of a chat session: its mailbox is the stored messages and answers to confirmations that wait. */
export function sessionActor(
  ctx: Context,
  agent: SalesAgent,
  audience: Pick<Audience, 'hasSockets' | 'learn' | 'runLeft' | 'heardElsewhere'>,
): ActorKind<unknown> {
  const memories = new WeakMap<Actor<unknown>, SessionMemory>()
  const memoryOf = (actor: Actor<unknown>) => {
    const memory = memories.get(actor) ?? {}
    memories.set(actor, memory)
    return memory
  }

  const step = async (actor: Actor<unknown>): Promise<'again' | 'idle'> => {
    const memory = memoryOf(actor)
    if (actor.state.deadlineAt !== null && actor.state.deadlineAt <= ctx.clock.now()) {
      const snapshot = agent.lapse(actor.state.snapshot)
      await actor.commit({ snapshot, deadlineAt: null }, async () => undefined)
      ctx.events.publish(sessionStateChanged, { sessionId: actor.id, state: agent.stateOf(snapshot) })
      return 'again'
    }
    // right after a run there is mostly no mail, and then nothing else need be read
    const early = memory.justRan === true ? undefined : findSession(ctx, actor.id)
    memory.justRan = false
    const [resume, message] = await Promise.all([
      nextResume(ctx, actor.id),
      nextWaiting(ctx, actor.id, agent.handledSeq(actor.state.snapshot)),
      early,
    ])
    const hasMail = resume !== null || message !== null
    const session = hasMail ? await (early ?? findSession(ctx, actor.id)) : null
    if (session === null || (resume === null && message === null)) {
      memory.cancelNext?.settle(false)
      delete memory.cancelNext
      return 'idle'
    }
    audience.learn(session)
    try {
      await performRun({
        ctx,
        agent,
        actor,
        session,
        memory,
        resume,
        message,
        heardElsewhere: () => audience.heardElsewhere(actor.id),
      })
    } finally {
      audience.runLeft(actor.id)
    }
    memory.justRan = true
    return 'again'
  }

  const cancel = async (actor: Actor<unknown>): Promise<boolean> => {
    const memory = memoryOf(actor)
    if (memory.live !== undefined) {
      memory.live.cancel.abort()
      return (await memory.live.ended) === 'cancelled'
    }
    const isWaiting = async () =>
      (await nextWaiting(ctx, actor.id, agent.handledSeq(actor.state.snapshot))) !== null
    const waits = await isWaiting()
    if (memory.live !== undefined) return cancel(actor)
    if (!waits) return false
    const { promise, resolve } = Promise.withResolvers<boolean>()
    const next = { settle: resolve }
    memory.cancelNext?.settle(false)
    memory.cancelNext = next
    // its run may have come and gone while the mailbox was read: the run after it is not meant
    if (!(await isWaiting()) && memory.cancelNext === next) {
      delete memory.cancelNext
      resolve(false)
    }
    return promise
  }

  return {
    name: SESSION_ACTOR,
    format: agent.format,
    step,
    async ask(actor, raw) {
      const question: SessionQuestion = Question.parse(raw)
      if (question.type === 'cancel') return { cancelled: await cancel(actor) }
      const { live, state } = memoryOf(actor)
      const interrupt = agent.interruptOf(actor.state.snapshot)
      const sight: SessionSight = {
        state: state ?? agent.stateOf(actor.state.snapshot),
        ...(live === undefined ? {} : { run: { runId: live.runId, events: [...live.events] } }),
        ...(interrupt === undefined ? {} : { interrupt }),
      }
      return sight
    },
    async waiting(limit) {
      const before = new Date(ctx.clock.now().getTime() - WAITED_MS)
      const [messages, resumes] = await Promise.all([
        sessionsWaiting(ctx, before, limit),
        sessionsWithResumes(ctx, before, limit),
      ])
      return [...messages, ...resumes]
    },
    belongsHere: audience.hasSockets,
  }
}
