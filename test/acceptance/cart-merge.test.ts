import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Cart } from '../../src/contract/index.ts'
import { seedCoupons } from '../../src/features/loyalty/index.ts'
import { failWrites, restoreWrites } from '../support/failing-writes.ts'
import { shelve } from '../support/shelf.ts'
import { stockBooks } from '../support/stock-books.ts'
import { PASSWORD, type Shopper, startWorld, type World } from '../support/world.ts'

let one: World
let two: World
let counter = 0

beforeAll(async () => {
  one = await startWorld()
  two = await startWorld({ on: one })
  await seedCoupons(one.ctx)
})
afterAll(async () => {
  await two.close()
  await one.close()
})

async function product(quantity: number): Promise<{ id: string; sku: string }> {
  counter += 1
  const sku = `M${counter}`
  const [id = ''] = await shelve(one.ctx, [
    { name: `Merged Thing ${counter}`, variants: [{ sku, quantity }] },
  ])
  return { id, sku }
}

const put = ({ api }: Shopper, { id }: { id: string }, quantity: number) =>
  api.call('addCartItem', { body: { productId: id, quantity } })

const lines = ({ items }: Cart) => items.map(({ sku, quantity }) => [sku, quantity])

const as = (token: string) => ({ headers: { Authorization: `Bearer ${token}` } })

/** Signs an existing user in while a guest's token is at hand. */
const signIn = (user: Shopper, token: string, world = one) =>
  world.api.call('signIn', { body: { email: user.email, password: PASSWORD }, ...as(token) })

