import type { ClientSession } from 'mongodb'
import { z } from 'zod'
import { after } from './clock.ts'
import { defineCollection } from './collection.ts'
import type { Context } from './context.ts'
import { currentRequestId, inRequest } from './request-scope.ts'

const DELIVERED_KEPT_MS = 7 * 24 * 60 * 60 * 1000
const RETRY_BASE_MS = 1_000
const RETRY_MAX_MS = 10 * 60_000
/** Whoever delivers an entry has it to himself for so long; if he dies, it is due again. */
const CLAIM_MS = 60_000

const OutboxDocument = z.object({
  _id: z.string(),
  kind: z.string(),
  dedupeKey: z.string(),
  payload: z.record(z.string(), z.unknown()),
  /** The request that it follows from, for the log. */
  requestId: z.string().optional(),
  state: z.enum(['waiting', 'delivered']),
  attempts: z.int(),
  dueAt: z.date(),
  createdAt: z.date(),
  expiresAt: z.date().optional(),
})
export type OutboxEntry = z.infer<typeof OutboxDocument>

export const outbox = defineCollection({
  name: 'outbox',
  schema: OutboxDocument,
  indexes: [
    { key: { dedupeKey: 1 }, unique: true },
    { key: { state: 1, dueAt: 1 } },
    { key: { expiresAt: 1 }, expireAfterSeconds: 0 },
  ],
})

/**
 * Writes down, in the transaction of the change, what must follow from it. An entry whose `dedupeKey` is known is not
 * written again. It is delivered at least once after the commit, not before `dueAt`.
 */
export async function enqueue(
  ctx: Pick<Context, 'db' | 'clock' | 'ids'>,
  session: ClientSession | undefined,
  entry: { kind: string; dedupeKey: string; payload: Record<string, unknown>; dueAt?: Date },
): Promise<void> {
  const now = ctx.clock.now()
  const { kind, dedupeKey, payload, dueAt = now } = entry
  const requestId = currentRequestId()
  await outbox.in(ctx.db).updateOne(
    { dedupeKey },
    {
      $setOnInsert: {
        _id: ctx.ids.next(),
        kind,
        payload,
        ...(requestId === undefined ? {} : { requestId }),
        state: 'waiting',
        attempts: 0,
        dueAt,
        createdAt: now,
      },
    },
    { upsert: true, ...(session === undefined ? {} : { session }) },
  )
}

/**
 * Delivers what is due, oldest first, at most `limit` entries; one that fails is tried again later, with growing pauses.
 * The receiver must be idempotent by the entry's id. Returns how many were delivered.
 */
export async function relayOutbox(
  ctx: Context,
  deliver: (entry: OutboxEntry) => Promise<void>,
  limit = 100,
): Promise<number> {
  const entries = outbox.in(ctx.db)
  const due = await entries
    .find({ state: 'waiting', dueAt: { $lte: ctx.clock.now() } })
    .sort({ dueAt: 1 })
    .limit(limit)
    .toArray()
  let delivered = 0
  for (const entry of due.map((document) => outbox.parse(document))) {
    const { matchedCount } = await entries.updateOne(
      { _id: entry._id, state: 'waiting', dueAt: entry.dueAt },
      { $set: { dueAt: after(ctx.clock, CLAIM_MS) } },
    )
    if (matchedCount === 0) continue
    try {
      await inRequest(entry.requestId, () => deliver(entry))
      await entries.updateOne(
        { _id: entry._id },
        {
          $set: { state: 'delivered', expiresAt: after(ctx.clock, DELIVERED_KEPT_MS) },
          $inc: { attempts: 1 },
        },
      )
      delivered += 1
    } catch (error) {
      const pause = Math.min(RETRY_MAX_MS, RETRY_BASE_MS * 2 ** entry.attempts)
      inRequest(entry.requestId, () =>
        ctx.log.warn({ err: error, kind: entry.kind, id: entry._id }, 'an outbox entry was not delivered'),
      )
      await entries.updateOne(
        { _id: entry._id },
        { $set: { dueAt: after(ctx.clock, pause) }, $inc: { attempts: 1 } },
      )
    }
  }
  return delivered
}
