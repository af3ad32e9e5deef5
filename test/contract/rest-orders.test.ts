import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { Cart, Order, OrderPage, Return, Tracking } from '../../src/contract/index.ts'
import type { ContractWorld } from '../support/contract-world.ts'
import { APPROVED, type Customer, customerOf, openMarket } from '../support/market.ts'

let world: ContractWorld
let customer: Customer
let lamp: string
let shirt: string

beforeAll(async () => {
  ;({ world, lamp, shirt } = await openMarket())
})
afterAll(() => world.close())
beforeEach(async () => {
  customer = customerOf(world, await world.signUp())
})

describe('orders', () => {
  const bought = async () => {
    await customer.add({ productId: lamp, quantity: 2 })
    await customer.add({ productId: shirt, sku: 'SHIRT-M' })
    await world.rest.ok(Cart, 200, 'POST', '/api/loyalty/apply-coupon', customer.as({ code: 'WELCOME10' }))
    return customer.order({ payment: APPROVED })
  }

  it('are their customer’s alone, listed newest first, and tracked', async () => {
    const first = await bought()
    await customer.add({ productId: lamp })
    const second = await customer.order({ payment: APPROVED })
    expect((await customer.orders()).items.map(({ id }) => id)).toEqual([second.id, first.id])
    const paged = await world.rest.ok(
      OrderPage,
      200,
      'GET',
      '/api/orders?limit=1&page=2&status=paid',
      customer.as(),
    )
    expect(paged).toMatchObject({ page: 2, limit: 1, total: 2, items: [{ id: first.id }] })
    await world.rest.problem(422, 'validation_failed', 'GET', '/api/orders?status=lost', customer.as())
    expect(await world.rest.ok(Order, 200, 'GET', `/api/orders/${first.id}`, customer.as())).toEqual(first)
    const tracking = await world.rest.ok(
      Tracking,
      200,
      'GET',
      `/api/orders/${first.id}/tracking`,
      customer.as(),
    )
    expect(tracking).toMatchObject({ orderId: first.id, status: 'paid' })
    customer = customerOf(world, await world.signUp())
    await world.rest.problem(404, 'not_found', 'GET', `/api/orders/${first.id}`, customer.as())
    await world.rest.problem(404, 'not_found', 'GET', `/api/orders/${first.id}/tracking`, customer.as())
    await customer.refused(404, 'not_found', `/api/orders/${first.id}/return`, { reason: 'x' })
  })

  it('come back in parts whose refunds add up to what was paid', async () => {
    const { id, items, totals } = await bought()
    const path = `/api/orders/${id}/return`
    const give = (body: object) =>
      world.rest.ok(Return, 201, 'POST', path, customer.as({ reason: 'too big', ...body }))
    const [lamps] = items
    const part = await give({ items: [{ itemId: lamps?.id, quantity: 1 }] })
    expect(part).toMatchObject({ orderId: id, items: [{ itemId: lamps?.id, quantity: 1 }] })
    const tooMany = { reason: 'x', items: [{ itemId: lamps?.id, quantity: 2 }] }
    await customer.refused(422, 'validation_failed', path, tooMany)
    const rest = await give({})
    expect(part.refund.amount + rest.refund.amount).toBe(totals.total.amount)
    expect(await world.rest.ok(Order, 200, 'GET', `/api/orders/${id}`, customer.as())).toMatchObject({
      status: 'refunded',
    })
    await customer.refused(409, 'not_returnable', path, { reason: 'x' })
  })

  it.each<[string, object]>([
    ['no reason', {}],
    ['an empty reason', { reason: '' }],
    ['no items in the list', { reason: 'x', items: [] }],
    ['an item of nothing', { reason: 'x', items: [{ itemId: 'nope', quantity: 1 }] }],
    ['a field that is not known', { reason: 'x', note: 'y' }],
  ])('do not come back with %s', async (_name, body) => {
    await customer.add({ productId: lamp })
    const { id } = await customer.order({ payment: APPROVED })
    await customer.refused(422, 'validation_failed', `/api/orders/${id}/return`, body)
  })
})
