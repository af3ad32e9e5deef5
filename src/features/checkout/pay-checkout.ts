import { setTimeout as pause } from 'node:timers/promises'
import { type Lease, LeaseLostError, releaseLease } from '../../actors/index.ts'
import type { Order, PaidCheckout, PayCheckout, PlaceOrder, PostalAddress } from '../../contract/index.ts'
import type { Caller } from '../../platform/caller.ts'
import { after } from '../../platform/clock.ts'
import type { Context } from '../../platform/context.ts'
import { invalidField, ShopError } from '../../platform/errors.ts'
import type { IdempotencyClaim } from '../../platform/idempotency.ts'
import { extendHold } from '../inventory/index.ts'
import { getOrder } from '../orders/index.ts'
import { type Charge, resolvePayment } from '../payments/index.ts'
import { getAddress, postalAddress } from '../profiles/index.ts'
import { announce, failureError } from './checkout.events.ts'
import { isPayable } from './checkout.rules.ts'
import { acquireDriver, drive } from './checkout.saga.ts'
import { type Attempt, type CheckoutDocument, loadByRequest } from './checkout.store.ts'
import { checkoutView } from './checkout.view.ts'
import { expireCheckout } from './end-checkout.ts'
import { ownCheckout } from './read-checkout.ts'
import { faultPoint, write } from './saga/drive.ts'
import { settingsOf } from './settings.ts'
import { refuseStale } from './stale-checkout.ts'
import { beginCheckout } from './start-checkout.ts'

/** How long the stock is held while a payment is under way, whatever the checkout's own time is. */
const HOLD_WHILE_PAYING_MS = 60_000
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
  const { claim } = request
  const checkout = await ownCheckout(ctx, caller, request.checkoutId)
  if (checkout.state === 'completed') return answerCompleted(ctx, checkout, claim?.key)
  if (!checkout.active) throw closedError(checkout)
  const shippingAddress = await destination(ctx, caller, request)
  const charge = await resolvePayment(ctx, caller.userId, request.payment)
  const lease = await waitForLease(ctx, checkout._id)
  try {
    return await payAsDriver(ctx, caller, lease, { checkoutId: checkout._id, charge, shippingAddress, claim })
  } catch (error) {
    if (!(error instanceof LeaseLostError)) throw error
    ctx.log.warn({ checkoutId: checkout._id }, 'a payment was taken over by another driver')
    throw new ShopError('unavailable', undefined, { retryAfter: 1 })
  } finally {
    await releaseLease(ctx, lease)
  }
}

/**
 * Pays for a checkout, or for the cart, which is checked out first. Throws ShopError like `startCheckout` and
 * `payCheckout`.
 */
export async function placeOrder(
  ctx: Context,
  caller: Caller,
  input: PlaceOrder,
  claim?: IdempotencyClaim,
): Promise<Order> {
  const { checkoutId, ...rest } = input
  const id = checkoutId ?? (await checkoutForRequest(ctx, caller, claim?.key))._id
  const paid = await payCheckout(ctx, caller, {
    ...rest,
    checkoutId: id,
    idempotencyKey: undefined,
    ...(claim === undefined ? {} : { claim: withOrderOnly(claim) }),
  })
  return paid.order
}

/** A request that is tried again goes on with the checkout that it began the first time. */
async function checkoutForRequest(
  ctx: Context,
  { userId }: Caller,
  requestKey: string | undefined,
): Promise<CheckoutDocument> {
  const begun = requestKey === undefined ? null : await loadByRequest(ctx, userId, requestKey)
  return begun ?? beginCheckout(ctx, userId, requestKey)
}

function withOrderOnly(claim: IdempotencyClaim): IdempotencyClaim {
  return {
    key: claim.key,
    complete: (session, answer) => claim.complete(session, (answer as PaidCheckout).order),
  }
}

interface Payer {
  readonly checkoutId: string
  readonly charge: Charge
  readonly shippingAddress: PostalAddress
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

  const begun = await begin(ctx, lease, checkout, payer)
  const { key } = begun.attempts.at(-1) ?? {}
  const result = await drive({ ctx, lease, mode: 'pay', claim }, begun)
  if (result.paid !== undefined) return result.paid
  const failure = result.checkout.attempts.find((attempt) => attempt.key === key)?.failure
  throw failure === undefined ? closedError(result.checkout) : failureError(failure)
}

/** Writes the attempt down before anything is asked of the gateway, and keeps the stock meanwhile. */
async function begin(
  ctx: Context,
  lease: Lease,
  checkout: CheckoutDocument,
  { charge, shippingAddress, claim }: Payer,
): Promise<CheckoutDocument> {
  await faultPoint(ctx, 'begin:before', checkout)
  const attempt: Attempt = {
    key: `${checkout._id}:${checkout.attempts.length + 1}`,
    charge,
    shippingAddress,
    ...(claim === undefined ? {} : { requestKey: claim.key }),
    state: 'started',
    startedAt: ctx.clock.now(),
  }
  const grace = after(ctx.clock, HOLD_WHILE_PAYING_MS).getTime()
  const until = new Date(Math.max(grace, checkout.expiresAt.getTime()))
  const begun = await beginOrNull(ctx, lease, checkout, attempt, until)
  if (begun === null) throw await closed(ctx, await ownCheckout(ctx, checkout, checkout._id))
  announce(ctx, begun)
  await faultPoint(ctx, 'begin:after', begun)
  return begun
}

/** Null when the checkout has moved on or its hold is gone. */
async function beginOrNull(
  ctx: Context,
  lease: Lease,
  checkout: CheckoutDocument,
  attempt: Attempt,
  heldUntil: Date,
): Promise<CheckoutDocument | null> {
  try {
    return await write({ ctx, lease, mode: 'pay' }, checkout, {
      event: 'PAY',
      change: { attempts: [...checkout.attempts, attempt] },
      inside: (session) => extendHold(ctx, session, checkout._id, heldUntil),
    })
  } catch (error) {
    if (error instanceof ShopError && error.code === 'checkout_expired') return null
    throw error
  }
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

async function destination(ctx: Context, caller: Caller, request: PayRequest): Promise<PostalAddress> {
  if (request.shippingAddress !== undefined) return postalAddress(request.shippingAddress)
  if (request.addressId === undefined) throw invalidField('shippingAddress', 'is needed')
  const { id, isDefault, ...address } = await getAddress(ctx, caller.userId, request.addressId)
  return address
}
