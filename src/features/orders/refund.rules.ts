import { invalidField, ShopError } from '../../platform/errors.ts'
import { scaleDown } from '../cart/index.ts'
import type { OrderDocument, OrderLine } from './orders.store.ts'

export interface ReturnedItem {
  readonly itemId: string
  readonly quantity: number
}

/** What a return moves. */
export interface ReturnPlan {
  readonly items: readonly ReturnedItem[]
  /** The order's lines after it. */
  readonly lines: readonly OrderLine[]
  /** Whether nothing of the order is left after it. */
  readonly whole: boolean
  /** Minor units that go back to how the order was paid. */
  readonly amount: number
  /** Earned points that are taken back. */
  readonly pointsTaken: number
  /** Points that paid for the returned pieces. */
  readonly pointsGiven: number
}

type Returnable = Pick<OrderDocument, 'state' | 'items' | 'totals' | 'pointsEarned'>

/**
 * What it means to return items, or all that is left. A piece's refund is its part of the line's price less discounts,
 * with tax, rounded down so that the last piece brings the rest; the last piece of the order brings shipping too.
 * Hence all refunds of an order add up to what was paid, and never to more.
 * @throws ShopError `not_returnable`, or `validation_failed` for an unknown item or too many pieces
 */
export function planReturn(order: Returnable, wanted: readonly ReturnedItem[] | undefined): ReturnPlan {
  if (order.state !== 'paid') throw new ShopError('not_returnable')
  const items = wanted === undefined ? remaining(order.items) : combined(order.items, wanted)
  if (items.length === 0) throw new ShopError('not_returnable')
  const lines = order.items.map((line) => ({
    ...line,
    returnedQuantity: line.returnedQuantity + (items.find(({ itemId }) => itemId === line.id)?.quantity ?? 0),
  }))
  const whole = lines.every(({ quantity, returnedQuantity }) => returnedQuantity === quantity)
  const difference = (amountOf: (lines: readonly OrderLine[]) => number) =>
    amountOf(lines) - amountOf(order.items)
  const { pointsEarned } = order
  const { pointsUsed, pointsDiscount } = order.totals
  const goods = order.items.reduce((sum, line) => sum + netOf(line), 0)
  return {
    items,
    lines,
    whole,
    amount:
      difference((at) => returnedPart(at, (line) => netOf(line) + line.tax)) +
      (whole ? order.totals.shipping : 0),
    pointsTaken: difference((at) => scaleDown(pointsEarned, returnedPart(at, netOf), goods)),
    pointsGiven: difference((at) =>
      scaleDown(
        pointsUsed,
        returnedPart(at, (line) => line.pointsDiscount),
        pointsDiscount,
      ),
    ),
  }
}

function netOf({ lineTotal, tierDiscount, couponDiscount, pointsDiscount }: OrderLine): number {
  return lineTotal - tierDiscount - couponDiscount - pointsDiscount
}

/** The part of an amount of each line that belongs to the pieces that have come back. */
function returnedPart(lines: readonly OrderLine[], amountOf: (line: OrderLine) => number): number {
  return lines.reduce((sum, line) => sum + scaleDown(amountOf(line), line.returnedQuantity, line.quantity), 0)
}

function remaining(lines: readonly OrderLine[]): ReturnedItem[] {
  return lines
    .map(({ id, quantity, returnedQuantity }) => ({ itemId: id, quantity: quantity - returnedQuantity }))
    .filter(({ quantity }) => quantity > 0)
}

function combined(lines: readonly OrderLine[], wanted: readonly ReturnedItem[]): ReturnedItem[] {
  const items = new Map<string, number>()
  for (const [index, { itemId, quantity }] of wanted.entries()) {
    const line = lines.find(({ id }) => id === itemId)
    if (line === undefined) throw invalidField(`items.${index}.itemId`, 'is no item of this order')
    const sum = (items.get(itemId) ?? 0) + quantity
    const left = line.quantity - line.returnedQuantity
    if (sum > left) throw invalidField(`items.${index}.quantity`, `at most ${left} can be returned`)
    items.set(itemId, sum)
  }
  return [...items].map(([itemId, quantity]) => ({ itemId, quantity }))
}
