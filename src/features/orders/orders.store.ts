import type { ClientSession, Filter } from 'mongodb'
import { z } from 'zod'
import { PostalAddress, TierName } from '../../contract/index.ts'
import { defineCollection } from '../../platform/collection.ts'
import type { Context } from '../../platform/context.ts'
import { Charge } from '../payments/index.ts'

type Database = Pick<Context, 'db'>

const Amount = z.int().min(0)

const OrderLine = z.object({
  id: z.string(),
  productId: z.string(),
  sku: z.string(),
  name: z.string(),
  image: z.string().nullable(),
  color: z.string().optional(),
  size: z.string().optional(),
  unitPrice: Amount,
  quantity: z.int().min(1),
  lineTotal: Amount,
  /** This line's share of the order's discounts and tax. */
  tierDiscount: Amount,
  couponDiscount: Amount,
  pointsDiscount: Amount,
  tax: Amount,
  returnedQuantity: Amount,
})
export type OrderLine = z.infer<typeof OrderLine>

const ReturnRecord = z.object({
  id: z.string(),
  status: z.enum(['requested', 'refunded']),
  items: z.array(z.object({ itemId: z.string(), quantity: z.int().min(1) })),
  reason: z.string(),
  /** Minor units that go back to how the order was paid. */
  amount: Amount,
  /** The request's idempotency key, if it had one. */
  requestKey: z.string().optional(),
  createdAt: z.date(),
})
export type ReturnRecord = z.infer<typeof ReturnRecord>

/** What is stored of an order's progress; how far a paid one has come is a matter of time. */
const OrderState = z.enum(['pending', 'paid', 'cancelled', 'return_requested', 'refunded'])
export type OrderState = z.infer<typeof OrderState>

const OrderDocument = z.object({
  _id: z.string(),
  number: z.string(),
  userId: z.string(),
  checkoutId: z.string(),
  state: OrderState,
  currency: z.string(),
  items: z.array(OrderLine),
  /** Minor units. */
  totals: z.object({
    subtotal: Amount,
    tierDiscount: Amount,
    couponDiscount: Amount,
    pointsDiscount: Amount,
    pointsUsed: Amount,
    shipping: Amount,
    tax: Amount,
    total: Amount,
  }),
  tier: TierName,
  payment: z.object({
    charge: Charge,
    /** The key of the authorization. */
    key: z.string(),
    reference: z.string(),
  }),
  shippingAddress: PostalAddress,
  pointsEarned: Amount,
  returns: z.array(ReturnRecord),
  /** When a refund was last tried in vain. */
  refundTriedAt: z.date().optional(),
  version: z.int().min(1),
  createdAt: z.date(),
  /** When the money was captured. */
  paidAt: z.date().nullable(),
  updatedAt: z.date(),
})
export type OrderDocument = z.infer<typeof OrderDocument>

const OrderCounter = z.object({ _id: z.literal('orders'), value: z.int() })

export const ordersCollection = defineCollection({
  name: 'orders',
  schema: OrderDocument,
  indexes: [
    { key: { checkoutId: 1 }, name: 'checkout', unique: true },
    { key: { number: 1 }, name: 'number', unique: true },
    { key: { userId: 1, createdAt: -1, _id: -1 }, name: 'user_newest' },
    { key: { 'returns.status': 1, refundTriedAt: 1, updatedAt: 1 }, name: 'unsettled_returns' },
  ],
})

export const orderCounter = defineCollection({ name: 'order_counter', schema: OrderCounter })

const FIRST_NUMBER = 100_000

/** A number that no other order has; one whose order comes to nothing is left out. */
export async function nextOrderNumber(ctx: Database): Promise<string> {
  const counter = await orderCounter
    .in(ctx.db)
    .findOneAndUpdate({ _id: 'orders' }, { $inc: { value: 1 } }, { upsert: true, returnDocument: 'after' })
  return `FW-${FIRST_NUMBER + orderCounter.parse(counter).value}`
}

export async function insertOrder(
  ctx: Database,
  session: ClientSession,
  order: OrderDocument,
): Promise<void> {
  await ordersCollection.in(ctx.db).insertOne(order, { session })
}

/** One of the user's own orders, by id or number. */
export async function loadOrder(
  ctx: Database,
  userId: string,
  idOrNumber: string,
): Promise<OrderDocument | null> {
  return ordersCollection.parseOrNull(
    await ordersCollection
      .in(ctx.db)
      .findOne({ userId, $or: [{ _id: idOrNumber }, { number: idOrNumber.toUpperCase() }] }),
  )
}

export async function loadOrderById(
  ctx: Database,
  id: string,
  session?: ClientSession,
): Promise<OrderDocument | null> {
  return ordersCollection.parseOrNull(
    await ordersCollection.in(ctx.db).findOne({ _id: id }, session === undefined ? {} : { session }),
  )
}

/** Newest first. */
export async function loadOrders(
  ctx: Database,
  filter: Filter<OrderDocument>,
  { skip, limit }: { skip: number; limit: number },
): Promise<{ documents: OrderDocument[]; total: number }> {
  const orders = ordersCollection.in(ctx.db)
  const [documents, total] = await Promise.all([
    orders.find(filter).sort({ createdAt: -1, _id: -1 }).skip(skip).limit(limit).toArray(),
    orders.countDocuments(filter),
  ])
  return { documents: documents.map((document) => ordersCollection.parse(document)), total }
}

/**
 * Orders with a refund that was asked for and is not known to have gone through, and that nothing has changed since
 * `before`: those never tried by the sweep first, then the longest untried.
 */
export async function loadUnsettledReturns(
  ctx: Database,
  before: Date,
  limit: number,
): Promise<OrderDocument[]> {
  const documents = await ordersCollection
    .in(ctx.db)
    .find({ 'returns.status': 'requested', updatedAt: { $lt: before } })
    .sort({ refundTriedAt: 1, updatedAt: 1 })
    .limit(limit)
    .toArray()
  return documents.map((document) => ordersCollection.parse(document))
}

/** Moves an order whose refund cannot be made yet to the end of that list. */
export async function putOffRefund(ctx: Pick<Context, 'db' | 'clock'>, id: string): Promise<void> {
  await ordersCollection
    .in(ctx.db)
    .updateOne({ _id: id, 'returns.status': 'requested' }, { $set: { refundTriedAt: ctx.clock.now() } })
}

/** Saves the next version of an order; false when somebody was quicker. */
export async function saveOrder(
  ctx: Database,
  session: ClientSession,
  next: OrderDocument,
): Promise<boolean> {
  const { _id, ...fields } = next
  const { matchedCount } = await ordersCollection
    .in(ctx.db)
    .updateOne({ _id, version: next.version - 1 }, { $set: fields }, { session })
  return matchedCount === 1
}
