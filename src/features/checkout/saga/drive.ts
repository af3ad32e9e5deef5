import type { ClientSession } from 'mongodb'
import { assertLease, type Lease } from '../../../actors/index.ts'
import type { PaidCheckout } from '../../../contract/index.ts'
import type { Context } from '../../../platform/context.ts'
import type { IdempotencyClaim } from '../../../platform/idempotency.ts'
import { inTransaction } from '../../../platform/transaction.ts'
import { inStockTurn } from '../../inventory/index.ts'
import type { CheckoutEvent } from '../checkout.machine.ts'
import { advanced, type CheckoutChange } from '../checkout.rules.ts'
import { type Attempt, type CheckoutDocument, loadCheckout, saveCheckout } from '../checkout.store.ts'
import { productsOf } from '../end-checkout.ts'
import { type SagaPoint, settingsOf } from '../settings.ts'

/** One drive of a checkout by whoever holds its lease. */
export interface Drive {
  readonly ctx: Context
  readonly lease: Lease
  /** `pay`: the customer waits for it; `resume`: it was left half way and is taken up. */
  readonly mode: 'pay' | 'resume'
  /** Lets the answer be stored together with the last step of the request. */
  readonly claim?: IdempotencyClaim | undefined
}

/** What a step has come to. */
export interface StepResult {
  /** The checkout after it. */
  readonly checkout: CheckoutDocument
  /** The drive must end here for now; the sweep goes on later. */
  readonly halt?: boolean
  /** The answer, where the step has made the order or taken its money. */
  readonly paid?: PaidCheckout
}

export type Step = (drive: Drive, checkout: CheckoutDocument, attempt: Attempt) => Promise<StepResult>

export interface Write {
  /** What happens to the checkout; without it only its attempts change. */
  readonly event?: CheckoutEvent['type']
  readonly change: CheckoutChange
  /** What else belongs into the same transaction. */
  readonly inside?: (session: ClientSession, next: CheckoutDocument) => Promise<void>
}

/**
 * Writes the next version of a checkout, bound to the lease and to the version that the step began with. Null when the
 * checkout has moved on, such as by a change of the cart.
 * @throws LeaseLostError when somebody else drives it by now
 */
export async function write(
  { ctx, lease }: Drive,
  checkout: CheckoutDocument,
  { event, change, inside }: Write,
): Promise<CheckoutDocument | null> {
  const products = inside === undefined ? [] : productsOf(checkout)
  return inStockTurn(ctx, products, () =>
    inTransaction(ctx, async (session) => {
      await assertLease(ctx, lease, session)
      const next = advanced(checkout, ctx.clock.now(), event, change)
      if (!(await saveCheckout(ctx, session, next))) return null
      await inside?.(session, next)
      return next
    }),
  )
}

/** The checkout as it is by now, for a step that found it changed. */
export async function reload(ctx: Context, { _id }: CheckoutDocument): Promise<StepResult> {
  const checkout = await loadCheckout(ctx, _id)
  if (checkout === null) throw new Error(`checkout ${_id} is missing`)
  return { checkout }
}

export async function faultPoint(ctx: Context, point: SagaPoint, { _id }: CheckoutDocument): Promise<void> {
  await settingsOf(ctx).faults?.(point, _id)
}
