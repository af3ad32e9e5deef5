import type Stripe from 'stripe'
import type { LazyStripe } from './stripe-client.ts'
import { toStripeFailure } from './stripe-failures.ts'

/** Asks something of Stripe; a failure is a StripeTrouble or a StripeRefusal. */
export type StripeCall = <T>(work: (stripe: Stripe) => Promise<T>) => Promise<T>

export function stripeCalls(client: LazyStripe): StripeCall {
  return async (work) => {
    try {
      return await work(await client())
    } catch (error) {
      throw toStripeFailure(error)
    }
  }
}
