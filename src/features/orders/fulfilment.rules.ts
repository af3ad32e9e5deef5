import type { OrderStatus } from '../../contract/index.ts'
import type { OrderDocument } from './orders.store.ts'

const HOUR_MS = 60 * 60 * 1000

/** An order is handed to the carrier so long after it was paid. */
export const SHIPPED_MS = 24 * HOUR_MS

/** How a paid order moves on, by the time since it was paid; the earliest first. */
const STAGES = [
  { status: 'paid', after: 0 },
  { status: 'processing', after: 1 * HOUR_MS },
  { status: 'shipped', after: SHIPPED_MS },
  { status: 'delivered', after: 72 * HOUR_MS },
] as const

export const DELIVERY_MS = 72 * HOUR_MS

export interface TrackingEvent {
  readonly status: string
  readonly after: number
  readonly place: 'warehouse' | 'hub' | 'destination'
  readonly description: string
}

const EVENTS: readonly TrackingEvent[] = [
  { status: 'paid', after: 0, place: 'warehouse', description: 'Order confirmed' },
  { status: 'processing', after: 1 * HOUR_MS, place: 'warehouse', description: 'Being packed' },
  { status: 'shipped', after: SHIPPED_MS, place: 'warehouse', description: 'Handed over to the carrier' },
  { status: 'in_transit', after: 48 * HOUR_MS, place: 'hub', description: 'At the sorting centre' },
  { status: 'out_for_delivery', after: 68 * HOUR_MS, place: 'destination', description: 'Out for delivery' },
  { status: 'delivered', after: 72 * HOUR_MS, place: 'destination', description: 'Delivered' },
]

/** How far an order has come at a moment. */
export function statusAt({ state, paidAt }: Pick<OrderDocument, 'state' | 'paidAt'>, now: Date): OrderStatus {
  if (state !== 'paid' || paidAt === null) return state
  const age = now.getTime() - paidAt.getTime()
  return STAGES.findLast(({ after }) => age >= after)?.status ?? 'paid'
}

/** The events of a shipment that began at `paidAt`, up to `until`. */
export function eventsUntil(paidAt: Date, until: Date): Array<TrackingEvent & { readonly at: Date }> {
  return EVENTS.map((event) => ({ ...event, at: new Date(paidAt.getTime() + event.after) })).filter(
    ({ at }) => at <= until,
  )
}

/** Between which times an order must have been paid to have that status now; undefined for one that no time brings. */
export function paidBetween(
  status: OrderStatus,
  now: Date,
): { readonly after: Date | undefined; readonly upTo: Date } | undefined {
  const index = STAGES.findIndex((stage) => stage.status === status)
  const stage = STAGES[index]
  if (stage === undefined) return undefined
  const next = STAGES[index + 1]
  return {
    upTo: new Date(now.getTime() - stage.after),
    after: next === undefined ? undefined : new Date(now.getTime() - next.after),
  }
}
