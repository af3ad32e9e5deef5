import { z } from 'zod'
import { defineCollection } from '../../platform/collection.ts'
import type { Context } from '../../platform/context.ts'
import { isDuplicateKey } from '../../platform/transaction.ts'

const StripeIntent = z.object({
  /** The authorization's key. */
  _id: z.string(),
  amount: z.int().min(0),
  currency: z.string(),
  /** Stripe's customer, of a card that was saved. */
  customer: z.string().optional(),
  /** Unknown until Stripe's answer has been heard. */
  intentId: z.string().optional(),
  /** Whether the money is to be let go of, whatever may still be under way. */
  voided: z.boolean(),
  /** How often a step that can be done once only failed at Stripe without a trace. */
  failures: z.int().min(0),
  createdAt: z.date(),
})
export type StripeIntent = z.infer<typeof StripeIntent>

/** What was asked of Stripe, so that every instance can ask for the same again and knows the intent by its key. */
export const stripeIntents = defineCollection({ name: 'stripe_intents', schema: StripeIntent })

export async function loadIntent(ctx: Context, key: string): Promise<StripeIntent | null> {
  return stripeIntents.parseOrNull(await stripeIntents.in(ctx.db).findOne({ _id: key }))
}

type Wanted = Pick<StripeIntent, 'amount' | 'currency' | 'customer'>

/** Writes down what is about to be asked for; what stands there already stays. */
export async function openIntent(ctx: Context, key: string, wanted: Wanted): Promise<StripeIntent> {
  return upsert(ctx, key, { ...fresh(ctx, wanted), voided: false }, {})
}

/** From here on the key can set no money aside; one that has not arrived yet is refused when it does. */
export async function markVoided(ctx: Context, key: string): Promise<StripeIntent> {
  const nothing = { amount: 0, currency: ctx.config.currency }
  return upsert(ctx, key, fresh(ctx, nothing), { voided: true })
}

/** Keeps the id that Stripe has given. The record as it is by then. */
export async function noteIntentId(ctx: Context, key: string, intentId: string): Promise<StripeIntent> {
  return stripeIntents.parse(
    await stripeIntents
      .in(ctx.db)
      .findOneAndUpdate({ _id: key }, { $set: { intentId } }, { returnDocument: 'after' }),
  )
}

/** Counts a failure, once for all that have seen the same one. */
export async function noteFailure(ctx: Context, { _id, failures }: StripeIntent): Promise<void> {
  await stripeIntents.in(ctx.db).updateOne({ _id, failures }, { $inc: { failures: 1 } })
}

function fresh(ctx: Context, { amount, currency, customer }: Wanted): Omit<StripeIntent, '_id' | 'voided'> {
  return {
    amount,
    currency,
    ...(customer === undefined ? {} : { customer }),
    failures: 0,
    createdAt: ctx.clock.now(),
  }
}

async function upsert(
  ctx: Context,
  key: string,
  insert: Partial<StripeIntent>,
  set: Partial<StripeIntent>,
): Promise<StripeIntent> {
  const update = { $setOnInsert: insert, ...(Object.keys(set).length === 0 ? {} : { $set: set }) }
  const write = () =>
    stripeIntents.in(ctx.db).findOneAndUpdate({ _id: key }, update, { upsert: true, returnDocument: 'after' })
  try {
    return stripeIntents.parse(await write())
  } catch (error) {
    if (!isDuplicateKey(error)) throw error
    return stripeIntents.parse(await write())
  }
}
