import { z } from 'zod'
import { Id, OrderStatus, RequestReturn } from '../../contract/index.ts'
import { handOff } from '../../features/conversation/index.ts'
import { getOrder, listOrders, previewReturn, returnOrder, trackOrder } from '../../features/orders/index.ts'
import { after } from '../../platform/clock.ts'
import { moneyText, paymentText } from '../money-text.ts'
import { type Review, type ToolRun, tool } from './tool.ts'

const ASKED_FOR_MS = 10 * 60_000
const USUALLY_LISTED = 10
const NO_REASON = 'The customer asked for it in the chat'

export const list_orders = tool({
  description: "The customer's orders, newest first.",
  args: z.strictObject({
    page: z.int().min(1).max(1000).nullish(),
    limit: z.int().min(1).max(50).nullish(),
    status: OrderStatus.nullish(),
  }),
  effect: false,
  execute: ({ ctx, caller }, { page, limit, status }) =>
    listOrders(ctx, caller, {
      page: page ?? 1,
      limit: limit ?? USUALLY_LISTED,
      ...(status == null ? {} : { status }),
    }),
})

export const track_order = tool({
  description: 'Where an order is, by its id or number.',
  args: z.strictObject({ orderId: Id }),
  effect: false,
  execute: ({ ctx, caller }, { orderId }) => trackOrder(ctx, caller, orderId),
})

const ReturnArgs = z.strictObject({
  orderId: Id,
  items: RequestReturn.shape.items,
  reason: RequestReturn.shape.reason.nullish(),
})
type ReturnArgs = z.output<typeof ReturnArgs>

export const return_order = tool({
  description:
    'Return an order, whole or in part, and refund it; also how a paid order is cancelled. The customer is always asked for her yes before.',
  args: ReturnArgs,
  effect: true,
  review: reviewReturn,
  execute: ({ ctx, caller, claim }, { orderId, items, reason }) =>
    returnOrder(ctx, caller, {
      orderId,
      items,
      reason: reason ?? NO_REASON,
      ...(claim === undefined ? {} : { claim }),
    }),
})

async function reviewReturn({ ctx, caller }: ToolRun, args: ReturnArgs): Promise<Review> {
  const order = await getOrder(ctx, caller, args.orderId)
  const { refund, items } = await previewReturn(ctx, caller, { orderId: order.id, items: args.items })
  const { method, brand, last4 } = order.payment
  const payment = {
    method,
    ...(brand === undefined ? {} : { brand }),
    ...(last4 === undefined ? {} : { last4 }),
  }
  const names = order.items
    .filter(({ id }) => items.some(({ itemId }) => itemId === id))
    .map(({ id, name }) => `${items.find(({ itemId }) => itemId === id)?.quantity ?? 1} × ${name}`)
  return {
    args: { orderId: order.id, items, reason: args.reason ?? NO_REASON },
    bound: { tool: 'return_order', orderId: order.id, items, refund, payment },
    metadata: { orderId: order.id, totals: order.totals, refund, payment },
    question: `You return ${names.join(', ')} of order ${order.number}; ${moneyText(refund)} goes back to your ${paymentText(payment)}. Shall I do that? Please say yes or no.`,
    expiresAt: after(ctx.clock, ASKED_FOR_MS),
    attach: { order },
  }
}

export const hand_off = tool({
  description: 'Pass the conversation on to a human colleague.',
  args: z.strictObject({ reason: z.string().trim().min(1).max(500).nullish() }),
  effect: true,
  execute: ({ ctx, sessionId, callId, claim }, { reason }) =>
    handOff(ctx, { sessionId, callId, reason: reason ?? 'The customer asked for a human' }, claim),
})
