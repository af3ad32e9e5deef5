import { z } from 'zod'
import { TierName } from './accounts.ts'
import { Id, IdempotencyKey, line, Money, optional, Time } from './primitives.ts'

/** Discounts are positive amounts; `total = subtotal - discounts + shipping + tax`. */
export const Totals = z
  .object({
    subtotal: Money,
    tierDiscount: Money,
    couponDiscount: Money,
    pointsDiscount: Money,
    shipping: Money,
    tax: Money,
    total: Money,
    tier: TierName,
  })
  .meta({ id: 'Totals' })
export type Totals = z.infer<typeof Totals>

export const CartItem = z
  .object({
    id: Id,
    productId: Id,
    sku: z.string(),
    name: z.string(),
    image: z.string().nullable(),
    color: z.string().optional(),
    size: z.string().optional(),
    unitPrice: Money,
    quantity: z.int().min(1),
    lineTotal: Money,
    /** Pieces that this shopper can still buy, her own hold included. */
    available: z.int().min(0),
  })
  .meta({ id: 'CartItem' })
export type CartItem = z.infer<typeof CartItem>

export const AppliedCoupon = z.object({ code: z.string(), description: z.string() })

export const Cart = z
  .object({
    id: Id,
    items: z.array(CartItem),
    coupon: AppliedCoupon.optional(),
    pointsRedeemed: z.int().min(0),
    totals: Totals,
    /** Rises by one with each change; 0 for a cart that nobody has touched. */
    version: z.int().min(0),
    updatedAt: Time,
  })
  .meta({ id: 'Cart' })
export type Cart = z.infer<typeof Cart>

export const Quantity = z.int().min(1).max(99)

export const AddItem = z.strictObject({
  productId: Id,
  sku: optional(line(128)),
  quantity: optional(Quantity),
})
export type AddItem = z.infer<typeof AddItem>

export const SetQuantity = z.strictObject({ quantity: Quantity })
export const UpdateItem = z.strictObject({ itemId: Id, quantity: Quantity })
export const RemoveItem = z.strictObject({ itemId: Id })
export const ApplyCoupon = z.strictObject({ code: line(64) })
export const RedeemPoints = z.strictObject({ points: z.int().min(0).max(100_000_000) })

export const CartCause = z.enum(['rest', 'socket', 'agent', 'merge', 'checkout', 'expiry', 'stock'])
export type CartCause = z.infer<typeof CartCause>

export const CartChanged = z.object({ cart: Cart, cause: CartCause })
export type CartChanged = z.infer<typeof CartChanged>

export const CheckoutState = z.enum([
  'open',
  'authorizing',
  'placing_order',
  'completed',
  'declined',
  'cancelled',
  'expired',
])
export type CheckoutState = z.infer<typeof CheckoutState>

export const Checkout = z
  .object({
    id: Id,
    state: CheckoutState,
    cart: Cart,
    totals: Totals,
    expiresAt: Time,
    orderId: Id.optional(),
  })
  .meta({ id: 'Checkout' })
export type Checkout = z.infer<typeof Checkout>

export const StartCheckout = z.strictObject({ idempotencyKey: optional(IdempotencyKey) })
export const CancelCheckout = z.strictObject({ checkoutId: Id })
