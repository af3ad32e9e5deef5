import type { AgentEvent, Message, SessionState } from '../../contract/index.ts'
import { defineEvent } from '../../platform/domain-events.ts'

export const messageStored = defineEvent<{ sessionId: string; message: Message }>(
  'conversation.message_stored',
)
export const agentEventSent = defineEvent<{ sessionId: string; event: AgentEvent }>(
  'conversation.agent_event',
)
export const sessionStateChanged = defineEvent<{ sessionId: string; state: SessionState }>(
  'conversation.session_state',
)
