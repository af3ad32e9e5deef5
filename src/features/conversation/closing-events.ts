import { AgentEvent } from '../../contract/index.ts'

/** What is stored of a run's answer. */
export interface Answer {
  readonly _id: string
  readonly text: string
}

/** What begins something in a run that must be ended, with what ends it. */
const ENDINGS: Readonly<Record<string, string>> = {
  TEXT_MESSAGE_START: 'TEXT_MESSAGE_END',
  TOOL_CALL_START: 'TOOL_CALL_END',
  REASONING_START: 'REASONING_END',
  REASONING_MESSAGE_START: 'REASONING_MESSAGE_END',
}

type Unnumbered = { readonly type: string; readonly [field: string]: unknown }

/**
 * The events that lead from those a device has been told of a run to its stored end, when the ones that did are lost: its
 * answer is told as a whole, or its rest, and what is open is ended. They are numbered on from where they differ.
 * @param told in order, from `seq` 0 on
 * @param last RUN_FINISHED or RUN_ERROR, whatever its `seq`
 */
export function closingEvents(
  told: readonly AgentEvent[],
  last: AgentEvent,
  answer: Answer | undefined,
): AgentEvent[] {
  const spoken = answer === undefined ? undefined : spokenOf(told, answer._id)
  if (answer !== undefined && spoken !== undefined && !isRightSoFar(spoken, answer.text))
    return closingEvents(told.slice(0, spoken.from), last, answer)
  const opening: Unnumbered[] = told.length === 0 ? [{ type: 'RUN_STARTED' }] : []
  const speech = answer === undefined ? [] : restOf(answer, spoken)
  const { seq: _, ...end } = last
  return [...opening, ...endsOf(told, answer?._id), ...speech, end].map((event, index) =>
    AgentEvent.parse({
      ...event,
      threadId: last.threadId,
      runId: last.runId,
      seq: told.length + index,
      timestamp: last.timestamp,
    }),
  )
}

interface Spoken {
  /** The `seq` at which the answer begins. */
  readonly from: number
  readonly text: string
  readonly ended: boolean
}

function spokenOf(told: readonly AgentEvent[], messageId: string): Spoken | undefined {
  const from = told.findIndex((event) => event.type === 'TEXT_MESSAGE_START' && event.messageId === messageId)
  if (from === -1) return undefined
  let text = ''
  let ended = false
  for (const event of told.slice(from)) {
    if (event.type === 'TEXT_MESSAGE_CONTENT' && event.messageId === messageId) text += event.delta
    if (event.type === 'TEXT_MESSAGE_END' && event.messageId === messageId) ended = true
  }
  return { from, text, ended }
}

function isRightSoFar({ text, ended }: Spoken, whole: string): boolean {
  return ended ? text === whole : whole.startsWith(text)
}

function restOf({ _id: messageId, text }: Answer, spoken: Spoken | undefined): Unnumbered[] {
  if (spoken?.ended === true) return []
  const delta = text.slice(spoken?.text.length ?? 0)
  return [
    ...(spoken === undefined ? [{ type: 'TEXT_MESSAGE_START', messageId, role: 'assistant' }] : []),
    ...(delta === '' ? [] : [{ type: 'TEXT_MESSAGE_CONTENT', messageId, delta }]),
    { type: 'TEXT_MESSAGE_END', messageId },
  ]
}

/** Ends what the device was told the beginning of, but for the answer, the innermost first. */
function endsOf(told: readonly AgentEvent[], answerId: string | undefined): Unnumbered[] {
  const open: Array<{ readonly type: string; readonly id: Record<string, unknown> }> = []
  for (const event of told) {
    const id = idOf(event)
    const ending = ENDINGS[event.type]
    const isAnswer = answerId !== undefined && id.messageId === answerId
    if (ending !== undefined && !isAnswer) open.push({ type: ending, id })
    const at = open.findIndex((one) => one.type === event.type && isSameId(one.id, id))
    if (at !== -1) open.splice(at, 1)
  }
  return open.reverse().map(({ type, id }) => ({ type, ...id }))
}

function idOf(event: AgentEvent): Record<string, unknown> {
  if ('toolCallId' in event) return { toolCallId: event.toolCallId }
  return 'messageId' in event ? { messageId: event.messageId } : {}
}

function isSameId(left: Record<string, unknown>, right: Record<string, unknown>): boolean {
  return left.toolCallId === right.toolCallId && left.messageId === right.messageId
}
