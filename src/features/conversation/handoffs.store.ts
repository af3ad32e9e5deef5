import type { ClientSession } from 'mongodb'
import { z } from 'zod'
import type { Page } from '../../contract/index.ts'
import { defineCollection } from '../../platform/collection.ts'
import type { Context } from '../../platform/context.ts'

const HandoffDocument = z.object({
  _id: z.string(),
  sessionId: z.string(),
  /** The tool call that asked for it: one hand-off for each. */
  callId: z.string(),
  reason: z.string(),
  transcript: z.array(z.object({ role: z.string(), text: z.string(), createdAt: z.date() })),
  status: z.enum(['open', 'closed']),
  createdAt: z.date(),
})
export type HandoffDocument = z.infer<typeof HandoffDocument>

export const handoffsCollection = defineCollection({
  name: 'handoffs',
  schema: HandoffDocument,
  indexes: [
    { key: { callId: 1 }, unique: true },
    { key: { status: 1, createdAt: -1 } },
    { key: { createdAt: -1 } },
  ],
})

export async function insertHandoff(
  ctx: Context,
  handoff: HandoffDocument,
  session: ClientSession,
): Promise<void> {
  await handoffsCollection.in(ctx.db).insertOne(handoff, { session })
}

export async function findHandoffOfCall(ctx: Context, callId: string): Promise<HandoffDocument | null> {
  return handoffsCollection.parseOrNull(await handoffsCollection.in(ctx.db).findOne({ callId }))
}

/** Newest first. */
export async function pageOfHandoffs(
  ctx: Context,
  query: { status?: 'open' | 'closed' | undefined; page: number; limit: number },
): Promise<Page<HandoffDocument>> {
  const { status, page, limit } = query
  const filter = status === undefined ? {} : { status }
  const collection = handoffsCollection.in(ctx.db)
  const [found, total] = await Promise.all([
    collection
      .find(filter)
      .sort({ createdAt: -1 })
      .skip((page - 1) * limit)
      .limit(limit)
      .toArray(),
    collection.countDocuments(filter),
  ])
  return { items: found.map((document) => handoffsCollection.parse(document)), page, limit, total }
}
