import type { Money, Return } from '../../contract/index.ts'
import type { Caller } from '../../platform/caller.ts'
import type { Context } from '../../platform/context.ts'
import { ShopError } from '../../platform/errors.ts'
import { type IdempotencyClaim, KEY_KEPT_MS } from '../../platform/idempotency.ts'
import { enqueue } from '../../platform/outbox.ts'
import { inTransaction } from '../../platform/transaction.ts'
import { inStockTurn, returnStock } from '../inventory/index.ts'
import { giveBackPoints, takeBackPoints } from '../loyalty/index.ts'
import { creditCharge, GatewayError, refundCharge, refundsLater } from '../payments/index.ts'
import { ownOrder } from './orders.commands.ts'
import {
  loadOrderById,
  loadUnsettledReturns,
  type OrderDocument,
  putOffRefund,
  type ReturnRecord,
  saveOrder,
} from './orders.store.ts'
import { returnView } from './orders.view.ts'
import { planReturn, type ReturnedItem, type ReturnPlan } from './refund.rules.ts'

export interface ReturnRequest {
  /** An id or a number. */
  readonly orderId: string
  /** Without them, all that is left. */
  readonly items?: readonly ReturnedItem[] | undefined
  readonly reason: string
  readonly claim?: IdempotencyClaim
}

const MOST_TRIES = 20
/** A return that is younger than this may still be under way in its own request. */
const SETTLING_MS = 10_000
const SETTLED_AT_ONCE = 50

/**
 * What a return would refund; nothing is changed.
 * @throws ShopError `not_found`, `not_returnable`, `validation_failed`
 */
export async function previewReturn(
  ctx: Context,
  caller: Caller,
  { orderId, items }: Pick<ReturnRequest, 'orderId' | 'items'>,
): Promise<{ refund: Money; items: ReturnedItem[] }> {
  const order = await ownOrder(ctx, caller, orderId)
  const plan = planReturn(order, items)
  return { refund: { amount: plan.amount, currency: order.currency }, items: [...plan.items] }
}

/**
 * Takes items back: in one transaction the return, the stock and the points; the money goes back after it, now or, if
 * the gateway cannot, as soon as it can.
 * @throws ShopError `not_found`, `not_returnable`, `validation_failed`
 */
export async function returnOrder(ctx: Context, caller: Caller, request: ReturnRequest): Promise<Return> {
  const { claim } = request
  for (let attempt = 0; attempt < MOST_TRIES; attempt += 1) {
    const order = await ownOrder(ctx, caller, request.orderId)
    const record = madeBefore(ctx, order, claim) ?? (await recordReturn(ctx, order, request))
    if (record === null) continue
    return record.status === 'refunded'
      ? returnView(order, record)
      : settleReturn(ctx, order._id, record.id, claim)
  }
  throw new ShopError('unavailable', undefined, { retryAfter: 1 })
}

/** What an earlier try of the same request has recorded; a key that has lapsed names a new request. */
function madeBefore(
  ctx: Context,
  { returns }: OrderDocument,
  claim: IdempotencyClaim | undefined,
): ReturnRecord | undefined {
  const since = ctx.clock.now().getTime() - KEY_KEPT_MS
  return returns.find(
    ({ requestKey, createdAt }) =>
      requestKey !== undefined && requestKey === claim?.key && createdAt.getTime() > since,
  )
}

/** Null when the order has moved on. */
async function recordReturn(
  ctx: Context,
  order: OrderDocument,
  { items, reason, claim }: ReturnRequest,
): Promise<ReturnRecord | null> {
  const plan = planReturn(order, items)
  const { charge, key: authorizationKey } = order.payment
  const later = refundsLater(charge)
  const now = ctx.clock.now()
  const record: ReturnRecord = {
    id: ctx.ids.next(),
    status: later ? 'requested' : 'refunded',
    items: [...plan.items],
    reason,
    amount: plan.amount,
    ...(claim === undefined ? {} : { requestKey: claim.key }),
    createdAt: now,
  }
  const returns = [...order.returns, record]
  const next: OrderDocument = {
    ...order,
    items: [...plan.lines],
    returns,
    state: plan.whole ? (later ? 'return_requested' : 'refunded') : order.state,
    version: order.version + 1,
    updatedAt: now,
  }
  const lines = stockLines(order, plan)
  const saved = await inStockTurn(
    ctx,
    lines.map(({ productId }) => productId),
    () =>
      inTransaction(ctx, async (session) => {
        if (!(await saveOrder(ctx, session, next))) return false
        await returnStock(ctx, session, lines)
        const points = { userId: order.userId, reference: record.id }
        await takeBackPoints(ctx, session, { ...points, points: plan.pointsTaken })
        await giveBackPoints(ctx, session, { ...points, points: plan.pointsGiven })
        await creditCharge(ctx, session, { key: record.id, charge, authorizationKey, amount: plan.amount })
        await enqueue(ctx, session, {
          kind: 'order.refunded',
          dedupeKey: `order.refunded:${record.id}`,
          payload: { orderId: order._id, returnId: record.id, userId: order.userId },
        })
        if (!later) await claim?.complete(session, returnView(order, record))
        return true
      }),
  )
  return saved ? record : null
}

