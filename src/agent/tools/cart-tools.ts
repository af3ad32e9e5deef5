import { z } from 'zod'
import { AddItem, ApplyCoupon, Empty, RedeemPoints, RemoveItem, UpdateItem } from '../../contract/index.ts'
import {
  addItem,
  applyCoupon,
  getCart,
  redeemPoints,
  removeItem,
  updateItem,
} from '../../features/cart/index.ts'
import { getLoyaltyProfile, listCoupons } from '../../features/loyalty/index.ts'
import { tool } from './tool.ts'

export const view_cart = tool({
  description: 'The cart with its lines and totals.',
  args: Empty,
  effect: false,
  execute: ({ ctx, caller }) => getCart(ctx, caller),
})

export const add_to_cart = tool({
  description: 'Put a product into the cart; `sku` names the variant where there are several.',
  args: AddItem,
  effect: true,
  execute: ({ ctx, caller, claim }, args) => addItem(ctx, caller, args, claim),
})

export const update_cart_item = tool({
  description: 'Set the quantity of a line of the cart.',
  args: UpdateItem,
  effect: true,
  execute: ({ ctx, caller, claim }, args) => updateItem(ctx, caller, args, claim),
})

export const remove_from_cart = tool({
  description: 'Take a line out of the cart.',
  args: RemoveItem,
  effect: true,
  execute: ({ ctx, caller, claim }, args) => removeItem(ctx, caller, args, claim),
})

export const apply_coupon = tool({
  description: 'Put a coupon on the cart; without a code, list the coupons.',
  args: z.strictObject({ code: ApplyCoupon.shape.code.nullish() }),
  effect: true,
  async execute({ ctx, caller, claim }, { code }) {
    if (code == null) return { items: await listCoupons(ctx, caller) }
    return applyCoupon(ctx, caller, { code }, claim)
  },
})

export const redeem_points = tool({
  description: 'Pay part of the cart with loyalty points; they are spent when the order is paid.',
  args: RedeemPoints,
  effect: true,
  execute: ({ ctx, caller, claim }, args) => redeemPoints(ctx, caller, args, claim),
})

export const loyalty_status = tool({
  description: "The customer's tier, points and discount.",
  args: Empty,
  effect: false,
  execute: ({ ctx, caller }) => getLoyaltyProfile(ctx, caller),
})
