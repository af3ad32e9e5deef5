import type { ClientSession } from 'mongodb'
import { z } from 'zod'
import { after } from '../../platform/clock.ts'
import { defineCollection } from '../../platform/collection.ts'
import type { Context } from '../../platform/context.ts'
import { ignoringDuplicate } from '../../platform/transaction.ts'

const RevocationReason = z.enum(['logout', 'reuse', 'password', 'admin'])
export type RevocationReason = z.infer<typeof RevocationReason>

const RevocationDocument = z.object({
  /** The family of tokens that is refused from now on. */
  _id: z.string(),
  userId: z.string(),
  reason: RevocationReason,
  revokedAt: z.date(),
  /** When no token of the family can be alive any more. */
  expiresAt: z.date(),
})

/** The blacklist that every instance reads. */
export const revocationsCollection = defineCollection({
  name: 'revocations',
  schema: RevocationDocument,
  indexes: [{ key: { expiresAt: 1 }, expireAfterSeconds: 0 }],
})

export async function addRevocation(
  ctx: Context,
  family: { familyId: string; userId: string; reason: RevocationReason },
  session?: ClientSession,
): Promise<void> {
  const longest = Math.max(ctx.config.accessTokenTtlMs, ctx.config.refreshTokenTtlMs)
  const update = {
    $setOnInsert: {
      userId: family.userId,
      reason: family.reason,
      revokedAt: ctx.clock.now(),
      expiresAt: after(ctx.clock, longest * 2),
    },
  }
  await ignoringDuplicate(
    revocationsCollection.in(ctx.db).updateOne({ _id: family.familyId }, update, {
      upsert: true,
      ...(session === undefined ? {} : { session }),
    }),
  )
}

export async function isRevoked(ctx: Context, familyId: string): Promise<boolean> {
  const found = await revocationsCollection.in(ctx.db).findOne({ _id: familyId }, { projection: { _id: 1 } })
  return found !== null
}

/** Which of these families are revoked. */
export async function revokedAmong(ctx: Context, familyIds: readonly string[]): Promise<string[]> {
  if (familyIds.length === 0) return []
  const found = await revocationsCollection
    .in(ctx.db)
    .find({ _id: { $in: [...familyIds] } }, { projection: { _id: 1 } })
    .toArray()
  return found.map(({ _id }) => _id)
}
