import { type Actor, LeaseLostError } from '../../actors/index.ts'
import type { Product, Role, SessionState } from '../../contract/index.ts'
import type { Context } from '../../platform/context.ts'
import { ShopError } from '../../platform/errors.ts'
import { inRequest } from '../../platform/request-scope.ts'
import { getUser } from '../accounts/index.ts'
import { messageStored, sessionStateChanged } from './conversation.events.ts'
import { messageView } from './conversation.view.ts'
import { type LiveRun, startLiveRun } from './live-run.ts'
import { answerIdOf, type MessageDocument, messagesBefore } from './messages.store.ts'
import { commitEnd } from './run-end.ts'
import { claimInterrupt, findRun, type RunDocument, RunTakenError, recordEffect } from './runs.store.ts'
import type { RunDesk, RunInput, SalesAgent } from './sales-agent.ts'
import type { SessionMemory } from './session.actor.ts'
import type { SessionDocument } from './sessions.store.ts'

/** How much of the conversation the agent is given. */
const HISTORY = 20

interface Work {
  readonly ctx: Context
  readonly agent: SalesAgent
  readonly actor: Actor<unknown>
  readonly session: SessionDocument
  readonly memory: SessionMemory
  readonly resume: RunDocument | null
  readonly message: MessageDocument | null
  /** Resolves when the run's events so far reach the other instances whatever happens here. */
  readonly heardElsewhere: () => Promise<void>
}

/**
 * Runs the agent for the oldest thing in the mailbox and commits what it leaves, message, run and snapshot together. The log
 * goes on under the id of the request that put it there.
 */
export function performRun(work: Work): Promise<void> {
  return inRequest((work.resume ?? work.message)?.requestId, () => perform(work))
}

async function perform(work: Work): Promise<void> {
  const { ctx, agent, actor, session, memory, resume } = work
  const sessionId = session._id
  const message = resume === null ? work.message : null
  const runId = resume?._id ?? message?.runId
  if (runId === undefined) return
  const input = inputOf(resume, message)
  const untouched = memory.betweenRuns === true
  memory.betweenRuns = false
  const [stored, customer, history] = await Promise.all([
    resume ?? (untouched ? null : findRun(ctx, runId)),
    customerOf(ctx, session.userId),
    messagesBefore(ctx, sessionId, input.type === 'message' ? input.seq : Number.MAX_SAFE_INTEGER, HISTORY),
  ])
  const live = startLiveRun(ctx, { sessionId, runId, epoch: actor.lease.epoch }, stored?.events ?? [])
  memory.live = live
  const cancelNext = memory.cancelNext
  delete memory.cancelNext
  if (cancelNext !== undefined || session.closedAt !== null) live.cancel.abort()
  let outcome = 'lost'
  const startedAt = ctx.clock.now().getTime()
  try {
    const wanted = await agent.run(deskOf(work, { live, stored, input, customer, history }))
    const { said, end } = await commitEnd(ctx, actor, live, wanted, message, work.heardElsewhere)
    outcome = end.outcome
    memory.betweenRuns = true
    if (said !== undefined) ctx.events.publish(messageStored, { sessionId, message: messageView(said) })
    live.emit(end.last)
    delete memory.live
    delete memory.state
    const state: SessionState = session.closedAt === null ? agent.stateOf(end.snapshot) : 'closed'
    ctx.events.publish(sessionStateChanged, { sessionId, state })
  } catch (error) {
    if (error instanceof RunTakenError) throw new LeaseLostError(actor.lease.key)
    throw error
  } finally {
    delete memory.live
    delete memory.state
    live.end(outcome)
    const ms = ctx.clock.now().getTime() - startedAt
    ctx.log.info({ runId, sessionId, outcome, ms }, 'run')
    cancelNext?.settle(outcome === 'cancelled')
  }
}

function inputOf(resume: RunDocument | null, message: MessageDocument | null): RunInput {
  if (resume !== null) {
    return { type: 'resume', interruptId: resume.interruptId ?? '', approved: resume.approved === true }
  }
  return { type: 'message', text: message?.text ?? '', cardToken: message?.cardToken, seq: message?.seq ?? 0 }
}

interface Materials {
  readonly live: LiveRun
  readonly stored: RunDocument | null
  readonly input: RunInput
  readonly customer: { readonly role: Role; readonly name: string | null }
  readonly history: readonly MessageDocument[]
}

function deskOf(work: Work, { live, stored, input, customer, history }: Materials): RunDesk {
  const { ctx, actor, session, memory } = work
  const sessionId = session._id
  const { runId } = live
  const requestId = (work.resume ?? work.message)?.requestId ?? runId
  const mark = { runId, sessionId, epoch: actor.lease.epoch }
  return {
    runId,
    sessionId,
    caller: { userId: session.userId, role: customer.role, requestId, via: 'agent' },
    customerName: customer.name ?? undefined,
    input,
    history: history.flatMap(({ role, text }) => (role === 'system' ? [] : [{ role, text }])),
    offered: offeredIn(history),
    snapshot: actor.state.snapshot,
    remembered: stored?.results ?? [],
    begun: (stored?.events.length ?? 0) > 0,
    messageId: answerIdOf(runId),
    cancelled: live.cancel.signal,
    lost: actor.signal,
    emit: (event) => live.emit(event),
    stateChanged(state) {
      memory.state = state
      ctx.events.publish(sessionStateChanged, { sessionId, state })
    },
    remember: (results, following, dbSession) => {
      const callId = results.at(-1)?.callId ?? ''
      return recordEffect(ctx, mark, { callId, results, events: live.with(following) }, dbSession)
    },
    claim: (interruptId) => claimInterrupt(ctx, mark, interruptId),
  }
}

/** The products of what was said last, where nobody had asked for it. */
function offeredIn(history: readonly MessageDocument[]): readonly Product[] {
  const last = history.at(-1)
  return last?.role === 'assistant' && last.runId === undefined ? (last.products ?? []) : []
}

/** An account that is gone has nothing of its own any more, and is answered all the same. */
async function customerOf(ctx: Context, userId: string): Promise<{ role: Role; name: string | null }> {
  try {
    return await getUser(ctx, userId)
  } catch (error) {
    if (error instanceof ShopError && error.code === 'not_found') return { role: 'guest', name: null }
    throw error
  }
}
