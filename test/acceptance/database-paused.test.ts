import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { adjustStock } from '../../src/features/inventory/index.ts'
import { createApi } from '../support/api.ts'
import { type Chat, openChat, outcomeOf } from '../support/chat.ts'
import { type Client, RefusedConnection } from '../support/client.ts'
import { ADDRESS, APPROVED, type Basket, fillCart, paymentsOf } from '../support/purchase.ts'
import { sagaFaults } from '../support/saga-faults.ts'
import { answer, createScriptedBrain, gate } from '../support/scripted-brain.ts'
import { type ShopProcess, startShopProcess } from '../support/shop-process.ts'
import { stockBooks } from '../support/stock-books.ts'
import { startWorld, type World } from '../support/world.ts'

const PAUSE_MS = 30_000
/** The contract's, both for an answer without the database and for service after its return. */
const LIMIT_MS = 10_000
const TEST_MS = 60_000
const KEY = { 'Idempotency-Key': 'before-the-pause' }

let dataDir: string
let database: ShopProcess
let one: World
let two: World
const brain = createScriptedBrain()
const thinking = gate()

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'floorwalker-pause-'))
  database = await startShopProcess({ DATA_DIR: dataDir, DB_PORT: '0' }, 'scripts/db.ts')
  const config = { MONGODB_URI: database.url }
  one = await startWorld({ config, brain })
  two = await startWorld({ on: one, config, brain })
  brain.on('think it over', async function* (turn) {
    yield { type: 'piece', text: 'Well. ' }
    await thinking.open
    yield answer(turn, 'Well. here I am.')
  })
}, TEST_MS)
afterAll(async () => {
  database.process.kill('SIGCONT')
  await two.close()
  await one.close()
  await database.stop()
  await rm(dataDir, { recursive: true, force: true })
})

/** Asks until the answer fits; each question is a real one, so nothing sleeps. */
async function within(ms: number, ask: () => Promise<boolean>): Promise<void> {
  const started = performance.now()
  while (!(await ask())) {
    if (performance.now() - started > ms) throw new Error('it did not come about in time')
  }
}

function addOne(productId: string, sku = ''): Promise<unknown> {
  const admin = { userId: 'admin', role: 'admin' as const, requestId: 'test', via: 'rest' as const }
  return adjustStock(one.ctx, admin, { productId, sku, locationId: 'wh-mumbai', delta: 1, reason: 'test' })
}

