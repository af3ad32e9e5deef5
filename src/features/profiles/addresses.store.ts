import { z } from 'zod'
import { PostalAddress } from '../../contract/index.ts'
import { defineCollection } from '../../platform/collection.ts'
import type { Context } from '../../platform/context.ts'

type Database = Pick<Context, 'db'>

const AddressDocument = z.object({
  _id: z.string(),
  userId: z.string(),
  address: PostalAddress,
  /** When it was last made the default; the latest is, or else the oldest address. */
  chosenAt: z.date().optional(),
  createdAt: z.date(),
})
export type AddressDocument = z.infer<typeof AddressDocument>

export const addressesCollection = defineCollection({
  name: 'addresses',
  schema: AddressDocument,
  indexes: [{ key: { userId: 1, createdAt: 1 }, name: 'user' }],
})

/** The oldest first. */
export async function loadAddresses(ctx: Database, userId: string): Promise<AddressDocument[]> {
  const documents = await addressesCollection
    .in(ctx.db)
    .find({ userId })
    .sort({ createdAt: 1, _id: 1 })
    .toArray()
  return documents.map((document) => addressesCollection.parse(document))
}

export async function insertAddress(ctx: Database, address: AddressDocument): Promise<void> {
  await addressesCollection.in(ctx.db).insertOne(address)
}

/** False when the user has no such address. */
export async function deleteAddress(ctx: Database, userId: string, id: string): Promise<boolean> {
  const { deletedCount } = await addressesCollection.in(ctx.db).deleteOne({ _id: id, userId })
  return deletedCount === 1
}
