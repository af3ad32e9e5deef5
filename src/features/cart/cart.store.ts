import type { ClientSession } from 'mongodb'
import { z } from 'zod'
import { CartCause } from '../../contract/index.ts'
import { defineCollection } from '../../platform/collection.ts'
import type { Context } from '../../platform/context.ts'
import { isDuplicateKey } from '../../platform/transaction.ts'

type Database = Pick<Context, 'db'>

const CartLine = z.object({
  id: z.string(),
  productId: z.string(),
  sku: z.string(),
  quantity: z.int().min(1),
})
export type CartLine = z.infer<typeof CartLine>

const CartDocument = z.object({
  /** The user's id. */
  _id: z.string(),
  items: z.array(CartLine),
  couponCode: z.string().nullable(),
  /** Points the shopper wants to pay with. */
  pointsRedeemed: z.int().min(0),
  /** The checkout that was opened for this version; it may have ended meanwhile. */
  checkoutId: z.string().nullable(),
  version: z.int().min(0),
  /** What made this version. */
  cause: CartCause.optional(),
  updatedAt: z.date(),
})
export type CartDocument = z.infer<typeof CartDocument>

export const cartsCollection = defineCollection({
  name: 'carts',
  schema: CartDocument,
  indexes: [{ key: { updatedAt: 1 }, name: 'age' }],
})

/** When a cart that nobody has touched was changed last: the same at every reading. */
const NEVER = new Date(0)

/** The user's cart; one that nobody has touched is empty, with version 0. */
export async function loadCart(
  ctx: Database,
  userId: string,
  session?: ClientSession,
): Promise<CartDocument> {
  const document = await cartsCollection
    .in(ctx.db)
    .findOne({ _id: userId }, session === undefined ? {} : { session })
  return cartsCollection.parseOrNull(document) ?? { ...emptied, _id: userId, version: 0, updatedAt: NEVER }
}

const emptied = { items: [], couponCode: null, pointsRedeemed: 0, checkoutId: null }

/** What a cart is like when everything has been taken out. */
export function emptiedCart(cart: CartDocument, cause: CartCause, now: Date): CartDocument {
  return { ...emptied, _id: cart._id, version: cart.version + 1, cause, updatedAt: now }
}

/** Saves the next version on condition that `before` is still what is stored; false when it is not. */
export async function saveCart(
  ctx: Database,
  before: CartDocument,
  next: CartDocument,
  session?: ClientSession,
): Promise<boolean> {
  const carts = cartsCollection.in(ctx.db)
  const options = session === undefined ? {} : { session }
  if (before.version > 0) {
    const { _id, ...fields } = next
    const { version, checkoutId } = before
    const { matchedCount } = await carts.updateOne({ _id, version, checkoutId }, { $set: fields }, options)
    return matchedCount === 1
  }
  try {
    await carts.insertOne(next, options)
    return true
  } catch (error) {
    // A transaction is lost with the failed insert, so it must start again.
    if (isDuplicateKey(error) && session === undefined) return false
    throw error
  }
}

/** Notes the checkout that was opened for this version; false when the cart has moved on. */
export async function bindCheckout(
  ctx: Database,
  session: ClientSession,
  { userId, version, checkoutId }: { userId: string; version: number; checkoutId: string },
): Promise<boolean> {
  const { matchedCount } = await cartsCollection
    .in(ctx.db)
    .updateOne({ _id: userId, version }, { $set: { checkoutId } }, { session })
  return matchedCount === 1
}

/** Forgets carts that nobody has touched since; returns how many. */
export async function deleteCartsBefore(ctx: Database, before: Date): Promise<number> {
  const { deletedCount } = await cartsCollection.in(ctx.db).deleteMany({ updatedAt: { $lt: before } })
  return deletedCount
}

/** Those of the users who have a product in their cart. */
export async function usersWithProduct(
  ctx: Database,
  userIds: readonly string[],
  productId: string,
): Promise<string[]> {
  const carts = await cartsCollection
    .in(ctx.db)
    .find({ _id: { $in: [...userIds] }, 'items.productId': productId }, { projection: { _id: 1 } })
    .toArray()
  return carts.map(({ _id }) => _id)
}
