import { createActor } from 'xstate'
import type { RunDesk, RunEnd } from '../features/conversation/index.ts'
import type { Context } from '../platform/context.ts'
import { type AgentSnapshot, agentFormat, agentMachine, type Confirmation } from './agent.machine.ts'
import type { Attachments, Brain, DialogueMemory, ToolOutcome, UsageStep } from './brain.ts'
import { confirmationOf, interruptView } from './confirmation.ts'
import { groundedAttachments } from './grounding/attachments.ts'
import { type Evidence, kept, withResults } from './grounding/evidence.ts'
import { startSpeech } from './speech.ts'
import { startToolCalls } from './tool-calls.ts'
import type { Review } from './tools/tool.ts'

/** A run that takes longer is ended with an apology. */
const LONGEST_MS = 60_000

/** The customer has cancelled the run. */
export class CancelledRunError extends Error {}

/** One run while it is under way: the machine, the voice and the tools, and the ways in which it can end. */
export interface Run {
  readonly ctx: Context
  readonly brain: Brain
  readonly desk: RunDesk
  readonly tools: ReturnType<typeof startToolCalls>
  /** As the run found them. */
  readonly memory: DialogueMemory
  readonly confirmation: Confirmation | null
  /** Aborted when the run is cancelled, lost or takes too long. */
  readonly signal: AbortSignal
  /** Throws when the run must not go on. */
  check(): void
  think(): void
  useTool(): void
  say(text: string): void
  addUsage(usage: UsageStep): void
  /** The open confirmation is answered, or no longer asked. */
  settle(): void
  /** What tools of the session have told, this run's included. */
  evidence(): Evidence
  answered(memory: DialogueMemory, attach?: Attachments): RunEnd
  /** Asks the customer for her yes and ends the run until she answers. */
  ask(
    step: Parameters<typeof confirmationOf>[1],
    review: Review,
    memory: DialogueMemory,
    lead?: string,
  ): RunEnd
  cancelled(): RunEnd
  failed(): RunEnd
  /** Lets go of the machine. */
  close(): void
}

const APOLOGY =
  'Sorry, something went wrong on our side and I could not finish that. Please try again in a moment, or ask me for a human.'

export function startRun(ctx: Context, brain: Brain, desk: RunDesk): Run {
  const before = agentFormat.parse(desk.snapshot)
  const machine = createActor(agentMachine, { snapshot: { ...before } as never })
  machine.start()
  machine.subscribe({
    next(snapshot) {
      if (snapshot.value !== state && !RESTING.has(snapshot.value)) desk.stateChanged(snapshot.value)
      state = snapshot.value
    },
    error: (error) => ctx.log.error({ err: error, runId: desk.runId }, 'the agent machine failed'),
  })
  let state = machine.getSnapshot().value
  const tooLong = AbortSignal.timeout(LONGEST_MS)
  const signal = AbortSignal.any([desk.cancelled, desk.lost, tooLong])
  const usage: UsageStep[] = []
  const tools = startToolCalls(ctx, desk)
  const told = knowledge(withResults(before.context.evidence, [desk.offered]), tools)
  const speech = startSpeech(desk, () => machine.send({ type: 'speaking' }))
  machine.send({ type: 'asked', seq: desk.input.type === 'message' ? desk.input.seq : undefined })

  const end = (outcome: RunEnd['outcome'], last: RunEnd['last'], attach: Attachments = {}): RunEnd => {
    const { confirmation } = machine.getSnapshot().context
    return {
      outcome,
      snapshot: agentFormat.parse(plain(machine.getPersistedSnapshot())),
      deadlineAt: confirmation === null || confirmation.lapsed ? null : new Date(confirmation.expiresAt),
      ...(speech.text === '' ? {} : { message: { text: speech.text, ...attach } }),
      last,
    }
  }
  const finished = (outcome: unknown) => ({
    type: 'RUN_FINISHED',
    outcome,
    ...(usage.length === 0 ? {} : { usage: usage.map(({ type: _, ...used }) => used) }),
  })

  return {
    ctx,
    brain,
    desk,
    tools,
    memory: before.context.memory,
    confirmation: before.context.confirmation,
    signal,
    check() {
      desk.lost.throwIfAborted()
      if (desk.cancelled.aborted) throw new CancelledRunError()
      tooLong.throwIfAborted()
    },
    think: () => machine.send({ type: 'returned' }),
    useTool: () => machine.send({ type: 'called' }),
    say: (text) => speech.say(text),
    addUsage: (used) => void usage.push(used),
    evidence: () => told(),
    settle: () => machine.send({ type: 'settled' }),
    answered(memory, attach) {
      speech.end()
      machine.send({ type: 'answered', memory, evidence: kept(told()) })
      const shown = groundedAttachments(attach ?? {}, tools.outcomes.map(resultOf))
      return end('success', finished({ type: 'success' }), shown)
    },
    ask(step, review, memory, lead = '') {
      const confirmation = confirmationOf(desk, step, `${desk.runId}:${step.callId}`, review)
      speech.say(lead + review.question)
      speech.end()
      const evidence = kept(withResults(told(), [review.metadata, review.attach]))
      machine.send({ type: 'confirming', confirmation, memory, evidence })
      const outcome = { type: 'interrupt', interrupts: [interruptView(confirmation)] }
      return end('interrupt', finished(outcome), review.attach)
    },
    cancelled() {
      speech.end()
      machine.send({ type: 'stopped' })
      return end('cancelled', finished({ type: 'cancelled' }))
    },
    failed() {
      speech.say(speech.text === '' ? APOLOGY : ` … ${APOLOGY}`)
      speech.end()
      machine.send({ type: 'stopped' })
      return end('error', { type: 'RUN_ERROR', message: APOLOGY, code: 'internal' })
    },
    close: () => machine.stop(),
  }
}

/** What the tools of earlier runs and of this one have told, worked out anew when another has answered. */
function knowledge(before: Evidence, tools: Run['tools']): () => Evidence {
  let known = before
  let read = 0
  return () => {
    if (tools.outcomes.length > read) {
      known = withResults(known, tools.outcomes.slice(read).map(resultOf))
      read = tools.outcomes.length
    }
    return known
  }
}

function resultOf(outcome: ToolOutcome): unknown {
  return outcome.ok ? outcome.result : outcome.error
}

const RESTING: ReadonlySet<AgentSnapshot['value']> = new Set(['idle', 'awaiting_confirmation'])

function plain(snapshot: unknown): unknown {
  return JSON.parse(JSON.stringify(snapshot))
}
