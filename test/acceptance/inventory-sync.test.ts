import { once } from 'node:events'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  adjustmentsCollection,
  driftsCollection,
  inventoryCollection,
  sourceCountsCollection,
} from '../../src/features/inventory/index.ts'
import { auditStock } from '../../src/jobs/stock-audit.ts'
import { syncStock } from '../../src/jobs/stock-source.ts'
import { newProduct } from '../support/purchase.ts'
import { shelve } from '../support/shelf.ts'
import { stockBooks } from '../support/stock-books.ts'
import { openStockFeed, type StockFeed } from '../support/stock-feed.ts'
import { startWorld, type World } from '../support/world.ts'

const MUMBAI = 'wh-mumbai'

let world: World
let two: World
let feed: StockFeed
let productId: string
let sku: string

beforeAll(async () => {
  world = await startWorld()
  two = await startWorld({ on: world })
  feed = await openStockFeed()
})
afterAll(async () => {
  await feed.close()
  await two.close()
  await world.close()
})
beforeEach(async () => {
  await driftsCollection.in(world.ctx.db).deleteMany({})
  productId = await newProduct(world, 10)
  sku = await skuOf(productId)
})

async function skuOf(id: string): Promise<string> {
  const { variants } = inventoryCollection.parse(
    await inventoryCollection.in(world.ctx.db).findOne({ _id: id }),
  )
  return variants[0]?.sku ?? ''
}

const row = (available: number, revision?: number, location = MUMBAI) => ({
  sku,
  location,
  available,
  ...(revision === undefined ? {} : { revision }),
})

/** Lets the source say so and the shop read it. */
function sync(...rows: unknown[]) {
  feed.says(rows)
  return syncStock(world.ctx, feed.url)
}

const books = () => stockBooks(world.ctx, productId)
const inventory = () => world.api.call('getInventory', { params: { id: productId } })

/** The report, without what is the same in all of it. */
async function drifts() {
  const found = await driftsCollection.in(world.ctx.db).find().sort({ _id: 1 }).toArray()
  return found.map((document) => {
    const { _id, firstSeenAt, lastSeenAt, ...drift } = driftsCollection.parse(document)
    return drift
  })
}

describe('a newer count', () => {
  it('replaces the figure of its place, reaches the sockets and the report', async () => {
    const device = await world.connect('/inventory')
    await device.send('inventory:subscribe', { productIds: [productId] })
    const report = await sync(row(7, 1), row(4, 1, 'st-delhi'))
    expect(report).toMatchObject({ rows: 2, takenOver: 2, leftAlone: 0, drifts: { corrected: 2 } })
    const told = await device.waitFor('inventory:updated', ({ available }) => available === 11)
    expect(told.productId).toBe(productId)
    const filled = (await inventory()).locations.filter(({ available }) => available > 0)
    expect(filled).toMatchObject([
      { id: MUMBAI, available: 7 },
      { id: 'st-delhi', available: 4 },
    ])
    expect(await books()).toMatchObject({ available: 11, received: 11 })
    const common = { sku, productId, revision: 1, kind: 'corrected', done: 'taken_over', seen: 1 }
    expect(await drifts()).toEqual([
      { ...common, locationId: 'st-delhi', source: 4, shop: 0, difference: 4 },
      { ...common, locationId: MUMBAI, source: 7, shop: 10, difference: -3 },
    ])
    const moves = await adjustmentsCollection.in(world.ctx.db).find({ productId }).toArray()
    expect(moves.map(({ delta, adminId }) => ({ delta, adminId })).sort((a, b) => a.delta - b.delta)).toEqual(
      [
        { delta: -3, adminId: 'inventory-source' },
        { delta: 4, adminId: 'inventory-source' },
      ],
    )
  })

  it('that agrees is remembered, and nothing moves', async () => {
    const { revision } = await inventory()
    expect(await sync(row(10, 5))).toMatchObject({ takenOver: 1, drifts: { corrected: 0 } })
    expect((await inventory()).revision).toBe(revision)
    expect(await drifts()).toEqual([])
    expect(await sync(row(3, 4))).toMatchObject({ leftAlone: 1 })
    expect(await books()).toMatchObject({ available: 10 })
  })

  it('leaves what was sold since the last one alone until it comes', async () => {
    await sync(row(8, 1))
    const shopper = await world.guest()
    await shopper.api.call('addCartItem', { body: { productId, quantity: 2 } })
    await shopper.api.call('startCheckout')
    expect(await sync(row(8, 1))).toMatchObject({ takenOver: 0, leftAlone: 1 })
    expect(await books()).toEqual({ received: 8, sold: 0, held: 2, available: 6 })
  })

  it('counts held pieces as on the shelf, and never takes them away', async () => {
    const shopper = await world.guest()
    await shopper.api.call('addCartItem', { body: { productId, quantity: 4 } })
    await shopper.api.call('startCheckout')
    await sync(row(9, 1))
    expect(await books()).toEqual({ received: 9, sold: 0, held: 4, available: 5 })
    expect(await sync(row(1, 2))).toMatchObject({ drifts: { short: 1 } })
    expect(await books()).toEqual({ received: 4, sold: 0, held: 4, available: 0 })
    expect((await drifts()).find(({ kind }) => kind === 'short')).toMatchObject({
      source: 1,
      shop: 9,
      difference: -8,
      missing: 3,
      done: 'taken_over',
    })
    expect(await auditStock(world.ctx)).toEqual([])
  })

  it('may come as items with a revision beside them, or without any', async () => {
    feed.says({ revision: 4, items: [row(6)] })
    await syncStock(world.ctx, feed.url)
    expect(await books()).toMatchObject({ available: 6 })
    expect(await sync(row(5, 4))).toMatchObject({ drifts: { conflict: 1 } })
    await sync(row(3))
    expect(await books()).toMatchObject({ available: 3 })
    expect(await sync(row(3))).toMatchObject({ takenOver: 0, leftAlone: 1 })
  })
})

