import type { StripeConfig } from '../../config.ts'
import type { Context } from '../../platform/context.ts'
import { type Authorization, GatewayError, type PaymentGateway } from './gateway.ts'
import { stripeCalls } from './stripe-calls.ts'
import { lazyStripe } from './stripe-client.ts'
import { StripeRefusal } from './stripe-failures.ts'
import { loadIntent, markVoided, openIntent, type StripeIntent } from './stripe-intents.store.ts'
import { stripeRefunds } from './stripe-refunds.ts'
import { parseStripeToken, stripeSources } from './stripe-sources.ts'
import { NO_LONGER, outcomeOf, stripeSteps } from './stripe-steps.ts'

/**
 * Pays through Stripe. Money is set aside by an intent that is made first and confirmed after its id is written down, so
 * that whoever comes after a crash finds it by the authorization's key and reads from Stripe itself what became of it:
 * nothing is charged that the shop could not find again.
 */
export function createStripeGateway(ctx: Context, config: StripeConfig): PaymentGateway {
  const call = stripeCalls(lazyStripe(config))
  const steps = stripeSteps(ctx, call)
  const refunds = stripeRefunds(call)

  return {
    ...stripeSources(ctx, call),

    async authorize({ key, token, amount, currency }, signal) {
      const { method, customer } = parseStripeToken(token)
      const wanted = { amount, currency, ...(customer === undefined ? {} : { customer }) }
      const record = await openIntent(ctx, key, wanted)
      if (record.voided) return NO_LONGER
      if (isFree(record)) return forFree(key)
      try {
        const { intentId, voided } = await steps.made(record)
        if (voided) return NO_LONGER
        if (signal.aborted) throw new GatewayError('no answer', { cause: signal.reason })
        return await steps.confirm(key, intentId, method)
      } catch (error) {
        if (error instanceof StripeRefusal) return { status: 'declined', reason: error.reason }
        throw error
      }
    },

    async find(key) {
      const record = await loadIntent(ctx, key)
      if (record === null || record.voided) return null
      if (isFree(record)) return forFree(key)
      // an intent whose id was never heard of was never confirmed either
      return record.intentId === undefined ? null : outcomeOf(await steps.look(record.intentId))
    },

    async capture(key) {
      const record = await loadIntent(ctx, key)
      if (record !== null && isFree(record) && !record.voided) return
      const status = record?.intentId === undefined ? 'none' : await steps.capture(record, record.intentId)
      if (status === 'processing') throw new GatewayError('the capture is under way')
      if (status !== 'succeeded') throw new Error(`authorization ${key} cannot be captured: ${status}`)
    },

    async void(key) {
      const record = await markVoided(ctx, key)
      if (isFree(record)) return
      const intentId = await steps.madeIfAny(record)
      if (intentId === null) return
      const status = await steps.cancel(record, intentId)
      if (status === 'processing') throw new GatewayError('the payment is under way')
      if (status === 'succeeded') await refunds.giveBackAll(key, intentId)
    },

    async refund({ key, authorizationKey, amount }) {
      const record = await loadIntent(ctx, authorizationKey)
      if (record?.intentId === undefined) throw new Error(`refund ${key} is more than was captured`)
      await refunds.giveBack(key, record.intentId, amount)
    },
  }
}

/** What costs nothing needs no intent, and Stripe makes none. */
function isFree({ amount }: StripeIntent): boolean {
  return amount === 0
}

function forFree(key: string): Authorization {
  return { status: 'approved', reference: `free_${key}` }
}
