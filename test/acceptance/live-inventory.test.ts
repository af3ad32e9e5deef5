import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { adjustStock, inventoryCollection } from '../../src/features/inventory/index.ts'
import type { Caller } from '../../src/platform/caller.ts'
import { shelve } from '../support/shelf.ts'
import { startWorld, type World } from '../support/world.ts'

let one: World
let two: World
let counter = 0
const admin: Caller = { userId: 'admin', role: 'admin', requestId: 'test', via: 'rest' }

beforeAll(async () => {
  one = await startWorld()
  two = await startWorld({ on: one })
})
afterAll(async () => {
  await two.close()
  await one.close()
})

async function product(...quantities: number[]): Promise<{ id: string; skus: string[] }> {
  counter += 1
  const variants = quantities.map((quantity, index) => ({
    sku: `L${counter}-${index}`,
    size: `${index}`,
    quantity,
  }))
  const [id = ''] = await shelve(one.ctx, [{ name: `Live ${counter}`, variants }])
  return { id, skus: variants.map(({ sku }) => sku) }
}

const change = (id: string, sku: string, delta: number, world = one) =>
  adjustStock(world.ctx, admin, { productId: id, sku, locationId: 'wh-mumbai', delta, reason: 'test' })

const rising = (revisions: readonly number[]) =>
  revisions.every((revision, index) => revision > (revisions[index - 1] ?? -1))

describe('inventory:subscribe', () => {
  it('gives the state from which the updates go on, on every instance', async () => {
    const { id, skus } = await product(8)
    const here = await one.connect('/inventory')
    const there = await two.connect('/inventory')
    const state = await here.send('inventory:subscribe', { productIds: [id] })
    await there.send('inventory:subscribe', { productIds: [id] })
    expect(state.items).toMatchObject([{ productId: id, available: 8, status: 'in_stock', revision: 1 }])
    await change(id, skus[0] ?? '', -5, two)
    for (const client of [here, there]) {
      const update = await client.waitFor('inventory:updated', ({ productId }) => productId === id)
      expect(update).toMatchObject({
        available: 3,
        status: 'low_stock',
        revision: 2,
        variants: [{ sku: skus[0], available: 3, status: 'low_stock' }],
      })
    }
  })

  it('sends each change once, in rising revision, and the last one always', async () => {
    const { id, skus } = await product(100)
    const client = await one.connect('/inventory')
    await client.send('inventory:subscribe', {})
    await client.send('inventory:subscribe', { productIds: [id] })
    for (let round = 0; round < 30; round += 1)
      await change(id, skus[0] ?? '', -1, round % 2 === 0 ? one : two)
    await client.waitFor(
      'inventory:updated',
      ({ productId, available }) => productId === id && available === 70,
    )
    const updates = client.received('inventory:updated').filter(({ productId }) => productId === id)
    expect(rising(updates.map(({ revision }) => revision))).toBe(true)
    expect(updates.at(-1)).toMatchObject({ available: 70, revision: 31 })
  })

  it('tells only of what is watched', async () => {
    const [watched, other] = [await product(5), await product(5)]
    const client = await one.connect('/inventory')
    await client.send('inventory:subscribe', { productIds: [watched.id, other.id] })
    await client.send('inventory:unsubscribe', { productIds: [other.id] })
    await change(other.id, other.skus[0] ?? '', 1)
    await change(watched.id, watched.skus[0] ?? '', 1)
    await client.waitFor('inventory:updated', ({ productId }) => productId === watched.id)
    expect(client.received('inventory:updated').map(({ productId }) => productId)).toEqual([watched.id])
    await client.send('inventory:unsubscribe', {})
    const all = await one.connect('/inventory')
    await all.send('inventory:subscribe', {})
    await change(watched.id, watched.skus[0] ?? '', 1)
    await all.waitFor(
      'inventory:updated',
      ({ productId, available }) => productId === watched.id && available === 7,
    )
    expect(client.received('inventory:updated')).toHaveLength(1)
  })

  it('refuses products that do not exist and payloads that do not fit', async () => {
    const client = await one.connect('/inventory')
    expect(await client.fail('inventory:subscribe', { productIds: ['nothing'] })).toMatchObject({
      code: 'not_found',
    })
    expect(await client.emit('inventory:subscribe', { productIds: 'x' })).toMatchObject({
      ok: false,
      error: { code: 'validation_failed' },
    })
    expect(await client.emit('inventory:subscribe', { productIds: [] })).toMatchObject({
      ok: false,
      error: { code: 'validation_failed' },
    })
    expect(await client.emit('inventory:subscribe', { extra: 1 })).toMatchObject({
      ok: false,
      error: { code: 'validation_failed' },
    })
  })
})

