import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ShopError } from '../../platform/errors.ts'
import { price } from '../cart/pricing.rules.ts'
import type { OrderDocument } from './orders.store.ts'
import { planReturn } from './refund.rules.ts'

type Returnable = Parameters<typeof planReturn>[0]

const shipping = { fee: 7_900, freeFrom: 99_900 }

/** A paid order of any content and discounts, and how its pieces come back, one after the other, in any grouping. */
const anyOrder = fc
  .record({
    lines: fc.array(fc.record({ unitPrice: fc.nat(5_000_000), quantity: fc.integer({ min: 1, max: 9 }) }), {
      minLength: 1,
      maxLength: 6,
    }),
    tierPercent: fc.integer({ min: 0, max: 100 }),
    coupon: fc.record({ kind: fc.constantFrom('percent', 'amount' as const), value: fc.nat(100) }),
    points: fc.nat(100_000),
    pointsEarned: fc.nat(10_000),
  })
  .map(({ pointsEarned, ...input }): Returnable => {
    const { lines, ...totals } = price({ ...input, shipping })
    const goods = totals.total - totals.tax - totals.shipping
    return {
      state: 'paid',
      totals,
      pointsEarned: goods === 0 ? 0 : pointsEarned,
      items: lines.map((share, index): OrderDocument['items'][number] => ({
        id: `item-${index}`,
        productId: 'p',
        sku: 's',
        name: 'n',
        image: null,
        unitPrice: input.lines[index]?.unitPrice ?? 0,
        quantity: input.lines[index]?.quantity ?? 1,
        returnedQuantity: 0,
        ...share,
      })),
    }
  })

function code(act: () => unknown): string {
  try {
    act()
  } catch (error) {
    if (error instanceof ShopError) return error.code
    throw error
  }
  return 'none'
}

describe('planReturn', () => {
  it('gives back exactly what was paid, and all points, however the pieces come back', () => {
    fc.assert(
      fc.property(anyOrder, fc.infiniteStream(fc.nat(1000)), (order, chance) => {
        const next = () => Number(chance.next().value)
        let current = order
        const sums = { amount: 0, taken: 0, given: 0 }
        for (;;) {
          const open = current.items.filter(({ quantity, returnedQuantity }) => returnedQuantity < quantity)
          const line = open[next() % Math.max(1, open.length)]
          if (line === undefined) break
          const left = line.quantity - line.returnedQuantity
          const plan = planReturn(current, [{ itemId: line.id, quantity: 1 + (next() % left) }])
          expect(plan.amount).toBeGreaterThanOrEqual(0)
          expect(plan.pointsTaken).toBeGreaterThanOrEqual(0)
          expect(plan.pointsGiven).toBeGreaterThanOrEqual(0)
          sums.amount += plan.amount
          sums.taken += plan.pointsTaken
          sums.given += plan.pointsGiven
          expect(sums.amount).toBeLessThanOrEqual(order.totals.total)
          expect(plan.whole).toBe(open.length === 1 && plan.items[0]?.quantity === left)
          current = { ...current, items: [...plan.lines] }
        }
        expect(sums).toEqual({
          amount: order.totals.total,
          taken: order.pointsEarned,
          given: order.totals.pointsUsed,
        })
      }),
    )
  })

  it('brings shipping back with the last piece and not before, whatever comes together', () => {
    fc.assert(
      fc.property(anyOrder, fc.infiniteStream(fc.nat(1000)), (order, chance) => {
        const next = () => Number(chance.next().value)
        const goods = order.totals.total - order.totals.shipping
        let current = order
        let refunded = 0
        for (;;) {
          const open = current.items.filter(({ quantity, returnedQuantity }) => returnedQuantity < quantity)
          if (open.length === 0) break
          const wanted = open
            .map(({ id, quantity, returnedQuantity }) => ({
              itemId: id,
              quantity: next() % (quantity - returnedQuantity + 1),
            }))
            .filter(({ quantity }) => quantity > 0)
          if (wanted.length === 0) continue
          const plan = planReturn(current, wanted)
          refunded += plan.amount
          if (plan.whole) expect(refunded).toBe(order.totals.total)
          else expect(refunded).toBeLessThanOrEqual(goods)
          current = { ...current, items: [...plan.lines] }
        }
      }),
    )
  })

  it('gives back all at once what it gives back in parts', () => {
    fc.assert(
      fc.property(anyOrder, (order) => {
        expect(planReturn(order, undefined)).toMatchObject({
          whole: true,
          amount: order.totals.total,
          pointsTaken: order.pointsEarned,
          pointsGiven: order.totals.pointsUsed,
        })
      }),
    )
  })

  it('refuses what is not there, comes twice, or cannot be returned', () => {
    const [order] = fc.sample(anyOrder, { numRuns: 1, seed: 7 })
    if (order === undefined) throw new Error('no order')
    const quantity = order.items[0]?.quantity ?? 0
    const all = { itemId: 'item-0', quantity }
    expect(code(() => planReturn(order, [{ itemId: 'item-0', quantity: quantity + 1 }]))).toBe(
      'validation_failed',
    )
    expect(code(() => planReturn(order, [all, { itemId: 'item-0', quantity: 1 }]))).toBe('validation_failed')
    expect(code(() => planReturn(order, [{ itemId: 'item-x', quantity: 1 }]))).toBe('validation_failed')
    for (const state of ['pending', 'cancelled', 'return_requested', 'refunded'] as const) {
      expect(code(() => planReturn({ ...order, state }, undefined))).toBe('not_returnable')
    }
  })
})
