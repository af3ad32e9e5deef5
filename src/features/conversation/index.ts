import { handoffsCollection } from './handoffs.store.ts'
import { messagesCollection } from './messages.store.ts'
import { runsCollection } from './runs.store.ts'
import { sessionsCollection } from './sessions.store.ts'

export { cleanUpSessions } from './cleanup.commands.ts'
export {
  cancelRun,
  closeSession,
  handOverSessions,
  listHandoffs,
  listHistory,
  openSession,
  resumeRun,
  sendMessage,
} from './conversation.commands.ts'
export { agentEventSent, messageStored, sessionStateChanged } from './conversation.events.ts'
export { conversationRoutes } from './conversation.routes.ts'
export { chatEvents } from './conversation.socket.ts'
export { handOff } from './handoffs.commands.ts'
export { RunTakenError, type StoredResult } from './runs.store.ts'
export type { RunDesk, RunEnd, RunInput, SalesAgent, UnnumberedEvent } from './sales-agent.ts'
export { type ConversationOptions, type RunningConversations, startConversations } from './start.ts'
export { sayUnasked, sessionToTell, type Unasked, usersHere } from './unasked.commands.ts'

/** What the composition root creates at start. */
export const conversationCollections = [
  sessionsCollection,
  messagesCollection,
  runsCollection,
  handoffsCollection,
]
