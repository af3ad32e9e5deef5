import type { Lease } from '../../actors/index.ts'
import { after } from '../../platform/clock.ts'
import type { Context } from '../../platform/context.ts'
import { ShopError } from '../../platform/errors.ts'
import { currentRequestId } from '../../platform/request-scope.ts'
import { extendHold } from '../inventory/index.ts'
import { announce } from './checkout.events.ts'
import { attemptKey } from './checkout.rules.ts'
import type { Attempt, CheckoutDocument } from './checkout.store.ts'
import type { Means } from './payment-means.ts'
import { faultPoint, write } from './saga/drive.ts'

/** How long the stock is held while a payment is under way, whatever the checkout's own time is. */
const HOLD_WHILE_PAYING_MS = 60_000

/**
 * Writes the attempt down before anything is asked of the gateway, and keeps the stock meanwhile. Null when the checkout
 * has moved on or its hold is gone.
 */
export async function beginAttempt(
  ctx: Context,
  lease: Lease,
  checkout: CheckoutDocument,
  { charge, shippingAddress }: Means,
  requestKey: string | undefined,
): Promise<CheckoutDocument | null> {
  await faultPoint(ctx, 'begin:before', checkout)
  const requestId = currentRequestId()
  const attempt: Attempt = {
    key: attemptKey(checkout),
    charge,
    shippingAddress,
    ...(requestKey === undefined ? {} : { requestKey }),
    ...(requestId === undefined ? {} : { requestId }),
    state: 'started',
    startedAt: ctx.clock.now(),
  }
  const grace = after(ctx.clock, HOLD_WHILE_PAYING_MS).getTime()
  const until = new Date(Math.max(grace, checkout.expiresAt.getTime()))
  const begun = await writeAttempt(ctx, lease, checkout, attempt, until)
  if (begun === null) return null
  announce(ctx, begun)
  await faultPoint(ctx, 'begin:after', begun)
  return begun
}

async function writeAttempt(
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
