import type { ClientSession } from 'mongodb'
import { z } from 'zod'
import { defineCollection } from '../../platform/collection.ts'
import type { Context } from '../../platform/context.ts'

type Database = Pick<Context, 'db'>

const SourceCountDocument = z.object({
  /** `place:sku` */
  _id: z.string(),
  available: z.int().min(0),
  revision: z.int().min(0),
  takenOverAt: z.date(),
})
export type SourceCountDocument = z.infer<typeof SourceCountDocument>

/** The last count that was taken over for each sku and place. */
export const sourceCountsCollection = defineCollection({
  name: 'stock_source_counts',
  schema: SourceCountDocument,
})

export function countId({ sku, locationId }: { readonly sku: string; readonly locationId: string }): string {
  return `${locationId}:${sku}`
}

const AT_ONCE = 1_000

/** By `countId`. */
export async function loadCounts(
  ctx: Database,
  ids: readonly string[],
  session?: ClientSession,
): Promise<Map<string, SourceCountDocument>> {
  const found = new Map<string, SourceCountDocument>()
  for (let start = 0; start < ids.length; start += AT_ONCE) {
    const documents = await sourceCountsCollection
      .in(ctx.db)
      .find({ _id: { $in: ids.slice(start, start + AT_ONCE) } }, session === undefined ? {} : { session })
      .toArray()
    for (const document of documents) found.set(document._id, sourceCountsCollection.parse(document))
  }
  return found
}

export async function saveCount(
  ctx: Database,
  session: ClientSession,
  { _id, ...fields }: SourceCountDocument,
): Promise<void> {
  await sourceCountsCollection.in(ctx.db).updateOne({ _id }, { $set: fields }, { session, upsert: true })
}
