import type { ClientSession } from 'mongodb'
import { z } from 'zod'
import { Role } from '../../contract/index.ts'
import { defineCollection } from '../../platform/collection.ts'
import type { Context } from '../../platform/context.ts'
import { ignoringDuplicate } from '../../platform/transaction.ts'

const RefreshTokenDocument = z.object({
  /** SHA-256 of the token; the token itself is kept nowhere. */
  _id: z.string(),
  familyId: z.string(),
  userId: z.string(),
  role: Role,
  issuedAt: z.date(),
  spentAt: z.date().optional(),
  expiresAt: z.date(),
})
export type RefreshTokenDocument = z.infer<typeof RefreshTokenDocument>

export const refreshTokensCollection = defineCollection({
  name: 'refresh_tokens',
  schema: RefreshTokenDocument,
  indexes: [
    { key: { familyId: 1 } },
    { key: { userId: 1 } },
    { key: { expiresAt: 1 }, expireAfterSeconds: 0 },
  ],
})

/** Writes the token down unless it is there; the same token always says the same. */
export async function keepRefreshToken(
  ctx: Context,
  token: RefreshTokenDocument,
  session?: ClientSession,
): Promise<void> {
  const { _id, ...rest } = token
  const options = { upsert: true, ...(session === undefined ? {} : { session }) }
  const kept = refreshTokensCollection.in(ctx.db).updateOne({ _id }, { $setOnInsert: rest }, options)
  await (session === undefined ? ignoringDuplicate(kept) : kept)
}

export async function findRefreshToken(ctx: Context, hash: string): Promise<RefreshTokenDocument | null> {
  return refreshTokensCollection.parseOrNull(await refreshTokensCollection.in(ctx.db).findOne({ _id: hash }))
}

/** The families of tokens of a user that are not wholly expired. */
export async function familiesOf(ctx: Context, userId: string, session: ClientSession): Promise<string[]> {
  const alive = { userId, expiresAt: { $gt: ctx.clock.now() } }
  const found = await refreshTokensCollection
    .in(ctx.db)
    .find(alive, { projection: { familyId: 1 }, session })
    .toArray()
  return [...new Set(found.map(({ familyId }) => familyId))]
}

/** Marks an unspent token as spent; only the first call for it does so. */
export async function spendRefreshToken(ctx: Context, hash: string): Promise<void> {
  await refreshTokensCollection
    .in(ctx.db)
    .updateOne({ _id: hash, spentAt: { $exists: false } }, { $set: { spentAt: ctx.clock.now() } })
}

/** Forgets tokens that have expired, which the database does by itself only now and then. */
export async function deleteExpiredRefreshTokens(ctx: Context): Promise<number> {
  const { deletedCount } = await refreshTokensCollection
    .in(ctx.db)
    .deleteMany({ expiresAt: { $lte: ctx.clock.now() } })
  return deletedCount
}
