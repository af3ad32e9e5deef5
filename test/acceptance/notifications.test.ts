import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { setStock } from '../../src/features/inventory/index.ts'
import { deliverNotice, openChannels } from '../../src/features/notifications/index.ts'
import { sign } from '../../src/features/notifications/webhook.ts'
import { systemClock } from '../../src/platform/clock.ts'
import type { Context } from '../../src/platform/context.ts'
import { enqueue, outbox, relayOutbox } from '../../src/platform/outbox.ts'
import { type Mailbox, openMailbox } from '../support/mailbox.ts'
import { ADDRESS, newProduct, UPI } from '../support/purchase.ts'
import { openWebhookReceiver, type WebhookReceiver } from '../support/webhook-receiver.ts'
import { type Shopper, startWorld, type World } from '../support/world.ts'

const SECRET = 'a secret for webhooks in tests'
const HOUR_MS = 60 * 60 * 1000

let world: World
let mailbox: Mailbox
let receiver: WebhookReceiver
/** The shop's context at a moment that tests move. */
let later: Context
let movedMs = 0

beforeAll(async () => {
  world = await startWorld({ config: { ADMIN_EMAIL: 'boss@example.com', ADMIN_PASSWORD: 'a long password' } })
  mailbox = await openMailbox()
  receiver = await openWebhookReceiver()
  later = { ...world.ctx, clock: { now: () => new Date(systemClock.now().getTime() + movedMs) } }
})
afterAll(async () => {
  await world.close()
  await mailbox.close()
  await receiver.close()
})
beforeEach(async () => {
  movedMs = 0
  await outbox.in(world.ctx.db).deleteMany({})
})
afterEach(() => {
  mailbox.mails.length = 0
  receiver.events.length = 0
  receiver.answers.length = 0
  mailbox.refuse(0)
})

function relay(ctx = later): Promise<number> {
  const channels = openChannels({
    ...world.ctx.config,
    smtpUrl: mailbox.url,
    webhook: { url: receiver.url, secret: SECRET },
  })
  return relayOutbox(ctx, (entry) => deliverNotice(ctx, channels, entry))
}

async function buy(shopper: Shopper, quantity = 1) {
  const productId = await newProduct(world)
  await shopper.api.call('addCartItem', { body: { productId, quantity } })
  return shopper.api.call('placeOrder', { body: { payment: UPI, shippingAddress: ADDRESS } })
}

const subjects = () => mailbox.mails.map(({ raw }) => /^Subject: (.*)$/m.exec(raw)?.[1])

test('an order is confirmed by mail to its customer and by a signed event, once', async () => {
  const shopper = await world.signUp()
  const order = await buy(shopper)
  expect(await relay()).toBe(1)
  expect(await relay()).toBe(0)
  expect(mailbox.mails).toHaveLength(1)
  expect(mailbox.mails[0]?.to).toEqual([shopper.email])
  expect(mailbox.mails[0]?.raw).toContain(order.number)
  expect(receiver.events).toHaveLength(1)
  const [event] = receiver.events
  expect(event?.signature).toBe(sign(SECRET, event?.id ?? '', event?.timestamp ?? 0, event?.body ?? ''))
  expect(Math.abs((event?.timestamp ?? 0) * 1000 - Date.now())).toBeLessThan(10_000)
  expect(JSON.parse(event?.body ?? '')).toMatchObject({
    id: event?.id,
    type: 'order.confirmed',
    data: { order: { id: order.id, number: order.number } },
  })
})

test('news of the shipping goes out when it is shipped, and not for an order that was returned before', async () => {
  const [kept, returned] = [await world.signUp(), await world.signUp()]
  await buy(kept)
  const gone = await buy(returned)
  await returned.api.call('returnOrder', { params: { id: gone.id }, body: { reason: 'second thoughts' } })
  await relay()
  mailbox.mails.length = 0
  movedMs = 23 * HOUR_MS
  expect(await relay()).toBe(0)
  movedMs = 25 * HOUR_MS
  await relay()
  expect(mailbox.mails.map(({ to, raw }) => [to, /on its way/.test(raw)])).toEqual([[[kept.email], true]])
})

