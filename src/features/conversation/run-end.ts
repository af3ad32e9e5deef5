import { setTimeout as pause } from 'node:timers/promises'
import { type Actor, LeaseLostError } from '../../actors/index.ts'
import type { Context } from '../../platform/context.ts'
import { isDatabaseAway } from '../../platform/mongo.ts'
import type { LiveRun } from './live-run.ts'
import {
  answerIdOf,
  findMessage,
  inSeqTurn,
  insertMessage,
  type MessageDocument,
  markAnswered,
  nextSeq,
  noteStored,
  SeqTakenError,
} from './messages.store.ts'
import { endRun, RunTakenError } from './runs.store.ts'
import type { RunEnd } from './sales-agent.ts'

const RETRY_MS = 250

/**
 * Tries until the database has it or the session is another instance's: what was answered must not be lost.
 * @param heardElsewhere resolves when the run's events so far reach the other instances whatever happens here
 */
export async function commitEnd(
  ctx: Context,
  actor: Actor<unknown>,
  live: LiveRun,
  end: RunEnd,
  answered: MessageDocument | null,
  heardElsewhere: () => Promise<void>,
): Promise<{ said: MessageDocument | undefined; end: RunEnd }> {
  const sessionId = actor.id
  const mark = { runId: live.runId, sessionId, epoch: actor.lease.epoch }
  const id = answerIdOf(live.runId)
  const last = live.following(end.last)
  await heardElsewhere()
  const numbered = async (): Promise<MessageDocument | undefined> =>
    end.message && {
      _id: id,
      sessionId,
      seq: await retried(actor, ctx, () => nextSeq(ctx, sessionId)),
      role: 'assistant',
      runId: live.runId,
      ...end.message,
      createdAt: ctx.clock.now(),
    }
  for (;;) {
    try {
      const said = await inSeqTurn(ctx, sessionId, async () => {
        const message = await numbered()
        const state = { snapshot: end.snapshot, deadlineAt: end.deadlineAt }
        const committed = await actor.commit(state, async (session) => {
          if (message !== undefined) await insertMessage(ctx, message, session)
          if (answered !== null) await markAnswered(ctx, answered._id, session)
          await endRun(ctx, mark, { outcome: end.outcome, last }, session)
          return true
        })
        const stored = committed === true ? message : ((await findMessage(ctx, id)) ?? undefined)
        if (stored !== undefined) noteStored(stored)
        return stored
      })
      return { said, end }
    } catch (error) {
      if (error instanceof SeqTakenError) continue
      if (error instanceof LeaseLostError || error instanceof RunTakenError || actor.signal.aborted)
        throw error
      if (!isDatabaseAway(error) && end.message !== undefined) {
        ctx.log.error(
          { err: error, runId: live.runId },
          'an answer cannot be stored; its run ends without it',
        )
        return commitEnd(ctx, actor, live, withoutAnswer(actor), answered, heardElsewhere)
      }
      ctx.log.warn({ err: error, runId: live.runId }, 'the end of a run is not stored yet and is tried again')
      await pause(RETRY_MS)
    }
  }
}

/** The last resort when what the agent leaves cannot be stored, so that the session is not stuck with it. */
function withoutAnswer(actor: Actor<unknown>): RunEnd {
  const last = { type: 'RUN_ERROR', message: 'The answer could not be stored.', code: 'internal' }
  return { outcome: 'error', ...actor.state, last }
}

async function retried<T>(actor: Actor<unknown>, ctx: Context, work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (actor.signal.aborted) throw error
      ctx.log.warn({ err: error }, 'the database does not answer; the run waits for it')
      await pause(RETRY_MS)
    }
  }
}
