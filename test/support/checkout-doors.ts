import type { Checkout, Order, Problem } from '../../src/contract/index.ts'
import { type Api, type CallInput, ProblemAnswer } from './api.ts'
import { type Client, ProblemAck } from './client.ts'
import { ADDRESS } from './purchase.ts'
import type { Shopper } from './world.ts'

type Payment = NonNullable<CallInput<'placeOrder'>['body']>['payment']
type Destination = Pick<NonNullable<CallInput<'placeOrder'>['body']>, 'shippingAddress' | 'addressId'>

/** Checking out and paying; the same at both doors. Each call throws when it is refused. */
export interface CheckoutDoor {
  start(key?: string): Promise<Checkout>
  pay(checkoutId: string, payment: Payment, options?: { key?: string; to?: Destination }): Promise<Order>
}

export function restCheckout(api: Api): CheckoutDoor {
  const headers = (key: string | undefined) =>
    key === undefined ? {} : { headers: { 'Idempotency-Key': key } }
  return {
    start: (key) => api.call('startCheckout', headers(key)),
    pay: (checkoutId, payment, { key, to = { shippingAddress: ADDRESS } } = {}) =>
      api.call('placeOrder', { body: { checkoutId, payment, ...to }, ...headers(key) }),
  }
}

export function socketCheckout(client: Client<'/cart'>): CheckoutDoor {
  return {
    start: (idempotencyKey) => client.send('checkout:start', { idempotencyKey }),
    async pay(checkoutId, payment, { key, to = { shippingAddress: ADDRESS } } = {}) {
      const paid = { checkoutId, payment, idempotencyKey: key, ...to }
      return (await client.send('checkout:pay', paid)).order
    },
  }
}

/** How a shopper comes to each door. */
export const DOORS: ReadonlyArray<readonly [string, (shopper: Shopper) => Promise<CheckoutDoor>]> = [
  ['REST', async (shopper) => restCheckout(shopper.api)],
  ['the socket', async (shopper) => socketCheckout(await shopper.connect('/cart'))],
]

/** The problem that a call was refused with, at whichever door. */
export async function problemOf(call: Promise<unknown>): Promise<Problem> {
  const [outcome] = await Promise.allSettled([call])
  if (outcome.status === 'fulfilled') throw new Error('it was expected to be refused')
  const { reason } = outcome
  if (reason instanceof ProblemAnswer || reason instanceof ProblemAck) return reason.problem
  throw reason
}
