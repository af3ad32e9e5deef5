import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openChat } from '../support/chat.ts'
import { startWorld, type World } from '../support/world.ts'

const ADDRESS = {
  name: 'Asha Rao',
  line1: '12 MG Road',
  city: 'Bengaluru',
  state: 'Karnataka',
  postalCode: '560001',
  country: 'IN',
}

describe('a shopper talks, finds, buys, and sees it live', () => {
  let world: World

  beforeAll(async () => {
    world = await startWorld({ config: { SEED_DEMO: 'true' } })
  })

  afterAll(() => world.close())

  it('by talking to the agent, with a second device and a bystander watching', async () => {
    const shopper = await world.signUp()
    const [chatSocket, cartHere, cartThere, watcher] = await Promise.all([
      shopper.connect('/chat'),
      shopper.connect('/cart'),
      shopper.connect('/cart'),
      world.connect('/inventory'),
    ])
    await watcher.send('inventory:subscribe', {})
    const chat = await openChat(chatSocket)

    const search = await chat.ask("I'm looking for sunglasses under 5000")
    const types = search.events.map(({ type }) => type)
    expect(types).toEqual(
      expect.arrayContaining(['REASONING_MESSAGE_CONTENT', 'TOOL_CALL_RESULT', 'TEXT_MESSAGE_CONTENT']),
    )
    const shown = search.answer?.products ?? []
    expect(shown.length).toBeGreaterThan(1)
    for (const product of shown) {
      expect(product.price.amount).toBeLessThanOrEqual(500_000)
      expect(`${product.name} ${product.category} ${product.tags.join(' ')}`.toLowerCase()).toContain(
        'sunglass',
      )
    }

    const second = shown[1]
    const added = await chat.ask('add the second one')
    const asked = added.answer?.cart === undefined ? await chat.ask(variantWords(second)) : added
    expect(asked.answer?.cart?.items.map(({ productId }) => productId)).toEqual([second?.id])
    for (const device of [cartHere, cartThere]) {
      const { cart, cause } = await device.waitFor('cart:changed')
      expect(cause).toBe('agent')
      expect(cart.items).toHaveLength(1)
    }

    const checkout = await chat.ask('check out')
    const totals = checkout.answer?.checkout?.totals
    expect(totals?.total.amount).toBeGreaterThan(0)

    const paying = await chat.ask(
      'pay with success@upi and ship to Asha Rao, 12 MG Road, Bengaluru, Karnataka 560001, IN',
    )
    const end = paying.events.at(-1)
    expect(end).toMatchObject({ type: 'RUN_FINISHED', outcome: { type: 'interrupt' } })
    expect(await orders(shopper)).toHaveLength(0)

    const placed = await chat.ask('yes')
    const order = placed.answer?.order
    expect(order?.number).toMatch(/\S/)
    expect(order).toMatchObject({ status: 'paid', totals: { total: totals?.total } })
    expect(order?.pointsEarned).toBeGreaterThan(0)
    expect(placed.answer?.text).toContain(order?.number)

    const loyalty = await shopper.api.call('getLoyaltyProfile')
    expect(loyalty.points).toBe(order?.pointsEarned)
    const update = await watcher.waitFor(
      'inventory:updated',
      ({ productId, available }) =>
        productId === second?.id && available === (second?.stock.available ?? 0) - 1,
    )
    expect(update.status).toMatch(/stock/)
    expect((await shopper.api.call('getCart')).items).toEqual([])
  })

  it('by REST, with a card', async () => {
    const shopper = await world.signUp()
    const device = await shopper.connect('/cart')
    const found = await world.api.call('searchProducts', {
      query: { q: 'sunglasses', maxPrice: 500_000, inStock: true },
    })
    const [product] = found.items
    const variant = product?.variants.find(({ available }) => available > 1)
    if (product === undefined || variant === undefined) throw new Error('the demo sells no sunglasses')

    const cart = await shopper.api.call('addCartItem', {
      body: { productId: product.id, sku: variant.sku, quantity: 2 },
    })
    expect(await device.waitFor('cart:changed')).toMatchObject({
      cause: 'rest',
      cart: { version: cart.version },
    })
    const checkout = await shopper.api.call('startCheckout', {
      headers: { 'Idempotency-Key': 'walk-checkout' },
    })
    expect(checkout).toMatchObject({ state: 'open', totals: cart.totals })

    const order = await shopper.api.call('placeOrder', {
      headers: { 'Idempotency-Key': 'walk-order' },
      body: {
        checkoutId: checkout.id,
        payment: { method: 'card', number: '4242424242424242', expMonth: 12, expYear: 2031, cvc: '123' },
        shippingAddress: ADDRESS,
      },
    })
    expect(order).toMatchObject({
      status: 'paid',
      totals: checkout.totals,
      payment: { method: 'card', last4: '4242' },
    })
    expect(await device.waitFor('checkout:state', ({ state }) => state === 'completed')).toMatchObject({
      order: { id: order.id },
    })

    const after = await world.api.call('getInventory', { params: { id: product.id } })
    expect(after.variants.find(({ sku }) => sku === variant.sku)?.available).toBe(variant.available - 2)
    expect((await shopper.api.call('getLoyaltyProfile')).points).toBe(order.pointsEarned)
    const tracking = await shopper.api.call('trackOrder', { params: { id: order.id } })
    expect(tracking).toMatchObject({ orderId: order.id })
    expect((await orders(shopper)).map(({ id }) => id)).toEqual([order.id])
  })
})

function orders(shopper: Awaited<ReturnType<World['signUp']>>) {
  return shopper.api.call('listOrders').then(({ items }) => items)
}

/** What answers "which colour / size": those of the first variant that can be had. */
function variantWords(
  product:
    | { variants: Array<{ color?: string | undefined; size?: string | undefined; available: number }> }
    | undefined,
): string {
  const variant = product?.variants.find(({ available }) => available > 0)
  return [variant?.color, variant?.size].filter((part) => part !== undefined).join(' ')
}
