import { GatewayError } from './gateway.ts'

/** Reasons that a customer may read; to tell more of the others helps only whoever tries stolen cards. */
const TELLABLE: ReadonlySet<string> = new Set([
  'amount_too_large',
  'amount_too_small',
  'authentication_required',
  'expired_card',
  'incorrect_cvc',
  'incorrect_number',
  'insufficient_funds',
  'invalid_cvc',
  'invalid_expiry_month',
  'invalid_expiry_year',
  'invalid_number',
  'processing_error',
])

/** Stripe could not do it, or did and could not say so. */
export class StripeTrouble extends GatewayError {
  /** The status of its answer, if there was one. */
  readonly status: number | undefined

  constructor(message: string, status: number | undefined) {
    super(message)
    this.name = 'StripeTrouble'
    this.status = status
  }
}

/** Stripe has looked at the request and will never do it. */
export class StripeRefusal extends Error {
  /** `card`: the bank has answered; `request`: it has not been asked, or not by this request. */
  readonly by: 'card' | 'request'
  /** What a customer is told. */
  readonly reason: string

  constructor(message: string, by: 'card' | 'request', reason: string) {
    super(message)
    this.name = 'StripeRefusal'
    this.by = by
    this.reason = reason
  }
}

/** What Stripe's client throws, as far as it matters here. */
interface ClientError extends Error {
  readonly type: string
  readonly code?: string | undefined
  readonly decline_code?: string | undefined
  readonly param?: string | undefined
  readonly statusCode?: number | undefined
  readonly requestId?: string | undefined
}

/**
 * Whatever the client has thrown, as a failure that passes or a refusal. Its own words stay behind: they may quote the key
 * or the request.
 */
export function toStripeFailure(error: unknown): unknown {
  if (!isClientError(error)) return error
  const { type, code, statusCode, requestId } = error
  const message = `stripe: ${[type, code, statusCode, requestId].filter((part) => part !== undefined).join(' ')}`
  if (type === 'StripeCardError') return new StripeRefusal(message, 'card', reasonOf(error))
  if (type === 'StripeInvalidRequestError') return new StripeRefusal(message, 'request', reasonOf(error))
  return new StripeTrouble(message, statusCode)
}

/** Whether only the intent itself can say what has become of a step, such as one that its state does not allow any more. */
export function mustLook(error: unknown): boolean {
  return isAnsweredTrouble(error) || (error instanceof StripeRefusal && error.by === 'request')
}

/** Stripe gives such an answer again to every request with the same key. */
export function isAnsweredTrouble(error: unknown): boolean {
  return error instanceof StripeTrouble && error.status !== undefined && error.status >= 500
}

/** The reason of a decline, by what Stripe says of it. */
export function reasonOf({
  code,
  decline_code: declineCode,
  param,
}: {
  readonly code?: string | undefined
  readonly decline_code?: string | undefined
  readonly param?: string | undefined
}): string {
  if (declineCode !== undefined && TELLABLE.has(declineCode)) return declineCode
  if (code !== undefined && TELLABLE.has(code)) return code
  if (code === 'resource_missing' || param === 'payment_method') return 'invalid_token'
  return 'card_declined'
}

function isClientError(error: unknown): error is ClientError {
  return error instanceof Error && 'rawType' in error && 'type' in error && typeof error.type === 'string'
}
