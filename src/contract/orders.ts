import { z } from 'zod'
import { Checkout, CheckoutState, Totals } from './cart.ts'
import { Payment, PaymentKind } from './payments.ts'
import { Id, IdempotencyKey, line, Money, optional, PageQuery, pageOf, Time } from './primitives.ts'
import { Problem } from './problem.ts'
import { PostalAddress, ShippingAddress } from './profiles.ts'

export const OrderStatus = z.enum([
  'pending',
  'paid',
  'processing',
  'shipped',
  'delivered',
  'cancelled',
  'return_requested',
  'refunded',
])
export type OrderStatus = z.infer<typeof OrderStatus>

export const OrderItem = z
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
    returnedQuantity: z.int().min(0),
  })
  .meta({ id: 'OrderItem' })
export type OrderItem = z.infer<typeof OrderItem>

export const Return = z
  .object({
    id: Id,
    orderId: Id,
    status: z.enum(['requested', 'refunded']),
    items: z.array(z.object({ itemId: Id, quantity: z.int().min(1) })),
    reason: z.string(),
    refund: z.object({
      amount: z.int().min(0),
      currency: z.string(),
      status: z.enum(['pending', 'succeeded']),
    }),
    createdAt: Time,
  })
  .meta({ id: 'Return' })
export type Return = z.infer<typeof Return>

export const Order = z
  .object({
    id: Id,
    number: z.string(),
    status: OrderStatus,
    items: z.array(OrderItem),
    totals: Totals,
    payment: z.object({
      method: PaymentKind,
      status: z.enum(['authorized', 'captured', 'partially_refunded', 'refunded']),
      brand: z.string().optional(),
      last4: z.string().optional(),
      reference: z.string(),
    }),
    shippingAddress: PostalAddress,
    pointsEarned: z.int().min(0),
    returns: z.array(Return),
    createdAt: Time,
    updatedAt: Time,
  })
  .meta({ id: 'Order' })
export type Order = z.infer<typeof Order>

export const OrderPage = pageOf(Order).meta({ id: 'OrderPage' })
export const OrderQuery = PageQuery.extend({ status: OrderStatus.optional() })
export type OrderQuery = z.infer<typeof OrderQuery>

function shipsSomewhere(value: { shippingAddress?: unknown; addressId?: unknown }): boolean {
  return (value.shippingAddress === undefined) !== (value.addressId === undefined)
}
const ONE_ADDRESS = { path: ['shippingAddress'], message: 'give either shippingAddress or addressId' }

export const PlaceOrder = z
  .strictObject({
    checkoutId: optional(Id),
    payment: Payment,
    shippingAddress: optional(ShippingAddress),
    addressId: optional(Id),
  })
  .refine(shipsSomewhere, ONE_ADDRESS)
export type PlaceOrder = z.infer<typeof PlaceOrder>

export const PayCheckout = z
  .strictObject({
    checkoutId: Id,
    payment: Payment,
    shippingAddress: optional(ShippingAddress),
    addressId: optional(Id),
    idempotencyKey: optional(IdempotencyKey),
  })
  .refine(shipsSomewhere, ONE_ADDRESS)
export type PayCheckout = z.infer<typeof PayCheckout>

export const PaidCheckout = z.object({ checkout: Checkout, order: Order })
export type PaidCheckout = z.infer<typeof PaidCheckout>

export const CheckoutChanged = z.object({
  checkoutId: Id,
  state: CheckoutState,
  order: Order.optional(),
  error: Problem.optional(),
})
export type CheckoutChanged = z.infer<typeof CheckoutChanged>

export const RequestReturn = z.strictObject({
  items: optional(
    z
      .array(z.strictObject({ itemId: Id, quantity: z.int().min(1).max(99) }))
      .min(1)
      .max(100),
  ),
  reason: line(500),
})
export type RequestReturn = z.infer<typeof RequestReturn>

export const Tracking = z
  .object({
    orderId: Id,
    carrier: z.string(),
    trackingNumber: z.string(),
    status: OrderStatus,
    estimatedDelivery: Time,
    events: z.array(
      z.object({ status: z.string(), at: Time, location: z.string(), description: z.string() }),
    ),
  })
  .meta({ id: 'Tracking' })
export type Tracking = z.infer<typeof Tracking>
