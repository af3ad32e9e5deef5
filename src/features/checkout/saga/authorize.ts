import { ShopError } from '../../../platform/errors.ts'
import { extendHold, releaseStock } from '../../inventory/index.ts'
import { reserveOrder } from '../../orders/index.ts'
import { findAuthorization, GatewayError, voidCharge } from '../../payments/index.ts'
import { type AuthorizationOutcome, authorizeInTime } from '../authorize-payment.ts'
import { announce } from '../checkout.events.ts'
import { withAttempt } from '../checkout.rules.ts'
import type { Attempt, CheckoutDocument, Failure } from '../checkout.store.ts'
import { type Drive, faultPoint, reload, type StepResult, write } from './drive.ts'

/** Sets the money aside. A drive that takes the attempt up only asks what became of it. */
export async function authorize(
  drive: Drive,
  checkout: CheckoutDocument,
  attempt: Attempt,
): Promise<StepResult> {
  const { ctx, mode } = drive
  await faultPoint(ctx, 'authorize:before', checkout)
  const { currency } = checkout.cart.totals.total
  const request = { key: attempt.key, charge: attempt.charge, amount: checkout.pricing.total, currency }
  const outcome: AuthorizationOutcome =
    mode === 'pay'
      ? await authorizeInTime(ctx, request)
      : ((await findAuthorization(ctx, request)) ?? { status: 'timed_out' })
  await faultPoint(ctx, 'authorize:after', checkout)
  if (outcome.status !== 'approved') {
    const settled = outcome.status === 'declined'
    return decline(drive, checkout, attempt, failureOf(outcome, mode), settled)
  }
  const { reference } = outcome
  const next = await write(drive, checkout, {
    event: 'AUTHORIZED',
    change: {
      attempts: withAttempt(checkout, attempt.key, { state: 'authorized', reference }),
      order: checkout.order ?? (await reserveOrder(ctx)),
    },
  })
  if (next === null) return reload(ctx, checkout)
  announce(ctx, next)
  return { checkout: next }
}

/** Undoes `authorize`: lets go of the money, or of what may arrive yet under the attempt's key. */
export async function voidAuthorization(
  drive: Drive,
  checkout: CheckoutDocument,
  attempt: Attempt,
): Promise<StepResult> {
  const { ctx } = drive
  await faultPoint(ctx, 'void:before', checkout)
  try {
    await voidCharge(ctx, attempt)
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error
    ctx.log.warn({ err: error, checkoutId: checkout._id }, 'an authorization could not be voided yet')
    return { checkout, halt: true }
  }
  await faultPoint(ctx, 'void:after', checkout)
  const next = await write(drive, checkout, {
    change: { attempts: withAttempt(checkout, attempt.key, { state: 'voided' }) },
  })
  return next === null ? reload(ctx, checkout) : { checkout: next }
}

/**
 * Ends an attempt without money. The checkout can be paid again until its time is over; its hold ends then too.
 * @param settled whether there is no money set aside for certain; otherwise it is to be voided
 */
export async function decline(
  drive: Drive,
  checkout: CheckoutDocument,
  attempt: Attempt,
  failure: Failure,
  settled: boolean,
): Promise<StepResult> {
  const { ctx } = drive
  const change = {
    attempts: withAttempt(checkout, attempt.key, { state: settled ? 'declined' : attempt.state, failure }),
  }
  const next =
    (await declineInTime(drive, checkout, change)) ??
    (await write(drive, checkout, {
      event: 'EXPIRE',
      change,
      inside: async (session) => {
        await releaseStock(ctx, session, checkout._id)
      },
    }))
  if (next === null) return reload(ctx, checkout)
  announce(ctx, next, { failure })
  return { checkout: next }
}

/** Null when there is no time left, or the checkout has moved on. */
async function declineInTime(
  drive: Drive,
  checkout: CheckoutDocument,
  change: { readonly attempts: Attempt[] },
): Promise<CheckoutDocument | null> {
  const { ctx } = drive
  const { _id, expiresAt } = checkout
  if (expiresAt <= ctx.clock.now()) return null
  try {
    return await write(drive, checkout, {
      event: 'DECLINED',
      change,
      inside: (session) => extendHold(ctx, session, _id, expiresAt),
    })
  } catch (error) {
    if (error instanceof ShopError && error.code === 'checkout_expired') return null
    throw error
  }
}

function failureOf(
  outcome: Exclude<AuthorizationOutcome, { status: 'approved' }>,
  mode: Drive['mode'],
): Failure {
  if (outcome.status === 'declined') {
    return { code: 'payment_declined', detail: 'The payment was declined.', reason: outcome.reason }
  }
  if (outcome.status === 'failed') {
    return { code: 'payment_declined', detail: 'The payment service failed.', reason: 'gateway_error' }
  }
  const detail =
    mode === 'pay'
      ? 'The payment gave no answer in time; nothing was charged.'
      : 'The payment was interrupted; nothing was charged.'
  return { code: 'payment_timeout', detail }
}
