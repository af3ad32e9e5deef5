import type { RouteHandlers } from '../../transport/http/bind.ts'
import { placeOrder } from './place-order.ts'
import { startCheckout } from './start-checkout.ts'

export const checkoutRoutes = {
  startCheckout: ({ ctx, caller, claim }) => startCheckout(ctx, caller, claim === undefined ? {} : { claim }),
  placeOrder: ({ ctx, caller, body, claim }) => placeOrder(ctx, caller, body, claim),
} satisfies RouteHandlers
