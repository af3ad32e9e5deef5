import { deleteActors } from '../../actors/index.ts'
import { after } from '../../platform/clock.ts'
import type { Context } from '../../platform/context.ts'
import { lastMessageAt, messagesCollection } from './messages.store.ts'
import { runsCollection } from './runs.store.ts'
import { SESSION_ACTOR } from './session.actor.ts'
import { sessionsCollection } from './sessions.store.ts'

const KEPT_MS = 90 * 24 * 60 * 60 * 1000
const BATCH = 200

/** Deletes sessions in which nothing was said for 90 days, with their messages and runs; hand-offs stay. Returns how many. */
export async function cleanUpSessions(ctx: Context): Promise<number> {
  const before = after(ctx.clock, -KEPT_MS)
  const sessions = sessionsCollection.in(ctx.db)
  const old = await sessions
    .find({ openedAt: { $lt: before } }, { projection: { _id: 1 } })
    .limit(BATCH)
    .toArray()
  const silent: string[] = []
  for (const { _id } of old) {
    const last = await lastMessageAt(ctx, _id)
    if (last === undefined || last < before) silent.push(_id)
  }
  if (silent.length === 0) return 0
  await messagesCollection.in(ctx.db).deleteMany({ sessionId: { $in: silent } })
  await runsCollection.in(ctx.db).deleteMany({ sessionId: { $in: silent } })
  await deleteActors(
    ctx,
    silent.map((id) => `${SESSION_ACTOR}:${id}`),
  )
  await sessions.deleteMany({ _id: { $in: silent } })
  return silent.length
}