/** Sends the money of a return back and notes that it went; the gateway does it once, however often it is asked. */
async function settleReturn(
  ctx: Context,
  orderId: string,
  returnId: string,
  claim?: IdempotencyClaim,
): Promise<Return> {
  const order = await loadOrderById(ctx, orderId)
  const record = order?.returns.find(({ id }) => id === returnId)
  if (order === null || record === undefined) throw new Error(`return ${returnId} is missing`)
  const { charge, key: authorizationKey } = order.payment
  try {
    await refundCharge(ctx, { key: record.id, charge, authorizationKey, amount: record.amount })
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error
    ctx.log.warn({ err: error, orderId, returnId }, 'a refund has to wait')
    return returnView(order, record)
  }
  return inTransaction(ctx, async (session) => {
    const current = await loadOrderById(ctx, orderId, session)
    if (current === null) throw new Error(`order ${orderId} is missing`)
    const settled = withRefunded(current, returnId, ctx.clock.now())
    if (settled !== current) await saveOrder(ctx, session, settled)
    const done = returnView(settled, { ...record, status: 'refunded' })
    await claim?.complete(session, done)
    return done
  })
}

/** Takes up returns whose money has not gone back yet; what fails again waits for its turn. Returns how many it has settled. */
export async function resumeReturns(ctx: Context): Promise<number> {
  const before = new Date(ctx.clock.now().getTime() - SETTLING_MS)
  let settled = 0
  for (const order of await loadUnsettledReturns(ctx, before, SETTLED_AT_ONCE)) {
    const done = await settleReturnsOf(ctx, order)
    settled += done
    if (done < order.returns.filter(isUnsettled).length) await putOffRefund(ctx, order._id)
  }
  return settled
}

/** Settles the returns of one order now, as when the gateway tells that its money has gone back. */
export async function resumeReturnsOf(ctx: Context, orderId: string): Promise<void> {
  const order = await loadOrderById(ctx, orderId)
  if (order !== null) await settleReturnsOf(ctx, order)
}

async function settleReturnsOf(ctx: Context, order: OrderDocument): Promise<number> {
  let settled = 0
  for (const { id } of order.returns.filter(isUnsettled)) {
    try {
      if ((await settleReturn(ctx, order._id, id)).status === 'refunded') settled += 1
    } catch (error) {
      ctx.log.error({ err: error, orderId: order._id, returnId: id }, 'a return could not be settled')
    }
  }
  return settled
}

function isUnsettled({ status }: ReturnRecord): boolean {
  return status !== 'refunded'
}

function withRefunded(order: OrderDocument, returnId: string, now: Date): OrderDocument {
  if (order.returns.some(({ id, status }) => id === returnId && status === 'refunded')) return order
  const returns = order.returns.map((record) =>
    record.id === returnId ? { ...record, status: 'refunded' as const } : record,
  )
  const open = returns.some(({ status }) => status === 'requested')
  return {
    ...order,
    returns,
    state: order.state === 'return_requested' && !open ? 'refunded' : order.state,
    version: order.version + 1,
    updatedAt: now,
  }
}

function stockLines(order: OrderDocument, plan: ReturnPlan) {
  return plan.items.flatMap(({ itemId, quantity }) => {
    const line = order.items.find(({ id }) => id === itemId)
    return line === undefined ? [] : [{ productId: line.productId, sku: line.sku, quantity }]
  })
}
