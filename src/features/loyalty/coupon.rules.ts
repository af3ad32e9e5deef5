import type { CouponDocument } from './coupons.store.ts'

/** Coupons are typed in any case and with blanks around them. */
export function normalCode(code: string): string {
  return code.trim().toUpperCase()
}

/** Why a coupon takes nothing off right now; undefined when it does. */
export type Refusal = 'expired' | 'used_up' | 'used_before' | 'below_minimum' | 'other_currency'

export interface CouponUseFacts {
  readonly now: Date
  /** How often this customer has used it. */
  readonly usedByCustomer: number
  /** Minor units of `currency`. */
  readonly subtotal: number
  readonly currency: string
}

export function refusalOf(coupon: CouponDocument, facts: CouponUseFacts): Refusal | undefined {
  if (coupon.expiresAt !== null && coupon.expiresAt <= facts.now) return 'expired'
  if (coupon.maxUses !== null && coupon.uses >= coupon.maxUses) return 'used_up'
  if (coupon.maxUsesEach !== null && facts.usedByCustomer >= coupon.maxUsesEach) return 'used_before'
  if (coupon.currency !== facts.currency && (coupon.kind === 'amount' || coupon.minSubtotal > 0)) {
    return 'other_currency'
  }
  return facts.subtotal < coupon.minSubtotal ? 'below_minimum' : undefined
}

export const REFUSAL_TEXT: Readonly<Record<Refusal, string>> = {
  expired: 'The coupon has expired.',
  used_up: 'The coupon has been used up.',
  used_before: 'You have used this coupon before.',
  below_minimum: 'The cart is below the least amount for this coupon.',
  other_currency: 'The coupon is for another currency.',
}
