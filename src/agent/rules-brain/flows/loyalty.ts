import { z } from 'zod'
import { Cart, Coupon, LoyaltyProfile } from '../../../contract/index.ts'
import { apology } from '../apology.ts'
import { type Flow, type Turn, use } from '../flow.ts'
import { withoutQuestion } from '../memory.ts'
import type { Clause } from '../understand.ts'
import { capital, joined, price } from '../wording.ts'
import { lemmasOf } from '../words.ts'

const Coupons = z.object({ items: z.array(Coupon) })

export const coupons: Flow = function* (_clause, turn) {
  const outcome = yield* use('apply_coupon', {}, Coupons)
  if (!outcome.ok) return apology(outcome.problem, 'your coupons')
  const { items } = outcome.value
  const listed = items.map(({ code, description }) => ({ code, description }))
  turn.memory = { ...turn.memory, question: { about: 'coupon', coupons: listed } }
  if (items.length === 0) return { text: 'There is no coupon for you right now.' }
  const lines = items.map(
    ({ code, description, minSubtotal }) =>
      `${code}: ${description}${minSubtotal === null ? '' : ` (from ${price(minSubtotal)})`}`,
  )
  return {
    text: `These coupons are open to you:\n${lines.join('\n')}\nSay "apply ${items[0]?.code}" to use one.`,
  }
}

/** "the first one", "the one for free shipping", "the 15 % one": the coupon of those listed that is meant. */
export function meantCoupons(clause: Clause, { memory: { question } }: Turn): string[] {
  if (question?.about !== 'coupon') return []
  const { coupons: listed } = question
  const { ordinals, percent, quantity, bare, maxPrice } = clause.quantities
  const [ordinal] = ordinals
  if (ordinal !== undefined)
    return listed
      .slice(ordinal > 0 ? ordinal - 1 : ordinal)
      .slice(0, 1)
      .map(({ code }) => code)
  const numbers = [percent, quantity, maxPrice, ...bare].filter((number) => number !== undefined)
  const said = new Set([...numbers.map(String), ...clause.words.map(({ lemma }) => lemma)])
  const scored = listed.map(({ code, description }) => {
    const own = lemmasOf(`${code.replace(/(\D)(\d)/g, '$1 $2')} ${description}`)
    return { code, score: own.filter((lemma) => said.has(lemma) && !UNTELLING.has(lemma)).length }
  })
  const best = Math.max(0, ...scored.map(({ score }) => score))
  const fitting = scored.filter(({ score }) => score === best)
  if (best > 0 && fitting.length < listed.length) return fitting.map(({ code }) => code)
  const points = clause.words.some(({ normal }) => /^(?:it|that|this|yes|one)$/.test(normal))
  return points && listed.length === 1 ? listed.map(({ code }) => code) : []
}

const UNTELLING = new Set(['for', 'from', 'on', 'off', 'you', 'be', 'the', 'one', 'first', 'once', 'to', '%'])

export const applyCoupon: Flow = function* (clause, turn) {
  const meant = meantCoupons(clause, turn)
  const code = clause.mentions.code ?? meant[0]
  if (clause.mentions.code === undefined && meant.length > 1)
    return { text: `Which one: ${joined(meant, 'or')}?` }
  if (code === undefined) return yield* coupons(clause, turn)
  const outcome = yield* use('apply_coupon', { code }, Cart)
  if (!outcome.ok) return apology(outcome.problem, `a coupon called ${code}`)
  turn.memory = withoutQuestion(turn.memory)
  const { totals, items } = outcome.value
  if (items.length === 0)
    return {
      text: `Coupon ${code} is noted. It takes effect once there is something in your cart.`,
      attach: { cart: outcome.value },
    }
  return {
    text: `Coupon ${code} is on your cart: ${price(totals.couponDiscount)} off. The total is now ${price(totals.total)}.`,
    attach: { cart: outcome.value },
  }
}

export const redeemPoints: Flow = function* (clause, turn) {
  const profile = yield* use('loyalty_status', {}, LoyaltyProfile)
  if (!profile.ok) return apology(profile.problem, 'your points')
  const { quantity, bare, maxPrice, minPrice } = clause.quantities
  const all = clause.words.some(
    ({ normal }) => normal === 'all' || normal === 'max' || normal === 'everything',
  )
  const named = maxPrice ?? minPrice ?? quantity ?? bare[0]
  const points = all || named === undefined ? profile.value.points : Math.round(named)
  if (points <= 0) return { text: 'You have no points to redeem yet. You earn them with each order.' }
  const outcome = yield* use('redeem_points', { points }, Cart)
  if (!outcome.ok) return apology(outcome.problem, 'those points')
  turn.memory = withoutQuestion(turn.memory)
  const { totals, pointsRedeemed } = outcome.value
  return {
    text: `${pointsRedeemed} points are on your cart: ${price(totals.pointsDiscount)} off. They are spent when the order is paid. The total is now ${price(totals.total)}.`,
    attach: { cart: outcome.value },
  }
}

export const loyalty: Flow = function* (_clause, turn) {
  const outcome = yield* use('loyalty_status', {}, LoyaltyProfile)
  if (!outcome.ok) return apology(outcome.problem, 'your points')
  turn.memory = withoutQuestion(turn.memory)
  const { tier, points, nextTier, pointsToNextTier, discountPercent } = outcome.value
  const discount = discountPercent > 0 ? ` You get ${discountPercent} % off every order.` : ''
  const next =
    nextTier === null || pointsToNextTier === null
      ? ''
      : ` ${pointsToNextTier} more points make you ${capital(nextTier)}.`
  return { text: `You are a ${capital(tier)} member with ${points} points.${discount}${next}` }
}
