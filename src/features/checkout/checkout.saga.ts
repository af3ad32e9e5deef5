import { acquireLease, type Lease, LeaseLostError, releaseLease, renewLease } from '../../actors/index.ts'
import { after } from '../../platform/clock.ts'
import type { Context } from '../../platform/context.ts'
import { inRequest } from '../../platform/request-scope.ts'
import { checkoutOfAttempt, isUnsettled } from './checkout.rules.ts'
import { type Attempt, type CheckoutDocument, loadCheckout, loadUnsettled, putOff } from './checkout.store.ts'
import { authorize, voidAuthorization } from './saga/authorize.ts'
import { capture } from './saga/capture.ts'
import type { Drive, Step, StepResult } from './saga/drive.ts'
import { place } from './saga/place.ts'
import { settingsOf } from './settings.ts'

/** A round that takes longer, as while the gateway is away, leaves the rest to the next one. */
const ROUND_MS = 5_000

/**
 * Drives a checkout until every attempt's money is taken or let go of. Each step is chosen by what is stored alone, so
 * that whoever comes after a crash goes on at the same place: forwards while the checkout stands and its money is set
 * aside, backwards once it has ended, or been declined, without an order.
 * @throws LeaseLostError when somebody else has taken it over
 */
export async function drive(run: Drive, from: CheckoutDocument): Promise<StepResult> {
  const { ctx, lease } = run
  let result: StepResult = { checkout: from }
  for (;;) {
    const { checkout, halt } = result
    const attempt = checkout.attempts.findLast(isUnsettled)
    if (attempt === undefined || halt === true) return result
    if (!(await renewLease(ctx, lease, settingsOf(ctx).leaseMs))) throw new LeaseLostError(lease.key)
    const step = await stepFor(checkout, attempt)(run, checkout, attempt)
    result = {
      ...step,
      ...(step.paid === undefined && result.paid !== undefined ? { paid: result.paid } : {}),
    }
  }
}

/** Each step forwards beside the step that undoes it; `place` undoes itself by not committing, `capture` never is undone. */
const STEPS: Readonly<Record<string, Step>> = {
  authorizing: authorize,
  placing_order: place,
  completed: capture,
}
const UNDO: Step = voidAuthorization

function stepFor(checkout: CheckoutDocument, attempt: Attempt): Step {
  const current = attempt === checkout.attempts.at(-1)
  return (current ? STEPS[checkout.state] : undefined) ?? UNDO
}

/** The lease of whoever drives the checkout of that id. Null when somebody does. */
export function acquireDriver(ctx: Context, checkoutId: string): Promise<Lease | null> {
  return acquireLease(ctx, `checkout:${checkoutId}`, settingsOf(ctx).leaseMs)
}

/**
 * Takes up the checkouts that were left half way and that nobody drives, and settles their money. One that cannot be
 * settled yet has to wait until the others have had their turn. Returns how many it has settled.
 */
export async function resumeCheckouts(ctx: Context): Promise<number> {
  const until = after(ctx.clock, ROUND_MS)
  let settled = 0
  for (const id of await loadUnsettled(ctx, settingsOf(ctx).resumedAtOnce)) {
    if (ctx.clock.now() > until) break
    if (await takeUp(ctx, id)) settled += 1
  }
  return settled
}

/**
 * Takes up the checkout of one attempt, of which the gateway has told, without waiting for the sweep. One that somebody
 * drives is left to them.
 */
export async function resumeAttempt(ctx: Context, key: string): Promise<void> {
  const checkout = await loadByAttempt(ctx, key)
  if (checkout?.unsettled === true) await takeUp(ctx, checkout._id)
}

/** The order that an attempt has paid for. */
export async function orderPaidBy(ctx: Context, key: string): Promise<string | undefined> {
  const checkout = await loadByAttempt(ctx, key)
  return checkout?.state === 'completed' ? checkout.order?.id : undefined
}

async function loadByAttempt(ctx: Context, key: string): Promise<CheckoutDocument | null> {
  const checkout = await loadCheckout(ctx, checkoutOfAttempt(key))
  return checkout?.attempts.some((attempt) => attempt.key === key) === true ? checkout : null
}

async function takeUp(ctx: Context, id: string): Promise<boolean> {
  const lease = await acquireDriver(ctx, id)
  if (lease === null) return false
  try {
    if (await resume(ctx, lease, id)) return true
    await putOff(ctx, id)
    return false
  } finally {
    await releaseLease(ctx, lease)
  }
}

async function resume(ctx: Context, lease: Lease, id: string): Promise<boolean> {
  try {
    const checkout = await loadCheckout(ctx, id)
    if (checkout === null) return false
    return await inRequest(checkout.attempts.findLast(isUnsettled)?.requestId, () =>
      settle({ ctx, lease, mode: 'resume' }, checkout),
    )
  } catch (error) {
    if (!(error instanceof LeaseLostError)) {
      ctx.log.error({ err: error, checkoutId: id }, 'a checkout could not be taken up')
    }
    return false
  }
}

async function settle(run: Drive, found: CheckoutDocument): Promise<boolean> {
  const { checkout } = await drive(run, found)
  if (checkout.unsettled) return false
  const { _id, state } = checkout
  run.ctx.log.info({ checkoutId: _id, state }, 'a checkout that was left half way is settled')
  return true
}
