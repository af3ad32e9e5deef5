import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Order, Product } from '../../src/contract/index.ts'
import { type Api, createApi, ProblemAnswer } from '../support/api.ts'
import { openChat } from '../support/chat.ts'
import { connectClient } from '../support/client.ts'
import { ADDRESS, UPI } from '../support/purchase.ts'
import { type ShopProcess, startShopProcess } from '../support/shop-process.ts'

const ORDER = { payment: UPI, shippingAddress: ADDRESS }
const OTHERS = 6

interface Buyer {
  readonly token: string
  /** The order as it was acknowledged; undefined when the process was killed before. */
  readonly order: Order | undefined
}

describe('kill -9 right after an acknowledged order', () => {
  let dataDir: string
  let shop: ShopProcess
  let product: Product
  let sku: string
  let availableBefore: number
  let token: string
  let sessionId: string
  let order: Order
  let others: Buyer[]

  const start = () => startShopProcess({ DATA_DIR: dataDir, BCRYPT_COST: '10', LOG_LEVEL: 'error' })
  const api = (of = token): Api => createApi(shop.url, of)
  const newGuest = async () => (await createApi(shop.url).call('startGuest', { body: {} })).accessToken

  /** A shopper of whom nobody knows whether her order was acknowledged when the process ends. */
  async function buyMeanwhile(): Promise<() => Promise<Buyer>> {
    const guest = await newGuest()
    await api(guest).call('addCartItem', { body: { productId: product.id, sku } })
    return async () => {
      const answer = await api(guest)
        .call('placeOrder', { body: ORDER })
        .catch((error: unknown) => {
          if (error instanceof ProblemAnswer) throw error
          return undefined
        })
      return { token: guest, order: answer }
    }
  }

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'floorwalker-kill-'))
    shop = await start()
    token = await newGuest()
    const { items } = await api().call('listProducts', { query: { inStock: true, limit: 100 } })
    const enough = items
      .flatMap((item) => item.variants.map((variant) => ({ item, variant })))
      .find(({ variant }) => variant.available > 2 + OTHERS)
    if (enough === undefined) throw new Error('the demo has too little in stock')
    product = enough.item
    sku = enough.variant.sku
    availableBefore = enough.variant.available
  })

  afterAll(async () => {
    await shop.stop()
    await rm(dataDir, { recursive: true, force: true })
  })

  it('(an order is acknowledged, others are under way, and the process ends)', async () => {
    const socket = await connectClient(shop.url, '/chat', token)
    const chat = await openChat(socket)
    sessionId = chat.sessionId
    await chat.ask('hello')
    await api().call('addCartItem', { body: { productId: product.id, sku, quantity: 2 } })
    const buyers = await Promise.all(Array.from({ length: OTHERS }, buyMeanwhile))
    const buying = buyers.map((buy) => buy())
    order = await api().call('placeOrder', { body: ORDER, headers: { 'Idempotency-Key': 'before-the-kill' } })
    expect(await shop.stop('SIGKILL')).toBe('SIGKILL')
    others = await Promise.all(buying)
    socket.close()
  })

  it('the shop starts again', async () => {
    shop = await start()
  })

  it('the order is there, with its points and an empty cart', async () => {
    expect(await api().call('getOrder', { params: { id: order.id } })).toEqual(order)
    expect((await api().call('getCart')).items).toEqual([])
    expect((await api().call('getLoyaltyProfile')).points).toBe(order.pointsEarned)
  })

  it('its key answers with it', async () => {
    const headers = { 'Idempotency-Key': 'before-the-kill' }
    expect(await api().call('placeOrder', { body: ORDER, headers })).toEqual(order)
    expect((await api().call('listOrders')).total).toBe(1)
  })

  it('so is every other order that was acknowledged, and the stock is that of the orders', async () => {
    let sold = 2
    for (const buyer of others) {
      const { items } = await api(buyer.token).call('listOrders')
      if (buyer.order !== undefined) expect(items.map(({ id }) => id)).toEqual([buyer.order.id])
      expect(items.length).toBeLessThanOrEqual(1)
      sold += items.length
    }
    const { variants } = await api().call('getInventory', { params: { id: product.id } })
    const available = variants.find((variant) => variant.sku === sku)?.available ?? -1
    // Pieces that a checkout cut short still holds are neither sold nor for sale.
    expect(available).toBeLessThanOrEqual(availableBefore - sold)
    expect(available).toBeGreaterThanOrEqual(availableBefore - 2 - OTHERS)
  })

  it('the chat is there', async () => {
    const socket = await connectClient(shop.url, '/chat', token)
    const opened = await socket.send('session:open', { sessionId, afterSeq: 0 })
    expect(opened.messages.map(({ role, seq }) => [role, seq])).toEqual([
      ['customer', 1],
      ['assistant', 2],
    ])
    socket.close()
  })

  it('the shop goes on selling', async () => {
    await api().call('addCartItem', { body: { productId: product.id, sku } })
    expect(await api().call('placeOrder', { body: ORDER })).toMatchObject({ status: 'paid' })
  })
})
