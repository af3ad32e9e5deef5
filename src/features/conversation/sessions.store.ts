import { z } from 'zod'
import { defineCollection } from '../../platform/collection.ts'
import type { Context } from '../../platform/context.ts'

const SessionDocument = z.object({
  _id: z.string(),
  userId: z.string(),
  /** The instances that have had sockets in this session; streamed pieces go to them. */
  viewers: z.array(z.string()),
  createdAt: z.date(),
  openedAt: z.date(),
  closedAt: z.date().nullable(),
})
export type SessionDocument = z.infer<typeof SessionDocument>

export const sessionsCollection = defineCollection({
  name: 'chat_sessions',
  schema: SessionDocument,
  indexes: [{ key: { userId: 1 } }, { key: { openedAt: 1 } }, { key: { viewers: 1 } }],
})

export async function insertSession(ctx: Context, userId: string): Promise<SessionDocument> {
  const now = ctx.clock.now()
  const session: SessionDocument = {
    _id: ctx.ids.next(),
    userId,
    viewers: [ctx.instanceId],
    createdAt: now,
    openedAt: now,
    closedAt: null,
  }
  await sessionsCollection.in(ctx.db).insertOne(session)
  return session
}

export async function findSession(ctx: Context, sessionId: string): Promise<SessionDocument | null> {
  return sessionsCollection.parseOrNull(await sessionsCollection.in(ctx.db).findOne({ _id: sessionId }))
}

/** Notes that this instance has sockets in the session. */
export async function addViewer(ctx: Context, sessionId: string): Promise<void> {
  await sessionsCollection
    .in(ctx.db)
    .updateOne(
      { _id: sessionId },
      { $addToSet: { viewers: ctx.instanceId }, $set: { openedAt: ctx.clock.now() } },
    )
}

/** Notes that an instance has no sockets in the session any more. */
export async function removeViewer(ctx: Context, sessionId: string, viewer: string): Promise<void> {
  await sessionsCollection.in(ctx.db).updateOne({ _id: sessionId }, { $pull: { viewers: viewer } })
}

/** This instance goes, and its sockets with it. */
export async function removeViewerEverywhere(ctx: Context): Promise<void> {
  await sessionsCollection
    .in(ctx.db)
    .updateMany({ viewers: ctx.instanceId }, { $pull: { viewers: ctx.instanceId } })
}

/** The user's sessions that are not closed, the last opened first. */
export async function openSessionsOf(
  ctx: Pick<Context, 'db'>,
  userId: string,
  limit: number,
): Promise<SessionDocument[]> {
  const found = await sessionsCollection
    .in(ctx.db)
    .find({ userId, closedAt: null })
    .sort({ openedAt: -1 })
    .limit(limit)
    .toArray()
  return found.map((document) => sessionsCollection.parse(document))
}

/** False when it was closed already. */
export async function markClosed(ctx: Context, sessionId: string): Promise<boolean> {
  const { matchedCount } = await sessionsCollection
    .in(ctx.db)
    .updateOne({ _id: sessionId, closedAt: null }, { $set: { closedAt: ctx.clock.now() } })
  return matchedCount === 1
}

export async function changeSessionsUser(ctx: Context, fromUserId: string, toUserId: string): Promise<void> {
  await sessionsCollection.in(ctx.db).updateMany({ userId: fromUserId }, { $set: { userId: toUserId } })
}
