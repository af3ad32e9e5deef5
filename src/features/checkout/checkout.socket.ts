import type { Context } from '../../platform/context.ts'
import type { EventHandlers } from '../../transport/socket/bind.ts'
import { type ShopServer, userRoom } from '../../transport/socket/shop-socket.ts'
import { checkoutChanged } from './checkout.events.ts'
import { cancelCheckout } from './end-checkout.ts'
import { payCheckout } from './pay-checkout.ts'
import { startCheckout } from './start-checkout.ts'

export const checkoutEvents = {
  'checkout:start': ({ ctx, caller, claim }) =>
    startCheckout(ctx, caller, claim === undefined ? {} : { claim }),
  'checkout:pay': ({ ctx, caller, payload, claim }) =>
    payCheckout(ctx, caller, { ...payload, ...(claim === undefined ? {} : { claim }) }),
  'checkout:cancel': ({ ctx, caller, payload }) => cancelCheckout(ctx, caller, payload),
} satisfies EventHandlers<'/cart'>

/** Sends each state of a checkout to all of its user's sockets. Returns the function that ends it. */
export function subscribeCheckoutRooms(ctx: Context, io: ShopServer): () => void {
  return ctx.events.subscribe(checkoutChanged, ({ userId, ...changed }) => {
    io.of('/cart').to(userRoom(userId)).emit('checkout:state', changed)
  })
}
