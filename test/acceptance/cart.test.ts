import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Cart, Problem } from '../../src/contract/index.ts'
import { type CartDoor, type CartVerb, restDoor, socketDoor } from '../support/cart-doors.ts'
import { shelve } from '../support/shelf.ts'
import { type Shopper, startWorld, type World } from '../support/world.ts'

let world: World
let counter = 0

beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world.close())

/** A product with a variant for each of the quantities. */
async function product(...quantities: number[]): Promise<{ id: string; skus: string[]; sku: string }> {
  counter += 1
  const variants = quantities.map((quantity, index) => ({
    sku: `C${counter}-${index}`,
    size: `${index}`,
    price: 10_000 * (index + 1),
    quantity,
  }))
  const [id = ''] = await shelve(world.ctx, [{ name: `Cart Thing ${counter}`, variants }])
  const skus = variants.map(({ sku }) => sku)
  return { id, skus, sku: skus[0] ?? '' }
}

const doors = [
  { name: 'REST', open: async (shopper: Shopper): Promise<CartDoor> => restDoor(shopper) },
  { name: '/cart', open: async (shopper: Shopper) => socketDoor(await shopper.connect('/cart')) },
]

const shape = ({ items, version }: Cart) => ({
  version,
  items: items.map(({ sku, quantity }) => [sku, quantity]),
})

