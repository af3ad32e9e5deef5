import type Stripe from 'stripe'
import type { Context } from '../../platform/context.ts'
import { type CardSource, type PaymentGateway, PaymentRefused, type TokenizedSource } from './gateway.ts'
import type { StripeCall } from './stripe-calls.ts'
import { StripeRefusal } from './stripe-failures.ts'

const METHOD_ID = /^pm_[A-Za-z0-9_]{1,100}$/

/** A saved card belongs to a customer of Stripe's, without whom it would pay once only. */
export interface StripeToken {
  readonly method: string
  readonly customer?: string
}

export function parseStripeToken(token: string): StripeToken {
  const [method = '', customer] = token.split('/')
  return customer === undefined ? { method } : { method, customer }
}

/** How cards come to Stripe: by their number, where the account may send them, or as a payment method of a frontend's. */
export function stripeSources(
  ctx: Context,
  call: StripeCall,
): Required<Pick<PaymentGateway, 'tokenize' | 'forget' | 'describe'>> {
  return {
    async tokenize(source, { keep }) {
      if (source.kind === 'upi') throw new PaymentRefused('method_not_supported')
      const request = ctx.ids.next()
      try {
        const method = await createMethod(call, source, request)
        const saved = keep ? await attach(call, method.id, request) : method.id
        return sourceOf(method, saved)
      } catch (error) {
        if (!(error instanceof StripeRefusal)) throw error
        ctx.log.warn({ err: error }, 'a card was refused before it was charged')
        throw new PaymentRefused(error.reason)
      }
    },

    async forget(token) {
      const { method, customer } = parseStripeToken(token)
      if (customer === undefined) return
      try {
        await call((stripe) =>
          stripe.paymentMethods.detach(method, {}, { idempotencyKey: `${method}:detach` }),
        )
      } catch (error) {
        if (!(error instanceof StripeRefusal)) throw error
        ctx.log.info({ err: error }, 'a saved card was detached already')
      }
    },

    async describe(token) {
      if (!METHOD_ID.test(token)) return null
      try {
        const method = await call((stripe) => stripe.paymentMethods.retrieve(token))
        // one that belongs to a customer was saved by somebody, for whom the shop knows it by another name
        return method.type === 'card' && method.customer === null ? sourceOf(method, method.id) : null
      } catch (error) {
        if (error instanceof StripeRefusal) return null
        throw error
      }
    },
  }
}

function createMethod(
  call: StripeCall,
  { number, expMonth, expYear, cvc }: CardSource,
  request: string,
): Promise<Stripe.PaymentMethod> {
  const card = {
    number,
    ...(expMonth === undefined ? {} : { exp_month: expMonth }),
    ...(expYear === undefined ? {} : { exp_year: expYear }),
    ...(cvc === undefined ? {} : { cvc }),
  }
  return call((stripe) =>
    stripe.paymentMethods.create({ type: 'card', card }, { idempotencyKey: `${request}:method` }),
  )
}

async function attach(call: StripeCall, method: string, request: string): Promise<string> {
  const customer = await call((stripe) =>
    stripe.customers.create({}, { idempotencyKey: `${request}:customer` }),
  )
  await call((stripe) =>
    stripe.paymentMethods.attach(method, { customer: customer.id }, { idempotencyKey: `${request}:attach` }),
  )
  return `${method}/${customer.id}`
}

function sourceOf({ card }: Stripe.PaymentMethod, token: string): TokenizedSource {
  const { brand = 'card', last4 } = card ?? {}
  return { token, brand, ...(last4 === undefined ? {} : { last4 }) }
}
