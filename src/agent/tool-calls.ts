import { z } from 'zod'
import type { RunDesk, StoredResult, UnnumberedEvent } from '../features/conversation/index.ts'
import { RunTakenError } from '../features/conversation/index.ts'
import type { Context } from '../platform/context.ts'
import { ShopError, toProblem } from '../platform/errors.ts'
import { parseInput } from '../platform/field-errors.ts'
import { toShopError } from '../platform/mongo.ts'
import { TOOL_NAMES, type ToolName, type ToolOutcome, type ToolStep } from './brain.ts'
import type { Review, ToolRun } from './tools/tool.ts'
import { TOOLS } from './tools.ts'

/** The tools of one run: each call is shown, run for the session's own user, and remembered where it changes something. */
export interface ToolCalls {
  /** What the tools gave so far, those of an earlier owner of the session included. */
  readonly outcomes: readonly ToolOutcome[]
  toolCallId(callId: string): string
  /** Shows the call and runs the tool; a `Review` when it needs the customer's yes instead. */
  call(step: ToolStep): Promise<ToolOutcome | Review>
  /** Runs what the customer has agreed to; its call was shown by the run that asked. */
  runConfirmed(confirmed: ConfirmedCall): Promise<ToolOutcome>
  /** Judges again what would run. Throws ShopError where it could not. */
  review(name: ToolName, args: unknown): Promise<Review>
  begun(name: ToolName, args: unknown): Promise<boolean>
  /** Arguments for asking again, and what they would do. Throws ShopError. */
  renew(name: ToolName, args: unknown): Promise<Review>
  /** Shows a call that is not run now. */
  show(step: Pick<ToolStep, 'callId' | 'name' | 'args'>): void
  showResult(toolCallId: string, content: unknown): void
  /** What the customer has agreed to cannot be done any more. */
  refuse(confirmed: ConfirmedCall, error: ShopError): void
}

export interface ConfirmedCall {
  readonly toolCallId: string
  readonly callId: string
  readonly tool: ToolName
  readonly args: unknown
}

const Remembered = z.discriminatedUnion('ok', [
  z.object({
    callId: z.string(),
    name: z.enum(TOOL_NAMES),
    args: z.unknown(),
    ok: z.literal(true),
    result: z.unknown(),
  }),
  z.object({
    callId: z.string(),
    name: z.enum(TOOL_NAMES),
    args: z.unknown(),
    ok: z.literal(false),
    error: z.custom<Extract<ToolOutcome, { ok: false }>['error']>(),
  }),
])

export function startToolCalls(ctx: Context, desk: RunDesk): ToolCalls {
  const outcomes: ToolOutcome[] = desk.remembered.map((stored) => Remembered.parse(stored))
  const toolCallId = (callId: string) => `${desk.runId}:${callId}`

  const runOf = (callId: string, claim?: ToolRun['claim']): ToolRun => ({
    ctx,
    caller: desk.caller,
    sessionId: desk.sessionId,
    callId: toolCallId(callId),
    claim,
  })
  const failed = (step: Pick<ToolStep, 'callId' | 'name' | 'args'>, error: unknown): ToolOutcome => {
    const shopError = toShopError(error)
    if (shopError.status >= 500) {
      ctx.log.error({ err: shopError.cause ?? error, tool: step.name, runId: desk.runId }, 'a tool failed')
    }
    const { callId, name, args } = step
    return { callId, name, args, ok: false, error: toProblem(shopError, desk.runId) }
  }
  const resultEvent = (id: string, outcome: ToolOutcome): UnnumberedEvent => ({
    type: 'TOOL_CALL_RESULT',
    messageId: `${id}-result`,
    toolCallId: id,
    role: 'tool',
    content: JSON.stringify(outcome.ok ? (outcome.result ?? null) : { error: outcome.error }),
  })

  const give = (outcome: ToolOutcome, id: string) => {
    outcomes.push(outcome)
    desk.emit(resultEvent(id, outcome))
    return outcome
  }

  const execute = async (
    step: Pick<ToolStep, 'callId' | 'name' | 'args'>,
    id: string,
  ): Promise<ToolOutcome> => {
    const { callId, name, args } = step
    const tool = TOOLS[name]
    const done = (result: unknown): ToolOutcome => ({ callId, name, args, ok: true, result: plain(result) })
    const remember = (outcome: ToolOutcome, session: Parameters<RunDesk['remember']>[2]) => {
      const all: StoredResult[] = [...outcomes, outcome].map((known) => ({ ...known }))
      return desk.remember(all, [resultEvent(id, outcome)], session)
    }
    let outcome: ToolOutcome
    try {
      const parsed = parseInput(tool.args, args ?? {})
      let remembered: ToolOutcome | undefined
      const claim = tool.effect
        ? {
            key: id,
            complete: async (session: Parameters<RunDesk['remember']>[2], answer: unknown) => {
              remembered = done(answer)
              await remember(remembered, session)
            },
          }
        : undefined
      const result = await tool.execute(runOf(callId, claim), parsed)
      outcome = remembered ?? done(result)
      if (tool.effect && remembered === undefined) await remember(outcome, undefined)
    } catch (error) {
      if (error instanceof RunTakenError || desk.lost.aborted) throw error
      outcome = failed(step, error)
    }
    return give(outcome, id)
  }

  const show: ToolCalls['show'] = ({ callId, name, args }) => {
    const id = toolCallId(callId)
    desk.emit({ type: 'TOOL_CALL_START', toolCallId: id, toolCallName: name })
    desk.emit({ type: 'TOOL_CALL_ARGS', toolCallId: id, delta: JSON.stringify(args ?? {}) })
    desk.emit({ type: 'TOOL_CALL_END', toolCallId: id })
  }
  const review: ToolCalls['review'] = async (name, args) => {
    const tool = TOOLS[name]
    if (tool.review === undefined) throw new ShopError('internal')
    return tool.review(runOf('review'), parseInput(tool.args, args ?? {}))
  }

  return {
    outcomes,
    toolCallId,
    async call(step) {
      const id = toolCallId(step.callId)
      show(step)
      if (TOOLS[step.name].review === undefined) return execute(step, id)
      try {
        return await review(step.name, step.args)
      } catch (error) {
        return give(failed(step, error), id)
      }
    },
    refuse: ({ toolCallId: id, callId, tool: name, args }, error) =>
      void give(failed({ callId, name, args }, error), id),
    runConfirmed: ({ toolCallId: id, callId, tool: name, args }) => execute({ callId, name, args }, id),
    review,
    async begun(name, args) {
      const tool = TOOLS[name]
      return (await tool.begun?.(runOf('review'), parseInput(tool.args, args ?? {}))) ?? false
    },
    async renew(name, args) {
      const tool = TOOLS[name]
      const fresh =
        tool.renew === undefined ? args : await tool.renew(runOf('renew'), parseInput(tool.args, args ?? {}))
      return review(name, fresh)
    },
    show,
    showResult: (id, content) =>
      desk.emit({
        type: 'TOOL_CALL_RESULT',
        messageId: `${id}-result`,
        toolCallId: id,
        role: 'tool',
        content: JSON.stringify(content),
      }),
  }
}

/** As JSON would carry it, without what has no value. */
function plain(result: unknown): unknown {
  return result === undefined ? null : JSON.parse(JSON.stringify(result))
}
