import type { ClientSession } from 'mongodb'
import { z } from 'zod'
import { defineCollection } from '../../platform/collection.ts'
import type { Context } from '../../platform/context.ts'

const FINISHED_KEPT_SECONDS = 90 * 24 * 60 * 60

const ReservationDocument = z.object({
  /** The checkout's id. */
  _id: z.string(),
  userId: z.string(),
  state: z.enum(['held', 'taken', 'released']),
  lines: z.array(
    z.object({
      productId: z.string(),
      sku: z.string(),
      quantity: z.int().min(1),
      allocations: z.array(z.object({ locationId: z.string(), quantity: z.int().min(1) })),
    }),
  ),
  expiresAt: z.date(),
  createdAt: z.date(),
  /** When it was taken or released. */
  endedAt: z.date().optional(),
})
export type ReservationDocument = z.infer<typeof ReservationDocument>

export const reservationsCollection = defineCollection({
  name: 'reservations',
  schema: ReservationDocument,
  indexes: [
    { key: { state: 1, expiresAt: 1 }, name: 'state_expiry' },
    { key: { userId: 1, state: 1 }, name: 'user_state' },
    { key: { endedAt: 1 }, name: 'ended_ttl', expireAfterSeconds: FINISHED_KEPT_SECONDS },
  ],
})

export async function loadReservation(
  ctx: Pick<Context, 'db'>,
  id: string,
  session: ClientSession,
): Promise<ReservationDocument | null> {
  return reservationsCollection.parseOrNull(
    await reservationsCollection.in(ctx.db).findOne({ _id: id }, { session }),
  )
}

export async function loadHeldBy(ctx: Pick<Context, 'db'>, userId: string): Promise<ReservationDocument[]> {
  const documents = await reservationsCollection.in(ctx.db).find({ userId, state: 'held' }).toArray()
  return documents.map((document) => reservationsCollection.parse(document))
}

/** The pieces of a product that open holds keep, by `place:sku`. */
export async function heldAt(
  ctx: Pick<Context, 'db'>,
  productId: string,
  session: ClientSession,
): Promise<Map<string, number>> {
  const held = new Map<string, number>()
  const open = reservationsCollection
    .in(ctx.db)
    .find({ state: 'held', 'lines.productId': productId }, { session })
  for (const document of await open.toArray()) {
    const lines = reservationsCollection.parse(document).lines.filter((line) => line.productId === productId)
    for (const { sku, allocations } of lines) {
      for (const { locationId, quantity } of allocations) {
        const key = `${locationId}:${sku}`
        held.set(key, (held.get(key) ?? 0) + quantity)
      }
    }
  }
  return held
}

/** Holds whose time is over, the oldest first. */
export async function loadLapsed(
  ctx: Pick<Context, 'db'>,
  now: Date,
  limit: number,
): Promise<ReservationDocument[]> {
  const documents = await reservationsCollection
    .in(ctx.db)
    .find({ state: 'held', expiresAt: { $lte: now } })
    .sort({ expiresAt: 1 })
    .limit(limit)
    .toArray()
  return documents.map((document) => reservationsCollection.parse(document))
}

export async function insertReservation(
  ctx: Pick<Context, 'db'>,
  session: ClientSession,
  document: ReservationDocument,
): Promise<void> {
  await reservationsCollection.in(ctx.db).insertOne(document, { session })
}

/** Ends a hold that is still held; false when it is not. */
export async function endReservation(
  ctx: Pick<Context, 'db'>,
  session: ClientSession,
  id: string,
  end: { state: 'taken' | 'released'; at: Date },
): Promise<boolean> {
  const { matchedCount } = await reservationsCollection
    .in(ctx.db)
    .updateOne({ _id: id, state: 'held' }, { $set: { state: end.state, endedAt: end.at } }, { session })
  return matchedCount === 1
}

/** Gives a hold that is still held more time; false when it is not. */
export async function extendReservation(
  ctx: Pick<Context, 'db'>,
  session: ClientSession,
  id: string,
  expiresAt: Date,
): Promise<boolean> {
  const { matchedCount } = await reservationsCollection
    .in(ctx.db)
    .updateOne({ _id: id, state: 'held' }, { $set: { expiresAt } }, { session })
  return matchedCount === 1
}
