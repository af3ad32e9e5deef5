import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Payment } from '../../src/contract/index.ts'
import { configureCheckout } from '../../src/features/checkout/index.ts'
import { giftCardsCollection } from '../../src/features/payments/gift-cards.store.ts'
import { GIFT_CARD_SEEDS, seedGiftCards } from '../../src/features/payments/index.ts'
import { problemOf } from '../support/checkout-doors.ts'
import {
  ADDRESS,
  APPROVED,
  type Basket,
  card,
  checkoutsOf,
  fillCart,
  paymentsOf,
  SILENT,
  UPI,
} from '../support/purchase.ts'
import { stockBooks } from '../support/stock-books.ts'
import { type Shopper, startWorld, type World } from '../support/world.ts'

let world: World
let basket: Basket

beforeAll(async () => {
  world = await startWorld()
  configureCheckout(world.ctx, { authorizeMs: 1_000, backoffMs: [1, 1, 1] })
})
afterAll(() => world.close())
beforeEach(async () => {
  await giftCardsCollection.in(world.ctx.db).deleteMany({})
  await seedGiftCards(world.ctx)
  basket = await fillCart(world)
})

const order = (shopper: Shopper, payment: Payment, checkoutId?: string) =>
  shopper.api.call('placeOrder', { body: { checkoutId, payment, shippingAddress: ADDRESS } })
const giftCard = (code: string): Payment => ({ method: 'gift_card', code })
const seeded = (wanted: string) => GIFT_CARD_SEEDS.find(({ code }) => code === wanted)?.balance ?? 0

async function balanceOf(code: string): Promise<number> {
  const found = giftCardsCollection.parse(await giftCardsCollection.in(world.ctx.db).findOne({ code }))
  const moved = found.moves.reduce((sum, { amount }) => sum + amount, 0)
  expect(found.balance).toBe(seeded(code) + moved)
  return found.balance
}

/** All attempts of a shopper in the mock's own books. */
async function attemptsOf({ id }: Shopper) {
  const checkouts = await checkoutsOf(world.ctx, id)
  return (await Promise.all(checkouts.map((checkout) => paymentsOf(world.ctx, checkout)))).flat()
}

describe('what is approved becomes an order', () => {
  it.each<[string, Payment, object]>([
    ['a Visa card', APPROVED, { method: 'card', brand: 'visa', last4: '4242' }],
    ['another scheme', card('5555 5555 5555 4444'), { method: 'card', brand: 'mastercard', last4: '4444' }],
    ['a UPI address', UPI, { method: 'upi', brand: 'upi' }],
    ['one in capitals', { method: 'upi', vpa: ' Success@UPI ' }, { method: 'upi', brand: 'upi' }],
  ])('%s', async (_name, payment, shown) => {
    const placed = await order(basket.shopper, payment)
    const reference = expect.stringMatching(/^\S+$/)
    expect(placed.payment).toEqual({ status: 'captured', reference, ...shown })
    expect(await attemptsOf(basket.shopper)).toMatchObject([
      { status: 'captured', amount: placed.totals.total.amount, refunded: 0 },
    ])
  })

  it('a card at which the gateway fails twice, charged once', async () => {
    const placed = await order(basket.shopper, card('4000000000000119'))
    expect(placed).toMatchObject({ status: 'paid', payment: { last4: '0119' } })
    expect(await attemptsOf(basket.shopper)).toMatchObject([
      { status: 'captured', failures: 2, amount: placed.totals.total.amount },
    ])
  })

  it('a gift card, whose balance is debited by exactly the total', async () => {
    const placed = await order(basket.shopper, giftCard(' gift-10000 '))
    expect(placed.payment).toMatchObject({ method: 'gift_card', status: 'captured' })
    expect(placed.status).toBe('paid')
    expect(await balanceOf('GIFT-10000')).toBe(seeded('GIFT-10000') - placed.totals.total.amount)
    expect(await attemptsOf(basket.shopper)).toEqual([])
  })
})

