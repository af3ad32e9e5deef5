import type { Handoff } from '../../contract/index.ts'
import type { Context } from '../../platform/context.ts'
import type { IdempotencyClaim } from '../../platform/idempotency.ts'
import { inTransaction } from '../../platform/transaction.ts'
import { handoffView } from './conversation.view.ts'
import { findHandoffOfCall, insertHandoff } from './handoffs.store.ts'
import { messagesBefore } from './messages.store.ts'

const TRANSCRIPT = 200

/** Puts a session, with its last 200 messages, into the queue that the shop's people read. One for each `callId`. */
export async function handOff(
  ctx: Context,
  input: { sessionId: string; callId: string; reason: string },
  claim?: IdempotencyClaim,
): Promise<Handoff> {
  const known = await findHandoffOfCall(ctx, input.callId)
  if (known !== null) return handoffView(known)
  const messages = await messagesBefore(ctx, input.sessionId, Number.MAX_SAFE_INTEGER, TRANSCRIPT)
  const handoff = {
    _id: ctx.ids.next(),
    ...input,
    transcript: messages.map(({ role, text, createdAt }) => ({ role, text, createdAt })),
    status: 'open' as const,
    createdAt: ctx.clock.now(),
  }
  const view = handoffView(handoff)
  await inTransaction(ctx, async (session) => {
    await insertHandoff(ctx, handoff, session)
    await claim?.complete(session, view)
  })
  return view
}
