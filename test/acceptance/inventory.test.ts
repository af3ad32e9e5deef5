import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  extendHold,
  getInventory,
  heldBy,
  holdLapsed,
  holdStock,
  inStockTurn,
  inventoryCollection,
  listLowStock,
  releaseLapsedHolds,
  releaseStock,
  returnStock,
  setStock,
  takeStock,
} from '../../src/features/inventory/index.ts'
import { inTransaction } from '../../src/platform/transaction.ts'
import { shelve } from '../support/shelf.ts'
import { type Shopper, startWorld, type World } from '../support/world.ts'

let now = Date.UTC(2025, 5, 1)
let world: World
let admin: Shopper
let counter = 0

beforeAll(async () => {
  world = await startWorld({ clock: { now: () => new Date(now) } })
  admin = await world.admin()
})
afterAll(() => world.close())

/** A product with one variant of so many pieces. */
async function product(quantity: number): Promise<{ id: string; sku: string }> {
  counter += 1
  const sku = `SKU-${counter}`
  const [id = ''] = await shelve(world.ctx, [{ name: `Thing ${counter}`, variants: [{ sku, quantity }] }])
  return { id, sku }
}

async function books(productId: string) {
  const [variant] = inventoryCollection.parse(
    await inventoryCollection.in(world.ctx.db).findOne({ _id: productId }),
  ).variants
  if (variant === undefined) throw new Error('no books')
  const { received, sold, held, available, locations } = variant
  expect(received).toBe(sold + held + available)
  expect(available).toBe(locations.reduce((sum, place) => sum + place.available, 0))
  return { received, sold, held, available }
}

const hold = (id: string, lines: { productId: string; sku: string; quantity: number }[], minutes = 10) =>
  inTransaction(world.ctx, (session) =>
    holdStock(world.ctx, session, { id, userId: 'asha', lines, expiresAt: new Date(now + minutes * 60_000) }),
  )
const take = (id: string) => inTransaction(world.ctx, (session) => takeStock(world.ctx, session, id))
const release = (id: string) => inTransaction(world.ctx, (session) => releaseStock(world.ctx, session, id))

describe('GET /products/inventory/:id', () => {
  it('tells the stock by place and variant', async () => {
    const [id = ''] = await shelve(world.ctx, [
      {
        name: 'Two Sizes',
        variants: [
          { sku: 'TS-S', size: 'S', quantity: 3 },
          { sku: 'TS-L', size: 'L', quantity: 0 },
        ],
      },
    ])
    const inventory = await world.api.call('getInventory', { params: { id } })
    expect(inventory).toMatchObject({
      productId: id,
      available: 3,
      status: 'low_stock',
      revision: 1,
      variants: [
        { sku: 'TS-S', available: 3, status: 'low_stock' },
        { sku: 'TS-L', available: 0, status: 'out_of_stock' },
      ],
    })
    expect(inventory.locations.map(({ kind }) => kind)).toEqual([
      'warehouse',
      'warehouse',
      'store',
      'store',
      'store',
    ])
    expect(inventory.locations.reduce((sum, { available }) => sum + available, 0)).toBe(3)
  })

  it('knows no product that is not there', async () => {
    expect(await world.api.fail('getInventory', { params: { id: 'nothing' } })).toMatchObject({
      code: 'not_found',
    })
  })
})

