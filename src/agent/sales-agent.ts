import { LeaseLostError } from '../actors/index.ts'
import type { RunDesk, RunEnd, SalesAgent } from '../features/conversation/index.ts'
import { RunTakenError } from '../features/conversation/index.ts'
import type { Context } from '../platform/context.ts'
import { type AgentSnapshot, agentFormat, type Confirmation } from './agent.machine.ts'
import type { Brain } from './brain.ts'
import { interruptView } from './confirmation.ts'
import { plainAnswer } from './confirmation-words.ts'
import { converse } from './converse.ts'
import { CancelledRunError, type Run, startRun } from './run.ts'
import { settle } from './settle.ts'

const NOT_ASKED = 'I am not asking that any more, so I have not done anything.'

/** The salesperson: a brain that decides, and around it everything that a brain is not trusted with. */
export function createSalesAgent(ctx: Context, brain: Brain): SalesAgent {
  const contextOf = (snapshot: unknown) => agentFormat.parse(snapshot).context
  return {
    format: agentFormat,
    stateOf: (snapshot) => agentFormat.parse(snapshot).value,
    handledSeq: (snapshot) => contextOf(snapshot).handledSeq,
    interruptOf(snapshot) {
      const { confirmation } = contextOf(snapshot)
      return confirmation === null || confirmation.lapsed ? undefined : interruptView(confirmation)
    },
    knowsInterrupt: (snapshot, interruptId) => contextOf(snapshot).confirmation?.interruptId === interruptId,
    lapse: (snapshot) => lapsed(agentFormat.parse(snapshot)),
    run: (desk) => runOnce(ctx, brain, desk),
  }
}

function lapsed(snapshot: AgentSnapshot): AgentSnapshot {
  const { confirmation } = snapshot.context
  if (confirmation === null) return snapshot
  return {
    ...snapshot,
    value: 'idle',
    context: { ...snapshot.context, confirmation: { ...confirmation, lapsed: true } },
  }
}

async function runOnce(ctx: Context, brain: Brain, desk: RunDesk): Promise<RunEnd> {
  const run = startRun(ctx, brain, desk)
  const answer = answerOf(run)
  if (!desk.begun) {
    desk.emit({
      type: 'RUN_STARTED',
      ...(answer === undefined ? {} : { parentRunId: answer.confirmation.runId }),
    })
  }
  try {
    run.check()
    if (answer !== undefined) return await settle(run, answer.confirmation, answer.approved)
    if (desk.input.type === 'resume') {
      run.say(NOT_ASKED)
      return run.answered(run.memory)
    }
    if (run.confirmation?.lapsed === true) run.settle()
    return await converse(run, desk.input.text, false)
  } catch (error) {
    if (desk.lost.aborted || error instanceof RunTakenError || error instanceof LeaseLostError) throw error
    if (error instanceof CancelledRunError) return run.cancelled()
    ctx.log.error({ err: error, runId: desk.runId, sessionId: desk.sessionId }, 'a run failed')
    return run.failed()
  } finally {
    run.close()
  }
}

/** Whether the customer answers a confirmation, by the button or by a plain word. */
function answerOf({
  desk,
  confirmation,
}: Run): { confirmation: Confirmation; approved: boolean } | undefined {
  const { input } = desk
  if (confirmation === null) return undefined
  if (input.type === 'resume') {
    return input.interruptId === confirmation.interruptId
      ? { confirmation, approved: input.approved }
      : undefined
  }
  const answer = plainAnswer(input.text, confirmation.tool)
  return answer === undefined ? undefined : { confirmation, approved: answer === 'yes' }
}
