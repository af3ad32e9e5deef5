import {
  createActorHost,
  createPeers,
  HOST_DEFAULTS,
  type HostOptions,
  openMongoBus,
} from '../../actors/index.ts'
import type { Context } from '../../platform/context.ts'
import type { ShopServer } from '../../transport/socket/shop-socket.ts'
import { createAudience } from './audience.ts'
import { agentEventSent, messageStored, sessionStateChanged } from './conversation.events.ts'
import { installConversations } from './conversations.ts'
import { watchIdleSockets } from './idle-sockets.ts'
import type { SalesAgent } from './sales-agent.ts'
import { sessionActor } from './session.actor.ts'
import { sessionOfRoom } from './session-sockets.ts'
import { removeViewerEverywhere } from './sessions.store.ts'

const DRAIN_MS = 4_000

/** What differs from the usual, in tests. */
export interface ConversationOptions extends Partial<HostOptions> {
  /** How often the ends of runs that nobody has told are looked for, in milliseconds. */
  readonly lookMs?: number
}

export interface RunningConversations {
  /** Resolves when this instance hears the others. */
  readonly opened: Promise<void>
  /** Whether it hears them now. */
  hears(): boolean
  /** The sessions' actors on this instance. */
  census(): { readonly idle: number; readonly busy: number }
  /** One look for messages that nobody answers, for those that do not wait for the next. */
  sweep(): Promise<void>
  /** Lets runs under way end or hands them over, within 4 s. Call it while the sockets are still open. */
  drain(): Promise<void>
  close(): Promise<void>
}

/** Lets an instance take part in the conversations: it answers, and its sockets hear of it. */
export function startConversations(
  ctx: Context,
  io: ShopServer,
  agent: SalesAgent,
  { lookMs, ...options }: ConversationOptions = {},
): RunningConversations {
  const bus = openMongoBus(ctx, () => audience.catchUp())
  const peers = createPeers(bus, ctx.instanceId, ctx.ids, (topic, error) =>
    ctx.log.warn({ err: error, topic }, 'what another instance said could not be dealt with'),
  )
  const audience = createAudience(ctx, io, peers, lookMs)
  const idleMs = ctx.config.sessionIdleTimeoutMs
  const host = createActorHost(ctx, peers, { ...HOST_DEFAULTS, idleMs, ...options })
  host.register(sessionActor(ctx, agent, audience))
  const idle = watchIdleSockets(ctx, io)
  const uninstall = installConversations(ctx, { host, agent, audience })
  const leave = (room: string) => {
    const sessionId = sessionOfRoom(room)
    if (sessionId !== undefined) audience.leave(sessionId)
  }
  io.of('/chat').adapter.on('delete-room', leave)
  const subscriptions = [
    ctx.events.subscribe(messageStored, ({ sessionId, message }) => audience.sendMessage(sessionId, message)),
    ctx.events.subscribe(agentEventSent, (sent) => audience.sendRun(sent)),
    ctx.events.subscribe(sessionStateChanged, ({ sessionId, state }) => audience.sendState(sessionId, state)),
  ]
  host.start()
  return {
    opened: bus.opened,
    hears: () => bus.state() === 'open',
    census: () => host.census(),
    async sweep() {
      await Promise.all([host.sweep(), audience.lookForEnds()])
    },
    async drain() {
      await host.drain(DRAIN_MS)
      await removeViewerEverywhere(ctx).catch((error: unknown) =>
        ctx.log.warn({ err: error }, 'this instance could not take its leave of the sessions'),
      )
    },
    async close() {
      for (const unsubscribe of subscriptions) unsubscribe()
      io.of('/chat').adapter.off('delete-room', leave)
      idle.close()
      audience.close()
      uninstall()
      peers.close()
      await bus.close()
    },
  }
}
