import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createApi } from '../support/api.ts'
import { openChat } from '../support/chat.ts'
import { connectClient } from '../support/client.ts'
import { startShopProcess } from '../support/shop-process.ts'

const ADDRESS = {
  name: 'Asha Rao',
  line1: '12 MG Road',
  city: 'Bengaluru',
  state: 'Karnataka',
  postalCode: '560001',
  country: 'IN',
}

describe('kill -9 right after an acknowledged order', () => {
  let dataDir: string

  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'floorwalker-kill-'))
  })

  afterEach(() => rm(dataDir, { recursive: true, force: true }))

  it('loses neither the order nor the stock nor the chat', async () => {
    const variables = { DATA_DIR: dataDir, BCRYPT_COST: '10', LOG_LEVEL: 'error' }
    const first = await startShopProcess(variables)
    const guest = await createApi(first.url).call('startGuest', { body: {} })
    const api = createApi(first.url, guest.accessToken)
    const chatSocket = await connectClient(first.url, '/chat', guest.accessToken)
    const chat = await openChat(chatSocket)
    await chat.ask('hello')

    const { items } = await api.call('listProducts', { query: { inStock: true, limit: 50 } })
    const product = items.find(({ variants }) => variants.some(({ available }) => available > 2))
    const variant = product?.variants.find(({ available }) => available > 2)
    if (product === undefined || variant === undefined) throw new Error('the demo has nothing in stock')
    await api.call('addCartItem', { body: { productId: product.id, sku: variant.sku, quantity: 2 } })
    const order = await api.call('placeOrder', {
      body: { payment: { method: 'upi', vpa: 'success@upi' }, shippingAddress: ADDRESS },
      headers: { 'Idempotency-Key': 'before-the-kill' },
    })
    await first.stop('SIGKILL')
    chatSocket.close()

    const again = await startShopProcess(variables)
    try {
      const after = createApi(again.url, guest.accessToken)
      expect(await after.call('getOrder', { params: { id: order.id } })).toMatchObject({
        number: order.number,
        totals: order.totals,
      })
      const inventory = await after.call('getInventory', { params: { id: product.id } })
      expect(inventory.variants.find(({ sku }) => sku === variant.sku)?.available).toBe(variant.available - 2)
      expect((await after.call('getCart')).items).toEqual([])
      expect((await after.call('getLoyaltyProfile')).points).toBe(order.pointsEarned)
      const socket = await connectClient(again.url, '/chat', guest.accessToken)
      const opened = await socket.send('session:open', { sessionId: chat.sessionId, afterSeq: 0 })
      expect(opened.messages.map(({ role, seq }) => [role, seq])).toEqual([
        ['customer', 1],
        ['assistant', 2],
      ])
      socket.close()
      const repeated = await after.call('placeOrder', {
        body: { payment: { method: 'upi', vpa: 'success@upi' }, shippingAddress: ADDRESS },
        headers: { 'Idempotency-Key': 'before-the-kill' },
      })
      expect(repeated.id).toBe(order.id)
    } finally {
      await again.stop()
    }
  })
})