it('the source may ask for a name and a password', async () => {
  feed.says([row(4, 1)])
  await syncStock(world.ctx, feed.url.replace('http://', 'http://shop:pa%20ss@'))
  expect(feed.authorization()).toBe(`Basic ${Buffer.from('shop:pa ss').toString('base64')}`)
  expect(await books()).toMatchObject({ available: 4 })
})

describe('a count that is not newer', () => {
  beforeEach(async () => {
    await sync(row(7, 5))
    await driftsCollection.in(world.ctx.db).deleteMany({})
  })

  it.each([
    ['the same again', () => row(7, 5)],
    ['an older one', () => row(2, 4)],
  ])('%s changes nothing', async (_, count) => {
    const before = await inventory()
    expect(await sync(count())).toMatchObject({ takenOver: 0, leftAlone: 1 })
    expect(await inventory()).toEqual(before)
    expect(await drifts()).toEqual([])
  })

  it('with another figure of the same revision is reported, once however often, and changes nothing', async () => {
    const before = await inventory()
    for (let round = 0; round < 2; round += 1) {
      expect(await sync(row(2, 5))).toMatchObject({ takenOver: 0, drifts: { conflict: 1 } })
    }
    expect(await inventory()).toEqual(before)
    expect(await drifts()).toEqual([
      {
        kind: 'conflict',
        sku,
        locationId: MUMBAI,
        productId,
        revision: 5,
        source: 2,
        shop: 7,
        difference: -5,
        done: 'nothing',
        seen: 2,
      },
    ])
    expect(await sync(row(9, 6), row(8, 6))).toMatchObject({ takenOver: 1, drifts: { conflict: 1 } })
    expect(await books()).toMatchObject({ available: 9 })
  })
})

describe('a row that is no use', () => {
  it('is reported and left out, the others are taken over', async () => {
    const report = await sync(
      { ...row(1, 1), sku: 'NOBODY-KNOWS-IT' },
      row(1, 1, 'wh-atlantis'),
      { ...row(1, 1), available: -1 },
      { ...row(1, 1), available: '7' },
      { location: MUMBAI, available: 1, revision: 1.5 },
      { $where: 'sleep(1)' },
      'nonsense',
      null,
      row(6, 1),
    )
    expect(report).toMatchObject({
      rows: 9,
      takenOver: 1,
      drifts: { malformed: 6, unknown_sku: 1, unknown_location: 1, corrected: 1 },
    })
    expect(await books()).toMatchObject({ available: 6 })
    const details = (await drifts()).flatMap(({ detail }) => detail ?? [])
    expect(details).toEqual([
      'row 2: available',
      'row 3: available',
      'row 4: sku, revision',
      'row 5: sku, location, available',
      'row 6: row',
      'row 7: row',
    ])
  })
})