describe.each(doors)('the cart by $name', ({ open }) => {
  /** What is refused leaves the cart as it was. */
  async function refusal(door: CartDoor, verb: CartVerb, input: Record<string, unknown>): Promise<Problem> {
    const before = await door.act('get')
    const problem = await door.refused(verb, input)
    expect(await door.act('get')).toEqual(before)
    return problem
  }

  const start = async () => {
    const shopper = await world.guest()
    return { shopper, door: await open(shopper) }
  }

  it('is empty at first, with version 0, and costs nothing', async () => {
    const { shopper, door } = await start()
    const cart = await door.act('get')
    expect(cart).toMatchObject({ id: shopper.id, items: [], version: 0, pointsRedeemed: 0 })
    expect(cart.coupon).toBeUndefined()
    expect(await door.act('get')).toEqual(cart)
    expect(await shopper.api.call('getCart')).toEqual(cart)
    for (const amount of Object.values(cart.totals)) {
      if (typeof amount !== 'string') expect(amount).toEqual({ amount: 0, currency: 'INR' })
    }
  })

  it('takes a variant, and the same one again adds up', async () => {
    const { door } = await start()
    const { id, skus } = await product(10, 10)
    const once = await door.act('add', { productId: id, sku: skus[1], quantity: 2 })
    expect(once.items).toMatchObject([
      {
        productId: id,
        sku: skus[1],
        size: '1',
        unitPrice: { amount: 20_000, currency: 'INR' },
        quantity: 2,
        lineTotal: { amount: 40_000, currency: 'INR' },
        available: 10,
      },
    ])
    const twice = await door.act('add', { productId: id, sku: skus[1], quantity: 3 })
    expect(twice.items).toHaveLength(1)
    expect(twice.items[0]).toMatchObject({ id: once.items[0]?.id, quantity: 5 })
    const other = await door.act('add', { productId: id, sku: skus[0] })
    expect(shape(other)).toEqual({
      version: 3,
      items: [
        [skus[1], 5],
        [skus[0], 1],
      ],
    })
    expect(other.totals.subtotal).toEqual({ amount: 110_000, currency: 'INR' })
    expect(await door.act('get')).toEqual(other)
  })

  it('takes null for what is left out, and one piece where no quantity is named', async () => {
    const { door } = await start()
    const { id, sku } = await product(10)
    expect(shape(await door.act('add', { productId: id, sku: null, quantity: null })).items).toEqual([
      [sku, 1],
    ])
    expect(shape(await door.act('add', { productId: id })).items).toEqual([[sku, 2]])
  })

  it('wants the variant named where a product has several', async () => {
    const { door } = await start()
    const { id } = await product(1, 1)
    expect(await refusal(door, 'add', { productId: id })).toMatchObject({
      status: 422,
      code: 'validation_failed',
      errors: [{ path: 'sku' }],
    })
  })

  it('takes 1 to 99 pieces of a variant', async () => {
    const { door } = await start()
    const { id, sku } = await product(500)
    const whole = await door.act('add', { productId: id, quantity: 99 })
    const itemId = whole.items[0]?.id
    expect(await refusal(door, 'add', { productId: id })).toMatchObject({
      status: 422,
      errors: [{ path: 'quantity' }],
    })
    for (const quantity of [0, -1, 100, 1.5, '2', [3], { $gt: 0 }, 1e9]) {
      const wrong = { status: 422, code: 'validation_failed', errors: [{ path: 'quantity' }] }
      expect(await refusal(door, 'add', { productId: id, quantity })).toMatchObject(wrong)
      expect(await refusal(door, 'update', { itemId, quantity })).toMatchObject(wrong)
    }
    for (const quantity of [undefined, null]) {
      expect(await refusal(door, 'update', { itemId, quantity })).toMatchObject({ status: 422 })
    }
    expect(shape(await door.act('update', { itemId, quantity: 1 }))).toEqual({
      version: 2,
      items: [[sku, 1]],
    })
    expect(shape(await door.act('update', { itemId, quantity: 99 }))).toEqual({
      version: 3,
      items: [[sku, 99]],
    })
  })

  it('lets a line be changed and taken out, one version each, none for what is so already', async () => {
    const { door } = await start()
    const [first, second] = [await product(9), await product(9)]
    await door.act('add', { productId: first.id, quantity: 2 })
    const { items } = await door.act('add', { productId: second.id, quantity: 1 })
    const [keep, drop] = items.map(({ id }) => id)
    const changed = await door.act('update', { itemId: keep, quantity: 9 })
    expect(shape(changed)).toMatchObject({
      version: 3,
      items: [
        [first.sku, 9],
        [second.sku, 1],
      ],
    })
    expect(changed.totals.subtotal.amount).toBe(100_000)
    expect(await door.act('update', { itemId: keep, quantity: 9 })).toEqual(changed)
    const rest = await door.act('remove', { itemId: drop })
    expect(shape(rest)).toEqual({ version: 4, items: [[first.sku, 9]] })
    expect(rest.totals.subtotal.amount).toBe(90_000)
    expect(await refusal(door, 'remove', { itemId: drop })).toMatchObject({ status: 404 })
    const none = await door.act('remove', { itemId: keep })
    expect(shape(none)).toEqual({ version: 5, items: [] })
    expect(none.totals.total.amount).toBe(0)
  })

  it('knows no product, variant or line that is not there', async () => {
    const { door } = await start()
    const { id, sku } = await product(5)
    await door.act('add', { productId: id })
    const nowhere = { status: 404, code: 'not_found' }
    for (const impossible of ['nothing', '', '../users', '$where', '\u0000', 'é'.repeat(500)]) {
      expect(await refusal(door, 'add', { productId: impossible })).toMatchObject(nowhere)
    }
    for (const impossible of ['nothing', '../users', '$where', '\u0000', 'é'.repeat(500)]) {
      expect(await refusal(door, 'update', { itemId: impossible, quantity: 1 })).toMatchObject(nowhere)
      expect(await refusal(door, 'remove', { itemId: impossible })).toMatchObject(nowhere)
    }
    expect(await refusal(door, 'add', { productId: id, sku: 'nothing' })).toMatchObject(nowhere)
    expect(await refusal(door, 'update', { itemId: sku, quantity: 1 })).toMatchObject(nowhere)
  })

  it('takes no more than there is, and says how many there are', async () => {
    const { door } = await start()
    const [scarce, gone] = [await product(5), await product(0)]
    const short = (available: number) => ({ status: 409, code: 'insufficient_stock', available })
    expect(await refusal(door, 'add', { productId: gone.id })).toMatchObject(short(0))
    expect(await refusal(door, 'add', { productId: scarce.id, quantity: 6 })).toMatchObject(short(5))
    const { items } = await door.act('add', { productId: scarce.id, quantity: 4 })
    expect(await refusal(door, 'add', { productId: scarce.id, quantity: 2 })).toMatchObject(short(5))
    expect(await refusal(door, 'update', { itemId: items[0]?.id, quantity: 6 })).toMatchObject(short(5))
    expect(shape(await door.act('add', { productId: scarce.id })).items).toEqual([[scarce.sku, 5]])
  })

  it('refuses what it does not know, and what is missing', async () => {
    const { door } = await start()
    const { id } = await product(5)
    const { items } = await door.act('add', { productId: id })
    const itemId = items[0]?.id
    for (const [verb, input, path] of [
      ['add', { productId: id, price: 1 }, 'price'],
      ['add', { productId: id, userId: 'other' }, 'userId'],
      ['add', {}, 'productId'],
      ['add', { productId: { $ne: null } }, 'productId'],
      ['add', { productId: 7 }, 'productId'],
      ['add', { productId: id, sku: '' }, 'sku'],
      ['add', { productId: id, sku: { $gt: '' } }, 'sku'],
      ['update', { itemId, quantity: 2, unitPrice: 1 }, 'unitPrice'],
    ] satisfies Array<[CartVerb, Record<string, unknown>, string]>) {
      const problem = await refusal(door, verb, input)
      expect(problem).toMatchObject({ status: 422, code: 'validation_failed' })
      expect(problem.errors?.map((error) => error.path)).toContain(path)
    }
  })

  it("shows and changes nobody else's lines", async () => {
    const [{ door: hers }, { door: his }] = [await start(), await start()]
    const { id } = await product(5)
    const cart = await hers.act('add', { productId: id })
    const itemId = cart.items[0]?.id
    expect((await his.act('get')).items).toEqual([])
    await his.act('add', { productId: id })
    const nowhere = { status: 404, code: 'not_found' }
    expect(await refusal(his, 'update', { itemId, quantity: 2 })).toMatchObject(nowhere)
    expect(await refusal(his, 'remove', { itemId })).toMatchObject(nowhere)
    expect(await hers.act('get')).toEqual(cart)
  })
})

