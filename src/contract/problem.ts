import { z } from 'zod'
import { Money } from './primitives.ts'

/** Every error code a client can meet, with its HTTP status and title. */
export const PROBLEMS = {
  malformed_json: { status: 400, title: 'The body is not JSON' },
  unauthenticated: { status: 401, title: 'A valid access token is needed' },
  token_expired: { status: 401, title: 'The token has expired' },
  token_revoked: { status: 401, title: 'The token was revoked' },
  invalid_credentials: { status: 401, title: 'E-mail or password is wrong' },
  refresh_reused: { status: 401, title: 'The refresh token was used before' },
  payment_declined: { status: 402, title: 'The payment was declined' },
  payment_timeout: { status: 402, title: 'The payment gave no answer in time' },
  forbidden: { status: 403, title: 'Not allowed' },
  not_found: { status: 404, title: 'Not found' },
  method_not_allowed: { status: 405, title: 'The method is not allowed here' },
  email_taken: { status: 409, title: 'The e-mail address is taken' },
  insufficient_stock: { status: 409, title: 'Not enough in stock' },
  checkout_expired: { status: 409, title: 'The checkout has expired' },
  checkout_closed: { status: 409, title: 'The checkout is closed' },
  cart_empty: { status: 409, title: 'The cart is empty' },
  idempotency_conflict: { status: 409, title: 'The idempotency key was used with another request' },
  idempotency_in_flight: { status: 409, title: 'The first request with this key is still under way' },
  not_returnable: { status: 409, title: 'The order cannot be returned' },
  insufficient_points: { status: 409, title: 'Not enough points' },
  coupon_not_applicable: { status: 409, title: 'The coupon does not apply' },
  session_closed: { status: 409, title: 'The chat session is closed' },
  payload_too_large: { status: 413, title: 'The payload is too large' },
  unsupported_media_type: { status: 415, title: 'The media type is not supported' },
  validation_failed: { status: 422, title: 'The request is not valid' },
  rate_limited: { status: 429, title: 'Too many requests' },
  internal: { status: 500, title: 'Something went wrong on our side' },
  unavailable: { status: 503, title: 'The service is not available right now' },
} as const satisfies Record<string, { status: number; title: string }>

export type ProblemCode = keyof typeof PROBLEMS

const codes = Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]]

export const FieldError = z.object({ path: z.string(), message: z.string() })
export type FieldError = z.infer<typeof FieldError>

/** RFC 9457 problem object, the one shape of every error at both doors. */
export const Problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.enum(codes),
    requestId: z.string(),
    errors: z.array(FieldError).optional(),
    /** `payment_declined`: the gateway's reason, such as `card_declined`. */
    reason: z.string().optional(),
    /** `insufficient_stock`: how many can still be had. */
    available: z.int().min(0).optional(),
    /** Seconds after which another try makes sense. */
    retryAfter: z.int().optional(),
    /** Money that the message speaks of. */
    amount: Money.optional(),
  })
  .meta({ id: 'Problem' })
export type Problem = z.infer<typeof Problem>
