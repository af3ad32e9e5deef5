import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Api, createApi } from '../support/api.ts'
import { openChat } from '../support/chat.ts'
import { connectClient } from '../support/client.ts'
import { ADDRESS, APPROVED } from '../support/purchase.ts'
import { type ShopProcess, startShopProcess } from '../support/shop-process.ts'
import { PASSWORD } from '../support/world.ts'

const LIMIT_MS = 15_000
let dataDir: string
let shop: ShopProcess
let api: Api
let token: string

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'floorwalker-'))
  shop = await startShopProcess({ DATA_DIR: dataDir, BCRYPT_COST: '10' })
  const signedUp = await createApi(shop.url).call('signUp', {
    body: { email: 'asha@example.com', password: PASSWORD, name: 'Asha Rao' },
  })
  token = signedUp.accessToken
  api = createApi(shop.url, token)
})
afterAll(async () => {
  await shop.stop()
  await rm(dataDir, { recursive: true, force: true })
})

type Line = Readonly<Record<string, unknown>>

const logged = (): Line[] =>
  shop.lines.flatMap((line) => (line.startsWith('{') ? [JSON.parse(line) as Line] : []))

/** The first log line that fits, past or to come. */
async function lineOf(wanted: Line): Promise<Line> {
  const fits = (line: Line) => Object.entries(wanted).every(([key, value]) => line[key] === value)
  await expect.poll(() => logged().some(fits), { timeout: LIMIT_MS, interval: 20 }).toBe(true)
  return logged().find(fits) ?? {}
}

test('an order by REST is followed by its request id from the door to the mail worker', async () => {
  const { items } = await api.call('listProducts', { query: { inStock: true, limit: 1 } })
  const productId = items[0]?.id ?? ''
  await api.call('addCartItem', { body: { productId } })
  await api.call('placeOrder', {
    headers: { 'X-Request-Id': 'trail-of-an-order' },
    body: { payment: APPROVED, shippingAddress: ADDRESS },
  })
  const requestId = 'trail-of-an-order'
  expect(await lineOf({ requestId, route: 'placeOrder' })).toMatchObject({ msg: 'request', status: 201 })
  expect(await lineOf({ requestId, worker: true })).toMatchObject({ kind: 'order.confirmed' })
})

test('a message is followed by its request id from the socket to the run of the actor', async () => {
  const chat = await openChat(await connectClient(shop.url, '/chat', token))
  const { message } = await chat.ask('what is in my cart?')
  const run = await lineOf({ msg: 'run', runId: message.runId })
  expect(run).toMatchObject({ sessionId: chat.sessionId, outcome: expect.any(String) })
  const event = await lineOf({ msg: 'event', requestId: run.requestId })
  expect(event).toMatchObject({ namespace: '/chat', event: 'message:send', outcome: 'ok' })
  chat.client.close()
})

test('each event has an id of its own, and each names the connection it came by', async () => {
  const client = await connectClient(shop.url, '/chat', token)
  const chat = await openChat(client)
  await chat.ask('hello')
  await chat.ask('thank you')
  const runsLogged = () =>
    logged().filter(({ msg, sessionId }) => msg === 'run' && sessionId === chat.sessionId)
  await expect.poll(() => runsLogged().length, { timeout: LIMIT_MS, interval: 20 }).toBe(2)
  const runs = runsLogged()
  expect(new Set(runs.map(({ requestId }) => requestId)).size).toBe(2)
  const events = await Promise.all(runs.map(({ requestId }) => lineOf({ msg: 'event', requestId })))
  expect(events[0]?.connection).toEqual(expect.any(String))
  expect(events[1]?.connection).toBe(events[0]?.connection)
  client.close()
})