describe('POST /admin/inventory/:productId/adjust', () => {
  const adjust = (
    productId: string,
    body: { sku: string; locationId: string; delta: number; reason: string },
  ) => ({
    params: { productId },
    body,
  })

  it('adds and takes away, and keeps a record', async () => {
    const { id, sku } = await product(4)
    const change = { sku, locationId: 'st-delhi', reason: 'count' }
    const more = await admin.api.call('adjustInventory', adjust(id, { ...change, delta: 3 }))
    expect(more).toMatchObject({ available: 7, revision: 2 })
    expect(more.locations.find((place) => place.id === 'st-delhi')).toMatchObject({ available: 3 })
    await admin.api.call('adjustInventory', adjust(id, { ...change, delta: -2 }))
    expect(await books(id)).toEqual({ received: 5, sold: 0, held: 0, available: 5 })
    const records = await world.ctx.db.collection('stock_adjustments').find({ productId: id }).toArray()
    expect(records.map(({ delta }) => delta)).toEqual([3, -2])
    expect(records[0]).toMatchObject({ adminId: admin.id, reason: 'count' })
  })

  it('never goes below zero at a place', async () => {
    const { id, sku } = await product(4)
    const problem = await admin.api.fail(
      'adjustInventory',
      adjust(id, { sku, locationId: 'wh-mumbai', delta: -5, reason: 'x' }),
    )
    expect(problem).toMatchObject({ status: 409, code: 'insufficient_stock', available: 4 })
    expect(await books(id)).toMatchObject({ available: 4 })
  })

  it('is for admins, on what exists', async () => {
    const { id, sku } = await product(1)
    const body = { sku, locationId: 'wh-mumbai', delta: 1, reason: 'x' }
    const shopper = await world.signUp()
    expect(await shopper.api.fail('adjustInventory', adjust(id, body))).toMatchObject({ code: 'forbidden' })
    expect(await world.api.fail('adjustInventory', adjust(id, body))).toMatchObject({
      code: 'unauthenticated',
    })
    for (const wrong of [
      { ...body, sku: 'NO' },
      { ...body, locationId: 'moon' },
    ]) {
      expect(await admin.api.fail('adjustInventory', adjust(id, wrong))).toMatchObject({ code: 'not_found' })
    }
    expect(await admin.api.fail('adjustInventory', adjust('nothing', body))).toMatchObject({
      code: 'not_found',
    })
    expect(await admin.api.fail('adjustInventory', adjust(id, { ...body, delta: 0 }))).toMatchObject({
      status: 422,
    })
    expect(await books(id)).toMatchObject({ available: 1 })
  })
})

