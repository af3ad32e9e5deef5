import type { CheckoutChanged, Order } from '../../contract/index.ts'
import type { Context } from '../../platform/context.ts'
import { defineEvent } from '../../platform/domain-events.ts'
import { ShopError, toProblem } from '../../platform/errors.ts'
import { lastAttempt } from './checkout.rules.ts'
import type { CheckoutDocument, Failure } from './checkout.store.ts'

/** A checkout has reached a state. */
export interface CheckoutMoved extends CheckoutChanged {
  readonly userId: string
}
export const checkoutChanged = defineEvent<CheckoutMoved>('checkout.changed')

/** Tells the user's devices; a declined checkout says why, a completed one has its order with it. */
export function announce(ctx: Context, checkout: CheckoutDocument, order?: Order): void {
  const failure = checkout.state === 'completed' ? undefined : lastAttempt(checkout)?.failure
  ctx.events.publish(checkoutChanged, {
    userId: checkout.userId,
    checkoutId: checkout._id,
    state: checkout.state,
    ...(order === undefined ? {} : { order }),
    ...(failure === undefined ? {} : { error: toProblem(failureError(failure), ctx.ids.next()) }),
  })
}

export function failureError({ code, detail, reason }: Failure): ShopError {
  return new ShopError(code, detail, reason === undefined ? {} : { reason })
}
