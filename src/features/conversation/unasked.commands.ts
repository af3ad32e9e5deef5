import type { Cart, Checkout, Product } from '../../contract/index.ts'
import type { Context } from '../../platform/context.ts'
import { messageStored } from './conversation.events.ts'
import { messageView } from './conversation.view.ts'
import { conversationsOf } from './conversations.ts'
import { appendUnasked } from './messages.store.ts'
import { findSession, openSessionsOf } from './sessions.store.ts'

/** What the agent says though nobody has asked. */
export interface Unasked {
  readonly sessionId: string
  /** Names this news within the session: the same is not said twice, on whichever instance. */
  readonly key: string
  readonly text: string
  readonly products?: Product[]
  readonly cart?: Cart
  readonly checkout?: Checkout
}

/** Says something in a session without being asked; false when that was said before, or the session is closed. */
export async function sayUnasked(ctx: Context, { sessionId, key, ...said }: Unasked): Promise<boolean> {
  const session = await findSession(ctx, sessionId)
  if (session === null || session.closedAt !== null) return false
  conversationsOf(ctx)?.audience.learn(session)
  const stored = await appendUnasked(ctx, {
    _id: `${sessionId}-${key}`,
    sessionId,
    role: 'assistant',
    ...said,
    createdAt: ctx.clock.now(),
  })
  if (stored === null) return false
  ctx.events.publish(messageStored, { sessionId, message: messageView(stored) })
  return true
}

const MOST_SESSIONS = 10

/**
 * The session in which a user is to be told something: one that she has open somewhere, else none.
 * @param away whether her last one will do, to be read when she comes back
 */
export async function sessionToTell(
  ctx: Context,
  userId: string,
  { away = false } = {},
): Promise<string | undefined> {
  const sessions = await openSessionsOf(ctx, userId, MOST_SESSIONS)
  const present = sessions.find(({ viewers }) => viewers.length > 0)
  return present?._id ?? (away ? sessions[0]?._id : undefined)
}

/** The users who have a chat open on this instance. */
export function usersHere(ctx: Context): string[] {
  return conversationsOf(ctx)?.audience.users() ?? []
}