describe('a source that cannot be read', () => {
  const unchanged = async (message: string) => {
    const before = await inventory()
    await expect(syncStock(world.ctx, feed.url, AbortSignal.timeout(2_000))).rejects.toThrow(message)
    expect(await inventory()).toEqual(before)
    expect(await drifts()).toEqual([])
  }

  it.each([
    ['half of it', '[{"sku":', 'no JSON'],
    ['something else', { stock: 5 }, 'no list of counts'],
    ['rows that are no list', { items: 'all' }, 'no list of counts'],
    ['an overlong answer', `["${'x'.repeat(33_000_000)}"]`, 'more than'],
  ])('because it says %s: nothing changes', async (_, answer, message) => {
    feed.says(answer)
    await unchanged(message)
  })

  it('because it fails or is silent: nothing changes', async () => {
    feed.says([row(1, 1)], 503)
    await unchanged('answered 503')
    const elsewhere = await openStockFeed()
    elsewhere.says([row(1, 1)])
    feed.pointsTo(elsewhere.url)
    await unchanged('fetch failed')
    await elsewhere.close()
    feed.hangs()
    await unchanged('aborted')
  })
})

describe('several at once, and one that is cut short', () => {
  it('two instances take each count over once', async () => {
    feed.says([row(7, 1), row(2, 1, 'st-delhi')])
    const reports = await Promise.all([world, two, world, two].map(({ ctx }) => syncStock(ctx, feed.url)))
    expect(reports.reduce((sum, { takenOver }) => sum + takenOver, 0)).toBe(2)
    expect(await books()).toMatchObject({ available: 9 })
    expect((await drifts()).map(({ seen }) => seen)).toEqual([1, 1])
    expect(await adjustmentsCollection.in(world.ctx.db).countDocuments({ productId })).toBe(2)
  })

  it('beside checkouts the books stay right', async () => {
    const shoppers = await Promise.all([world.guest(), world.guest(), two.guest()])
    await Promise.all(
      shoppers.map(({ api }) => api.call('addCartItem', { body: { productId, quantity: 2 } })),
    )
    feed.says([row(7, 1)])
    await Promise.all([
      ...shoppers.map(({ api }) => api.call('startCheckout')),
      syncStock(world.ctx, feed.url),
      syncStock(two.ctx, feed.url),
    ])
    expect(await books()).toEqual({ received: 7, sold: 0, held: 6, available: 1 })
  })

  it('a worker that is killed half way leaves whole products, and the next one goes on', async () => {
    const names = Array.from({ length: 60 }, (_, index) => ({ name: `Counted ${index}` }))
    const ids = await shelve(world.ctx, names)
    const skus = await Promise.all(ids.map(skuOf))
    feed.says(
      skus.flatMap((counted) =>
        [MUMBAI, 'st-delhi'].map((location) => ({ sku: counted, location, available: 3, revision: 1 })),
      ),
    )
    const changes = inventoryCollection.in(world.ctx.db).watch([{ $match: { operationType: 'update' } }])
    await changes.tryNext()
    const run = () =>
      new Worker(join(import.meta.dirname, '../../workers/inventory-sync.ts'), {
        workerData: { config: { ...world.ctx.config, inventorySourceUrl: feed.url } },
        execArgv: [],
      })
    const killed = run()
    await changes.next()
    await killed.terminate()
    await changes.close()
    const halfWay = await Promise.all(ids.map((id) => stockBooks(world.ctx, id)))
    expect(new Set(halfWay.map(({ available }) => available))).toEqual(new Set([6, 10]))
    await world.ctx.db.collection<{ _id: string }>('job_ticks').deleteOne({ _id: 'inventory-sync' })
    expect(await once(run(), 'exit')).toEqual([0])
    for (const id of ids) {
      expect(await stockBooks(world.ctx, id)).toEqual({ received: 6, sold: 0, held: 0, available: 6 })
    }
    expect((await drifts()).every(({ seen }) => seen === 1)).toBe(true)
    expect(await drifts()).toHaveLength(2 * ids.length)
    const counts = sourceCountsCollection.in(world.ctx.db)
    expect(await counts.countDocuments({ _id: { $in: skus.map((counted) => `${MUMBAI}:${counted}`) } })).toBe(
      ids.length,
    )
  })
})

it('the metrics show the differences by kind', async () => {
  await sync(row(7, 1), row(6, 1))
  const metrics = await (await fetch(`${world.url}/metrics`)).text()
  expect(metrics).toContain('floorwalker_stock_drifts{kind="conflict"} 1')
  expect(metrics).toContain('floorwalker_stock_drifts{kind="corrected"} 1')
})
