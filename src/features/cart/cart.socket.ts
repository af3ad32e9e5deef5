import type { Context } from '../../platform/context.ts'
import type { EventHandlers } from '../../transport/socket/bind.ts'
import { type ShopServer, userRoom } from '../../transport/socket/shop-socket.ts'
import { addItem, applyCoupon, getCart, redeemPoints, removeItem, updateItem } from './cart.commands.ts'
import { cartChanged } from './change-cart.ts'

export const cartEvents = {
  'cart:get': ({ ctx, caller }) => getCart(ctx, caller),
  'cart:add': ({ ctx, caller, payload }) => addItem(ctx, caller, payload),
  'cart:update': ({ ctx, caller, payload }) => updateItem(ctx, caller, payload),
  'cart:remove': ({ ctx, caller, payload }) => removeItem(ctx, caller, payload),
  'cart:apply_coupon': ({ ctx, caller, payload }) => applyCoupon(ctx, caller, payload),
  'cart:redeem_points': ({ ctx, caller, payload }) => redeemPoints(ctx, caller, payload),
} satisfies EventHandlers<'/cart'>

/** Sends each new version of a cart to all of its user's sockets. Returns the function that ends it. */
export function subscribeCartRooms(ctx: Context, io: ShopServer): () => void {
  return ctx.events.subscribe(cartChanged, ({ userId, cart, cause }) => {
    io.of('/cart').to(userRoom(userId)).emit('cart:changed', { cart, cause })
  })
}
