import type { ClientSession } from 'mongodb'
import type { PaidCheckout } from '../../../contract/index.ts'
import { getOrder, markPaid } from '../../orders/index.ts'
import { captureCharge, GatewayError } from '../../payments/index.ts'
import { announce } from '../checkout.events.ts'
import { withAttempt } from '../checkout.rules.ts'
import type { Attempt, CheckoutDocument } from '../checkout.store.ts'
import { checkoutView } from '../checkout.view.ts'
import { type Drive, faultPoint, reload, type StepResult, write } from './drive.ts'

/** Takes the money that was set aside for an order. There is no undo: the sweep tries until it has gone through. */
export async function capture(
  drive: Drive,
  checkout: CheckoutDocument,
  attempt: Attempt,
): Promise<StepResult> {
  const { ctx, claim } = drive
  const orderId = checkout.order?.id
  if (orderId === undefined) throw new Error(`checkout ${checkout._id} has no order`)
  await faultPoint(ctx, 'capture:before', checkout)
  try {
    await captureCharge(ctx, attempt)
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error
    ctx.log.warn({ err: error, checkoutId: checkout._id }, 'a payment could not be captured yet')
    const order = await getOrder(ctx, checkout, orderId)
    announce(ctx, checkout, { order })
    return { checkout, halt: true, paid: { checkout: checkoutView(checkout, ctx.clock.now()), order } }
  }
  await faultPoint(ctx, 'capture:after', checkout)
  let paid: PaidCheckout | undefined
  const next = await write(drive, checkout, {
    change: { attempts: withAttempt(checkout, attempt.key, { state: 'captured' }) },
    inside: async (session: ClientSession, captured) => {
      const order = await markPaid(ctx, session, orderId)
      paid = { checkout: checkoutView(captured, captured.updatedAt), order }
      await claim?.complete(session, paid)
    },
  })
  if (next === null || paid === undefined) return reload(ctx, checkout)
  announce(ctx, next, { order: paid.order })
  return { checkout: next, paid }
}
