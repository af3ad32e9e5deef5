import type { ActorHost } from '../../actors/index.ts'
import type { Context } from '../../platform/context.ts'
import type { Audience } from './audience.ts'
import type { SalesAgent } from './sales-agent.ts'

/** What this room's commands need beside the context: who owns the sessions, who answers, who hears it. */
export interface Conversations {
  readonly host: ActorHost
  readonly agent: SalesAgent
  readonly audience: Audience
}

const running = new Map<string, Conversations>()

/** Opens this instance's chat to its commands; the returned function closes it again. */
export function installConversations(ctx: Context, conversations: Conversations): () => void {
  running.set(ctx.instanceId, conversations)
  return () => running.delete(ctx.instanceId)
}

/** Undefined in a process that serves no chat, such as a worker. */
export function conversationsOf(ctx: Context): Conversations | undefined {
  return running.get(ctx.instanceId)
}
