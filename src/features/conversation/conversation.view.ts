import type { Handoff, Message } from '../../contract/index.ts'
import type { HandoffDocument } from './handoffs.store.ts'
import type { MessageDocument } from './messages.store.ts'

/** A stored message as the world sees it; what only the agent needs stays inside. */
export function messageView(message: MessageDocument): Message {
  const { _id, waiting: _waiting, cardToken: _cardToken, requestId: _requestId, createdAt, ...rest } = message
  return { id: _id, ...rest, createdAt: createdAt.toISOString() }
}

export function handoffView({
  _id,
  callId: _callId,
  transcript,
  createdAt,
  ...rest
}: HandoffDocument): Handoff {
  return {
    id: _id,
    ...rest,
    transcript: transcript.map((line) => ({ ...line, createdAt: line.createdAt.toISOString() })),
    createdAt: createdAt.toISOString(),
  }
}
