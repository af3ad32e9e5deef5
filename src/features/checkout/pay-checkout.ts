import { setTimeout as pause } from 'node:timers/promises'
import { type Lease, LeaseLostError, releaseLease } from '../../actors/index.ts'
import type { PaidCheckout, PayCheckout } from '../../contract/index.ts'
import type { Caller } from '../../platform/caller.ts'
import type { Context } from '../../platform/context.ts'
import { ShopError } from '../../platform/errors.ts'
import type { IdempotencyClaim } from '../../platform/idempotency.ts'
import { getOrder } from '../orders/index.ts'
import { GatewayError } from '../payments/index.ts'
import { beginAttempt } from './begin-attempt.ts'
import { failureError } from './checkout.events.ts'
import { isPayable } from './checkout.rules.ts'
import { acquireDriver, drive } from './checkout.saga.ts'
import type { Attempt, CheckoutDocument } from './checkout.store.ts'
import { checkoutView } from './checkout.view.ts'
import { expireCheckout } from './end-checkout.ts'
import { type Means, resolveMeans } from './payment-means.ts'
import { ownCheckout } from './read-checkout.ts'
import { settingsOf } from './settings.ts'
import { refuseStale } from './stale-checkout.ts'

const LEASE_POLL_MS = 25

export interface PayRequest extends PayCheckout {
  readonly claim?: IdempotencyClaim
}

/**
 * Pays for the caller's checkout, which becomes an order at the most once. After a decline it can be paid again until
 * it expires.
 * @throws ShopError `not_found` (checkout, address, saved payment, gift card), `payment_declined` with its reason,
 * `payment_timeout`, `checkout_expired`, `checkout_closed`, `insufficient_points`, `coupon_not_applicable`
 */
export async function payCheckout(ctx: Context, caller: Caller, request: PayRequest): Promise<PaidCheckout> {
  const { checkoutId, claim } = request
  const checkout = await ownCheckout(ctx, caller, checkoutId)
  if (checkout.state === 'completed') return answerCompleted(ctx, checkout, claim?.key)
  if (!checkout.active) throw closedError(checkout)
  return payAs(ctx, caller, { checkoutId, ...(await resolveMeans(ctx, caller, request)), claim })
}

/** Pays as the one who drives the checkout. Throws ShopError like `payCheckout`. */
export async function payAs(ctx: Context, caller: Caller, payer: Payer): Promise<PaidCheckout> {
  const { checkoutId } = payer
  const lease = await waitForLease(ctx, checkoutId)
  try {
    return await payAsDriver(ctx, caller, lease, payer)
  } catch (error) {
    if (error instanceof GatewayError) {
      // what became of an earlier attempt is not known: another one could charge a second time
      const detail = 'The payment service does not answer.'
      throw new ShopError('unavailable', detail, { retryAfter: 1 }, { cause: error })
    }
    if (!(error instanceof LeaseLostError)) throw error
    ctx.log.warn({ checkoutId }, 'a payment was taken over by another driver')
    throw new ShopError('unavailable', undefined, { retryAfter: 1 })
  } finally {
    await releaseLease(ctx, lease)
  }
}

interface Payer extends Means {
  readonly checkoutId: string
  readonly claim: IdempotencyClaim | undefined
}

async function payAsDriver(ctx: Context, caller: Caller, lease: Lease, payer: Payer): Promise<PaidCheckout> {
  const { claim } = payer
  let checkout = await ownCheckout(ctx, caller, payer.checkoutId)
  if (checkout.unsettled) checkout = (await drive({ ctx, lease, mode: 'resume' }, checkout)).checkout
  if (checkout.state === 'completed') return answerCompleted(ctx, checkout, claim?.key)
  const declined = checkout.attempts.find(
    (attempt) => isOf(attempt, claim?.key) && attempt.state === 'declined',
  )
  if (declined?.failure !== undefined) throw failureError(declined.failure)
  if (!isPayable(checkout, ctx.clock.now())) throw await closed(ctx, checkout)
  await refuseStale(ctx, checkout)

  const begun = await beginAttempt(ctx, lease, checkout, payer, claim?.key)
  if (begun === null) throw await closed(ctx, await ownCheckout(ctx, caller, checkout._id))
  const { key } = begun.attempts.at(-1) ?? {}
  const result = await drive({ ctx, lease, mode: 'pay', claim }, begun)
  if (result.paid !== undefined) return result.paid
  const failure = result.checkout.attempts.find((attempt) => attempt.key === key)?.failure
  throw failure === undefined ? closedError(result.checkout) : failureError(failure)
}

/** A checkout that is an order answers only the request that has paid for it. */
async function answerCompleted(
  ctx: Context,
  checkout: CheckoutDocument,
  requestKey: string | undefined,
): Promise<PaidCheckout> {
  const paidBy = checkout.attempts.at(-1)
  if (paidBy === undefined || checkout.order === undefined || !isOf(paidBy, requestKey)) {
    throw closedError(checkout)
  }
  const order = await getOrder(ctx, checkout, checkout.order.id)
  return { checkout: checkoutView(checkout, ctx.clock.now()), order }
}

function isOf({ requestKey }: Attempt, key: string | undefined): boolean {
  return key !== undefined && requestKey === key
}

/** Why a checkout cannot be paid. One whose time is over is ended right away. */
async function closed(ctx: Context, checkout: CheckoutDocument): Promise<ShopError> {
  if (checkout.state !== 'open' && checkout.state !== 'declined') return closedError(checkout)
  await expireCheckout(ctx, checkout)
  return new ShopError('checkout_expired')
}

function closedError({ state }: CheckoutDocument): ShopError {
  return new ShopError(state === 'expired' ? 'checkout_expired' : 'checkout_closed')
}

/** Two payments of one checkout at the same time: the second waits a moment for the first. */
async function waitForLease(ctx: Context, checkoutId: string): Promise<Lease> {
  const { leaseWaitMs } = settingsOf(ctx)
  for (let waited = 0; waited <= leaseWaitMs; waited += LEASE_POLL_MS) {
    const lease = await acquireDriver(ctx, checkoutId)
    if (lease !== null) return lease
    await pause(LEASE_POLL_MS)
  }
  throw new ShopError('checkout_closed', 'A payment for this checkout is under way.', { retryAfter: 1 })
}
