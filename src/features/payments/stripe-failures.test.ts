import Stripe from 'stripe'
import { describe, expect, it } from 'vitest'
import { GatewayError } from './gateway.ts'
import { mustLook, reasonOf, StripeRefusal, StripeTrouble, toStripeFailure } from './stripe-failures.ts'

const { errors } = Stripe
const raw = (fields: object) => ({ type: 'api_error' as const, message: 'sk_test_quoted', ...fields })

describe('what Stripe throws', () => {
  it.each([
    ['a connection that ended', new errors.StripeConnectionError(raw({})), undefined, false],
    ['a failure of its own', new errors.StripeAPIError(raw({ statusCode: 500 })), 500, true],
    ['a request still under way', new errors.StripeAPIError(raw({ statusCode: 409 })), 409, false],
    ['too many requests', new errors.StripeRateLimitError(raw({ statusCode: 429 })), 429, false],
    ['a wrong key', new errors.StripeAuthenticationError(raw({ statusCode: 401 })), 401, false],
    [
      'a key used for something else',
      new errors.StripeIdempotencyError(raw({ statusCode: 400 })),
      400,
      false,
    ],
  ])('%s says nothing about the money', (_, error, status, look) => {
    const failure = toStripeFailure(error)
    expect(failure).toBeInstanceOf(GatewayError)
    expect(failure).toBeInstanceOf(StripeTrouble)
    expect(failure).toMatchObject({ status })
    expect(mustLook(failure)).toBe(look)
  })

  it('a decline is the end, a wrong request may hide what another has done', () => {
    const declined = toStripeFailure(new errors.StripeCardError(raw({ code: 'card_declined' })))
    expect(declined).toMatchObject({ by: 'card', reason: 'card_declined' })
    expect(mustLook(declined)).toBe(false)
    const refused = toStripeFailure(new errors.StripeInvalidRequestError(raw({ code: 'resource_missing' })))
    expect(refused).toBeInstanceOf(StripeRefusal)
    expect(refused).toMatchObject({ by: 'request', reason: 'invalid_token' })
    expect(mustLook(refused)).toBe(true)
  })

  it('is never repeated in its own words', () => {
    const failure = toStripeFailure(
      new errors.StripeAuthenticationError(raw({ statusCode: 401, requestId: 'req_1' })),
    )
    expect(failure).toMatchObject({ message: 'stripe: StripeAuthenticationError 401 req_1' })
    expect(JSON.stringify(failure)).not.toContain('sk_test_quoted')
  })

  it('anything else stays what it is', () => {
    const mistake = new TypeError('a mistake of ours')
    expect(toStripeFailure(mistake)).toBe(mistake)
  })
})

it.each([
  [{ code: 'card_declined', decline_code: 'insufficient_funds' }, 'insufficient_funds'],
  [{ code: 'card_declined', decline_code: 'stolen_card' }, 'card_declined'],
  [{ code: 'card_declined', decline_code: 'fraudulent' }, 'card_declined'],
  [{ code: 'expired_card' }, 'expired_card'],
  [{ code: 'authentication_required' }, 'authentication_required'],
  [{ code: 'resource_missing' }, 'invalid_token'],
  [{ param: 'payment_method' }, 'invalid_token'],
  [{}, 'card_declined'],
])('%j is told as %s', (said, reason) => {
  expect(reasonOf(said)).toBe(reason)
})
