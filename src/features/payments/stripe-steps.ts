import type Stripe from 'stripe'
import type { Context } from '../../platform/context.ts'
import { type Authorization, GatewayError } from './gateway.ts'
import type { StripeCall } from './stripe-calls.ts'
import { isAnsweredTrouble, mustLook, reasonOf, StripeRefusal } from './stripe-failures.ts'
import { noteFailure, noteIntentId, type StripeIntent } from './stripe-intents.store.ts'

/** A confirmation asks the customer's bank; the saga ends it earlier if it must. */
const CONFIRM_MS = 8_000

/** The answer to whoever comes after the money was let go of. */
export const NO_LONGER: Authorization = { status: 'declined', reason: 'voided' }

/** The steps of one intent, each safe to repeat: under its own key, and by what the intent says of itself. */
export interface StripeSteps {
  /** Makes the intent, or finds the one that was made; no money moves. */
  made(record: StripeIntent): Promise<{ readonly intentId: string; readonly voided: boolean }>
  /** Its id, to let go of it; null when Stripe would not make it. */
  madeIfAny(record: StripeIntent): Promise<string | null>
  /** Sets the money aside. */
  confirm(key: string, intentId: string, method: string): Promise<Authorization>
  /** The state after it; `succeeded` when the money is taken. */
  capture(record: StripeIntent, intentId: string): Promise<Stripe.PaymentIntent.Status>
  /** The state after it; `canceled` when the money is let go of. */
  cancel(record: StripeIntent, intentId: string): Promise<Stripe.PaymentIntent.Status>
  look(intentId: string): Promise<Stripe.PaymentIntent>
}

export function stripeSteps(ctx: Context, call: StripeCall): StripeSteps {
  const look = (intentId: string) => call((stripe) => stripe.paymentIntents.retrieve(intentId))

  const made: StripeSteps['made'] = async (record) => {
    const { _id: key, amount, currency, customer } = record
    if (record.intentId !== undefined) return { intentId: record.intentId, voided: record.voided }
    const { id: intentId } = await call((stripe) =>
      stripe.paymentIntents.create(
        {
          amount,
          currency: currency.toLowerCase(),
          capture_method: 'manual',
          allowed_payment_method_types: ['card'],
          metadata: { authorization: key },
          ...(customer === undefined ? {} : { customer }),
        },
        { idempotencyKey: `${key}:intent` },
      ),
    )
    const { voided } = await noteIntentId(ctx, key, intentId)
    return { intentId, voided }
  }

  const move = async (
    step: 'capture' | 'cancel',
    record: StripeIntent,
    intentId: string,
  ): Promise<Stripe.PaymentIntent.Status> => {
    const { _id: key, failures } = record
    // Stripe repeats a failure for as long as it knows the key; such a step can be done once only, under whichever key
    const idempotencyKey = failures === 0 ? `${key}:${step}` : `${key}:${step}:${failures}`
    try {
      const intent = await call((stripe) => stripe.paymentIntents[step](intentId, {}, { idempotencyKey }))
      return intent.status
    } catch (error) {
      if (!mustLook(error)) throw error
      const { status } = await look(intentId)
      if (status === 'succeeded' || status === 'canceled' || status === 'processing') return status
      if (isAnsweredTrouble(error)) await noteFailure(ctx, record)
      throw error
    }
  }

  return {
    made,
    look,
    capture: (record, intentId) => move('capture', record, intentId),
    cancel: (record, intentId) => move('cancel', record, intentId),

    async madeIfAny(record) {
      try {
        return (await made(record)).intentId
      } catch (error) {
        if (error instanceof StripeRefusal) return null
        throw error
      }
    },

    async confirm(key, intentId, method) {
      try {
        const intent = await call((stripe) =>
          stripe.paymentIntents.confirm(
            intentId,
            { payment_method: method, error_on_requires_action: true },
            { idempotencyKey: `${key}:confirm`, timeout: CONFIRM_MS },
          ),
        )
        return conclusive(outcomeOf(intent))
      } catch (error) {
        if (!mustLook(error)) throw error
        const outcome = outcomeOf(await look(intentId))
        if (outcome === null && error instanceof StripeRefusal) throw error
        return conclusive(outcome)
      }
    },
  }
}

/** What an intent's state says of the money; null when it was never asked for. Throws GatewayError while it is not certain. */
export function outcomeOf(intent: Stripe.PaymentIntent): Authorization | null {
  switch (intent.status) {
    case 'requires_capture':
    case 'succeeded':
      return { status: 'approved', reference: intent.id }
    case 'canceled':
      return NO_LONGER
    case 'processing':
      throw new GatewayError('the payment is under way')
    case 'requires_payment_method':
      return intent.last_payment_error === null
        ? null
        : { status: 'declined', reason: reasonOf(intent.last_payment_error) }
    default:
      return null
  }
}

function conclusive(outcome: Authorization | null): Authorization {
  if (outcome === null) throw new GatewayError('the payment was not confirmed')
  return outcome
}
