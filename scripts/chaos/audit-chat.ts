import type { Db } from 'mongodb'
import { z } from 'zod'
import type { History } from './history.ts'
import type { Shopper } from './shopper.ts'

const Message = z.object({
  _id: z.string(),
  sessionId: z.string(),
  seq: z.number(),
  role: z.string(),
  text: z.string(),
  runId: z.string().optional(),
})
type Message = z.infer<typeof Message>
const Run = z.object({
  _id: z.string(),
  state: z.string(),
  results: z.array(z.looseObject({ callId: z.string() })),
})

/** Holds the stored conversations against the rules and against what the shoppers were told. */
export async function auditChat(db: Db, history: History, shoppers: readonly Shopper[]): Promise<void> {
  const runs = new Map(
    (await db.collection('chat_runs').find().toArray()).map((found) => {
      const run = Run.parse(found)
      return [run._id, run]
    }),
  )
  for (const shopper of shoppers) {
    if (shopper.sessionId === undefined) continue
    const found = await db
      .collection('chat_messages')
      .find({ sessionId: shopper.sessionId })
      .sort({ seq: 1 })
      .toArray()
    const messages = found.map((document) => Message.parse(document))
    auditMessages(history, shopper, messages)
    for (const message of messages.filter(({ role }) => role === 'customer')) {
      const run = runs.get(message.runId ?? '')
      history.check(
        5,
        run?.state === 'ended',
        `message ${message._id} is answered by run ${message.runId}, which is ${run?.state ?? 'not there'}`,
        message._id,
        message.runId ?? '',
      )
      const calls = (run?.results ?? []).map(({ callId }) => callId)
      history.check(
        5,
        new Set(calls).size === calls.length,
        `run ${message.runId} has a tool call twice: ${calls}`,
        message.runId ?? '',
      )
    }
  }
}

function auditMessages(history: History, shopper: Shopper, messages: readonly Message[]): void {
  const session = shopper.sessionId ?? ''
  history.check(
    6,
    messages.every(({ seq }, index) => seq === index + 1),
    `session ${session} has the numbers ${messages.map(({ seq }) => seq)}`,
    session,
  )
  const byId = new Map(messages.map((message) => [message._id, message]))
  for (const [id, { seq, text }] of shopper.acknowledged.messages) {
    const stored = byId.get(id)
    history.check(
      4,
      stored?.seq === seq && stored.text === text,
      `message ${id} of ${shopper.name} was acknowledged as ${seq} and is ${stored?.seq ?? 'not there'}`,
      id,
    )
  }
  // what the agent says unasked belongs to no run
  const answers = messages.flatMap(({ role, runId }) => (role === 'assistant' && runId ? [runId] : []))
  history.check(
    5,
    new Set(answers).size === answers.length,
    `a run of session ${session} answered twice`,
    session,
  )
}
