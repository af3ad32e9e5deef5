import type { ClientSession } from 'mongodb'
import { z } from 'zod'
import { defineCollection } from '../../platform/collection.ts'
import type { Context } from '../../platform/context.ts'

const Count = z.int().min(0)

const LocationDocument = z.object({ id: z.string(), available: Count, stated: Count.optional() })

const VariantDocument = z.object({
  sku: z.string(),
  received: Count,
  sold: Count,
  held: Count,
  available: Count,
  locations: z.array(LocationDocument),
})

const SkuCounts = z.object({ variants: z.array(VariantDocument.pick({ sku: true, available: true })) })

/** One document for each product; every write of ours sets `revision` one higher and `variants` as a whole. */
export const InventoryDocument = z.object({
  _id: z.string(),
  revision: z.int().min(0),
  updatedAt: z.date(),
  available: Count,
  variants: z.array(VariantDocument),
})
export type InventoryDocument = z.infer<typeof InventoryDocument>

export const inventoryCollection = defineCollection({
  name: 'inventory',
  schema: InventoryDocument,
  indexes: [
    { key: { 'variants.available': 1 }, name: 'variant_available' },
    { key: { available: 1 }, name: 'available' },
  ],
})

export async function loadInventory(
  ctx: Pick<Context, 'db'>,
  productId: string,
  session?: ClientSession,
): Promise<InventoryDocument | null> {
  const document = await inventoryCollection
    .in(ctx.db)
    .findOne({ _id: productId }, session === undefined ? {} : { session })
  return inventoryCollection.parseOrNull(document)
}

export async function loadInventories(
  ctx: Pick<Context, 'db'>,
  productIds: readonly string[],
  session?: ClientSession,
): Promise<InventoryDocument[]> {
  if (productIds.length === 0) return []
  const documents = await inventoryCollection
    .in(ctx.db)
    .find({ _id: { $in: [...productIds] } }, session === undefined ? {} : { session })
    .toArray()
  return documents.map((document) => inventoryCollection.parse(document))
}

/** So few at a time that reading and taking in a batch keeps nobody waiting. */
const STREAM_BATCH = 200

/** The books of all products, as a stream: a big shop neither fills the memory nor holds up the process. */
export async function* streamInventories(ctx: Pick<Context, 'db'>): AsyncGenerator<InventoryDocument> {
  for await (const document of inventoryCollection.in(ctx.db).find({}, { batchSize: STREAM_BATCH })) {
    yield inventoryCollection.parse(document)
  }
}

/** The product of each sku that has books. */
export async function loadProductsBySku(ctx: Pick<Context, 'db'>): Promise<Map<string, string>> {
  const products = new Map<string, string>()
  const all = inventoryCollection
    .in(ctx.db)
    .find({}, { batchSize: STREAM_BATCH })
    .project<{ _id: string; variants: Array<{ sku: string }> }>({ 'variants.sku': 1 })
  for await (const { _id, variants } of all) for (const { sku } of variants) products.set(sku, _id)
  return products
}

/** Products with at most `limit` pieces left, the emptiest first. */
export async function loadScarce(ctx: Pick<Context, 'db'>, limit: number): Promise<InventoryDocument[]> {
  const documents = await inventoryCollection
    .in(ctx.db)
    .find({ 'variants.available': { $lte: limit } })
    .sort({ available: 1 })
    .toArray()
  return documents.map((document) => inventoryCollection.parse(document))
}

/** The variants, as `sku`, of which nothing is left. */
export async function loadSoldOutSkus(ctx: Pick<Context, 'db'>): Promise<string[]> {
  const skus: string[] = []
  const documents = inventoryCollection
    .in(ctx.db)
    .find({ 'variants.available': 0 }, { batchSize: STREAM_BATCH })
    .project({ _id: 0, 'variants.sku': 1, 'variants.available': 1 })
  for await (const document of documents) {
    for (const { sku, available } of SkuCounts.parse(document).variants) if (available === 0) skus.push(sku)
  }
  return skus
}

/** Saves a changed document on condition that nobody was quicker; false when somebody was. */
export async function saveInventory(
  ctx: Pick<Context, 'db'>,
  expectedRevision: number,
  next: InventoryDocument,
  session?: ClientSession,
): Promise<boolean> {
  const { _id, ...fields } = next
  const { matchedCount } = await inventoryCollection
    .in(ctx.db)
    .updateOne(
      { _id, revision: expectedRevision },
      { $set: fields },
      session === undefined ? {} : { session },
    )
  return matchedCount === 1
}
