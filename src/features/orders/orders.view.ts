import type { Order, Return, Tracking } from '../../contract/index.ts'
import { DEFAULT_LOCATION_ID, findLocation } from '../inventory/index.ts'
import { DELIVERY_MS, eventsUntil, statusAt, type TrackingEvent } from './fulfilment.rules.ts'
import type { OrderDocument, OrderLine, ReturnRecord } from './orders.store.ts'

const CARRIER = 'Floorwalker Express'

/** An order as every door shows it at a moment. */
export function orderView(order: OrderDocument, now: Date): Order {
  const money = (amount: number) => ({ amount, currency: order.currency })
  const { charge, reference } = order.payment
  const { totals } = order
  return {
    id: order._id,
    number: order.number,
    status: statusAt(order, now),
    items: order.items.map((line) => itemView(line, order.currency)),
    totals: {
      subtotal: money(totals.subtotal),
      tierDiscount: money(totals.tierDiscount),
      couponDiscount: money(totals.couponDiscount),
      pointsDiscount: money(totals.pointsDiscount),
      shipping: money(totals.shipping),
      tax: money(totals.tax),
      total: money(totals.total),
      tier: order.tier,
    },
    payment: {
      method: charge.method,
      status: paymentStatus(order),
      ...(charge.brand === undefined ? {} : { brand: charge.brand }),
      ...(charge.last4 === undefined ? {} : { last4: charge.last4 }),
      reference,
    },
    shippingAddress: order.shippingAddress,
    pointsEarned: order.pointsEarned,
    returns: order.returns.map((record) => returnView(order, record)),
    createdAt: order.createdAt.toISOString(),
    updatedAt: order.updatedAt.toISOString(),
  }
}

export function returnView(order: Pick<OrderDocument, '_id' | 'currency'>, record: ReturnRecord): Return {
  return {
    id: record.id,
    orderId: order._id,
    status: record.status,
    items: record.items,
    reason: record.reason,
    refund: {
      amount: record.amount,
      currency: order.currency,
      status: record.status === 'refunded' ? 'succeeded' : 'pending',
    },
    createdAt: record.createdAt.toISOString(),
  }
}

/** Where an order is at a moment; one that was returned as a whole goes no further. */
export function trackingView(order: OrderDocument, now: Date): Tracking {
  const { paidAt, returns } = order
  const stopped = order.state === 'paid' ? undefined : returns.at(-1)?.createdAt
  const places = placesOf(order)
  const events = paidAt === null ? [] : eventsUntil(paidAt, stopped ?? now)
  return {
    orderId: order._id,
    carrier: CARRIER,
    trackingNumber: `FWX${order.number.replace(/\D/g, '')}`,
    status: statusAt(order, now),
    estimatedDelivery: new Date((paidAt ?? order.createdAt).getTime() + DELIVERY_MS).toISOString(),
    events: [
      ...events.map(({ status, at, place, description }) => ({
        status,
        at: at.toISOString(),
        location: places[place],
        description,
      })),
      ...returns.map(({ createdAt, status }) => ({
        status: status === 'refunded' ? 'refunded' : 'return_requested',
        at: createdAt.toISOString(),
        location: places.destination,
        description: 'Return accepted',
      })),
    ].sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0)),
  }
}

function placesOf({ shippingAddress }: OrderDocument): Record<TrackingEvent['place'], string> {
  return {
    warehouse: findLocation(DEFAULT_LOCATION_ID)?.name ?? 'Warehouse',
    hub: `${shippingAddress.state} sorting centre`,
    destination: shippingAddress.city,
  }
}

function paymentStatus({ state, paidAt, returns }: OrderDocument): Order['payment']['status'] {
  if (state === 'refunded') return 'refunded'
  if (returns.some(({ status }) => status === 'refunded')) return 'partially_refunded'
  return paidAt === null ? 'authorized' : 'captured'
}

function itemView(line: OrderLine, currency: string): Order['items'][number] {
  const { id, productId, sku, name, image, color, size, unitPrice, quantity, lineTotal } = line
  return {
    id,
    productId,
    sku,
    name,
    image,
    ...(color === undefined ? {} : { color }),
    ...(size === undefined ? {} : { size }),
    unitPrice: { amount: unitPrice, currency },
    quantity,
    lineTotal: { amount: lineTotal, currency },
    returnedQuantity: line.returnedQuantity,
  }
}
