import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { loadCheckout } from '../../src/features/checkout/checkout.store.ts'
import { resumeCheckouts, type SagaPoint } from '../../src/features/checkout/index.ts'
import { ordersCollection } from '../../src/features/orders/orders.store.ts'
import { stripeEvents } from '../../src/features/payments/stripe-events.store.ts'
import { createApi } from '../support/api.ts'
import { problemOf, restCheckout } from '../support/checkout-doors.ts'
import { type TestClock, testClock } from '../support/instance.ts'
import { type Basket, fillCart } from '../support/purchase.ts'
import { die, type SagaFaults, sagaFaults } from '../support/saga-faults.ts'
import { startShopProcess } from '../support/shop-process.ts'
import { stockBooks } from '../support/stock-books.ts'
import type { BookedIntent } from '../support/stripe/books.ts'
import { STRIPE_KEY, type StripeServer, startStripeServer } from '../support/stripe/server.ts'
import { intentsOf, startStripeShop, statusesOf, token } from '../support/stripe/shop.ts'
import { eventAbout, postEvent } from '../support/stripe/webhook.ts'
import { startWorld, type World } from '../support/world.ts'

const MINUTE_MS = 60_000
const CAPTURABLE = 'payment_intent.amount_capturable_updated'

let clock: TestClock
let stripe: StripeServer
let world: World
let two: World
let faults: SagaFaults
let basket: Basket
let checkoutId: string

beforeAll(async () => {
  clock = testClock(new Date())
  stripe = await startStripeServer()
  const config = { ACCESS_TOKEN_TTL: '7d' }
  world = await startStripeShop(stripe, { clock, config })
  two = await startStripeShop(stripe, { clock, config, on: world })
  faults = sagaFaults(world.ctx, { backoffMs: [] })
})
afterAll(async () => {
  await two.close()
  await world.close()
  await stripe.close()
})
beforeEach(async () => {
  stripe.calm()
  basket = await fillCart(world)
  checkoutId = (await basket.shopper.api.call('startCheckout')).id
})

const pay = (at: World = world) =>
  restCheckout(createApi(at.url, basket.shopper.token)).pay(checkoutId, token(stripe), { key: 'pay' })
const statuses = () => statusesOf(world, stripe, checkoutId)
const orders = async () => (await basket.shopper.api.call('listOrders')).items
const signedNow = () => ({ at: clock.now() })

async function intent(): Promise<BookedIntent> {
  const [found] = await intentsOf(world, stripe, checkoutId)
  if (found === undefined) throw new Error('Stripe knows of no intent')
  return found
}

/** Everything that an event could have changed. */
async function standing() {
  const [found, checkout, stock, handled] = await Promise.all([
    orders(),
    loadCheckout(world.ctx, checkoutId),
    stockBooks(world.ctx, basket.productId),
    stripeEvents.in(world.ctx.db).countDocuments(),
  ])
  return { orders: found, checkout, stock, intents: await statuses(), handled }
}

async function expectBought(): Promise<void> {
  expect(await orders()).toMatchObject([{ status: 'paid', payment: { status: 'captured' } }])
  expect(await statuses()).toEqual(['succeeded'])
  expect(await stockBooks(world.ctx, basket.productId)).toMatchObject({ sold: 2, held: 0 })
}

/** The money is set aside, and the process that asked for it is gone. */
async function leftHalfWay(): Promise<void> {
  faults.at('authorize:after', die)
  expect(await problemOf(pay())).toMatchObject({ code: 'internal' })
  expect(await statuses()).toEqual(['requires_capture'])
}

