import type { ClientSession } from 'mongodb'
import { z } from 'zod'
import { defineCollection } from '../../platform/collection.ts'
import type { Context } from '../../platform/context.ts'
import { ignoringDuplicate } from '../../platform/transaction.ts'

type Database = Pick<Context, 'db'>

const CouponDocument = z.object({
  /** The code, in upper case. */
  _id: z.string(),
  description: z.string(),
  kind: z.enum(['percent', 'amount', 'free_shipping']),
  /** Whole percent, minor units, or 0. */
  value: z.int().min(0),
  currency: z.string(),
  /** Minor units; 0: none is asked for. */
  minSubtotal: z.int().min(0),
  expiresAt: z.date().nullable(),
  /** How often it can be used in all; null: without limit. */
  maxUses: z.int().min(1).nullable(),
  /** How often each customer can use it; null: without limit. */
  maxUsesEach: z.int().min(1).nullable(),
  uses: z.int().min(0),
})
export type CouponDocument = z.infer<typeof CouponDocument>

const CouponUse = z.object({
  _id: z.string(),
  code: z.string(),
  userId: z.string(),
  orderId: z.string(),
  at: z.date(),
})

export const couponsCollection = defineCollection({ name: 'coupons', schema: CouponDocument })

export const couponUsesCollection = defineCollection({
  name: 'coupon_uses',
  schema: CouponUse,
  indexes: [
    { key: { orderId: 1 }, name: 'order', unique: true },
    { key: { code: 1, userId: 1 }, name: 'code_user' },
    { key: { userId: 1 }, name: 'user' },
  ],
})

export async function loadCoupon(
  ctx: Database,
  code: string,
  session?: ClientSession,
): Promise<CouponDocument | null> {
  return couponsCollection.parseOrNull(
    await couponsCollection.in(ctx.db).findOne({ _id: code }, session === undefined ? {} : { session }),
  )
}

/** All coupons, by code. */
export async function loadCoupons(ctx: Database): Promise<CouponDocument[]> {
  const documents = await couponsCollection.in(ctx.db).find().sort({ _id: 1 }).toArray()
  return documents.map((document) => couponsCollection.parse(document))
}

/** How often the user has used each coupon. */
export async function loadUsesOf(ctx: Database, userId: string): Promise<Map<string, number>> {
  const counts = new Map<string, number>()
  for (const document of await couponUsesCollection.in(ctx.db).find({ userId }).toArray()) {
    const { code } = couponUsesCollection.parse(document)
    counts.set(code, (counts.get(code) ?? 0) + 1)
  }
  return counts
}

export async function countUses(
  ctx: Database,
  code: string,
  userId: string,
  session?: ClientSession,
): Promise<number> {
  return couponUsesCollection
    .in(ctx.db)
    .countDocuments({ code, userId }, session === undefined ? {} : { session })
}

/** Whether the order's use is recorded already. */
export async function isUsedFor(ctx: Database, session: ClientSession, orderId: string): Promise<boolean> {
  return (await couponUsesCollection.in(ctx.db).findOne({ orderId }, { session })) !== null
}

export async function insertUse(
  ctx: Database,
  session: ClientSession,
  use: z.infer<typeof CouponUse>,
): Promise<void> {
  await couponUsesCollection.in(ctx.db).insertOne(use, { session })
}

/** Counts a use of a limited coupon; two transactions that do so at once are in conflict, which is what limits it. */
export async function countUse(ctx: Database, session: ClientSession, code: string): Promise<void> {
  await couponsCollection.in(ctx.db).updateOne({ _id: code }, { $inc: { uses: 1 } }, { session })
}

/** Adds coupons whose code is not taken; the others stay as they are. */
export async function insertMissing(ctx: Database, coupons: readonly CouponDocument[]): Promise<void> {
  for (const { _id, ...fields } of coupons) {
    await ignoringDuplicate(
      couponsCollection.in(ctx.db).updateOne({ _id }, { $setOnInsert: fields }, { upsert: true }),
    )
  }
}
