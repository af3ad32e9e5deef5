import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ContractWorld, startContractWorld } from '../support/contract-world.ts'
import { shelve } from '../support/shelf.ts'
import type { Shopper } from '../support/world.ts'

const CONTRACT = `
  POST /auth/signup | POST /auth/guest | POST /auth/signin | POST /auth/refresh | POST /auth/logout | GET /auth/me
  GET /products | GET /products/search | GET /products/{id} | GET /products/inventory/{id}
  GET /cart | POST /cart/items | PUT /cart/items/{id} | DELETE /cart/items/{id} | GET /cart/total
  POST /cart/checkout | GET /loyalty/profile | GET /loyalty/coupons | POST /loyalty/apply-coupon
  POST /loyalty/redeem-points | GET /loyalty/tiers | POST /orders | GET /orders | GET /orders/{id}
  GET /orders/{id}/tracking | POST /orders/{id}/return | GET /users/profile | PUT /users/profile
  GET /users/addresses | POST /users/addresses | DELETE /users/addresses/{id}
  GET /users/payment-methods | POST /users/payment-methods | DELETE /users/payment-methods/{id}
  POST /admin/inventory/{productId}/adjust | GET /admin/handoffs`
  .split(/[|\n]/)
  .map((route) => route.trim())
  .filter((route) => route !== '')

/** What a shop needs for the safety of its accounts and the contract's page does not name. */
const BEYOND = ['PUT /auth/password', 'POST /admin/users/{id}/sign-out']

let world: ContractWorld
let shopper: Shopper
let admin: Shopper

beforeAll(async () => {
  world = await startContractWorld()
  const [cartItem] = await shelve(world.ctx, [{ name: 'Lamp' }])
  shopper = await world.signUp()
  admin = await world.admin()
  const body = { productId: cartItem ?? '' }
  await shopper.api.call('addCartItem', { body })
})
afterAll(() => world.close())

const IMPOSSIBLE = ['nope', '65f000000000000000000000', 'a'.repeat(300), '%00', '%F0%9F%98%80', '%24ne']
const CARD = { method: 'card', number: '4242424242424242', expMonth: 12, expYear: 2040, cvc: '737' }
const SHIPPING = { name: 'A', line1: 'B', city: 'C', state: 'D', postalCode: '1', country: 'IN' }

describe.each(IMPOSSIBLE)('the id %s is not found', (id) => {
  it.each([
    ['GET', `/api/products/${id}`, undefined],
    ['GET', `/api/products/inventory/${id}`, undefined],
    ['PUT', `/api/cart/items/${id}`, { quantity: 1 }],
    ['DELETE', `/api/cart/items/${id}`, undefined],
    ['GET', `/api/orders/${id}`, undefined],
    ['GET', `/api/orders/${id}/tracking`, undefined],
    ['POST', `/api/orders/${id}/return`, { reason: 'too big' }],
    ['DELETE', `/api/users/addresses/${id}`, undefined],
    ['DELETE', `/api/users/payment-methods/${id}`, undefined],
  ])('in %s %s', async (method, path, body) => {
    await world.rest.problem(404, 'not_found', method, path, { token: shopper.token, body })
  })

  it('in a body', async () => {
    const decoded = decodeURIComponent(id)
    const { token } = shopper
    const post = (path: string, body: object) =>
      world.rest.problem(404, 'not_found', 'POST', path, { token, body })
    await post('/api/cart/items', { productId: decoded })
    await post('/api/orders', { checkoutId: decoded, payment: CARD, shippingAddress: SHIPPING })
    await post('/api/orders', { payment: CARD, addressId: decoded })
    await post('/api/orders', { payment: { paymentMethodId: decoded }, shippingAddress: SHIPPING })
    const adjustment = { sku: 'x', locationId: 'y', delta: 1, reason: 'count' }
    await world.rest.problem(404, 'not_found', 'POST', `/api/admin/inventory/${id}/adjust`, {
      token: admin.token,
      body: adjustment,
    })
  })
})

it('nothing was changed by all that', async () => {
  const cart = await shopper.api.call('getCart')
  expect(cart).toMatchObject({ version: 1, items: [{ quantity: 1 }] })
  expect(await shopper.api.call('listOrders')).toMatchObject({ total: 0 })
})

describe('every route', () => {
  it('of the contract is documented, and no other', () => {
    const documented = world.documents.operations.map(({ method, path }) => `${method} ${path.slice(4)}`)
    expect(documented.sort()).toEqual([...CONTRACT, ...BEYOND].sort())
  })

  it('that needs a token refuses a call without one, whatever it is asked', async () => {
    const open = /\/auth\/(?:signup|guest|signin|refresh)|\/products|\/loyalty\/tiers/
    for (const { method, path } of world.documents.operations) {
      if (open.test(path)) continue
      const body = method === 'POST' || method === 'PUT' ? {} : undefined
      const real = path.replace(/\{\w+\}/g, 'x')
      await world.rest.problem(401, 'unauthenticated', method, real, { body })
    }
  })

  it.each([
    ['GET', '/api/auth/signup', 'POST'],
    ['POST', '/api/products', 'GET'],
    ['PATCH', '/api/cart/items/x', 'PUT'],
    ['DELETE', '/api/orders', 'POST'],
  ])('%s %s is method_not_allowed, with Allow', async (method, path, allowed) => {
    const { headers } = await world.rest.problem(405, 'method_not_allowed', method, path)
    expect(headers.get('Allow')).toContain(allowed)
  })

  it('takes a proper X-Request-Id and makes its own for another', async () => {
    const idFor = async (id: string) => {
      const { headers } = await world.rest.problem(401, 'unauthenticated', 'GET', '/api/cart', {
        headers: { 'X-Request-Id': id },
      })
      return headers.get('X-Request-Id')
    }
    for (const id of ['abcd_-12', 'a'.repeat(64)]) expect(await idFor(id)).toBe(id)
    for (const id of ['short', 'a'.repeat(65), 'with blank', 'semi;colon'])
      expect(await idFor(id)).not.toBe(id)
  })
})