test('a refund is told, a guest is not written to', async () => {
  const shopper = await world.signUp()
  const order = await buy(shopper, 2)
  await shopper.api.call('returnOrder', {
    params: { id: order.id },
    body: { reason: 'too small', items: [{ itemId: order.items[0]?.id ?? '', quantity: 1 }] },
  })
  await buy(await world.guest())
  await relay()
  expect(subjects()).toEqual([`Your order ${order.number}`, `Your return of order ${order.number}`])
  expect(receiver.events.map(({ body }) => JSON.parse(body).type).sort()).toEqual([
    'order.confirmed',
    'order.confirmed',
    'order.refunded',
  ])
})

test('what one channel has taken is not repeated when the other fails, and the other is tried again', async () => {
  await buy(await world.signUp())
  mailbox.refuse(1)
  expect(await relay()).toBe(0)
  expect(mailbox.mails).toHaveLength(0)
  expect(receiver.events).toHaveLength(1)
  expect(await relay()).toBe(0)
  receiver.answers.push(500)
  movedMs = HOUR_MS
  expect(await relay()).toBe(1)
  expect(mailbox.mails).toHaveLength(1)
  expect(receiver.events).toHaveLength(1)
})

test('a receiver that fails is asked again under the same id, with growing pauses', async () => {
  await buy(await world.signUp())
  receiver.answers.push(500, 503)
  expect(await relay()).toBe(0)
  movedMs += 500
  expect(await relay()).toBe(0)
  expect(receiver.events).toHaveLength(1)
  movedMs += 1_000
  expect(await relay()).toBe(0)
  movedMs += 1_500
  expect(receiver.events).toHaveLength(2)
  movedMs += HOUR_MS
  expect(await relay()).toBe(1)
  expect(new Set(receiver.events.map(({ id }) => id)).size).toBe(1)
  expect(receiver.events).toHaveLength(3)
  expect(mailbox.mails).toHaveLength(1)
})

test('two that relay at once deliver each notice once', async () => {
  for (let count = 0; count < 5; count += 1) await buy(await world.signUp())
  const delivered = await Promise.all([relay(), relay(), relay()])
  expect(delivered.reduce((sum, count) => sum + count)).toBe(5)
  expect(mailbox.mails).toHaveLength(5)
  expect(receiver.events).toHaveLength(5)
})

test('whoever died after the mail was taken leaves the same Message-ID behind', async () => {
  await buy(await world.signUp())
  await relay()
  const { db } = world.ctx
  await db.collection('deliveries').deleteMany({})
  await outbox.in(db).updateMany({ kind: 'order.confirmed' }, { $set: { state: 'waiting' } })
  movedMs = HOUR_MS
  await relay()
  const ids = mailbox.mails.map(({ raw }) => /^Message-ID: (.*)$/im.exec(raw)?.[1])
  expect(ids).toHaveLength(2)
  expect(ids[0]).toBe(ids[1])
})

test('low stock is told to the admin', async () => {
  const productId = await newProduct(world)
  await enqueue(world.ctx, undefined, {
    kind: 'stock.low',
    dedupeKey: `stock.low:${productId}`,
    payload: { productId, available: 2, skus: ['X-1'] },
  })
  await relay()
  expect(mailbox.mails.map(({ to }) => to)).toEqual([['boss@example.com']])
})

test('who waits for a product with an address is written to, once, and the webhook does not hear of it', async () => {
  const productId = await newProduct(world, 0)
  const product = await world.api.call('getProduct', { params: { id: productId } })
  const sku = product.variants[0]?.sku ?? ''
  const shopper = await world.signUp()
  const client = await shopper.connect('/inventory')
  await client.send('stock:waitlist', { productId, sku, email: 'waits@example.com' })
  const back = client.waitFor('stock:back')
  await setStock(world.ctx, [
    { productId, variants: [{ sku, stock: [{ locationId: 'wh-mumbai', quantity: 3 }] }] },
  ])
  await back
  expect(await relay()).toBe(1)
  expect(mailbox.mails.map(({ to }) => to)).toEqual([['waits@example.com']])
  expect(receiver.events).toHaveLength(0)
})

test('without a mail server and a receiver, notices are noted as sent to nowhere', async () => {
  await buy(await world.signUp())
  const lines: unknown[] = []
  const ctx: Context = {
    ...later,
    log: Object.assign(Object.create(later.log), { info: (facts: unknown) => lines.push(facts) }),
  }
  const channels = openChannels(world.ctx.config)
  expect(await relayOutbox(ctx, (entry) => deliverNotice(ctx, channels, entry))).toBe(1)
  expect(lines).toEqual([expect.objectContaining({ kind: 'order.confirmed', why: 'no SMTP_URL' })])
})
