import type { Db } from 'mongodb'
import { z } from 'zod'
import type { History } from './history.ts'
import type { Shopper } from './shopper.ts'

const Inventory = z.object({
  _id: z.string(),
  available: z.number(),
  variants: z.array(
    z.object({
      sku: z.string(),
      received: z.number(),
      sold: z.number(),
      held: z.number(),
      available: z.number(),
    }),
  ),
})
const Line = z.object({ sku: z.string(), quantity: z.number() })
const Order = z.object({
  _id: z.string(),
  number: z.string(),
  checkoutId: z.string(),
  items: z.array(Line.extend({ returnedQuantity: z.number() })),
  totals: z.object({ total: z.number() }),
  payment: z.object({ key: z.string() }),
  returns: z.array(z.object({ amount: z.number() })),
})
const Payment = z.object({
  _id: z.string(),
  status: z.string(),
  amount: z.number(),
  refunded: z.number(),
})
const Entry = z.object({ userId: z.string(), points: z.number() })
const Account = z.object({ _id: z.string(), points: z.number() })
const Reservation = z.object({ _id: z.string(), state: z.string(), lines: z.array(Line) })

async function all<S extends z.ZodType>(db: Db, name: string, schema: S): Promise<Array<z.infer<S>>> {
  return (await db.collection(name).find().toArray()).map((document) => schema.parse(document))
}

/** Pieces by sku. */
function pieces(lines: ReadonlyArray<z.infer<typeof Line>>): Map<string, number> {
  const sum = new Map<string, number>()
  for (const { sku, quantity } of lines) sum.set(sku, (sum.get(sku) ?? 0) + quantity)
  return sum
}

/** What each sku had received before anybody shopped. */
export async function receivedBefore(db: Db): Promise<ReadonlyMap<string, number>> {
  const documents = await all(db, 'inventory', Inventory)
  return new Map(documents.flatMap(({ variants }) => variants.map(({ sku, received }) => [sku, received])))
}

/** Holds stock, orders, payments and points against each other and against what the shoppers were told. */
export async function auditShop(
  db: Db,
  history: History,
  shoppers: readonly Shopper[],
  before: ReadonlyMap<string, number>,
): Promise<void> {
  const orders = await all(db, 'orders', Order)
  await auditStock(db, history, orders, before)
  await auditMoney(db, history, orders)
  await auditPoints(db, history)
  const numbers = new Map(orders.map(({ _id, number }) => [_id, number]))
  for (const shopper of shoppers) {
    for (const [id, number] of shopper.acknowledged.orders) {
      history.check(4, numbers.get(id) === number, `order ${number} of ${shopper.name} is not there`, id)
    }
    const cart = await db.collection<{ _id: string }>('carts').findOne({ _id: shopper.userId })
    const version = z.object({ version: z.number() }).nullable().parse(cart)?.version ?? 0
    history.check(
      4,
      version >= shopper.acknowledged.cart.version,
      `${shopper.name}'s cart is at version ${version}, and ${shopper.acknowledged.cart.version} was acknowledged`,
      shopper.userId,
    )
  }
}

async function auditStock(
  db: Db,
  history: History,
  orders: ReadonlyArray<z.infer<typeof Order>>,
  before: ReadonlyMap<string, number>,
): Promise<void> {
  const sold = pieces(
    orders.flatMap(({ items }) =>
      items.map(({ sku, quantity, returnedQuantity }) => ({ sku, quantity: quantity - returnedQuantity })),
    ),
  )
  const reservations = await all(db, 'reservations', Reservation)
  const held = pieces(reservations.flatMap(({ state, lines }) => (state === 'held' ? lines : [])))
  for (const { variants } of await all(db, 'inventory', Inventory)) {
    for (const books of variants) {
      const { sku } = books
      const told = JSON.stringify(books)
      history.check(1, books.available >= 0, `${sku} is below zero: ${told}`, sku)
      history.check(
        1,
        books.received === before.get(sku) && books.received === books.sold + books.held + books.available,
        `the books of ${sku} do not add up: ${told}, ${before.get(sku)} received`,
        sku,
      )
      history.check(
        1,
        books.sold === (sold.get(sku) ?? 0) && books.held === (held.get(sku) ?? 0),
        `${sku} is ordered ${sold.get(sku) ?? 0} times and held ${held.get(sku) ?? 0} times: ${told}`,
        sku,
      )
    }
  }
}

async function auditMoney(
  db: Db,
  history: History,
  orders: ReadonlyArray<z.infer<typeof Order>>,
): Promise<void> {
  const payments = new Map(
    (await all(db, 'mock_gateway_payments', Payment)).map((found) => [found._id, found]),
  )
  const paid = new Set<string>()
  const checkouts = new Set<string>()
  for (const { _id, number, checkoutId, payment, totals, returns } of orders) {
    history.check(
      2,
      !checkouts.has(checkoutId),
      `checkout ${checkoutId} ended in two orders`,
      checkoutId,
      _id,
    )
    checkouts.add(checkoutId)
    const capture = payments.get(payment.key)
    history.check(
      2,
      capture?.status === 'captured' && capture.amount === totals.total && !paid.has(payment.key),
      `order ${number} of ${totals.total} is paid by ${JSON.stringify(capture)}`,
      _id,
      payment.key,
    )
    paid.add(payment.key)
    const given = returns.reduce((sum, { amount }) => sum + amount, 0)
    history.check(
      3,
      capture !== undefined && capture.refunded === given && given <= capture.amount,
      `order ${number} has returns of ${given} and the gateway gave back ${capture?.refunded}`,
      _id,
    )
  }
  for (const { _id, status } of payments.values()) {
    const loose = status === 'captured' ? !paid.has(_id) : status === 'approved'
    history.check(2, !loose, `payment ${_id} is ${status} and belongs to no order`, _id)
  }
}

async function auditPoints(db: Db, history: History): Promise<void> {
  const sums = new Map<string, number>()
  for (const { userId, points } of await all(db, 'points_ledger', Entry)) {
    sums.set(userId, (sums.get(userId) ?? 0) + points)
  }
  for (const { _id, points } of await all(db, 'points_accounts', Account)) {
    history.check(
      3,
      sums.get(_id) === points,
      `the ledger of ${_id} sums to ${sums.get(_id)}, its account says ${points}`,
      _id,
    )
  }
}
