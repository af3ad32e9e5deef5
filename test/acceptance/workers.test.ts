import { once } from 'node:events'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Config } from '../../src/config.ts'
import { type StockStatement, setStock } from '../../src/features/inventory/index.ts'
import { enqueue, outbox } from '../../src/platform/outbox.ts'
import { openStockFeed } from '../support/stock-feed.ts'
import { startWorld, type World } from '../support/world.ts'

let world: World
const workers: Worker[] = []

beforeAll(async () => {
  world = await startWorld()
})
afterAll(async () => {
  await Promise.all(workers.map((worker) => worker.terminate()))
  await world.close()
})

/** Starts a worker as the scheduler does: natively typed, in a thread of plain Node. */
function startWorker(name: string, config: Partial<Config> = {}): Worker {
  const worker = new Worker(join(import.meta.dirname, `../../workers/${name}.ts`), {
    workerData: { config: { ...world.ctx.config, ...config } },
    execArgv: [],
  })
  workers.push(worker)
  return worker
}

async function runWorker(name: string, config: Partial<Config> = {}): Promise<number> {
  const [code] = (await once(startWorker(name, config), 'exit')) as [number]
  return code
}

/** Lets the job's next run be due. */
async function makeDue(job: string): Promise<void> {
  await world.ctx.db.collection<{ _id: string }>('job_ticks').deleteOne({ _id: job })
}

const stock = (productId: string, quantity: number): StockStatement => ({
  productId,
  variants: [{ sku: `${productId}-1`, stock: [{ locationId: 'wh-mumbai', quantity }] }],
})

describe('cleanup', () => {
  test('forgets what has expired and keeps what has not', async () => {
    const shopper = await world.signUp()
    const past = new Date(Date.now() - 60_000)
    const tokens = world.ctx.db.collection<{ _id: string; userId: string; expiresAt: Date }>('refresh_tokens')
    const live = await tokens.findOne({ userId: shopper.id })
    await tokens.insertOne({ _id: 'old', userId: shopper.id, expiresAt: past })
    await world.ctx.db.collection('idempotency_keys').insertOne({ userId: shopper.id, expiresAt: past })
    expect(await runWorker('cleanup')).toBe(0)
    expect((await tokens.find({ userId: shopper.id }).toArray()).map(({ _id }) => _id)).toEqual([live?._id])
    expect(await world.ctx.db.collection('idempotency_keys').countDocuments()).toBe(0)
  })

  test('runs once in each interval, however many instances ask', async () => {
    await makeDue('cleanup')
    const ticks = world.ctx.db.collection<{ _id: string; startedAt: Date; owner: string }>('job_ticks')
    await Promise.all([runWorker('cleanup'), runWorker('cleanup')])
    const first = await ticks.findOne({ _id: 'cleanup' })
    await runWorker('cleanup')
    expect(await ticks.findOne({ _id: 'cleanup' })).toEqual(first)
  })
})

test('low-stock puts one alert for each scarce product into the outbox, once', async () => {
  await setStock(world.ctx, [stock('scarce', 3), stock('plenty', 50)])
  for (let round = 0; round < 2; round += 1) {
    await makeDue('low-stock')
    expect(await runWorker('low-stock')).toBe(0)
  }
  const alerts = await outbox.in(world.ctx.db).find({ kind: 'stock.low' }).toArray()
  expect(alerts.map(({ payload }) => payload)).toEqual([
    { productId: 'scarce', available: 3, skus: ['scarce-1'] },
  ])
})

describe('inventory-sync', () => {
  test('takes over what the source says, and the same again changes nothing', async () => {
    await setStock(world.ctx, [stock('synced', 3)])
    const feed = await openStockFeed()
    feed.says([{ sku: 'synced-1', location: 'wh-mumbai', available: 7, revision: 1 }])
    const revisions: number[] = []
    for (let round = 0; round < 2; round += 1) {
      await makeDue('inventory-sync')
      expect(await runWorker('inventory-sync', { inventorySourceUrl: feed.url })).toBe(0)
      const inventory = await world.api.call('getInventory', { params: { id: 'synced' } })
      expect(inventory.available).toBe(7)
      revisions.push(inventory.revision)
    }
    await feed.close()
    expect(revisions[0]).toBe(revisions[1])
  })

  test('an unreachable source fails that run and nothing else', async () => {
    await makeDue('inventory-sync')
    expect(await runWorker('inventory-sync', { inventorySourceUrl: 'http://127.0.0.1:1/stock' })).toBe(1)
  })
})

test('notifications go on until they are cancelled, and deliver what is in the outbox', async () => {
  const delivered = world.ctx.db
    .collection('outbox')
    .watch([{ $match: { 'updateDescription.updatedFields.state': 'delivered' } }])
  await delivered.tryNext()
  await enqueue(world.ctx, undefined, {
    kind: 'order.confirmed',
    dedupeKey: 'order.confirmed:1',
    payload: { orderId: 'gone' },
  })
  const worker = startWorker('notifications')
  const exit = once(worker, 'exit')
  await delivered.next()
  await delivered.close()
  worker.postMessage('cancel')
  expect(await exit).toEqual([0])
})

test('the sweep goes on until it is cancelled, and releases what was held too long', async () => {
  const shopper = await world.guest()
  const ticks = world.ctx.db.collection('job_ticks').watch([{ $match: { 'documentKey._id': 'sweep' } }])
  await ticks.tryNext()
  await world.ctx.db.collection<{ _id: string }>('reservations').insertOne({
    _id: 'forgotten',
    userId: shopper.id,
    state: 'held',
    lines: [],
    expiresAt: new Date(Date.now() - 60_000),
    createdAt: new Date(Date.now() - 120_000),
  } as { _id: string })
  const released = world.ctx.db
    .collection('reservations')
    .watch([{ $match: { 'updateDescription.updatedFields.state': 'released' } }])
  await released.tryNext()
  const worker = startWorker('sweep')
  const exit = once(worker, 'exit')
  await released.next()
  await released.close()
  await ticks.close()
  worker.postMessage('cancel')
  expect(await exit).toEqual([0])
})

test('in a running shop the jobs begin by themselves', async () => {
  const busy = await startWorld({ jobs: true, config: { LOW_STOCK_INTERVAL: '1s' } })
  const runs = busy.ctx.db.collection('job_ticks').watch([{ $match: { 'documentKey._id': 'low-stock' } }])
  expect((await runs.next()).operationType).toBe('insert')
  await runs.close()
  await busy.close()
})
