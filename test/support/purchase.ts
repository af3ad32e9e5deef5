import type { Cart, Order } from '../../src/contract/index.ts'
import { checkoutsCollection } from '../../src/features/checkout/checkout.store.ts'
import { type MockPayment, mockPayments } from '../../src/features/payments/mock-gateway.store.ts'
import type { Context } from '../../src/platform/context.ts'
import { shelve } from './shelf.ts'
import type { Shopper, World } from './world.ts'

export const ADDRESS = {
  name: 'Asha Rao',
  line1: '12 MG Road',
  city: 'Bengaluru',
  state: 'Karnataka',
  postalCode: '560001',
  country: 'IN',
}

/** A card of the payment mock. */
export function card(number: string, expYear = 2040) {
  return { method: 'card' as const, number, expMonth: 12, expYear, cvc: '737' }
}

export const APPROVED = card('4242424242424242')
export const DECLINED = card('4000000000000002')
export const SILENT = card('4000000000000259')
export const UPI = { method: 'upi' as const, vpa: 'success@upi' }

export interface Basket {
  readonly shopper: Shopper
  /** A product of which nobody else has any. */
  readonly productId: string
  readonly cart: Cart
}

let products = 0

/** Puts a new product on the shelf. */
export async function newProduct(world: World, stock = 10, price = 100_000): Promise<string> {
  products += 1
  const [id = ''] = await shelve(world.ctx, [
    { name: `Purchased Thing ${products}`, price, variants: [{ quantity: stock }] },
  ])
  return id
}

/** A shopper, new unless one is given, with pieces of a product of their own in the cart. */
export async function fillCart(
  world: World,
  options: {
    readonly quantity?: number
    readonly stock?: number
    readonly price?: number
    readonly shopper?: Shopper
  } = {},
): Promise<Basket> {
  const { quantity = 2, stock, price } = options
  const [shopper, productId] = await Promise.all([
    options.shopper ?? world.guest(),
    newProduct(world, stock, price),
  ])
  const cart = await shopper.api.call('addCartItem', { body: { productId, quantity } })
  return { shopper, productId, cart }
}

/** Buys what is in the shopper's cart. */
export function buy({ api }: Shopper, payment: typeof APPROVED | typeof UPI = APPROVED): Promise<Order> {
  return api.call('placeOrder', { body: { payment, shippingAddress: ADDRESS } })
}

/** What the payment mock's own books say of a checkout's attempts, in their order. */
export async function paymentsOf(ctx: Pick<Context, 'db'>, checkoutId: string): Promise<MockPayment[]> {
  const checkout = checkoutsCollection.parse(
    await checkoutsCollection.in(ctx.db).findOne({ _id: checkoutId }),
  )
  const keys = checkout.attempts.map(({ key }) => key)
  const documents = await mockPayments
    .in(ctx.db)
    .find({ _id: { $in: keys } })
    .toArray()
  const payments = documents.map((document) => mockPayments.parse(document))
  return keys.flatMap((key) => payments.filter(({ _id }) => _id === key))
}

/** The ids of a user's checkouts, oldest first. */
export async function checkoutsOf(ctx: Pick<Context, 'db'>, userId: string): Promise<string[]> {
  const documents = await checkoutsCollection.in(ctx.db).find({ userId }).sort({ createdAt: 1 }).toArray()
  return documents.map(({ _id }) => _id)
}
