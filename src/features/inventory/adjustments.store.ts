import type { ClientSession } from 'mongodb'
import { z } from 'zod'
import { defineCollection } from '../../platform/collection.ts'
import type { Context } from '../../platform/context.ts'

const AdjustmentDocument = z.object({
  _id: z.string(),
  productId: z.string(),
  sku: z.string(),
  locationId: z.string(),
  delta: z.int(),
  reason: z.string(),
  adminId: z.string(),
  at: z.date(),
})
export type AdjustmentDocument = z.infer<typeof AdjustmentDocument>

/** Who changed the stock by hand, when and why. */
export const adjustmentsCollection = defineCollection({
  name: 'stock_adjustments',
  schema: AdjustmentDocument,
  indexes: [{ key: { productId: 1, at: -1 }, name: 'product_at' }],
})

export async function insertAdjustment(
  ctx: Pick<Context, 'db'>,
  session: ClientSession,
  document: AdjustmentDocument,
): Promise<void> {
  await adjustmentsCollection.in(ctx.db).insertOne(document, { session })
}