describe('changes made straight in the database', () => {
  it('show with a new revision, and leave the books in balance', async () => {
    const { id, skus } = await product(5, 6)
    const client = await one.connect('/inventory')
    await client.send('inventory:subscribe', { productIds: [id] })
    const documents = inventoryCollection.in(one.ctx.db)
    await documents.updateOne({ _id: id }, { $set: { 'variants.1.available': 2 } })
    const first = await client.waitFor('inventory:updated', ({ available }) => available === 7)
    expect(first.variants).toMatchObject([{ available: 5 }, { available: 2, status: 'low_stock' }])
    await documents.updateOne({ _id: id }, { $set: { available: 0 } })
    const second = await client.waitFor('inventory:updated', ({ available }) => available === 0)
    expect(second).toMatchObject({ status: 'out_of_stock' })
    expect(second.revision).toBeGreaterThan(first.revision)
    const { variants } = inventoryCollection.parse(await documents.findOne({ _id: id }))
    for (const { received, sold, held, available, locations } of variants) {
      expect(available).toBe(locations.reduce((sum, place) => sum + place.available, 0))
      expect(received).toBe(sold + held + available)
    }
    await change(id, skus[0] ?? '', 4)
    const third = await client.waitFor('inventory:updated', ({ available }) => available === 4)
    expect(rising([first.revision, second.revision, third.revision])).toBe(true)
  })
})

describe('stock:waitlist', () => {
  it('tells that user once, on whichever instance she is, when the variant is back', async () => {
    const { id, skus } = await product(0, 5)
    const sku = skus[0] ?? ''
    const shopper = await one.signUp()
    const here = await shopper.connect('/inventory')
    const there = await two.connect('/inventory', shopper.token)
    const other = await (await one.signUp()).connect('/inventory')
    expect(await here.send('stock:waitlist', { productId: id, sku })).toEqual({ waiting: true })
    await here.send('stock:waitlist', { productId: id, sku, email: 'asha@example.com' })
    await change(id, sku, 3, two)
    for (const client of [here, there])
      expect(await client.waitFor('stock:back')).toEqual({ productId: id, sku })
    await change(id, sku, -3)
    await change(id, sku, 1)
    await other.send('inventory:subscribe', { productIds: [id] })
    await change(id, sku, 1)
    await other.waitFor('inventory:updated')
    expect(here.received('stock:back')).toHaveLength(1)
    expect(there.received('stock:back')).toHaveLength(1)
    expect(other.received('stock:back')).toHaveLength(0)
  })

  it('waits for any variant when none is named, and not for what is there', async () => {
    const { id, skus } = await product(0, 0)
    const client = await (await one.signUp()).connect('/inventory')
    await client.send('stock:waitlist', { productId: id })
    await change(id, skus[1] ?? '', 1)
    expect(await client.waitFor('stock:back')).toEqual({ productId: id, sku: skus[1] })
    const there = await product(4)
    await client.send('stock:waitlist', { productId: there.id })
    expect(await client.waitFor('stock:back', ({ productId }) => productId === there.id)).toMatchObject({
      sku: there.skus[0],
    })
  })

  it('needs a token, and something that exists', async () => {
    const { id } = await product(0)
    const guest = await one.connect('/inventory')
    expect(await guest.fail('stock:waitlist', { productId: id })).toMatchObject({ code: 'unauthenticated' })
    const client = await (await one.signUp()).connect('/inventory')
    expect(await client.fail('stock:waitlist', { productId: 'nothing' })).toMatchObject({ code: 'not_found' })
    expect(await client.fail('stock:waitlist', { productId: id, sku: 'NO' })).toMatchObject({
      code: 'not_found',
    })
  })
})
