import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { ClientEventName, ProblemCode } from '../../src/contract/index.ts'
import { seedCoupons } from '../../src/features/loyalty/index.ts'
import type { Client } from '../support/client.ts'
import { type ContractWorld, startContractWorld } from '../support/contract-world.ts'
import { shelve } from '../support/shelf.ts'
import type { Shopper } from '../support/world.ts'

const SHIPPING = {
  name: 'Asha Rao',
  line1: '12 Marine Drive',
  city: 'Mumbai',
  state: 'MH',
  postalCode: '400001',
  country: 'IN',
}
const card = (number: string) => ({
  method: 'card' as const,
  number,
  expMonth: 12,
  expYear: 2040,
  cvc: '737',
})
const APPROVED = card('4242424242424242')

let world: ContractWorld
let shopper: Shopper
let here: Client<'/cart'>
let there: Client<'/cart'>
let lamp: string
let shirt: string
let scarf: string

beforeAll(async () => {
  world = await startContractWorld()
  await seedCoupons(world.ctx)
  const variants = [
    { sku: 'SHIRT-M', size: 'M' },
    { sku: 'SHIRT-L', size: 'L' },
  ]
  const ids = await shelve(world.ctx, [
    { name: 'Lamp', variants: [{ sku: 'LAMP', quantity: 1000 }] },
    { name: 'Shirt', variants },
    {
      name: 'Scarf',
      images: [
        { url: '/images/grey.svg', alt: 'Scarf in Grey' },
        { url: '/images/red.svg', alt: 'Scarf in Red' },
      ],
      variants: [
        { sku: 'SCARF-RED', color: 'Red' },
        { sku: 'SCARF-BLUE', color: 'Blue' },
      ],
    },
  ])
  lamp = ids[0] ?? ''
  shirt = ids[1] ?? ''
  scarf = ids[2] ?? ''
})
afterAll(() => world.close())
beforeEach(async () => {
  shopper = await world.signUp()
  here = await world.connect('/cart', shopper.token)
  there = await world.connect('/cart', shopper.token)
})

const statesOf = (checkoutId: string) =>
  there
    .received('checkout:state')
    .filter((change) => change.checkoutId === checkoutId)
    .map(({ state }) => state)
const reached = (checkoutId: string, state: string) =>
  there.waitFor('checkout:state', (change) => change.checkoutId === checkoutId && change.state === state)

describe('the cart', () => {
  it('is the one of REST, and every change is told to all devices, one version each', async () => {
    const start = await here.send('cart:get', {})
    const added = await here.send('cart:add', { productId: lamp, sku: null, quantity: null })
    const itemId = added.items[0]?.id ?? ''
    await here.send('cart:update', { itemId, quantity: 3 })
    await here.send('cart:apply_coupon', { code: 'WELCOME10' })
    await shopper.api.call('updateCartItem', { params: { id: itemId }, body: { quantity: 2 } })
    const removed = await here.send('cart:remove', { itemId })
    await there.waitFor('cart:changed', ({ cart }) => cart.version === removed.version)
    const seen = there.received('cart:changed')
    expect(seen.map(({ cart }) => cart.version)).toEqual([1, 2, 3, 4, 5].map((step) => start.version + step))
    expect(seen.map(({ cause }) => cause)).toEqual(['socket', 'socket', 'socket', 'rest', 'socket'])
    expect(seen.at(-1)?.cart).toEqual(await shopper.api.call('getCart'))
  })

  it.each<[ClientEventName<'/cart'>, unknown, ProblemCode]>([
    ['cart:get', 'text', 'validation_failed'],
    ['cart:get', { all: true }, 'validation_failed'],
    ['cart:add', { productId: 'nope' }, 'not_found'],
    ['cart:add', {}, 'validation_failed'],
    ['cart:add', 'text', 'validation_failed'],
    ['cart:update', { itemId: 'nope', quantity: 1 }, 'not_found'],
    ['cart:update', { itemId: 'nope', quantity: 0 }, 'validation_failed'],
    ['cart:remove', { itemId: 'nope' }, 'not_found'],
    ['cart:remove', {}, 'validation_failed'],
    ['cart:apply_coupon', { code: 'NO-SUCH' }, 'not_found'],
    ['cart:apply_coupon', {}, 'validation_failed'],
    ['cart:redeem_points', { points: 5 }, 'insufficient_points'],
    ['cart:redeem_points', { points: -1 }, 'validation_failed'],
    ['checkout:start', {}, 'cart_empty'],
    ['checkout:start', { idempotencyKey: '' }, 'validation_failed'],
    ['checkout:start', { idempotencyKey: 'k'.repeat(129) }, 'validation_failed'],
    ['checkout:pay', { checkoutId: 'nope', payment: APPROVED, shippingAddress: SHIPPING }, 'not_found'],
    ['checkout:pay', { payment: APPROVED, shippingAddress: SHIPPING }, 'validation_failed'],
    ['checkout:pay', { checkoutId: 'nope', payment: APPROVED }, 'validation_failed'],
    ['checkout:cancel', { checkoutId: 'nope' }, 'not_found'],
    ['auth:renew', { token: 'garbage' }, 'unauthenticated'],
  ])('%s %j is %s, and changes nothing', async (event, payload, code) => {
    const answer = await here.emit(event, payload)
    expect(answer).toMatchObject({ ok: false, error: { code } })
    expect((await here.send('cart:get', {})).version).toBe(0)
  })

  it('names the variant’s field where there are several, and the stock where there is too little', async () => {
    const unnamed = await here.fail('cart:add', { productId: shirt })
    expect(unnamed).toMatchObject({ code: 'validation_failed', errors: [{ path: 'sku' }] })
    const tooMany = await here.fail('cart:add', { productId: shirt, sku: 'SHIRT-M', quantity: 11 })
    expect(tooMany).toMatchObject({ code: 'insufficient_stock', available: 10 })
  })

  it('shows the picture of the variant, where there is one', async () => {
    const pictures = (await here.send('cart:add', { productId: scarf, sku: 'SCARF-RED' })).items
    const blue = await here.send('cart:add', { productId: scarf, sku: 'SCARF-BLUE' })
    const plain = await here.send('cart:add', { productId: lamp })
    expect(pictures[0]?.image).toBe('/images/red.svg')
    expect(blue.items[1]?.image).toBe('/images/grey.svg')
    expect(plain.items[2]?.image).toBeNull()
  })

  it('is not changed by what nobody waits for, nor by an event that there is not', async () => {
    here.socket.emit('cart:add', { productId: lamp })
    here.socket.emit('cart:add', { productId: lamp }, 'no callback')
    here.socket.emit('cart:add')
    here.socket.emit('cart:add', 'text')
    for (const event of ['cart:empty', 'toString', '__proto__', 'constructor']) {
      expect(await here.emit(event, {})).toMatchObject({
        ok: false,
        error: { status: 404, code: 'not_found' },
      })
    }
    expect(await here.emit('cart:get')).toMatchObject({ ok: true, data: { version: 0, items: [] } })
  })
})

