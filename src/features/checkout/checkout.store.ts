import type { ClientSession } from 'mongodb'
import { z } from 'zod'
import { Cart, CheckoutState, PostalAddress, Problem } from '../../contract/index.ts'
import { defineCollection } from '../../platform/collection.ts'
import type { Context } from '../../platform/context.ts'
import { KEY_KEPT_MS } from '../../platform/idempotency.ts'
import { Charge } from '../payments/index.ts'

type Database = Pick<Context, 'db'>

const KEPT_SECONDS = 180 * 24 * 60 * 60

const Amount = z.int().min(0)

const LineShare = z.object({
  lineTotal: Amount,
  tierDiscount: Amount,
  couponDiscount: Amount,
  pointsDiscount: Amount,
  tax: Amount,
})

const Pricing = z.object({
  subtotal: Amount,
  tierDiscount: Amount,
  couponDiscount: Amount,
  pointsDiscount: Amount,
  pointsUsed: Amount,
  shipping: Amount,
  tax: Amount,
  total: Amount,
  lines: z.array(LineShare),
})

/** One try to pay. Nothing in it is secret. */
const Attempt = z.object({
  /** The idempotency key of its authorization. */
  key: z.string(),
  charge: Charge,
  shippingAddress: PostalAddress,
  /** The idempotency key of the request that made it, if it had one. */
  requestKey: z.string().optional(),
  /**
   * `started`: money may have been set aside; `authorized`: it has; `captured`: it was taken; `declined`: there was
   * none; `voided`: it was let go of.
   */
  state: z.enum(['started', 'authorized', 'captured', 'declined', 'voided']),
  /** The request that made it, for the log of whoever goes on with it. */
  requestId: z.string().optional(),
  reference: z.string().optional(),
  /** Why it came to nothing. */
  failure: Problem.pick({ code: true, detail: true, reason: true }).optional(),
  startedAt: z.date(),
})
export type Attempt = z.infer<typeof Attempt>
export type Failure = NonNullable<Attempt['failure']>

const CheckoutDocument = z.object({
  _id: z.string(),
  userId: z.string(),
  state: CheckoutState,
  /** Not final yet; a user has one such checkout at the most. */
  active: z.boolean(),
  /** Some attempt's money is neither taken nor let go of for certain. */
  unsettled: z.boolean(),
  /** As it was when the checkout began: what is bought, at which prices. */
  cart: Cart,
  pricing: Pricing,
  attempts: z.array(Attempt),
  /** The id and number that the order has, or will have. */
  order: z.object({ id: z.string(), number: z.string() }).optional(),
  /** The idempotency key of the request that began it, if it had one. */
  requestKey: z.string().optional(),
  version: z.int().min(1),
  createdAt: z.date(),
  expiresAt: z.date(),
  updatedAt: z.date(),
  /** When it became final. */
  endedAt: z.date().optional(),
})
export type CheckoutDocument = z.infer<typeof CheckoutDocument>

export const checkoutsCollection = defineCollection({
  name: 'checkouts',
  schema: CheckoutDocument,
  indexes: [
    { key: { userId: 1 }, name: 'one_active', unique: true, partialFilterExpression: { active: true } },
    { key: { unsettled: 1, updatedAt: 1 }, name: 'unsettled' },
    { key: { active: 1, expiresAt: 1 }, name: 'expiry' },
    { key: { userId: 1, requestKey: 1 }, name: 'request' },
    {
      key: { endedAt: 1 },
      name: 'ttl',
      expireAfterSeconds: KEPT_SECONDS,
      partialFilterExpression: { unsettled: false },
    },
  ],
})

export async function loadCheckout(
  ctx: Database,
  id: string,
  session?: ClientSession,
): Promise<CheckoutDocument | null> {
  return checkoutsCollection.parseOrNull(
    await checkoutsCollection.in(ctx.db).findOne({ _id: id }, session === undefined ? {} : { session }),
  )
}

export async function loadActive(ctx: Database, userId: string): Promise<CheckoutDocument | null> {
  return checkoutsCollection.parseOrNull(
    await checkoutsCollection.in(ctx.db).findOne({ userId, active: true }),
  )
}

/** The checkout that an earlier try of the same request has begun. */
export async function loadByRequest(
  ctx: Pick<Context, 'db' | 'clock'>,
  userId: string,
  requestKey: string,
): Promise<CheckoutDocument | null> {
  const since = new Date(ctx.clock.now().getTime() - KEY_KEPT_MS)
  return checkoutsCollection.parseOrNull(
    await checkoutsCollection
      .in(ctx.db)
      .findOne({ userId, requestKey, createdAt: { $gt: since } }, { sort: { createdAt: -1 } }),
  )
}

/** Those whose money is not settled, the longest untouched first. */
export async function loadUnsettled(ctx: Database, limit: number): Promise<string[]> {
  const documents = await checkoutsCollection
    .in(ctx.db)
    .find({ unsettled: true })
    .project<{ _id: string }>({ _id: 1 })
    .sort({ updatedAt: 1 })
    .limit(limit)
    .toArray()
  return documents.map(({ _id }) => _id)
}

/** Moves one whose money cannot be settled yet to the end of that list. */
export async function putOff(ctx: Pick<Context, 'db' | 'clock'>, id: string): Promise<void> {
  await checkoutsCollection
    .in(ctx.db)
    .updateOne({ _id: id, unsettled: true }, { $set: { updatedAt: ctx.clock.now() } })
}

/** Those that wait for a payment and whose time is over. */
export async function loadOverdue(ctx: Database, now: Date, limit: number): Promise<CheckoutDocument[]> {
  const documents = await checkoutsCollection
    .in(ctx.db)
    .find({ active: true, expiresAt: { $lte: now }, state: { $in: ['open', 'declined'] } })
    .sort({ expiresAt: 1 })
    .limit(limit)
    .toArray()
  return documents.map((document) => checkoutsCollection.parse(document))
}

/** Those of the users whose checkout waits for a payment and lapses before `until`. */
export async function loadLapsing(
  ctx: Database,
  userIds: readonly string[],
  now: Date,
  until: Date,
): Promise<CheckoutDocument[]> {
  const documents = await checkoutsCollection
    .in(ctx.db)
    .find({
      active: true,
      expiresAt: { $gt: now, $lte: until },
      state: { $in: ['open', 'declined'] },
      userId: { $in: [...userIds] },
    })
    .toArray()
  return documents.map((document) => checkoutsCollection.parse(document))
}

/** How many that are not final there are in each state. */
export async function countActive(ctx: Database): Promise<Record<string, number>> {
  const counts = await checkoutsCollection
    .in(ctx.db)
    .aggregate<{ _id: string; count: number }>([
      { $match: { active: true } },
      { $group: { _id: '$state', count: { $sum: 1 } } },
    ])
    .toArray()
  return Object.fromEntries(counts.map(({ _id, count }) => [_id, count]))
}

export async function insertCheckout(
  ctx: Database,
  session: ClientSession,
  checkout: CheckoutDocument,
): Promise<void> {
  await checkoutsCollection.in(ctx.db).insertOne(checkout, { session })
}

/** Saves the next version; false when the checkout has moved on. */
export async function saveCheckout(
  ctx: Database,
  session: ClientSession,
  next: CheckoutDocument,
): Promise<boolean> {
  const { _id, ...fields } = next
  const { matchedCount } = await checkoutsCollection
    .in(ctx.db)
    .updateOne({ _id, version: next.version - 1 }, { $set: fields }, { session })
  return matchedCount === 1
}
