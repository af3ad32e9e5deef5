import type { ClientSession } from 'mongodb'
import { z } from 'zod'
import { defineCollection } from '../../platform/collection.ts'
import type { Context } from '../../platform/context.ts'

type Database = Pick<Context, 'db'>

/** Why points came or went. Each happens once for each thing that it refers to. */
export const PointsReason = z.enum(['opening', 'earned', 'spent', 'taken_back', 'given_back'])
export type PointsReason = z.infer<typeof PointsReason>

const LedgerEntry = z.object({
  _id: z.string(),
  userId: z.string(),
  /** Positive: added; negative: taken. */
  points: z.int(),
  /** How far the entry moves the lifetime points. */
  lifetime: z.int(),
  reason: PointsReason,
  /** The order or return it belongs to. */
  reference: z.string(),
  at: z.date(),
})
export type LedgerEntry = z.infer<typeof LedgerEntry>

const PointsAccount = z.object({
  /** The user's id. */
  _id: z.string(),
  /** The sum of the ledger; below zero when points that were spent already are taken back. */
  points: z.int(),
  lifetimePoints: z.int(),
  updatedAt: z.date(),
})
export type PointsAccount = z.infer<typeof PointsAccount>

/** Append-only: no entry is ever changed or removed. */
export const ledgerCollection = defineCollection({
  name: 'points_ledger',
  schema: LedgerEntry,
  indexes: [{ key: { userId: 1, reason: 1, reference: 1 }, name: 'once', unique: true }],
})

/** The running sums of the ledger, moved in the same transactions. */
export const pointsCollection = defineCollection({ name: 'points_accounts', schema: PointsAccount })

export async function loadAccount(
  ctx: Database,
  userId: string,
  session?: ClientSession,
): Promise<PointsAccount | null> {
  return pointsCollection.parseOrNull(
    await pointsCollection.in(ctx.db).findOne({ _id: userId }, session === undefined ? {} : { session }),
  )
}

export async function hasEntry(
  ctx: Database,
  session: ClientSession,
  { userId, reason, reference }: Pick<LedgerEntry, 'userId' | 'reason' | 'reference'>,
): Promise<boolean> {
  const found = await ledgerCollection.in(ctx.db).findOne({ userId, reason, reference }, { session })
  return found !== null
}

/** Appends an entry and moves the sums with it. */
export async function appendEntry(ctx: Database, session: ClientSession, entry: LedgerEntry): Promise<void> {
  await ledgerCollection.in(ctx.db).insertOne(entry, { session })
  await pointsCollection
    .in(ctx.db)
    .updateOne(
      { _id: entry.userId },
      { $inc: { points: entry.points, lifetimePoints: entry.lifetime }, $set: { updatedAt: entry.at } },
      { session, upsert: true },
    )
}
