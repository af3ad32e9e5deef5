import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ClientEventName, ProblemCode } from '../../src/contract/index.ts'
import { type ContractWorld, startContractWorld } from '../support/contract-world.ts'
import { shelve } from '../support/shelf.ts'
import type { Shopper } from '../support/world.ts'

let world: ContractWorld
let admin: Shopper
let lamp: string
let vase: string

beforeAll(async () => {
  world = await startContractWorld()
  admin = await world.admin()
  const ids = await shelve(world.ctx, [
    { name: 'Lamp', variants: [{ sku: 'LAMP', quantity: 7 }] },
    { name: 'Vase', variants: [{ sku: 'VASE', quantity: 0 }] },
  ])
  lamp = ids[0] ?? ''
  vase = ids[1] ?? ''
})
afterAll(() => world.close())

async function adjust(productId: string, sku: string, delta: number) {
  const { locations } = await world.api.call('getInventory', { params: { id: lamp } })
  const body = { sku, locationId: locations[0]?.id ?? '', delta, reason: 'count' }
  return admin.api.call('adjustInventory', { params: { productId }, body })
}

describe('watching the stock', () => {
  it('is open to all, begins with the state, and goes on in rising revisions', async () => {
    const watcher = await world.connect('/inventory')
    const { items } = await watcher.send('inventory:subscribe', {})
    expect(items.map(({ productId }) => productId).sort()).toEqual([lamp, vase].sort())
    const before = items.find(({ productId }) => productId === lamp)
    expect(before).toMatchObject({ available: 7, status: 'in_stock' })
    const low = await adjust(lamp, 'LAMP', -3)
    const update = await watcher.waitFor('inventory:updated', ({ revision }) => revision === low.revision)
    expect(update).toMatchObject({ productId: lamp, available: 4, status: 'low_stock' })
    expect(update.variants).toEqual([{ sku: 'LAMP', available: 4, status: 'low_stock' }])
    expect(update.revision).toBeGreaterThan(before?.revision ?? 0)
    const full = await adjust(lamp, 'LAMP', 3)
    await watcher.waitFor('inventory:updated', ({ revision }) => revision === full.revision)
    const revisions = watcher.received('inventory:updated').map(({ revision }) => revision)
    expect(revisions).toEqual([...new Set(revisions)].toSorted((a, b) => a - b))
  })

  it('of some products tells of those alone, until they are let go', async () => {
    const [all, vases, former] = await Promise.all([
      world.connect('/inventory'),
      world.connect('/inventory'),
      world.connect('/inventory'),
    ])
    await all.send('inventory:subscribe', {})
    expect((await vases.send('inventory:subscribe', { productIds: [vase] })).items).toHaveLength(1)
    await former.send('inventory:subscribe', { productIds: [lamp] })
    await former.send('inventory:unsubscribe', { productIds: [lamp] })
    const { revision } = await adjust(lamp, 'LAMP', 1)
    const onVase = await adjust(vase, 'VASE', 1)
    await all.waitFor(
      'inventory:updated',
      (update) => update.productId === lamp && update.revision === revision,
    )
    await vases.waitFor('inventory:updated', (update) => update.revision === onVase.revision)
    expect(vases.received('inventory:updated').map(({ productId }) => productId)).toEqual([vase])
    expect(former.received('inventory:updated')).toEqual([])
    await adjust(vase, 'VASE', -1)
    await adjust(lamp, 'LAMP', -1)
  })

  it('shows what a checkout holds and gives back', async () => {
    const watcher = await world.connect('/inventory')
    const { items } = await watcher.send('inventory:subscribe', { productIds: [lamp] })
    const shopper = await world.signUp()
    await shopper.api.call('addCartItem', { body: { productId: lamp, quantity: 2 } })
    const checkout = await shopper.api.call('startCheckout')
    const held = await watcher.waitFor('inventory:updated')
    expect(held.available).toBe((items[0]?.available ?? 0) - 2)
    const client = await world.connect('/cart', shopper.token)
    await client.send('checkout:cancel', { checkoutId: checkout.id })
    const back = await watcher.waitFor('inventory:updated', ({ revision }) => revision > held.revision)
    expect(back.available).toBe(items[0]?.available)
  })

  it.each<[ClientEventName<'/inventory'>, unknown, ProblemCode]>([
    ['inventory:subscribe', 'text', 'validation_failed'],
    ['inventory:subscribe', { productIds: 'all' }, 'validation_failed'],
    ['inventory:subscribe', { productIds: [5] }, 'validation_failed'],
    ['inventory:subscribe', { ids: [] }, 'validation_failed'],
    ['inventory:subscribe', { productIds: ['nope'] }, 'not_found'],
    ['stock:waitlist', { productId: 'x' }, 'unauthenticated'],
  ])('%s %j is %s without a token', async (event, payload, code) => {
    const client = await world.connect('/inventory')
    expect(await client.emit(event, payload)).toMatchObject({ ok: false, error: { code } })
  })

  it('a token that is no good is refused, though none is needed', async () => {
    await expect(world.connect('/inventory', 'garbage')).rejects.toMatchObject({
      problem: { status: 401, code: 'unauthenticated' },
    })
  })
})

describe('waiting for what is sold out', () => {
  it('is told once, to all of the customer’s sockets and nobody else', async () => {
    const [asha, other] = await Promise.all([world.signUp(), world.signUp()])
    const [first, second, stranger] = await Promise.all([
      world.connect('/inventory', asha.token),
      world.connect('/inventory', asha.token),
      world.connect('/inventory', other.token),
    ])
    const wait = { productId: vase, sku: 'VASE', email: null }
    expect(await first.send('stock:waitlist', wait)).toEqual({ waiting: true })
    expect(await first.send('stock:waitlist', wait)).toEqual({ waiting: true })
    await first.send('inventory:subscribe', { productIds: [vase] })
    await adjust(vase, 'VASE', 2)
    for (const client of [first, second]) {
      expect(await client.waitFor('stock:back')).toEqual({ productId: vase, sku: 'VASE' })
    }
    await adjust(vase, 'VASE', -2)
    const again = await adjust(vase, 'VASE', 2)
    await first.waitFor('inventory:updated', ({ revision }) => revision === again.revision)
    expect(first.received('stock:back')).toHaveLength(1)
    expect(stranger.received('stock:back')).toEqual([])
  })

  it.each<[object, ProblemCode]>([
    [{ productId: 'nope' }, 'not_found'],
    [{ sku: 'nope' }, 'not_found'],
    [{ email: 'no address' }, 'validation_failed'],
    [{ phone: '1' }, 'validation_failed'],
  ])('%j is %s', async (change, code) => {
    const { token } = await world.signUp()
    const client = await world.connect('/inventory', token)
    const answer = await client.emit('stock:waitlist', { productId: vase, sku: 'VASE', ...change })
    expect(answer).toMatchObject({ ok: false, error: { code } })
  })
})