describe('the cart by REST only', () => {
  it('tells the totals apart, the same as in the cart', async () => {
    const shopper = await world.guest()
    const { id } = await product(5)
    const { totals } = await shopper.api.call('addCartItem', { body: { productId: id, quantity: 3 } })
    expect(await shopper.api.call('getCartTotal')).toEqual(totals)
    const { subtotal, tierDiscount, couponDiscount, pointsDiscount, shipping, tax, total } = totals
    expect(subtotal.amount).toBe(30_000)
    expect(total.amount).toBe(
      subtotal.amount -
        tierDiscount.amount -
        couponDiscount.amount -
        pointsDiscount.amount +
        shipping.amount +
        tax.amount,
    )
  })

  it.each([
    ['GET', '/cart'],
    ['GET', '/cart/total'],
    ['POST', '/cart/items'],
    ['PUT', '/cart/items/x'],
    ['DELETE', '/cart/items/x'],
    ['POST', '/cart/checkout'],
  ])('%s %s needs a token', async (method, path) => {
    const response = await world.api.raw(`/api${path}`, { method })
    expect(response.status).toBe(401)
    expect(await response.json()).toMatchObject({ code: 'unauthenticated' })
  })

  it('refuses a query that it does not know', async () => {
    const shopper = await world.guest()
    for (const path of ['/cart?page=1', '/cart/total?currency=EUR']) {
      expect((await shopper.api.raw(`/api${path}`)).status).toBe(422)
    }
  })
})