describe('an event of a payment', () => {
  it('that was left half way makes the order, on whichever instance it comes in', async () => {
    await leftHalfWay()
    const answer = await postEvent(two, eventAbout(CAPTURABLE, await intent()), signedNow())
    expect(answer.status).toBe(204)
    await expectBought()
    expect((await pay()).id).toBe((await orders())[0]?.id)
    await expectBought()
  })

  it('whose capture gave no answer marks the order paid', async () => {
    stripe.trouble('capture', 'cut', 2)
    expect(await pay()).toMatchObject({ status: 'pending' })
    await postEvent(world, eventAbout('payment_intent.succeeded', await intent()), signedNow())
    await expectBought()
  })

  it('that failed lets another card pay', async () => {
    faults.at('authorize:after', die)
    const declined = token(stripe, '4000000000000002')
    await problemOf(restCheckout(basket.shopper.api).pay(checkoutId, declined))
    await postEvent(world, eventAbout('payment_intent.payment_failed', await intent()), signedNow())
    expect(await loadCheckout(world.ctx, checkoutId)).toMatchObject({ state: 'declined', unsettled: false })
    expect(await pay()).toMatchObject({ status: 'paid' })
    expect(await statuses()).toEqual(['requires_payment_method', 'succeeded'])
  })

  it('and the client at once make one order and one capture', async () => {
    const payments = [pay(), pay(two)].map((call) => call.catch((error: unknown) => error))
    stripe.trouble('confirm', 'held', 1)
    await stripe.holding('confirm')
    const payload = eventAbout(CAPTURABLE, await intent())
    const events = [world, two].map((at) => postEvent(at, payload, signedNow()))
    expect((await Promise.all(events)).map(({ status }) => status)).toEqual([204, 204])
    stripe.release()
    await Promise.all(payments)
    await expectBought()
  })

  it('and the sweep at once, after a crash, make one order and one capture', async () => {
    await leftHalfWay()
    const payload = eventAbout(CAPTURABLE, await intent())
    await Promise.all([
      ...[world, two].map((at) => postEvent(at, payload, signedNow())),
      ...[world, two].map(({ ctx }) => resumeCheckouts(ctx)),
      pay(two).catch((error: unknown) => error),
    ])
    await resumeCheckouts(world.ctx)
    await expectBought()
  })

  it('of a refund settles the return whose answer was lost', async () => {
    const order = await pay()
    stripe.trouble('refund', 'cut', 2)
    const { refund } = await basket.shopper.api.call('returnOrder', {
      params: { id: order.id },
      body: { reason: 'does not fit', items: [{ itemId: order.items[0]?.id ?? '', quantity: 1 }] },
    })
    expect(refund.status).toBe('pending')
    await postEvent(world, eventAbout('charge.refunded', await intent()), signedNow())
    expect(await orders()).toMatchObject([{ returns: [{ refund: { status: 'succeeded' } }] }])
    expect(stripe.books.refunded((await intent()).id)).toBe(refund.amount)
  })
})

describe('an event that is not to be believed', () => {
  const refused = async (post: Promise<Response>) => {
    const answer = await post
    expect(answer.headers.get('content-type')).toBe('application/problem+json')
    return { status: answer.status, code: ((await answer.json()) as { code: string }).code }
  }
  const FORGED = { status: 400, code: 'malformed_json' }

  it.each([
    ['signed with another secret', () => ({ secret: 'whsec_somebody_elses', at: clock.now() })],
    ['signed too long ago', () => ({ at: new Date(clock.now().getTime() - 6 * MINUTE_MS) })],
  ])('%s changes nothing', async (_, signing) => {
    await leftHalfWay()
    const before = await standing()
    const payload = eventAbout(CAPTURABLE, await intent())
    expect(await refused(postEvent(world, payload, signing()))).toEqual(FORGED)
    expect(await standing()).toEqual(before)
  })

  it.each([
    ['without a signature', {}],
    ['with half a signature', { 'Stripe-Signature': 't=1,v1=' }],
  ])('%s changes nothing', async (_, headers) => {
    await leftHalfWay()
    const before = await standing()
    const body = eventAbout(CAPTURABLE, await intent())
    const post = fetch(`${world.url}/webhooks/stripe`, { method: 'POST', headers, body })
    expect(await refused(post)).toEqual(FORGED)
    expect(await standing()).toEqual(before)
  })

  it('replayed does nothing, not even what the first could not do', async () => {
    await leftHalfWay()
    const payload = eventAbout(CAPTURABLE, await intent())
    stripe.trouble('capture', 'cut', 2)
    await postEvent(world, payload, signedNow())
    const before = await standing()
    expect(before.checkout?.unsettled).toBe(true)
    const calls = stripe.keys('capture').length
    expect((await postEvent(two, payload, signedNow())).status).toBe(204)
    expect(await standing()).toEqual(before)
    expect(stripe.keys('capture')).toHaveLength(calls)
    await resumeCheckouts(two.ctx)
    await expectBought()
  })

  it('about a payment of another shop, or of no use here, is taken and does nothing', async () => {
    await leftHalfWay()
    const before = await standing()
    const ours = await intent()
    for (const payload of [
      eventAbout(CAPTURABLE, { ...ours, metadata: {} }),
      eventAbout(CAPTURABLE, { ...ours, metadata: { authorization: 'elsewhere:1' } }),
      eventAbout(CAPTURABLE, { ...ours, id: 'pi_of_another_shop' }),
      eventAbout('customer.created', ours),
      '{"id":"evt_x","type":"payout.paid","data":{"object":[]}}',
    ]) {
      expect((await postEvent(world, payload, signedNow())).status).toBe(204)
    }
    expect(await standing()).toEqual(before)
  })

  it('that only claims to be paid is not taken at its word', async () => {
    stripe.trouble('confirm', 'refused', 1)
    stripe.trouble('cancel', 'refused', 1)
    await problemOf(pay())
    const lie = { ...(await intent()), status: 'succeeded' }
    await postEvent(world, eventAbout('payment_intent.succeeded', lie), signedNow())
    expect(await orders()).toEqual([])
    expect(await statuses()).toEqual(['canceled'])
  })

  it('too large, or by another method, is refused', async () => {
    const post = fetch(`${world.url}/webhooks/stripe`, { method: 'POST', body: 'x'.repeat(600_000) })
    expect(await refused(post)).toEqual({ status: 413, code: 'payload_too_large' })
    expect(await refused(fetch(`${world.url}/webhooks/stripe`))).toMatchObject({ status: 405 })
  })

  it('is nothing to a shop without Stripe', async () => {
    const mock = await startWorld()
    try {
      expect((await postEvent(mock, '{}')).status).toBe(404)
    } finally {
      await mock.close()
    }
  })
})

