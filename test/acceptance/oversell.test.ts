import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Order, Problem } from '../../src/contract/index.ts'
import { reservationsCollection } from '../../src/features/inventory/index.ts'
import { ordersCollection } from '../../src/features/orders/orders.store.ts'
import { inTransaction } from '../../src/platform/transaction.ts'
import { type Api, createApi, ProblemAnswer } from '../support/api.ts'
import { type Client, ProblemAck } from '../support/client.ts'
import { ADDRESS, APPROVED, DECLINED } from '../support/purchase.ts'
import { shelve } from '../support/shelf.ts'
import { type StockBooks, stockBooks } from '../support/stock-books.ts'
import { startWorld, type World } from '../support/world.ts'

const CARDS = { approved: APPROVED, declined: DECLINED }

let one: World
let two: World
let counter = 0

beforeAll(async () => {
  one = await startWorld()
  two = await startWorld({ on: one })
})
afterAll(async () => {
  await two.close()
  await one.close()
})

async function product(quantity: number): Promise<string> {
  counter += 1
  const [id = ''] = await shelve(one.ctx, [{ name: `Rare Thing ${counter}`, variants: [{ quantity }] }])
  return id
}

interface Buyer {
  readonly api: Api
  /** Checks the cart out and pays, in one request by REST or in two events by the socket. */
  buy(card?: keyof typeof CARDS): Promise<Order>
}

/** So many shoppers with the products in their carts, who go to the two instances and to both doors in turn. */
function buyers(count: number, fill: (index: number) => readonly string[], quantity = 1): Promise<Buyer[]> {
  return Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const world = index % 2 === 0 ? one : two
      const { token } = await world.guest()
      const api = createApi(world.url, token)
      for (const productId of fill(index)) {
        await api.call('addCartItem', { body: { productId, quantity } })
      }
      return index % 4 < 2 ? byRest(api) : bySocket(api, await world.connect('/cart', token))
    }),
  )
}

function byRest(api: Api): Buyer {
  return {
    api,
    buy: (card = 'approved') =>
      api.call('placeOrder', { body: { payment: CARDS[card], shippingAddress: ADDRESS } }),
  }
}

function bySocket(api: Api, client: Client<'/cart'>): Buyer {
  return {
    api,
    async buy(card = 'approved') {
      const { id: checkoutId } = await client.send('checkout:start', {})
      const payment = { checkoutId, payment: CARDS[card], shippingAddress: ADDRESS }
      return (await client.send('checkout:pay', payment)).order
    },
  }
}

/** What is held, or was sold, according to the books and according to the holds and orders at the same moment. */
async function audit(productId: string): Promise<StockBooks> {
  return inTransaction(one.ctx, async (session) => {
    const { db } = one.ctx
    const books = await stockBooks({ db }, productId, session)
    const orders = await ordersCollection.in(db).find({}, { session }).toArray()
    const holds = await reservationsCollection.in(db).find({ state: 'held' }, { session }).toArray()
    const pieces = (lines: ReadonlyArray<{ productId: string; quantity: number }>) =>
      lines.reduce((sum, line) => sum + (line.productId === productId ? line.quantity : 0), 0)
    expect(books.sold).toBe(pieces(orders.flatMap(({ items }) => items)))
    expect(books.held).toBe(pieces(holds.flatMap(({ lines }) => lines)))
    return books
  })
}

/** Audits the products over and over until the work is done. Returns what it has come to, and how many audits there were. */
async function audited<T>(
  productIds: readonly string[],
  work: Promise<T>,
): Promise<{ done: T; audits: number }> {
  let over = false
  const sample = async () => {
    let audits = 0
    while (!over) {
      for (const productId of productIds) await audit(productId)
      audits += 1
    }
    return audits
  }
  const end = work.finally(() => {
    over = true
  })
  const [done, audits] = await Promise.all([end, sample()])
  return { done, audits }
}

function outcomes(tries: ReadonlyArray<PromiseSettledResult<Order>>) {
  const orders = tries.flatMap((attempt) => (attempt.status === 'fulfilled' ? [attempt.value] : []))
  const refusals = tries.flatMap((attempt) => {
    if (attempt.status === 'fulfilled') return []
    return [problemOf(attempt.reason)]
  })
  return { orders, refusals }
}