describe('holds', () => {
  it('become sales once, or come back once', async () => {
    const { id, sku } = await product(10)
    await hold('h1', [{ productId: id, sku, quantity: 4 }])
    await hold('h1', [{ productId: id, sku, quantity: 4 }])
    expect(await books(id)).toEqual({ received: 10, sold: 0, held: 4, available: 6 })
    expect(await heldBy(world.ctx, 'asha')).toContainEqual({ productId: id, sku, quantity: 4 })
    await take('h1')
    await take('h1')
    expect(await release('h1')).toBe(false)
    expect(await books(id)).toEqual({ received: 10, sold: 4, held: 0, available: 6 })
    await hold('h2', [{ productId: id, sku, quantity: 6 }])
    expect(await release('h2')).toBe(true)
    expect(await release('h2')).toBe(false)
    await expect(take('h2')).rejects.toMatchObject({ code: 'checkout_expired' })
    expect(await books(id)).toEqual({ received: 10, sold: 4, held: 0, available: 6 })
  })

  it('take all lines or none', async () => {
    const [first, second] = [await product(5), await product(1)]
    const lines = [
      { productId: first.id, sku: first.sku, quantity: 2 },
      { productId: second.id, sku: second.sku, quantity: 2 },
    ]
    await expect(hold('h3', lines)).rejects.toMatchObject({
      code: 'insufficient_stock',
      details: { available: 1 },
    })
    expect(await books(first.id)).toMatchObject({ held: 0, available: 5 })
    await expect(hold('h3', [{ productId: first.id, sku: 'NO', quantity: 1 }])).rejects.toMatchObject({
      code: 'not_found',
    })
  })

  it('bring sold pieces back, but not more than were sold', async () => {
    const { id, sku } = await product(3)
    await hold('h4', [{ productId: id, sku, quantity: 2 }])
    await take('h4')
    const giveBack = (quantity: number) =>
      inTransaction(world.ctx, (session) =>
        returnStock(world.ctx, session, [{ productId: id, sku, quantity }]),
      )
    await giveBack(1)
    await expect(giveBack(2)).rejects.toMatchObject({ code: 'not_returnable' })
    expect(await books(id)).toEqual({ received: 3, sold: 1, held: 0, available: 2 })
  })

  it('lapse when their time is over, unless they were given more', async () => {
    const { id, sku } = await product(9)
    const lapsed: string[] = []
    const stop = world.ctx.events.subscribe(holdLapsed, ({ holdId }) => void lapsed.push(holdId))
    await hold('short', [{ productId: id, sku, quantity: 2 }], 1)
    await hold('longer', [{ productId: id, sku, quantity: 3 }], 1)
    await inTransaction(world.ctx, (session) =>
      extendHold(world.ctx, session, 'longer', new Date(now + 600_000)),
    )
    expect(await releaseLapsedHolds(world.ctx)).toBe(0)
    now += 61_000
    expect(await releaseLapsedHolds(world.ctx)).toBe(1)
    expect(await releaseLapsedHolds(world.ctx)).toBe(0)
    stop()
    expect(lapsed).toEqual(['short'])
    expect(await books(id)).toEqual({ received: 9, sold: 0, held: 3, available: 6 })
  })

  const rush = async (name: string, buy: (id: string, work: () => Promise<void>) => Promise<void>) => {
    const { id, sku } = await product(10)
    const tries = await Promise.allSettled(
      Array.from({ length: 40 }, (_, buyer) =>
        buy(id, async () => {
          await hold(`${name}-${buyer}`, [{ productId: id, sku, quantity: 1 }])
          await take(`${name}-${buyer}`)
        }),
      ),
    )
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(10)
    for (const attempt of tries) {
      if (attempt.status === 'rejected') expect(attempt.reason).toMatchObject({ code: 'insufficient_stock' })
    }
    expect(await books(id)).toEqual({ received: 10, sold: 10, held: 0, available: 0 })
  }

  it('give 40 buyers at once exactly the last 10 pieces', () => rush('rush', (_, work) => work()))

  it('do so in turn as well', () => rush('turn', (id, work) => inStockTurn(world.ctx, [id], work)))
})

describe('stock statements', () => {
  it('are the same twice as once, also while things are sold', async () => {
    const { id, sku } = await product(10)
    await hold('h5', [{ productId: id, sku, quantity: 3 }])
    const say = (quantity: number) =>
      setStock(world.ctx, [
        { productId: id, variants: [{ sku, stock: [{ locationId: 'wh-mumbai', quantity }] }] },
      ])
    await say(10)
    expect(await books(id)).toEqual({ received: 10, sold: 0, held: 3, available: 7 })
    await say(12)
    expect(await books(id)).toEqual({ received: 12, sold: 0, held: 3, available: 9 })
    expect((await getInventory(world.ctx, id)).revision).toBe(3)
  })

  it('retire a variant that is not named any more, without losing what is held', async () => {
    const { id, sku } = await product(5)
    await hold('h6', [{ productId: id, sku, quantity: 2 }])
    await setStock(world.ctx, [
      { productId: id, variants: [{ sku: 'NEW', stock: [{ locationId: 'wh-mumbai', quantity: 1 }] }] },
    ])
    const { variants } = await getInventory(world.ctx, id)
    expect(variants).toMatchObject([
      { sku: 'NEW', available: 1 },
      { sku, available: 0 },
    ])
    await take('h6')
  })
})

describe('listLowStock', () => {
  it('names what is running low, the emptiest first', async () => {
    const scarce = await product(2)
    const gone = await product(0)
    const plenty = await product(50)
    const low = (await listLowStock(world.ctx)).map(({ productId }) => productId)
    expect(low.indexOf(gone.id)).toBeLessThan(low.indexOf(scarce.id))
    expect(low).toContain(scarce.id)
    expect(low).not.toContain(plenty.id)
  })
})
