import type { RouteHandlers } from '../../transport/http/bind.ts'
import {
  addItem,
  applyCoupon,
  getCart,
  getTotals,
  redeemPoints,
  removeItem,
  updateItem,
} from './cart.commands.ts'

export const cartRoutes = {
  getCart: ({ ctx, caller }) => getCart(ctx, caller),
  addCartItem: ({ ctx, caller, body }) => addItem(ctx, caller, body),
  updateCartItem: ({ ctx, caller, params, body }) =>
    updateItem(ctx, caller, { itemId: params.id, quantity: body.quantity }),
  removeCartItem: ({ ctx, caller, params }) => removeItem(ctx, caller, { itemId: params.id }),
  getCartTotal: ({ ctx, caller }) => getTotals(ctx, caller),
  applyCoupon: ({ ctx, caller, body }) => applyCoupon(ctx, caller, body),
  redeemPoints: ({ ctx, caller, body }) => redeemPoints(ctx, caller, body),
} satisfies RouteHandlers
