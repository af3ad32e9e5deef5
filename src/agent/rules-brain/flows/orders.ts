import { z } from 'zod'
import { Order, Return, Tracking } from '../../../contract/index.ts'
import type { ToolOutcome } from '../../brain.ts'
import { apology } from '../apology.ts'
import { type Call, type Flow, given, type Said, type Turn, use } from '../flow.ts'
import { withoutQuestion } from '../memory.ts'
import { bestDescribed } from '../references.ts'
import type { Clause } from '../understand.ts'
import { capital, orderLine, price, statusName } from '../wording.ts'

const Orders = z.object({ items: z.array(Order), total: z.int().optional() })
const SHOWN_AT_ONCE = 5

export const listOrders: Flow = function* (_clause, turn) {
  const orders = yield* fetchOrders(turn)
  if ('text' in orders) return orders
  const lines = orders.slice(0, SHOWN_AT_ONCE).map((order, index) => orderLine(order, index + 1))
  return { text: `Your latest orders:\n${lines.join('\n')}` }
}

function* fetchOrders(turn: Turn): Generator<Call, Order[] | Said, ToolOutcome> {
  const outcome = yield* use('list_orders', {}, Orders)
  if (!outcome.ok) return apology(outcome.problem, 'your orders')
  const { items } = outcome.value
  turn.memory = {
    ...withoutQuestion(turn.memory),
    orders: items.slice(0, 10).map(({ id, number, status }) => ({ id, number, status })),
  }
  return items.length === 0 ? { text: 'You have no orders yet. What are you looking for?' } : items
}

/** The order that a clause speaks of: by its number, its place in the list, its items, else the latest. */
function* findOrder(clause: Clause, turn: Turn): Generator<Call, Order | Said, ToolOutcome> {
  const orders = yield* fetchOrders(turn)
  if ('text' in orders) return orders
  const { orderNumber } = clause.mentions
  if (orderNumber !== undefined) {
    return (
      orders.find((order) => isCalled(order, orderNumber)) ?? {
        text: `I find no order ${orderNumber} of yours. Say "my orders" to see them all.`,
      }
    )
  }
  const [ordinal] = clause.quantities.ordinals
  const placed = ordinal === undefined ? undefined : ordinal < 0 ? orders[0] : orders[ordinal - 1]
  if (placed !== undefined) return placed
  const described = bestDescribed(clause, orders, (order) => ({
    name: order.items.map(({ name }) => name).join(' '),
  }))
  const [latest] = described.length > 0 ? described : orders
  return latest ?? { text: 'You have no orders yet.' }
}

function isCalled({ number, id }: Order, named: string): boolean {
  const lower = number.toLowerCase()
  return lower === named.toLowerCase() || id === named || lower.endsWith(`-${named}`)
}

const NOTHING_TO_RETURN =
  'You have no orders yet, so there is nothing to return. Once you have one, you can return it whole or in part and order another size or colour instead.'

export const track: Flow = function* (clause, turn) {
  const { orderNumber } = clause.mentions
  if (orderNumber !== undefined && /[a-z]/i.test(orderNumber)) return yield* trackNumber(orderNumber, turn)
  const order = yield* findOrder(clause, turn)
  if ('text' in order) return order
  const outcome = yield* use('track_order', { orderId: order.id }, Tracking)
  if (!outcome.ok) return apology(outcome.problem, `order ${order.number}`)
  return { text: whereItIs(order.number, outcome.value), attach: { order } }
}

/** The tool knows orders by their numbers too. */
function* trackNumber(orderNumber: string, turn: Turn): Generator<Call, Said, ToolOutcome> {
  const number = orderNumber.toUpperCase()
  const known = turn.memory.orders.find((order) => order.number === number)
  const outcome = yield* use('track_order', { orderId: known?.id ?? number }, Tracking)
  turn.memory = withoutQuestion(turn.memory)
  if (outcome.ok) return { text: whereItIs(number, outcome.value) }
  if (outcome.problem.code !== 'not_found') return apology(outcome.problem, `order ${number}`)
  return { text: `I find no order ${number} of yours. Say "my orders" to see them all.` }
}

function whereItIs(number: string, tracking: Tracking): string {
  const { status, carrier, trackingNumber, estimatedDelivery, events } = tracking
  const last = events.at(-1)
  const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', timeZone: 'UTC' }).format(
    new Date(estimatedDelivery),
  )
  const news =
    last === undefined ? '' : ` ${last.description}${last.location === '' ? '' : ` (${last.location})`}.`
  const due =
    status === 'delivered' || status === 'cancelled' || status === 'refunded'
      ? ''
      : ` It should arrive by ${day}.`
  return `Order ${number} is ${statusName(status)}.${news.replace(/\.\.$/, '.')}${due} ${carrier} carries it under ${trackingNumber}.`
}

export const returnOrder: Flow = function* (clause, turn) {
  const order = yield* findOrder(clause, turn)
  if ('text' in order) return turn.memory.orders.length === 0 ? { text: NOTHING_TO_RETURN } : order
  const open = order.items.filter((item) => item.returnedQuantity < item.quantity)
  const named = open.length > 1 ? bestDescribed(clause, open, (item) => ({ name: item.name })) : []
  const items =
    named.length > 0 && named.length < open.length
      ? named.map((item) => ({
          itemId: item.id,
          quantity: Math.min(
            clause.quantities.quantity ?? item.quantity,
            item.quantity - item.returnedQuantity,
          ),
        }))
      : undefined
  const outcome = yield* use(
    'return_order',
    given({ orderId: order.id, items, reason: reasonIn(clause) }),
    Return,
  )
  if (!outcome.ok) return apology(outcome.problem, `order ${order.number}`)
  return returned(outcome.value, order.number, turn)
}

function reasonIn(clause: Clause): string {
  const because = clause.words.findIndex(
    ({ normal }) => normal === 'because' || normal === 'since' || normal === 'as',
  )
  const words = because < 0 ? [] : clause.words.slice(because + 1)
  const reason = words.map(({ text }) => text).join(' ')
  return reason === '' ? 'Asked for in the chat' : capital(reason).slice(0, 500)
}

/** What the customer hears once a return is accepted. */
export function returned({ refund }: Return, number: string | undefined, turn: Turn): Said {
  turn.memory = withoutQuestion(turn.memory)
  const which = number === undefined ? 'The return' : `The return for order ${number}`
  const amount = price({ amount: refund.amount, currency: refund.currency })
  return {
    text: `${which} is accepted. ${amount} ${refund.status === 'succeeded' ? 'has been refunded' : 'is on its way back'} to the way you paid.`,
  }
}