describe('the last pieces', () => {
  it('40 buyers of 10 on two instances make 10 orders', async () => {
    const productId = await product(10)
    const rush = await buyers(40, () => [productId])
    const watchers = await Promise.all([one.connect('/inventory'), two.connect('/inventory')])
    for (const watcher of watchers) await watcher.send('inventory:subscribe', { productIds: [productId] })
    const { done, audits } = await audited([productId], Promise.allSettled(rush.map(({ buy }) => buy())))
    const { orders, refusals } = outcomes(done)
    expect(orders).toHaveLength(10)
    expect(new Set(orders.map(({ number }) => number)).size).toBe(10)
    for (const order of orders) expect(order).toMatchObject({ status: 'paid', items: [{ quantity: 1 }] })
    expect(refusals).toHaveLength(30)
    for (const refusal of refusals) {
      expect(refusal).toMatchObject({ status: 409, code: 'insufficient_stock', available: 0 })
    }
    expect(audits).toBeGreaterThan(1)
    expect(await audit(productId)).toEqual({ received: 10, sold: 10, held: 0, available: 0 })
    expect(await one.api.call('getInventory', { params: { id: productId } })).toMatchObject({
      available: 0,
      status: 'out_of_stock',
    })
    for (const watcher of watchers) {
      await watcher.waitFor('inventory:updated', ({ available }) => available === 0)
    }
  })

  it('who was refused keeps the cart, and can buy once there is more', async () => {
    const productId = await product(1)
    const [first, second] = await buyers(2, () => [productId])
    if (first === undefined || second === undefined) throw new Error('no buyers')
    const { orders } = outcomes(await Promise.allSettled([first.buy(), second.buy()]))
    expect(orders).toHaveLength(1)
    const carts = await Promise.all([first.api.call('getCart'), second.api.call('getCart')])
    expect(carts.map(({ items }) => items.length).toSorted()).toEqual([0, 1])
    const admin = await one.admin()
    await admin.api.call('adjustInventory', {
      params: { productId },
      body: {
        sku: orders[0]?.items[0]?.sku ?? '',
        locationId: 'st-delhi',
        delta: 1,
        reason: 'found one',
      },
    })
    const loser = carts[0]?.items.length === 1 ? first : second
    expect(await loser.buy()).toMatchObject({ status: 'paid' })
    expect(await audit(productId)).toEqual({ received: 2, sold: 2, held: 0, available: 0 })
  })

  it('carts with the same two things, filled in opposite order, block nobody', async () => {
    const [a, b] = await Promise.all([product(8), product(5)])
    const rush = await buyers(20, (index) => (index % 4 < 2 ? [a, b] : [b, a]))
    const { done } = await audited([a, b], Promise.allSettled(rush.map(({ buy }) => buy())))
    const { orders, refusals } = outcomes(done)
    expect(orders).toHaveLength(5)
    expect(new Set(refusals.map(({ code }) => code))).toEqual(new Set(['insufficient_stock']))
    expect(await audit(a)).toEqual({ received: 8, sold: 5, held: 0, available: 3 })
    expect(await audit(b)).toEqual({ received: 5, sold: 5, held: 0, available: 0 })
  })

  it('several pieces each go to as many as they last for', async () => {
    const productId = await product(10)
    const rush = await buyers(12, () => [productId], 3)
    const { done } = await audited([productId], Promise.allSettled(rush.map(({ buy }) => buy())))
    const { orders, refusals } = outcomes(done)
    expect(orders).toHaveLength(3)
    for (const refusal of refusals) expect(refusal.code).toBe('insufficient_stock')
    expect(await audit(productId)).toEqual({ received: 10, sold: 9, held: 0, available: 1 })
  })

  it('declines and second thoughts give their pieces back to those who pay', async () => {
    const productId = await product(6)
    const rush = await buyers(18, () => [productId])
    const shop = async ({ api, buy }: Buyer, index: number): Promise<Order> => {
      if (index % 3 === 0) return buy()
      await api.call('startCheckout')
      if (index % 3 === 1) await buy('declined').catch(onlyDeclined)
      const { items } = await api.call('getCart')
      await api.call('removeCartItem', { params: { id: items[0]?.id ?? '' } })
      return buy()
    }
    const { done } = await audited([productId], Promise.allSettled(rush.map(shop)))
    const { orders, refusals } = outcomes(done)
    for (const { code } of refusals) expect(['insufficient_stock', 'cart_empty']).toContain(code)
    expect(orders.length).toBeLessThanOrEqual(6)
    const sold = orders.length
    expect(await audit(productId)).toEqual({ received: 6, sold, held: 0, available: 6 - sold })
    const late = await buyers(6, () => [])
    const rest = await Promise.all(
      late.slice(0, 6 - sold).map(async ({ api, buy }) => {
        await api.call('addCartItem', { body: { productId } })
        return buy()
      }),
    )
    expect(rest).toHaveLength(6 - sold)
    expect(await audit(productId)).toEqual({ received: 6, sold: 6, held: 0, available: 0 })
  })
})

/** What a shopper was refused with, at either door. */
function problemOf(error: unknown): Problem {
  if (error instanceof ProblemAnswer || error instanceof ProblemAck) return error.problem
  throw error
}

function onlyDeclined(error: unknown): void {
  expect(problemOf(error)).toMatchObject({ status: 402, code: 'payment_declined' })
}