describe('a process that dies', () => {
  it.each<[SagaPoint, 'bought' | 'released']>([
    ['begin:after', 'released'],
    ['authorize:before', 'released'],
    ['authorize:after', 'bought'],
    ['place:before', 'bought'],
    ['place:after', 'bought'],
    ['capture:before', 'bought'],
    ['capture:after', 'bought'],
  ])('at %s: the sweep of another instance ends it (%s)', async (point, end) => {
    faults.at(point, die)
    expect(await problemOf(pay())).toMatchObject({ code: 'internal' })
    await Promise.all([resumeCheckouts(two.ctx), resumeCheckouts(world.ctx)])
    await resumeCheckouts(two.ctx)
    if (end === 'bought') return expectBought()
    expect(await orders()).toEqual([])
    expect(await statuses()).toEqual([])
    expect(await loadCheckout(world.ctx, checkoutId)).toMatchObject({ unsettled: false })
  })

  it('between intent and order, with the cart changed since: everything is released', async () => {
    await leftHalfWay()
    await basket.shopper.api.call('addCartItem', { body: { productId: basket.productId } })
    await postEvent(two, eventAbout(CAPTURABLE, await intent()), signedNow())
    expect(await statuses()).toEqual(['canceled'])
    expect(await orders()).toEqual([])
    expect(await stockBooks(world.ctx, basket.productId)).toMatchObject({ held: 0, available: 10 })
  })

  it('is made up for by the worker of the sweep', async () => {
    await leftHalfWay()
    const paid = ordersCollection
      .in(world.ctx.db)
      .watch([{ $match: { 'updateDescription.updatedFields.state': 'paid' } }])
    await paid.tryNext()
    const worker = new Worker(join(import.meta.dirname, '../../workers/sweep.ts'), {
      workerData: { config: world.ctx.config },
      execArgv: [],
    })
    await paid.next()
    await Promise.all([worker.terminate(), paid.close()])
    await resumeCheckouts(world.ctx)
    await expectBought()
  })

  it.each<SagaPoint>(['authorize:after', 'capture:before'])('by kill -9 at %s', async (point) => {
    const { config } = world.ctx
    const shop = await startShopProcess(
      {
        NODE_ENV: 'test',
        MONGODB_URI: world.uri,
        MONGODB_DB: config.mongo.database,
        JWT_SECRET: config.jwtSecrets?.join(',') ?? '',
        SEED_DEMO: 'false',
        STRIPE_SECRET_KEY: STRIPE_KEY,
        STRIPE_API_BASE: stripe.url,
      },
      'test/support/frozen-shop.ts',
      [point],
    )
    const door = restCheckout(createApi(shop.url, basket.shopper.token))
    let answer: Promise<unknown> = Promise.resolve()
    await shop.lineWith(`frozen at ${point}`, () => {
      answer = door.pay(checkoutId, token(stripe), { key: 'pay' }).catch((error: unknown) => error)
    })
    expect(await shop.stop('SIGKILL')).toBe('SIGKILL')
    expect(await answer).toBeInstanceOf(TypeError)
    clock.advance(MINUTE_MS)
    await postEvent(two, eventAbout(CAPTURABLE, await intent()), signedNow())
    await expectBought()
  })

  it('while Stripe is away: what happened stays unknown, and is charged once in the end', async () => {
    await leftHalfWay()
    stripe.trouble('look', 'refused', 2)
    expect(await resumeCheckouts(two.ctx)).toBe(0)
    expect(await problemOf(pay(two))).toMatchObject({ status: 503, code: 'unavailable' })
    expect(await statuses()).toEqual(['requires_capture'])
    expect(await resumeCheckouts(two.ctx)).toBe(1)
    await expectBought()
  })
})