describe('a database that is stopped for 30 s in the middle of everything', () => {
  let basket: Basket
  let checkoutId: string
  let paying: Promise<Response>
  let chat: Chat
  let slow: string
  let behind: string
  let devices: { cart: Client<'/cart'>; cartThere: Client<'/cart'>; stock: Client<'/inventory'> }
  const pausedAt = { ms: 0 }
  const sinceThePause = () => performance.now() - pausedAt.ms
  const pay = (world: World) =>
    createApi(world.url, basket.shopper.token).raw('/api/orders', {
      method: 'POST',
      headers: { ...KEY, 'Content-Type': 'application/json' },
      body: JSON.stringify({ checkoutId, payment: APPROVED, shippingAddress: ADDRESS }),
    })

  test(
    '(a run and a checkout are under way, a message waits; the database stops)',
    async () => {
      basket = await fillCart(one)
      const { shopper } = basket
      devices = {
        cart: await shopper.connect('/cart'),
        cartThere: await two.connect('/cart', shopper.token),
        stock: await two.connect('/inventory'),
      }
      await devices.stock.send('inventory:subscribe', { productIds: [basket.productId] })
      chat = await openChat(await shopper.connect('/chat'))
      slow = (await chat.say('think it over')).runId ?? ''
      await chat.client.waitFor('agent:event', ({ type }) => type === 'TEXT_MESSAGE_CONTENT')
      behind = (await chat.say('and you?')).runId ?? ''
      checkoutId = (await shopper.api.call('startCheckout')).id

      const { promise: stopped, resolve } = Promise.withResolvers<void>()
      sagaFaults(one.ctx).at('authorize:after', async () => {
        database.process.kill('SIGSTOP')
        pausedAt.ms = performance.now()
        resolve()
      })
      paying = pay(one)
      await stopped
      thinking.release()
    },
    TEST_MS,
  )

  test(
    'every door says so within 10 s as long as it lasts, and no socket is ended',
    async () => {
      const { shopper } = basket
      while (sinceThePause() < PAUSE_MS) {
        const asked = performance.now()
        const [rest, event, handshake] = await Promise.all([
          shopper.api.raw('/api/auth/me'),
          chat.client.emit('history:list', { sessionId: chat.sessionId }),
          two.connect('/cart', shopper.token).catch((error: unknown) => error),
        ])
        expect(performance.now() - asked).toBeLessThan(LIMIT_MS)
        expect(rest.status).toBe(503)
        expect(Number(rest.headers.get('retry-after'))).toBeGreaterThan(0)
        expect(event).toMatchObject({ ok: false, error: { code: 'unavailable', status: 503 } })
        expect(handshake).toBeInstanceOf(RefusedConnection)
        expect(handshake).toMatchObject({ problem: { status: 503, retryAfter: expect.any(Number) } })
      }
      expect((await paying).status).toBe(503)
      for (const { socket } of [chat.client, ...Object.values(devices)]) expect(socket.connected).toBe(true)
    },
    TEST_MS,
  )

  test(
    'service goes on by itself within 10 s of its return',
    async () => {
      database.process.kill('SIGCONT')
      const well = async () => (await one.api.raw('/health')).ok && (await two.api.raw('/health')).ok
      await within(LIMIT_MS, well)
      for (const { socket } of [chat.client, ...Object.values(devices)]) expect(socket.connected).toBe(true)
    },
    TEST_MS,
  )

  test(
    'the run that was under way ends once, and the message that waited is answered',
    async () => {
      expect(outcomeOf(await chat.run(slow))).toEqual({ type: 'success' })
      expect((await chat.answerOf(slow)).text).toBe('Well. here I am.')
      expect(outcomeOf(await chat.run(behind))).toEqual({ type: 'success' })
      expect((await chat.answerOf(behind)).text).toBe('You said: and you?')
      const { messages } = await chat.client.send('history:list', { sessionId: chat.sessionId })
      expect(messages.map(({ seq, role }) => [seq, role])).toEqual([
        [1, 'customer'],
        [2, 'customer'],
        [3, 'assistant'],
        [4, 'assistant'],
      ])
    },
    TEST_MS,
  )

  test(
    'the checkout that was under way ends in one order and one capture',
    async () => {
      await within(LIMIT_MS, async () => (await pay(two)).status === 201)
      expect((await basket.shopper.api.call('listOrders')).total).toBe(1)
      expect((await paymentsOf(one.ctx, checkoutId)).map(({ status }) => status)).toEqual(['captured'])
      expect(await stockBooks(one.ctx, basket.productId)).toEqual({
        received: 10,
        sold: 2,
        held: 0,
        available: 8,
      })
      for (const device of [devices.cart, devices.cartThere])
        await device.waitFor('checkout:state', ({ state }) => state === 'completed')
    },
    TEST_MS,
  )

  test(
    'all change streams go on: stock, carts, revoked tokens',
    async () => {
      const { productId, shopper } = basket
      await addOne(productId, basket.cart.items[0]?.sku)
      await devices.stock.waitFor('inventory:updated', ({ available }) => available === 9)
      const cart = await shopper.api.call('addCartItem', { body: { productId } })
      await devices.cartThere.waitFor('cart:changed', (changed) => changed.cart.version === cart.version)
      await shopper.api.raw('/api/auth/logout', { method: 'POST' })
      expect(await devices.cartThere.waitFor('auth:expired')).toEqual({ code: 'token_revoked' })
    },
    TEST_MS,
  )
})

test(
  'a database that is killed and started again costs nothing that was acknowledged, and no socket',
  async () => {
    const { shopper, productId } = await fillCart(one)
    const cart = await two.connect('/cart', shopper.token)
    const stock = await two.connect('/inventory')
    await stock.send('inventory:subscribe', { productIds: [productId] })
    const said = await openChat(await shopper.connect('/chat'))
    const message = await said.say('before it dies')
    const before = await shopper.api.call('addCartItem', { body: { productId } })

    expect(await database.stop('SIGKILL')).toBe('SIGKILL')
    const away = await shopper.api.raw('/api/cart')
    expect([away.status, away.headers.has('retry-after')]).toEqual([503, true])
    database = await startShopProcess(
      { DATA_DIR: dataDir, DB_PORT: new URL(database.url).port },
      'scripts/db.ts',
    )
    await within(LIMIT_MS, async () => (await one.api.raw('/health')).ok && (await two.api.raw('/health')).ok)

    expect(await shopper.api.call('getCart')).toEqual(before)
    expect(outcomeOf(await said.run(message.runId ?? ''))).toEqual({ type: 'success' })
    expect((await said.answerOf(message.runId ?? '')).text).toBe('You said: before it dies')
    const after = await shopper.api.call('addCartItem', { body: { productId } })
    await cart.waitFor('cart:changed', (changed) => changed.cart.version === after.version)
    await addOne(productId, before.items[0]?.sku)
    await stock.waitFor('inventory:updated', ({ available }) => available === 11)
    for (const { socket } of [said.client, cart, stock]) expect(socket.connected).toBe(true)
  },
  TEST_MS,
)
