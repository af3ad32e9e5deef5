import { z } from 'zod'
import { after } from '../../platform/clock.ts'
import { defineCollection } from '../../platform/collection.ts'
import type { Context } from '../../platform/context.ts'

const KEPT_MS = 30 * 24 * 60 * 60 * 1000

const DeliveryDocument = z.object({
  /** The outbox entry's id and the channel. */
  _id: z.string(),
  at: z.date(),
  expiresAt: z.date(),
})

export const deliveriesCollection = defineCollection({
  name: 'deliveries',
  schema: DeliveryDocument,
  indexes: [{ key: { expiresAt: 1 }, name: 'ttl', expireAfterSeconds: 0 }],
})

export async function isDelivered(ctx: Context, id: string): Promise<boolean> {
  return (await deliveriesCollection.in(ctx.db).findOne({ _id: id })) !== null
}

export async function noteDelivered(ctx: Context, id: string): Promise<void> {
  const at = ctx.clock.now()
  await deliveriesCollection
    .in(ctx.db)
    .updateOne({ _id: id }, { $setOnInsert: { at, expiresAt: after(ctx.clock, KEPT_MS) } }, { upsert: true })
}
