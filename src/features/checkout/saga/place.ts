import type { ClientSession } from 'mongodb'
import { assertLease } from '../../../actors/index.ts'
import type { Order, PaidCheckout, ProblemCode } from '../../../contract/index.ts'
import { ShopError } from '../../../platform/errors.ts'
import { inTransaction } from '../../../platform/transaction.ts'
import { announceCart, type CartDocument, clearCart, dropLapsedCoupon } from '../../cart/index.ts'
import { inStockTurn, releaseStock, takeStock } from '../../inventory/index.ts'
import { awardPoints, pointsEarned, recordUse, spendPoints } from '../../loyalty/index.ts'
import { createOrder } from '../../orders/index.ts'
import { debitCharge, refundsLater } from '../../payments/index.ts'
import { announce } from '../checkout.events.ts'
import { advanced, withAttempt } from '../checkout.rules.ts'
import { type Attempt, type CheckoutDocument, saveCheckout } from '../checkout.store.ts'
import { checkoutView } from '../checkout.view.ts'
import { productsOf } from '../end-checkout.ts'
import { decline } from './authorize.ts'
import { type Drive, faultPoint, reload, type StepResult, write } from './drive.ts'

/** What keeps a checkout from ever becoming an order; whatever else goes wrong is tried again. */
const REFUSALS: ReadonlySet<ProblemCode> = new Set([
  'payment_declined',
  'checkout_expired',
  'insufficient_points',
  'coupon_not_applicable',
])

interface Placed {
  readonly checkout: CheckoutDocument
  readonly order: Order
  readonly cart: CartDocument | null
  /** Whether the money has been taken with it, as from a gift card. */
  readonly paid: PaidCheckout | undefined
}

/**
 * The point of no return: order, stock, points, coupon, gift card, cart and what must follow, all in one transaction
 * or not at all. It is its own undo until it commits; after that the drive only goes forwards.
 */
export async function place(drive: Drive, checkout: CheckoutDocument, attempt: Attempt): Promise<StepResult> {
  const { ctx } = drive
  await faultPoint(ctx, 'place:before', checkout)
  let placed: Placed | null
  try {
    placed = await inStockTurn(ctx, productsOf(checkout), () =>
      inTransaction(ctx, (session) => placeOrder(drive, session, checkout, attempt)),
    )
  } catch (error) {
    if (error instanceof ShopError && REFUSALS.has(error.code)) {
      return refused(drive, checkout, attempt, error)
    }
    throw error
  }
  if (placed === null) return reload(ctx, checkout)
  await faultPoint(ctx, 'place:after', checkout)
  if (placed.cart !== null) await announceCart(ctx, placed.cart, 'checkout')
  if (placed.paid === undefined) return { checkout: placed.checkout }
  announce(ctx, placed.checkout, { order: placed.order })
  return { checkout: placed.checkout, paid: placed.paid }
}

async function placeOrder(
  { ctx, lease, claim }: Drive,
  session: ClientSession,
  checkout: CheckoutDocument,
  attempt: Attempt,
): Promise<Placed | null> {
  const { _id: checkoutId, userId, cart, pricing } = checkout
  const { order: reserved } = checkout
  const { charge, key, reference } = attempt
  if (reserved === undefined || reference === undefined)
    throw new Error(`checkout ${checkoutId} is not authorized`)
  await assertLease(ctx, lease, session)
  const captured = !refundsLater(charge)
  const next = advanced(checkout, ctx.clock.now(), 'PLACED', {
    attempts: captured ? withAttempt(checkout, key, { state: 'captured' }) : checkout.attempts,
  })
  if (!(await saveCheckout(ctx, session, next))) return null

  const { tier, total } = cart.totals
  const { currency } = total
  if (!(await debitCharge(ctx, session, { key, charge, amount: pricing.total, currency }))) {
    throw new ShopError('payment_declined', 'There is too little on the gift card.', {
      reason: 'insufficient_balance',
    })
  }
  await takeStock(ctx, session, checkoutId)
  const points = { userId, reference: reserved.id }
  await spendPoints(ctx, session, { ...points, points: pricing.pointsUsed })
  if (cart.coupon !== undefined) {
    await recordUse(ctx, session, { code: cart.coupon.code, userId, orderId: reserved.id })
  }
  const goods = pricing.subtotal - pricing.tierDiscount - pricing.couponDiscount - pricing.pointsDiscount
  const earned = pointsEarned(tier, goods)
  await awardPoints(ctx, session, { ...points, points: earned })
  const order = await createOrder(ctx, session, {
    ...reserved,
    userId,
    checkoutId,
    items: cart.items,
    pricing,
    tier,
    currency,
    payment: { charge, key, reference },
    paid: captured,
    shippingAddress: attempt.shippingAddress,
    pointsEarned: earned,
  })
  const cleared = await clearCart(ctx, session, { userId, checkoutId })
  const paid = captured ? { checkout: checkoutView(next, next.updatedAt), order } : undefined
  if (paid !== undefined) await claim?.complete(session, paid)
  return { checkout: next, order, cart: cleared, paid }
}

/** The transaction refused: the checkout can't become an order, now or at its totals ever. */
async function refused(
  drive: Drive,
  checkout: CheckoutDocument,
  attempt: Attempt,
  error: ShopError,
): Promise<StepResult> {
  const { ctx } = drive
  const { code, detail } = error
  const { reason } = error.details
  const failure = { code, detail, ...(reason === undefined ? {} : { reason }) }
  if (code === 'payment_declined') return decline(drive, checkout, attempt, failure, true)
  const next = await write(drive, checkout, {
    event: code === 'checkout_expired' ? 'EXPIRE' : 'CANCEL',
    change: { attempts: withAttempt(checkout, attempt.key, { failure }) },
    inside: async (session) => {
      await releaseStock(ctx, session, checkout._id)
    },
  })
  if (next === null) return reload(ctx, checkout)
  announce(ctx, next, { failure })
  if (code === 'coupon_not_applicable') await dropLapsedCoupon(ctx, checkout.userId)
  return { checkout: next }
}
