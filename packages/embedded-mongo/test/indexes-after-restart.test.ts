import type { Document } from 'bson'
import { type Collection, MongoClient } from 'mongodb'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { scratchFolder } from './support/scratch.ts'
import { type ServerProcess, startServerProcess } from './support/server-process.ts'

interface Item extends Document {
  _id: number
  tags?: string[]
}

const HOUR = 3_600_000
const ITEMS: readonly Item[] = [
  { _id: 1, kind: 'shoe', price: 40, title: 'Running shoes', body: 'For the forest', tags: ['new', 'sale'] },
  { _id: 2, kind: 'shoe', price: 90, title: 'Dancing shoes', body: 'Run for them', tags: [] },
  { _id: 3, kind: 'bag', price: 60, title: 'Leather bag', body: 'Holds running shoes', open: true },
  { _id: 4, kind: 'Bag', price: 20, title: 'Paper bag', body: 'Brown', open: true, tags: ['sale'] },
]

describe.each<'SIGKILL' | 'SIGTERM'>(['SIGKILL', 'SIGTERM'])('indexes after a restart (%s)', (signal) => {
  let folder: Awaited<ReturnType<typeof scratchFolder>>
  let server: ServerProcess
  let client: MongoClient
  let items: Collection<Item>
  let before: unknown
  const now = Date.now()

  async function start(ttlSweepMs: number): Promise<void> {
    server = await startServerProcess({ dataDir: folder.path, ttlSweepMs })
    client = await MongoClient.connect(server.uri)
    items = client.db('shop').collection('items')
  }

  beforeAll(async () => {
    folder = await scratchFolder()
    await start(0)
    await items.createIndexes([
      { key: { kind: 1, price: -1 } },
      { key: { kind: 1 }, name: 'whatever the case', collation: { locale: 'en', strength: 2 } },
      { key: { price: 1 }, name: 'open', partialFilterExpression: { open: true } },
      { key: { tags: 1 }, sparse: true },
      { key: { title: 'text', body: 'text' }, weights: { title: 10 } },
    ])
    await items.insertMany([...ITEMS])
    await items.insertOne({ _id: 5, kind: 'hat' })
    await items.deleteOne({ _id: 5 })
    await items.updateOne({ _id: 2 }, { $set: { tags: ['new'] } })
    before = await items.indexes()
    const guests = client.db('shop').collection<Item>('guests')
    await guests.createIndex({ at: 1 }, { expireAfterSeconds: 3600 })
    await guests.insertMany([2, 0].map((hours) => ({ _id: hours, at: new Date(now - hours * HOUR) })))
    await client.close()
    await server.end(signal)
    await start(20)
  })

  afterAll(async () => {
    await client?.close()
    await server?.end('SIGTERM')
    await folder?.[Symbol.asyncDispose]()
  })

  it('are defined as they were', async () => {
    expect(await items.indexes()).toEqual(before)
  })

  it.each<[string, Document, Document, number[]]>([
    ['kind_1_price_-1', { kind: 'shoe', price: { $gt: 30 } }, { sort: { price: -1 } }, [2, 1]],
    ['kind_1_price_-1', { kind: { $in: ['bag', 'shoe'] } }, { sort: { kind: -1, price: 1 } }, [1, 2, 3]],
    ['whatever the case', { kind: 'BAG' }, { collation: { locale: 'en', strength: 2 } }, [3, 4]],
    ['open', { open: true, price: { $lt: 100 } }, { sort: { price: 1 } }, [4, 3]],
    ['tags_1', { tags: 'new' }, {}, [1, 2]],
  ])('answer by themselves: %s for %j %j', async (name, filter, options, ids) => {
    const { queryPlanner, executionStats } = await items.find(filter, options).explain()
    const { stage, inputStage } = queryPlanner.winningPlan
    expect([stage, inputStage.stage, inputStage.indexName]).toEqual(['FETCH', 'IXSCAN', name])
    expect(executionStats).toMatchObject({ nReturned: ids.length, totalDocsExamined: ids.length })
    expect((await items.find(filter, options).toArray()).map(({ _id }) => _id)).toEqual(ids)
  })

  it('say where none helps', async () => {
    const { queryPlanner } = await items.find({ body: 'Brown' }).explain()
    expect(queryPlanner.winningPlan.stage).toBe('COLLSCAN')
  })

  it('know words by their stems, weights, phrases and negations', async () => {
    const search = async ($search: string): Promise<Array<[number, number]>> => {
      const score = { $meta: 'textScore' } as const
      const found = items.find({ $text: { $search } }, { projection: { score }, sort: { score } })
      return (await found.toArray()).map(({ _id, score }) => [_id, score])
    }
    const runs = await search('runs')
    expect(runs.map(([id]) => id)).toEqual([1, expect.any(Number), expect.any(Number)])
    expect(runs[0]?.[1]).toBeGreaterThan(5 * (runs[1]?.[1] ?? 1))
    expect((await search('"running shoes"')).map(([id]) => id)).toEqual([1, 3])
    expect((await search('shoes -leather')).map(([id]) => id).sort()).toEqual([1, 2])
    expect(await search('hat')).toEqual([])
  })

  it('agree with the documents, and go on doing so', async () => {
    const validity = async (): Promise<unknown> => {
      const { valid, keysPerIndex } = await client.db('shop').command({ validate: 'items' })
      return [valid, keysPerIndex['kind_1_price_-1'], keysPerIndex.open, keysPerIndex.tags_1]
    }
    expect(await validity()).toEqual([true, 4, 2, 4])
    await items.updateOne({ _id: 1 }, { $set: { tags: [] } })
    await items.updateOne({ _id: 1 }, { $set: { tags: ['new', 'sale'] } })
    await items.deleteOne({ _id: 4 })
    await items.insertOne({ _id: 4, kind: 'Bag', price: 20, title: 'Paper bag', open: true, tags: ['sale'] })
    expect(await validity()).toEqual([true, 4, 2, 4])
  })

  it('let expire what has outlived its time meanwhile', async () => {
    const guests = client.db('shop').collection<Item>('guests')
    const changes = guests.watch([], { maxAwaitTimeMS: 50 })
    // what went before the stream began is not in it
    for (let left = await guests.countDocuments(); left > 1; left = await guests.countDocuments())
      await changes.tryNext()
    await changes.close()
    expect(await guests.distinct('_id')).toEqual([0])
  })
})
