import type { ClientSession } from 'mongodb'
import type { Coupon } from '../../contract/index.ts'
import type { Caller } from '../../platform/caller.ts'
import type { Context } from '../../platform/context.ts'
import { notFound, ShopError } from '../../platform/errors.ts'
import { normalCode, REFUSAL_TEXT, type Refusal, refusalOf } from './coupon.rules.ts'
import {
  type CouponDocument,
  countUse,
  countUses,
  insertUse,
  isUsedFor,
  loadCoupon,
  loadCoupons,
  loadUsesOf,
} from './coupons.store.ts'
import { couponView } from './loyalty.view.ts'

/** A coupon together with how often a customer has used it. */
export interface KnownCoupon {
  readonly coupon: CouponDocument
  readonly usedByCustomer: number
}

/** The coupons that are valid now, by code; with a caller only those that she has not used up herself. */
export async function listCoupons(ctx: Context, caller?: Caller): Promise<Coupon[]> {
  const [coupons, used] = await Promise.all([
    loadCoupons(ctx),
    caller === undefined ? new Map<string, number>() : loadUsesOf(ctx, caller.userId),
  ])
  const now = ctx.clock.now()
  return coupons
    .filter((coupon) => {
      const facts = { now, usedByCustomer: used.get(coupon._id) ?? 0, currency: ctx.config.currency }
      return refusalOf(coupon, { ...facts, subtotal: Number.MAX_SAFE_INTEGER }) === undefined
    })
    .map(couponView)
}

/** The coupon of that code, for this customer. Throws ShopError `not_found`. */
export async function findCoupon(ctx: Context, code: string, userId: string): Promise<KnownCoupon> {
  const known = await findCouponIfAny(ctx, normalCode(code), userId)
  if (known === null) throw notFound('coupon')
  return known
}

export async function findCouponIfAny(
  ctx: Context,
  code: string,
  userId: string,
): Promise<KnownCoupon | null> {
  const [coupon, usedByCustomer] = await Promise.all([loadCoupon(ctx, code), countUses(ctx, code, userId)])
  return coupon === null ? null : { coupon, usedByCustomer }
}

export function couponRefused(refusal: Refusal): ShopError {
  return new ShopError('coupon_not_applicable', REFUSAL_TEXT[refusal])
}

/**
 * Records that an order used a coupon, within the order's transaction; for the same order it happens once.
 * @throws ShopError `coupon_not_applicable` when its uses have run out meanwhile
 */
export async function recordUse(
  ctx: Context,
  session: ClientSession,
  { code, userId, orderId }: { code: string; userId: string; orderId: string },
): Promise<void> {
  if (await isUsedFor(ctx, session, orderId)) return
  const [coupon, usedByCustomer] = [
    await loadCoupon(ctx, code, session),
    await countUses(ctx, code, userId, session),
  ]
  if (coupon === null) throw new ShopError('coupon_not_applicable')
  const now = ctx.clock.now()
  const facts = { now, usedByCustomer, subtotal: Number.MAX_SAFE_INTEGER, currency: coupon.currency }
  const refusal = refusalOf({ ...coupon, expiresAt: null }, facts)
  if (refusal !== undefined) throw couponRefused(refusal)
  if (coupon.maxUses !== null || coupon.maxUsesEach !== null) await countUse(ctx, session, code)
  await insertUse(ctx, session, { _id: ctx.ids.next(), code, userId, orderId, at: now })
}
