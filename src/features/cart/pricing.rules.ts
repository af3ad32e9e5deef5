import type { TierName, Totals } from '../../contract/index.ts'
import { POINT_VALUE } from '../loyalty/index.ts'
import { apportion, percentOf } from './apportion.ts'

/** Whole percent of sales tax, added to what is paid for goods; shipping is not taxed. */
const TAX_PERCENT = 18

export interface ShippingTerms {
  /** Minor units for one order. */
  readonly fee: number
  /** Minor units of goods from which on shipping is free; before discounts, so that no discount makes an order dearer. */
  readonly freeFrom: number
}

export interface PricingInput {
  readonly lines: ReadonlyArray<{ readonly unitPrice: number; readonly quantity: number }>
  /** Whole percent off the subtotal. */
  readonly tierPercent: number
  /** A coupon that applies; `value` is whole percent or minor units. */
  readonly coupon:
    | { readonly kind: 'percent' | 'amount' | 'free_shipping'; readonly value: number }
    | undefined
  /** Points that may be used at the most. */
  readonly points: number
  readonly shipping: ShippingTerms
}

/** What one line bears of the order's discounts and tax, in minor units. */
export interface LineShare {
  readonly lineTotal: number
  readonly tierDiscount: number
  readonly couponDiscount: number
  readonly pointsDiscount: number
  readonly tax: number
}

/** All amounts in minor units; discounts are positive. */
export interface Pricing {
  readonly subtotal: number
  readonly tierDiscount: number
  readonly couponDiscount: number
  readonly pointsDiscount: number
  /** Points that the points discount costs. */
  readonly pointsUsed: number
  readonly shipping: number
  readonly tax: number
  readonly total: number
  /** In the order of the input's lines; each column adds up to its total above. */
  readonly lines: readonly LineShare[]
}

/**
 * What a cart costs. In this order: the subtotal; the tier's percent off it; the coupon off the rest; points, as many
 * whole ones as fit into the rest; shipping; tax on what is left to pay for goods. Percentages are rounded to the
 * nearest minor unit, halves up, once for the whole order; lines get their share by largest remainder.
 */
export function price(input: PricingInput): Pricing {
  const lineTotals = input.lines.map(({ unitPrice, quantity }) => unitPrice * quantity)
  const subtotal = sum(lineTotals)
  const tierDiscount = percentOf(subtotal, input.tierPercent)
  const tierShares = apportion(tierDiscount, lineTotals)
  const afterTier = minus(lineTotals, tierShares)

  const couponDiscount = couponOff(subtotal - tierDiscount, input.coupon)
  const couponShares = apportion(couponDiscount, afterTier)
  const afterCoupon = minus(afterTier, couponShares)
  const discounted = subtotal - tierDiscount - couponDiscount

  const pointsUsed = Math.max(0, Math.min(input.points, Math.floor(discounted / POINT_VALUE)))
  const pointsDiscount = pointsUsed * POINT_VALUE
  const pointsShares = apportion(pointsDiscount, afterCoupon)
  const net = minus(afterCoupon, pointsShares)

  const tax = percentOf(discounted - pointsDiscount, TAX_PERCENT)
  const taxShares = apportion(tax, net)
  const shipping = shippingFor(input, subtotal)
  return {
    subtotal,
    tierDiscount,
    couponDiscount,
    pointsDiscount,
    pointsUsed,
    shipping,
    tax,
    total: discounted - pointsDiscount + shipping + tax,
    lines: lineTotals.map((lineTotal, index) => ({
      lineTotal,
      tierDiscount: tierShares[index] ?? 0,
      couponDiscount: couponShares[index] ?? 0,
      pointsDiscount: pointsShares[index] ?? 0,
      tax: taxShares[index] ?? 0,
    })),
  }
}

/** The amounts as clients see them. */
export function totalsView(pricing: Omit<Pricing, 'lines'>, currency: string, tier: TierName): Totals {
  const money = (amount: number) => ({ amount, currency })
  return {
    subtotal: money(pricing.subtotal),
    tierDiscount: money(pricing.tierDiscount),
    couponDiscount: money(pricing.couponDiscount),
    pointsDiscount: money(pricing.pointsDiscount),
    shipping: money(pricing.shipping),
    tax: money(pricing.tax),
    total: money(pricing.total),
    tier,
  }
}

function couponOff(amount: number, coupon: PricingInput['coupon']): number {
  if (coupon?.kind === 'percent') return Math.min(amount, percentOf(amount, coupon.value))
  return coupon?.kind === 'amount' ? Math.min(amount, coupon.value) : 0
}

function shippingFor({ lines, coupon, shipping }: PricingInput, subtotal: number): number {
  if (lines.length === 0 || coupon?.kind === 'free_shipping') return 0
  return subtotal >= shipping.freeFrom ? 0 : shipping.fee
}

function sum(amounts: readonly number[]): number {
  return amounts.reduce((total, amount) => total + amount, 0)
}

function minus(amounts: readonly number[], shares: readonly number[]): number[] {
  return amounts.map((amount, index) => amount - (shares[index] ?? 0))
}
