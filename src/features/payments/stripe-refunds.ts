import type Stripe from 'stripe'
import { GatewayError } from './gateway.ts'
import type { StripeCall } from './stripe-calls.ts'
import { StripeRefusal } from './stripe-failures.ts'

export interface StripeRefunds {
  /** Gives back a part of what was captured, once for each key. Throws an Error for more than there is. */
  giveBack(key: string, intentId: string, amount: number): Promise<void>
  /** Gives back all that was captured under an authorization that has come to nothing. */
  giveBackAll(authorizationKey: string, intentId: string): Promise<void>
}

/**
 * Refunds carry their key with them and are looked for before one is made: Stripe forgets a request's key after a day,
 * and an answer may be lost for longer.
 */
export function stripeRefunds(call: StripeCall): StripeRefunds {
  const find = (key: string, intentId: string) =>
    call(async (stripe) => {
      for await (const refund of stripe.refunds.list({ payment_intent: intentId, limit: 100 })) {
        if (refund.metadata?.refund === key) return refund
      }
      return undefined
    })
  const make = (key: string, params: Stripe.RefundCreateParams) =>
    call((stripe) =>
      stripe.refunds.create({ ...params, metadata: { refund: key } }, { idempotencyKey: `${key}:refund` }),
    )
  const once = async (key: string, intentId: string, amount?: number): Promise<void> => {
    const params = { payment_intent: intentId, ...(amount === undefined ? {} : { amount }) }
    const { status } = (await find(key, intentId)) ?? (await make(key, params))
    if (status === 'failed' || status === 'canceled') throw new GatewayError(`the refund has ${status}`)
  }
  return {
    async giveBack(key, intentId, amount) {
      try {
        await once(key, intentId, amount)
      } catch (error) {
        if (!(error instanceof StripeRefusal)) throw error
        throw new Error(`refund ${key} is more than was captured`, { cause: error })
      }
    },
    giveBackAll: (authorizationKey, intentId) => once(`${authorizationKey}:void`, intentId),
  }
}
