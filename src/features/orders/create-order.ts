import type { ClientSession } from 'mongodb'
import type { CartItem, Order, PostalAddress, TierName } from '../../contract/index.ts'
import type { Context } from '../../platform/context.ts'
import { enqueue } from '../../platform/outbox.ts'
import type { Pricing } from '../cart/index.ts'
import { SHIPPED_MS } from './fulfilment.rules.ts'
import { insertOrder, loadOrderById, nextOrderNumber, type OrderDocument, saveOrder } from './orders.store.ts'
import { orderView } from './orders.view.ts'

export interface NewOrder {
  readonly id: string
  readonly number: string
  readonly userId: string
  readonly checkoutId: string
  readonly items: readonly CartItem[]
  /** `lines` stand in the order of `items`. */
  readonly pricing: Pricing
  readonly tier: TierName
  readonly currency: string
  readonly payment: OrderDocument['payment']
  /** Whether the money has been taken already, as from a gift card. */
  readonly paid: boolean
  readonly shippingAddress: PostalAddress
  readonly pointsEarned: number
}

/** An id and a number for an order that is about to be made. */
export async function reserveOrder(ctx: Context): Promise<{ id: string; number: string }> {
  return { id: ctx.ids.next(), number: await nextOrderNumber(ctx) }
}

/** Writes an order within the transaction that takes its stock. A checkout has one order at the most. */
export async function createOrder(ctx: Context, session: ClientSession, order: NewOrder): Promise<Order> {
  const now = ctx.clock.now()
  const { lines, ...totals } = order.pricing
  const document: OrderDocument = {
    _id: order.id,
    number: order.number,
    userId: order.userId,
    checkoutId: order.checkoutId,
    state: order.paid ? 'paid' : 'pending',
    currency: order.currency,
    items: order.items.map(({ available, unitPrice, lineTotal, ...item }, index) => ({
      ...item,
      unitPrice: unitPrice.amount,
      tierDiscount: 0,
      couponDiscount: 0,
      pointsDiscount: 0,
      tax: 0,
      ...lines[index],
      lineTotal: lineTotal.amount,
      returnedQuantity: 0,
    })),
    totals,
    tier: order.tier,
    payment: order.payment,
    shippingAddress: order.shippingAddress,
    pointsEarned: order.pointsEarned,
    returns: [],
    version: 1,
    createdAt: now,
    paidAt: order.paid ? now : null,
    updatedAt: now,
  }
  await insertOrder(ctx, session, document)
  await enqueue(ctx, session, {
    kind: 'order.confirmed',
    dedupeKey: `order.confirmed:${order.id}`,
    payload: { orderId: order.id, userId: order.userId },
  })
  return orderView(document, now)
}

/** Notes that the order's money was captured; an order that is paid already stays as it is. */
export async function markPaid(ctx: Context, session: ClientSession, orderId: string): Promise<Order> {
  const order = await loadOrderById(ctx, orderId, session)
  if (order === null) throw new Error(`order ${orderId} is missing`)
  const now = ctx.clock.now()
  if (order.state !== 'pending') return orderView(order, now)
  const paid: OrderDocument = {
    ...order,
    state: 'paid',
    paidAt: now,
    updatedAt: now,
    version: order.version + 1,
  }
  await saveOrder(ctx, session, paid)
  await enqueue(ctx, session, {
    kind: 'order.shipped',
    dedupeKey: `order.shipped:${orderId}`,
    payload: { orderId, userId: order.userId },
    dueAt: new Date(now.getTime() + SHIPPED_MS),
  })
  return orderView(paid, now)
}
