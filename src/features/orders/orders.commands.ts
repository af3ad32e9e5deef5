import type { Filter } from 'mongodb'
import type { Order, OrderQuery, Page, Tracking } from '../../contract/index.ts'
import type { Caller } from '../../platform/caller.ts'
import type { Context } from '../../platform/context.ts'
import { notFound } from '../../platform/errors.ts'
import { paidBetween } from './fulfilment.rules.ts'
import { loadOrder, loadOrderById, loadOrders, type OrderDocument } from './orders.store.ts'
import { orderView, trackingView } from './orders.view.ts'

/** The caller's own order, by id or number. Throws ShopError `not_found`. */
export async function getOrder(
  ctx: Context,
  caller: Pick<Caller, 'userId'>,
  idOrNumber: string,
): Promise<Order> {
  return orderView(await ownOrder(ctx, caller, idOrNumber), ctx.clock.now())
}

/** Where the caller's order is, by id or number. Throws ShopError `not_found`. */
export async function trackOrder(ctx: Context, caller: Caller, idOrNumber: string): Promise<Tracking> {
  return trackingView(await ownOrder(ctx, caller, idOrNumber), ctx.clock.now())
}

/** The caller's own orders, newest first. */
export async function listOrders(
  ctx: Context,
  caller: Caller,
  { page, limit, status }: OrderQuery,
): Promise<Page<Order>> {
  const now = ctx.clock.now()
  const filter: Filter<OrderDocument> = {
    userId: caller.userId,
    ...(status === undefined ? {} : withStatus(status, now)),
  }
  const { documents, total } = await loadOrders(ctx, filter, { skip: (page - 1) * limit, limit })
  return { items: documents.map((document) => orderView(document, now)), page, limit, total }
}

/** An order with what the shop itself may know of it. */
export interface OrderFacts {
  readonly order: Order
  readonly userId: string
  readonly tracking: Tracking
}

/** Any order, for the shop's own use; undefined when there is none. */
export async function orderFacts(ctx: Context, orderId: string): Promise<OrderFacts | undefined> {
  const document = await loadOrderById(ctx, orderId)
  if (document === null) return undefined
  const now = ctx.clock.now()
  return { order: orderView(document, now), userId: document.userId, tracking: trackingView(document, now) }
}

export async function ownOrder(
  ctx: Context,
  caller: Pick<Caller, 'userId'>,
  idOrNumber: string,
): Promise<OrderDocument> {
  const order = await loadOrder(ctx, caller.userId, idOrNumber)
  if (order === null) throw notFound('order')
  return order
}

function withStatus(status: Order['status'], now: Date): Filter<OrderDocument> {
  const paid = paidBetween(status, now)
  if (paid === undefined) return { state: status as OrderDocument['state'] }
  const { after, upTo } = paid
  return { state: 'paid', paidAt: { $lte: upTo, ...(after === undefined ? {} : { $gt: after }) } }
}
