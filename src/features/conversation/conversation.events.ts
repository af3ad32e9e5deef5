import type { AgentEvent, Message, SessionState } from '../../contract/index.ts'
import { defineEvent } from '../../platform/domain-events.ts'

export const messageStored = defineEvent<{ sessionId: string; message: Message }>(
  'conversation.message_stored',
)

/** An event of a run that goes on here, `events` being all of it so far. */
export interface SentEvent {
  readonly sessionId: string
  /** Of the owner under whom the run goes on. */
  readonly epoch: number
  readonly event: AgentEvent
  readonly events: readonly AgentEvent[]
}
export const agentEventSent = defineEvent<SentEvent>('conversation.agent_event')

export const sessionStateChanged = defineEvent<{ sessionId: string; state: SessionState }>(
  'conversation.session_state',
)
