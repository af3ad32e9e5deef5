import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { Cart } from '../../src/contract/index.ts'
import type { ContractWorld } from '../support/contract-world.ts'
import { APPROVED, type Customer, card, customerOf, openMarket, SHIPPING } from '../support/market.ts'

let world: ContractWorld
let customer: Customer
let lamp: string

beforeAll(async () => {
  ;({ world, lamp } = await openMarket())
})
afterAll(() => world.close())
beforeEach(async () => {
  customer = customerOf(world, await world.signUp())
})

describe('checking out and paying', () => {
  it('an empty cart cannot', async () => {
    await customer.refused(409, 'cart_empty', '/api/cart/checkout', {})
    await customer.refused(409, 'cart_empty', '/api/orders', { payment: APPROVED, shippingAddress: SHIPPING })
  })

  it('holds the stock, keeps its totals, and closes when the cart changes', async () => {
    const { items } = await customer.add({ productId: lamp })
    const first = await customer.checkout()
    expect(first).toMatchObject({ state: 'open', totals: (await customer.cart()).totals })
    expect(Date.parse(first.expiresAt)).toBeGreaterThan(Date.now())
    await world.rest.ok(Cart, 200, 'PUT', `/api/cart/items/${items[0]?.id}`, customer.as({ quantity: 2 }))
    const late = { checkoutId: first.id, payment: APPROVED, shippingAddress: SHIPPING }
    await customer.refused(409, 'checkout_closed', '/api/orders', late)
    const second = await customer.checkout()
    const paid = await customer.order({ checkoutId: second.id, payment: APPROVED })
    expect(paid).toMatchObject({
      status: 'paid',
      totals: second.totals,
      payment: { method: 'card', brand: 'visa', last4: '4242' },
      shippingAddress: SHIPPING,
    })
    expect((await customer.cart()).items).toEqual([])
    await customer.refused(409, 'checkout_closed', '/api/orders', { ...late, checkoutId: second.id })
  })

  it.each([
    ['4000000000000002', 'card_declined'],
    ['4000000000009995', 'insufficient_funds'],
  ])('card %s is declined, and the cart can be paid otherwise', async (number, reason) => {
    await customer.add({ productId: lamp })
    const body = { payment: card(number), shippingAddress: SHIPPING }
    const { problem } = await customer.refused(402, 'payment_declined', '/api/orders', body)
    expect(problem).toMatchObject({ reason })
    expect((await customer.orders()).total).toBe(0)
    await customer.order({ payment: { method: 'upi', vpa: 'success@upi' } })
  })

  it('a gateway that fails twice is asked again', async () => {
    await customer.add({ productId: lamp })
    expect(await customer.order({ payment: card('4000000000000119') })).toMatchObject({ status: 'paid' })
  })

  it('a gift card is debited, and pays no more than it has', async () => {
    await customer.add({ productId: lamp })
    const pay = (code: string) => ({ payment: { method: 'gift_card', code }, shippingAddress: SHIPPING })
    await customer.refused(404, 'not_found', '/api/orders', pay('NO-SUCH'))
    const { problem } = await customer.refused(402, 'payment_declined', '/api/orders', pay('GIFT-500'))
    expect(problem).toMatchObject({ reason: 'insufficient_balance' })
    await customer.order(pay('GIFT-2000'))
    await customer.add({ productId: lamp })
    await customer.refused(402, 'payment_declined', '/api/orders', pay('GIFT-2000'))
  })

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['text', 'card'],
    ['a card without its date', { method: 'card', number: '4242424242424242' }],
    ['an unknown method', { method: 'cash' }],
    ['a card with more than a card has', { ...APPROVED, pin: '1234' }],
    ['a wrong card number', card('4242424242424241')],
    ['what is no UPI address', { method: 'upi', vpa: 'asha' }],
  ])('is refused with %s as payment', async (_name, payment) => {
    await customer.add({ productId: lamp })
    const body = { payment, shippingAddress: SHIPPING }
    const { problem } = await customer.refused(422, 'validation_failed', '/api/orders', body)
    expect(problem.errors?.[0]?.path).toMatch(/^payment/)
    expect(problem.errors?.[0]?.message).not.toBe('Invalid input')
  })

  it('wants one address', async () => {
    await customer.add({ productId: lamp })
    await customer.refused(422, 'validation_failed', '/api/orders', { payment: APPROVED })
    const both = { payment: APPROVED, shippingAddress: SHIPPING, addressId: 'x' }
    await customer.refused(422, 'validation_failed', '/api/orders', both)
  })

  it('guests may', async () => {
    customer = customerOf(world, await world.guest())
    await customer.add({ productId: lamp })
    expect(await customer.order({ payment: APPROVED })).toMatchObject({ status: 'paid' })
  })
})

describe('Idempotency-Key', () => {
  it('gives the first answer again, at the socket too, and refuses another body', async () => {
    await customer.add({ productId: lamp })
    const first = await customer.checkout('key-1')
    expect(await customer.checkout('key-1')).toEqual(first)
    const client = await world.connect('/cart', customer.shopper.token)
    expect(await client.send('checkout:start', { idempotencyKey: 'key-1' })).toEqual(first)
    const paid = await customer.order({ checkoutId: first.id, payment: APPROVED }, 'key-2')
    expect(await customer.order({ checkoutId: first.id, payment: APPROVED }, 'key-2')).toEqual(paid)
    const other = { payment: APPROVED, shippingAddress: SHIPPING }
    await customer.refused(409, 'idempotency_conflict', '/api/orders', other, 'key-2')
    expect((await customer.orders()).total).toBe(1)
  })

  it('keeps a refusal too', async () => {
    await customer.add({ productId: lamp })
    const body = { payment: card('4000000000000002'), shippingAddress: SHIPPING }
    const first = await customer.refused(402, 'payment_declined', '/api/orders', body, 'key')
    const second = await customer.refused(402, 'payment_declined', '/api/orders', body, 'key')
    expect({ ...second.problem, requestId: '' }).toEqual({ ...first.problem, requestId: '' })
  })

  it('is one customer’s own, and has 1 to 128 characters', async () => {
    await customer.add({ productId: lamp })
    const first = await customer.checkout('k'.repeat(128))
    customer = customerOf(world, await world.signUp())
    await customer.add({ productId: lamp })
    expect((await customer.checkout('k'.repeat(128))).id).not.toBe(first.id)
    await customer.refused(422, 'validation_failed', '/api/cart/checkout', {}, 'k'.repeat(129))
    await customer.refused(422, 'validation_failed', '/api/cart/checkout', {}, '')
  })
})
