import { z } from 'zod'
import { defineCollection } from '../../platform/collection.ts'
import type { Context } from '../../platform/context.ts'
import { ignoringDuplicate } from '../../platform/transaction.ts'

/** Stripe tries an event again for three days. */
const KEPT_SECONDS = 30 * 24 * 60 * 60

const HandledEvent = z.object({
  /** Stripe's id of the event. */
  _id: z.string(),
  type: z.string(),
  handledAt: z.date(),
})

/** Stripe's events that have had their effect. */
export const stripeEvents = defineCollection({
  name: 'stripe_events',
  schema: HandledEvent,
  indexes: [{ key: { handledAt: 1 }, name: 'ttl', expireAfterSeconds: KEPT_SECONDS }],
})

export async function wasHandled(ctx: Context, id: string): Promise<boolean> {
  return (await stripeEvents.in(ctx.db).findOne({ _id: id })) !== null
}

export async function noteHandled(ctx: Context, id: string, type: string): Promise<void> {
  const event = { _id: id, type, handledAt: ctx.clock.now() }
  await ignoringDuplicate(stripeEvents.in(ctx.db).insertOne(event))
}
