import { createHash } from 'node:crypto'
import type { Interrupt } from '../contract/index.ts'
import type { RunDesk } from '../features/conversation/index.ts'
import type { Confirmation } from './agent.machine.ts'
import type { ToolStep } from './brain.ts'
import type { Review } from './tools/tool.ts'

/** What a client is to send back; `false` is a no. */
const RESPONSE_SCHEMA = {
  type: 'object',
  properties: { approved: { type: 'boolean' } },
  required: ['approved'],
  additionalProperties: false,
}

/** Binds a yes to exactly what was shown. */
export function hashOf(bound: unknown): string {
  return createHash('sha256').update(canonical(bound)).digest('hex')
}

/** JSON with sorted names, so that equal content gives equal text. */
function canonical(value: unknown): string {
  const text = JSON.stringify(value, (_name, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([left], [right]) => (left < right ? -1 : 1)))
      : inner,
  )
  return text ?? 'null'
}

/** What is kept of a question until it is answered or lapses. */
export function confirmationOf(
  desk: Pick<RunDesk, 'runId'>,
  step: Pick<ToolStep, 'callId' | 'name'>,
  toolCallId: string,
  review: Review,
): Confirmation {
  const hash = hashOf(review.bound)
  return {
    interruptId: `${desk.runId}-confirmation`,
    runId: desk.runId,
    toolCallId,
    callId: step.callId,
    tool: step.name,
    args: { ...review.args },
    hash,
    metadata: { ...review.metadata, hash },
    question: review.question,
    expiresAt: review.expiresAt.toISOString(),
    lapsed: false,
  }
}

export function interruptView(confirmation: Confirmation): Interrupt {
  return {
    id: confirmation.interruptId,
    reason: 'tool_call',
    message: confirmation.question,
    toolCallId: confirmation.toolCallId,
    responseSchema: RESPONSE_SCHEMA,
    expiresAt: confirmation.expiresAt,
    metadata: confirmation.metadata,
  }
}

/** Whether a yes still stands for what was shown. */
export function stillFits(confirmation: Confirmation, review: Review, now: Date): boolean {
  return (
    !confirmation.lapsed &&
    new Date(confirmation.expiresAt) > now &&
    hashOf(review.bound) === confirmation.hash
  )
}