describe('what is not approved changes nothing', () => {
  const declined: Array<[string, Payment, string]> = [
    ['a declined card', card('4000000000000002'), 'card_declined'],
    ['a card without funds', card('4000000000009995'), 'insufficient_funds'],
    ['an expired card', card('4242424242424242', 2020), 'expired_card'],
    ['a declined UPI payment', { method: 'upi', vpa: 'declined@upi' }, 'upi_declined'],
    ['a gift card with too little on it', giftCard('GIFT-500'), 'insufficient_balance'],
  ]

  /** Pays for a checkout; afterwards everything must be as it was, and the same checkout be payable. */
  async function refusedPayment(payment: Payment) {
    const { shopper, productId } = basket
    const { id } = await shopper.api.call('startCheckout')
    const facts = async () => ({
      cart: await shopper.api.call('getCart'),
      orders: (await shopper.api.call('listOrders')).items,
      loyalty: await shopper.api.call('getLoyaltyProfile'),
      stock: await stockBooks(world.ctx, productId),
      cards: await Promise.all(GIFT_CARD_SEEDS.map(({ code }) => balanceOf(code))),
    })
    const before = await facts()
    const problem = await problemOf(order(shopper, payment, id))
    expect(await facts()).toEqual(before)
    const statuses = (await paymentsOf(world.ctx, id)).map(({ status }) => status)
    expect((await order(shopper, UPI, id)).status).toBe('paid')
    return { problem, statuses }
  }

  it.each(declined)('%s', async (_name, payment, reason) => {
    const { problem, statuses } = await refusedPayment(payment)
    expect(problem).toMatchObject({ status: 402, code: 'payment_declined', reason })
    expect(statuses.filter((status) => status !== 'declined')).toEqual([])
  })

  it.each<[string, Payment]>([
    ['a card', SILENT],
    ['UPI', { method: 'upi', vpa: 'timeout@upi' }],
  ])('%s that gives no answer is given up, and refused if it comes late', async (_name, payment) => {
    const { problem, statuses } = await refusedPayment(payment)
    expect(problem).toMatchObject({ status: 402, code: 'payment_timeout' })
    expect(statuses).toEqual(['voided'])
  })

  it.each<[string, Payment]>([
    ['gift card', giftCard('GIFT-NONE')],
    ['token', { method: 'card', token: 'tok_unknown' }],
    ['saved payment', { paymentMethodId: 'unknown' }],
  ])('an unknown %s', async (_name, payment) => {
    const { problem, statuses } = await refusedPayment(payment)
    expect(problem).toMatchObject({ status: 404, code: 'not_found' })
    expect(statuses).toEqual([])
  })

  it('is told at the socket in the same words', async () => {
    const client = await basket.shopper.connect('/cart')
    const { id } = await client.send('checkout:start', {})
    const pay = (payment: Payment) => ({ checkoutId: id, payment, shippingAddress: ADDRESS })
    for (const [, payment, reason] of declined) {
      expect(await client.fail('checkout:pay', pay(payment))).toMatchObject({
        status: 402,
        code: 'payment_declined',
        reason,
      })
    }
    expect(await client.fail('checkout:pay', pay(SILENT))).toMatchObject({ code: 'payment_timeout' })
    expect(await client.send('checkout:pay', pay(UPI))).toMatchObject({ order: { status: 'paid' } })
  })
})

describe('a gift card', () => {
  it('pays for several orders until there is too little on it', async () => {
    const { shopper } = basket
    await order(shopper, giftCard('GIFT-10000'))
    const left = await balanceOf('GIFT-10000')
    await fillCart(world, { shopper, price: left, quantity: 1 })
    expect(await problemOf(order(shopper, giftCard('GIFT-10000')))).toMatchObject({
      reason: 'insufficient_balance',
    })
    expect(await balanceOf('GIFT-10000')).toBe(left)
  })

  it('is never overdrawn by two shoppers at once', async () => {
    const baskets = await Promise.all(Array.from({ length: 5 }, () => fillCart(world, { quantity: 3 })))
    const tries = await Promise.allSettled(
      baskets.map(({ shopper }) => order(shopper, giftCard('GIFT-10000'))),
    )
    const placed = tries.flatMap((attempt) => (attempt.status === 'fulfilled' ? [attempt.value] : []))
    for (const attempt of tries) {
      if (attempt.status === 'rejected') {
        expect(attempt.reason).toMatchObject({ problem: { reason: 'insufficient_balance' } })
      }
    }
    const each = baskets[0]?.cart.totals.total.amount ?? 0
    expect(placed).toHaveLength(Math.floor(seeded('GIFT-10000') / each))
    expect(await balanceOf('GIFT-10000')).toBe(seeded('GIFT-10000') - placed.length * each)
  })
})

describe('a saved way to pay', () => {
  it.each([
    [
      'a card',
      {
        type: 'card',
        number: '4242424242424242',
        expMonth: 12,
        expYear: 2040,
        cvc: '737',
        holder: 'Asha Rao',
      },
      { method: 'card', brand: 'visa', last4: '4242' },
    ],
    ['a UPI address', { type: 'upi', vpa: 'success@upi' }, { method: 'upi' }],
    ['a gift card', { type: 'gift_card', code: 'GIFT-10000' }, { method: 'gift_card' }],
  ] as const)('%s pays by its id, for its owner only, until it is removed', async (_name, body, shown) => {
    const { shopper } = basket
    const { id } = await shopper.api.call('addPaymentMethod', { body })
    const placed = await order(shopper, { paymentMethodId: id })
    expect(placed).toMatchObject({ status: 'paid', payment: { ...shown, status: 'captured' } })

    const stranger = await fillCart(world)
    for (const payment of [{ paymentMethodId: id }, { method: 'card' as const, token: id }]) {
      expect(await problemOf(order(stranger.shopper, payment))).toMatchObject({ code: 'not_found' })
    }
    await fillCart(world, { shopper })
    await shopper.api.call('removePaymentMethod', { params: { id } })
    expect(await problemOf(order(shopper, { paymentMethodId: id }))).toMatchObject({ code: 'not_found' })
  })

  it('that is a declined card is declined', async () => {
    const { shopper } = basket
    const body = {
      type: 'card' as const,
      number: '4000000000009995',
      expMonth: 12,
      expYear: 2040,
      cvc: '737',
      holder: 'Asha Rao',
    }
    const { id } = await shopper.api.call('addPaymentMethod', { body })
    expect(await problemOf(order(shopper, { paymentMethodId: id }))).toMatchObject({
      status: 402,
      reason: 'insufficient_funds',
    })
  })
})
