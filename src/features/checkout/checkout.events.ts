import type { CheckoutChanged, Order } from '../../contract/index.ts'
import type { Context } from '../../platform/context.ts'
import { defineEvent } from '../../platform/domain-events.ts'
import { ShopError, toProblem } from '../../platform/errors.ts'
import type { CheckoutDocument, Failure } from './checkout.store.ts'

/** A checkout has reached a state. */
export interface CheckoutMoved extends CheckoutChanged {
  readonly userId: string
}
export const checkoutChanged = defineEvent<CheckoutMoved>('checkout.changed')

/** What came of it: the order that the checkout has become, or the failure that has just changed its state. */
interface Outcome {
  readonly order?: Order
  readonly failure?: Failure
}

/** Tells the user's devices. */
export function announce(ctx: Context, checkout: CheckoutDocument, outcome: Outcome = {}): void {
  ctx.events.publish(checkoutChanged, checkoutMove(ctx, checkout, outcome))
}

export function checkoutMove(
  ctx: Pick<Context, 'ids'>,
  checkout: CheckoutDocument,
  { order, failure }: Outcome,
): CheckoutMoved {
  return {
    userId: checkout.userId,
    checkoutId: checkout._id,
    state: checkout.state,
    ...(order === undefined ? {} : { order }),
    ...(failure === undefined ? {} : { error: toProblem(failureError(failure), ctx.ids.next()) }),
  }
}

export function failureError({ code, detail, reason }: Failure): ShopError {
  return new ShopError(code, detail, reason === undefined ? {} : { reason })
}
