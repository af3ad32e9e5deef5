import { z } from 'zod'
import { defineCollection } from '../../platform/collection.ts'
import type { Context } from '../../platform/context.ts'

const WaitingDocument = z.object({
  _id: z.string(),
  productId: z.string(),
  /** Null: whichever variant is back first. */
  sku: z.string().nullable(),
  userId: z.string(),
  email: z.string().optional(),
  createdAt: z.date(),
})
export type WaitingDocument = z.infer<typeof WaitingDocument>

export const waitlistCollection = defineCollection({
  name: 'waitlist',
  schema: WaitingDocument,
  indexes: [{ key: { productId: 1, sku: 1, userId: 1 }, name: 'product_sku_user', unique: true }],
})

/** Puts somebody on the list; who is on it already keeps her place. */
export async function joinWaitlist(ctx: Pick<Context, 'db'>, entry: WaitingDocument): Promise<void> {
  const { _id, productId, sku, userId, email, createdAt } = entry
  await waitlistCollection.in(ctx.db).updateOne(
    { productId, sku, userId },
    {
      $setOnInsert: { _id, createdAt },
      ...(email === undefined ? {} : { $set: { email } }),
    },
    { upsert: true },
  )
}

/** Takes everybody off the list who waits for one of these, each for exactly one of the instances that ask. */
export async function claimWaiting(
  ctx: Pick<Context, 'db'>,
  productId: string,
  skus: readonly (string | null)[],
): Promise<WaitingDocument[]> {
  const claimed: WaitingDocument[] = []
  for (;;) {
    const document = await waitlistCollection
      .in(ctx.db)
      .findOneAndDelete({ productId, sku: { $in: [...skus] } }, { sort: { createdAt: 1 } })
    if (document === null) return claimed
    claimed.push(waitlistCollection.parse(document))
  }
}

/** The products that anybody waits for. */
export async function loadAwaitedProducts(ctx: Pick<Context, 'db'>): Promise<string[]> {
  return waitlistCollection.in(ctx.db).distinct('productId')
}
