import type { z } from 'zod'
import { Cart, Checkout, Order, OrderPage, type ProblemCode } from '../../src/contract/index.ts'
import { seedCoupons } from '../../src/features/loyalty/index.ts'
import { seedGiftCards } from '../../src/features/payments/index.ts'
import { type ContractWorld, startContractWorld } from './contract-world.ts'
import type { ProblemWithHeaders, RestOptions } from './documented-rest.ts'
import { shelve } from './shelf.ts'
import type { Shopper } from './world.ts'

export const SHIPPING = {
  name: 'Asha Rao',
  line1: '12 Marine Drive',
  city: 'Mumbai',
  state: 'MH',
  postalCode: '400001',
  country: 'IN',
}

/** A card of the payment mock. */
export function card(number: string) {
  return { method: 'card' as const, number, expMonth: 12, expYear: 2040, cvc: '737' }
}

export const APPROVED = card('4242424242424242')

/** A documented shop with coupons, gift cards and three products. */
export interface Market {
  readonly world: ContractWorld
  /** A thousand pieces of `LAMP` at 1,000.00. */
  readonly lamp: string
  /** Four pieces of `SHIRT-M` at 800.00, none of `SHIRT-L`. */
  readonly shirt: string
  /** Three pieces. */
  readonly cap: string
}

export async function openMarket(): Promise<Market> {
  const world = await startContractWorld()
  await Promise.all([seedCoupons(world.ctx), seedGiftCards(world.ctx)])
  const [lamp = '', shirt = '', cap = ''] = await shelve(world.ctx, [
    { name: 'Lamp', price: 100_000, variants: [{ sku: 'LAMP', quantity: 1000 }] },
    {
      name: 'Shirt',
      price: 80_000,
      variants: [
        { sku: 'SHIRT-M', size: 'M', quantity: 4 },
        { sku: 'SHIRT-L', size: 'L', quantity: 0 },
      ],
    },
    { name: 'Cap', variants: [{ quantity: 3 }] },
  ])
  return { world, lamp, shirt, cap }
}

/** What a customer does at REST, each answer held against the documents. */
export interface Customer {
  readonly shopper: Shopper
  /** The customer's token with a body and an `Idempotency-Key`, where there are any. */
  as(body?: unknown, key?: string): RestOptions
  cart(): Promise<Cart>
  add(body: object): Promise<Cart>
  checkout(key?: string): Promise<Checkout>
  order(body: object, key?: string): Promise<Order>
  orders(): Promise<z.output<typeof OrderPage>>
  /** A POST that must fail. */
  refused(
    status: number,
    code: ProblemCode,
    path: string,
    body: object,
    key?: string,
  ): Promise<ProblemWithHeaders>
}

export function customerOf({ rest }: ContractWorld, shopper: Shopper): Customer {
  const as = (body?: unknown, key?: string): RestOptions => ({
    token: shopper.token,
    ...(body === undefined ? {} : { body }),
    ...(key === undefined ? {} : { headers: { 'Idempotency-Key': key } }),
  })
  return {
    shopper,
    as,
    cart: () => rest.ok(Cart, 200, 'GET', '/api/cart', as()),
    add: (body) => rest.ok(Cart, 201, 'POST', '/api/cart/items', as(body)),
    checkout: (key) => rest.ok(Checkout, 201, 'POST', '/api/cart/checkout', as({}, key)),
    order: (body, key) =>
      rest.ok(Order, 201, 'POST', '/api/orders', as({ shippingAddress: SHIPPING, ...body }, key)),
    orders: () => rest.ok(OrderPage, 200, 'GET', '/api/orders', as()),
    refused: (status, code, path, body, key) => rest.problem(status, code, 'POST', path, as(body, key)),
  }
}
