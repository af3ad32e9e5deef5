import { z } from 'zod'
import { PaymentKind } from '../../contract/index.ts'
import { defineCollection } from '../../platform/collection.ts'
import type { Context } from '../../platform/context.ts'

type Database = Pick<Context, 'db'>

/** What is charged: a gateway's token, or a gift card of the shop's own. */
export const ChargeSource = z.discriminatedUnion('type', [
  z.object({ type: z.literal('token'), token: z.string() }),
  z.object({ type: z.literal('gift_card'), giftCardId: z.string() }),
])

/** How something is paid, without anything that is secret. */
export const Charge = z.object({
  method: PaymentKind,
  brand: z.string().optional(),
  last4: z.string().optional(),
  source: ChargeSource,
})
export type Charge = z.infer<typeof Charge>

const PaymentMethodDocument = z.object({
  _id: z.string(),
  userId: z.string(),
  charge: Charge,
  expMonth: z.int().optional(),
  expYear: z.int().optional(),
  /** When it was last made the default; the latest is, or else the oldest method. */
  chosenAt: z.date().optional(),
  createdAt: z.date(),
})
export type PaymentMethodDocument = z.infer<typeof PaymentMethodDocument>

const CardTokenDocument = z.object({
  /** The gateway's token; it pays for this user only. */
  _id: z.string(),
  userId: z.string(),
  charge: Charge,
  expiresAt: z.date(),
})
export type CardTokenDocument = z.infer<typeof CardTokenDocument>

export const paymentMethodsCollection = defineCollection({
  name: 'payment_methods',
  schema: PaymentMethodDocument,
  indexes: [{ key: { userId: 1, createdAt: 1 }, name: 'user' }],
})

export const cardTokensCollection = defineCollection({
  name: 'card_tokens',
  schema: CardTokenDocument,
  indexes: [{ key: { expiresAt: 1 }, name: 'ttl', expireAfterSeconds: 0 }],
})

/** The oldest first. */
export async function loadMethods(ctx: Database, userId: string): Promise<PaymentMethodDocument[]> {
  const documents = await paymentMethodsCollection
    .in(ctx.db)
    .find({ userId })
    .sort({ createdAt: 1, _id: 1 })
    .toArray()
  return documents.map((document) => paymentMethodsCollection.parse(document))
}

export async function loadMethod(
  ctx: Database,
  userId: string,
  id: string,
): Promise<PaymentMethodDocument | null> {
  return paymentMethodsCollection.parseOrNull(
    await paymentMethodsCollection.in(ctx.db).findOne({ _id: id, userId }),
  )
}

export async function insertMethod(ctx: Database, method: PaymentMethodDocument): Promise<void> {
  await paymentMethodsCollection.in(ctx.db).insertOne(method)
}

/** Gives what was deleted; null when the user has no such method. */
export async function deleteMethod(
  ctx: Database,
  userId: string,
  id: string,
): Promise<PaymentMethodDocument | null> {
  return paymentMethodsCollection.parseOrNull(
    await paymentMethodsCollection.in(ctx.db).findOneAndDelete({ _id: id, userId }),
  )
}

export async function insertToken(ctx: Database, token: CardTokenDocument): Promise<void> {
  await cardTokensCollection.in(ctx.db).insertOne(token)
}

export async function loadToken(
  ctx: Database,
  userId: string,
  token: string,
): Promise<CardTokenDocument | null> {
  return cardTokensCollection.parseOrNull(
    await cardTokensCollection.in(ctx.db).findOne({ _id: token, userId }),
  )
}