describe('a checkout', () => {
  beforeEach(async () => {
    await here.send('cart:add', { productId: lamp })
  })

  it('is told in each of its states, and can be paid after it was declined', async () => {
    const { id, totals } = await here.send('checkout:start', {})
    const pay = { checkoutId: id, shippingAddress: SHIPPING }
    const declined = await here.fail('checkout:pay', { ...pay, payment: card('4000000000000002') })
    expect(declined).toMatchObject({ status: 402, code: 'payment_declined', reason: 'card_declined' })
    const paid = await here.send('checkout:pay', { ...pay, payment: APPROVED })
    expect(paid).toMatchObject({
      checkout: { state: 'completed', orderId: paid.order.id },
      order: { totals },
    })
    const last = await reached(id, 'completed')
    expect(last.order).toEqual(paid.order)
    expect(statesOf(id)).toEqual([
      'open',
      'authorizing',
      'declined',
      'authorizing',
      'placing_order',
      'completed',
    ])
    await there.waitFor('cart:changed', ({ cart, cause }) => cause === 'checkout' && cart.items.length === 0)
    expect(await here.fail('checkout:cancel', { checkoutId: id })).toMatchObject({ code: 'checkout_closed' })
    const again = await here.fail('checkout:pay', { ...pay, payment: APPROVED })
    expect(again).toMatchObject({ code: 'checkout_closed' })
  })

  it('is cancelled by the customer, by a change of the cart, and by the next one', async () => {
    const first = await here.send('checkout:start', {})
    expect(await here.send('checkout:cancel', { checkoutId: first.id })).toMatchObject({ state: 'cancelled' })
    await reached(first.id, 'cancelled')
    const second = await here.send('checkout:start', {})
    const third = await here.send('checkout:start', {})
    await reached(second.id, 'cancelled')
    await here.send('cart:add', { productId: lamp })
    await reached(third.id, 'cancelled')
    const late = { checkoutId: third.id, payment: APPROVED, shippingAddress: SHIPPING }
    expect(await here.fail('checkout:pay', late)).toMatchObject({ status: 409, code: 'checkout_closed' })
  })

  it('pays once for one key, whatever door it comes through', async () => {
    const { id } = await here.send('checkout:start', {})
    const pay = { checkoutId: id, payment: APPROVED, shippingAddress: SHIPPING }
    const first = await here.send('checkout:pay', { ...pay, idempotencyKey: 'pay' })
    expect(await there.send('checkout:pay', { ...pay, idempotencyKey: 'pay' })).toEqual(first)
    const other = { ...pay, shippingAddress: { ...SHIPPING, city: 'Pune' }, idempotencyKey: 'pay' }
    expect(await here.fail('checkout:pay', other)).toMatchObject({ code: 'idempotency_conflict' })
    expect(await shopper.api.call('listOrders')).toMatchObject({ total: 1 })
  })

  it('is its customer’s alone', async () => {
    const { id } = await here.send('checkout:start', {})
    const stranger = await world.signUp()
    const client = await world.connect('/cart', stranger.token)
    const pay = { checkoutId: id, payment: APPROVED, shippingAddress: SHIPPING }
    expect(await client.fail('checkout:pay', pay)).toMatchObject({ code: 'not_found' })
    expect(await client.fail('checkout:cancel', { checkoutId: id })).toMatchObject({ code: 'not_found' })
    expect(client.received('cart:changed')).toEqual([])
  })
})