describe("a guest's cart", () => {
  it('becomes the cart of who signs up', async () => {
    const guest = await one.guest()
    const [shirt, mug] = [await product(10), await product(10)]
    await put(guest, shirt, 2)
    await put(guest, mug, 1)
    const filled = await guest.api.call('applyCoupon', { body: { code: 'FREESHIP' } })
    const email = `merge-${counter}@example.com`
    const { user, accessToken } = await two.api.call('signUp', {
      body: { email, password: PASSWORD, name: 'Asha Rao' },
      ...as(guest.token),
    })
    const response = await one.api.raw('/api/cart', as(accessToken))
    const cart: unknown = await response.json()
    expect(cart).toMatchObject({
      id: user.id,
      version: 1,
      coupon: { code: 'FREESHIP' },
      totals: filled.totals,
    })
    expect(cart).toMatchObject({
      items: [
        { sku: shirt.sku, quantity: 2 },
        { sku: mug.sku, quantity: 1 },
      ],
    })
    expect(await guest.api.call('getCart')).toMatchObject({ items: [], version: 4 })
  })

  it('is added to the cart of who signs in, as far as the stock and a line reach', async () => {
    const [user, guest] = [await one.signUp(), await one.guest()]
    const [both, scarce, plenty, fresh] = [
      await product(10),
      await product(5),
      await product(500),
      await product(3),
    ]
    await put(user, both, 2)
    await put(user, scarce, 4)
    await put(user, plenty, 60)
    await user.api.call('applyCoupon', { body: { code: 'WELCOME10' } })
    await put(guest, fresh, 3)
    await put(guest, plenty, 60)
    await put(guest, scarce, 4)
    await put(guest, both, 3)
    await guest.api.call('applyCoupon', { body: { code: 'FREESHIP' } })
    await signIn(user, guest.token)
    const cart = await user.api.call('getCart')
    expect(lines(cart)).toEqual([
      [both.sku, 5],
      [scarce.sku, 5],
      [plenty.sku, 99],
      [fresh.sku, 3],
    ])
    expect(cart).toMatchObject({ version: 5, coupon: { code: 'WELCOME10' } })
    expect(lines(await guest.api.call('getCart'))).toEqual([])
  })

  it('leaves out what has been sold out meanwhile', async () => {
    const [user, guest] = [await one.signUp(), await one.guest()]
    const gone = await product(2)
    await put(guest, gone, 2)
    const other = await one.guest()
    await put(other, gone, 2)
    await other.api.call('startCheckout')
    await signIn(user, guest.token)
    expect(await user.api.call('getCart')).toMatchObject({ items: [] })
  })

  it('is told to the devices of both, on every instance, as a merge', async () => {
    const [user, guest] = [await one.signUp(), await one.guest()]
    const thing = await product(10)
    await put(user, thing, 1)
    await put(guest, thing, 2)
    const devices = await Promise.all([user.connect('/cart'), two.connect('/cart', user.token)])
    const guests = await two.connect('/cart', guest.token)
    await signIn(user, guest.token)
    const cart = await user.api.call('getCart')
    for (const device of devices) {
      expect(await device.waitFor('cart:changed')).toEqual({ cause: 'merge', cart })
    }
    expect(await guests.waitFor('cart:changed')).toMatchObject({
      cause: 'merge',
      cart: { id: guest.id, items: [], version: 2 },
    })
  })

  it('brings the pieces that its own checkout held, and closes the checkouts of both', async () => {
    const [user, guest] = [await one.signUp(), await one.guest()]
    const thing = await product(5)
    const other = await product(5)
    await put(user, other, 2)
    const own = await user.api.call('startCheckout')
    await put(guest, thing, 5)
    const guests = await guest.api.call('startCheckout')
    const [ownDevice, guestDevice] = await Promise.all([user.connect('/cart'), guest.connect('/cart')])
    expect(await stockBooks(one.ctx, thing.id)).toMatchObject({ held: 5, available: 0 })
    await signIn(user, guest.token, two)
    expect(lines(await user.api.call('getCart'))).toEqual([
      [other.sku, 2],
      [thing.sku, 5],
    ])
    for (const { id } of [thing, other]) {
      expect(await stockBooks(one.ctx, id)).toEqual({ received: 5, sold: 0, held: 0, available: 5 })
    }
    const cancelled = { state: 'cancelled' }
    expect(await ownDevice.waitFor('checkout:state')).toMatchObject({ checkoutId: own.id, ...cancelled })
    expect(await guestDevice.waitFor('checkout:state')).toMatchObject({ checkoutId: guests.id, ...cancelled })
  })

  it('is merged once, also by two sign-ins at once on two instances', async () => {
    const [user, guest] = [await one.signUp(), await one.guest()]
    const thing = await product(50)
    await put(user, thing, 1)
    await put(guest, thing, 2)
    await Promise.all([one, two, one, two].map((world) => signIn(user, guest.token, world)))
    expect(await user.api.call('getCart')).toMatchObject({ version: 2, items: [{ quantity: 3 }] })
    await signIn(user, guest.token)
    expect(await user.api.call('getCart')).toMatchObject({ version: 2, items: [{ quantity: 3 }] })
  })

  it('loses nothing to who writes at the same time', async () => {
    const [user, guest] = [await one.signUp(), await one.guest()]
    const thing = await product(500)
    await put(guest, thing, 7)
    const [here, there] = await Promise.all([two.connect('/cart', user.token), user.connect('/cart')])
    const add = { productId: thing.id }
    await Promise.all([
      signIn(user, guest.token, two),
      ...Array.from({ length: 5 }, () => [here.send('cart:add', add), there.send('cart:add', add)]).flat(),
    ])
    expect(await user.api.call('getCart')).toMatchObject({ version: 11, items: [{ quantity: 17 }] })
  })

  it('stays whole when the merge cannot be committed, and is merged the next time', async () => {
    const [user, guest] = [await one.signUp(), await one.guest()]
    const thing = await product(10)
    await put(user, thing, 1)
    await put(guest, thing, 2)
    const before = await Promise.all([user.api.call('getCart'), guest.api.call('getCart')])
    await failWrites(one, { command: 'update', collection: 'carts', after: 1 })
    const body = { email: user.email, password: PASSWORD }
    const problem = await one.api.fail('signIn', { body, ...as(guest.token) })
    await restoreWrites(one)
    expect(problem).toMatchObject({ status: 500, code: 'internal' })
    expect(await Promise.all([user.api.call('getCart'), guest.api.call('getCart')])).toEqual(before)
    await signIn(user, guest.token)
    expect(await user.api.call('getCart')).toMatchObject({ items: [{ quantity: 3 }] })
  })

  it('stays where it is for a wrong password', async () => {
    const [user, guest] = [await one.signUp(), await one.guest()]
    await put(guest, await product(10), 2)
    const before = await guest.api.call('getCart')
    const body = { email: user.email, password: 'not the password' }
    expect(await one.api.fail('signIn', { body, ...as(guest.token) })).toMatchObject({
      code: 'invalid_credentials',
    })
    expect(await guest.api.call('getCart')).toEqual(before)
    expect(await user.api.call('getCart')).toMatchObject({ items: [], version: 0 })
  })
})

it("another customer's cart is not merged", async () => {
  const [user, other] = [await one.signUp(), await one.signUp()]
  const thing = await product(10)
  await put(other, thing, 2)
  await signIn(user, other.token)
  expect(await user.api.call('getCart')).toMatchObject({ items: [], version: 0 })
  expect(lines(await other.api.call('getCart'))).toEqual([[thing.sku, 2]])
})
