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

/** Tells the user's devices, with the order that a checkout has become, or the failure that has just changed its state. */
export function announce(
  ctx: Context,
  checkout: CheckoutDocument,
  { order, failure }: { readonly order?: Order; readonly failure?: Failure } = {},
): void {
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
