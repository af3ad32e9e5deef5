import { z } from 'zod'
import { defineCollection } from '../../platform/collection.ts'
import type { Context } from '../../platform/context.ts'
import { enqueue } from '../../platform/outbox.ts'
import { inTransaction } from '../../platform/transaction.ts'

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
  ctx: Pick<Context, 'db' | 'client' | 'clock' | 'ids'>,
  productId: string,
  skus: readonly (string | null)[],
): Promise<WaitingDocument[]> {
  const claimed: WaitingDocument[] = []
  for (;;) {
    const entry = await claimOne(ctx, productId, skus)
    if (entry === null) return claimed
    claimed.push(entry)
  }
}

/** Takes one off the list; the mail to her, if she gave an address, is written down in the same transaction. */
function claimOne(
  ctx: Pick<Context, 'db' | 'client' | 'clock' | 'ids'>,
  productId: string,
  skus: readonly (string | null)[],
): Promise<WaitingDocument | null> {
  return inTransaction(ctx, async (session) => {
    const entry = waitlistCollection.parseOrNull(
      await waitlistCollection
        .in(ctx.db)
        .findOneAndDelete({ productId, sku: { $in: [...skus] } }, { sort: { createdAt: 1 }, session }),
    )
    const [sku] = skus
    if (entry?.email !== undefined && typeof sku === 'string') {
      await enqueue(ctx, session, {
        kind: 'stock.back',
        dedupeKey: `stock.back:${entry._id}`,
        payload: { productId, sku, email: entry.email },
      })
    }
    return entry
  })
}

/** The products that anybody waits for. */
export async function loadAwaitedProducts(ctx: Pick<Context, 'db'>): Promise<string[]> {
  return waitlistCollection.in(ctx.db).distinct('productId')
}
