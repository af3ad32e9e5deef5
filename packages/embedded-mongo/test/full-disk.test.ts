import { rmSync } from 'node:fs'
import type { Collection, MongoClient } from 'mongodb'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { toDoc } from '../src/bson/convert.ts'
import { Engine } from '../src/engine/engine.ts'
import { type RunningMongo, runMongo } from './support/mongo.ts'
import { scratchFolder } from './support/scratch.ts'

interface Item {
  _id: number
  a: number
  filling?: string
}

const LIMIT = 512 * 1024
const OUT_OF_DISK_SPACE = { code: 14031, codeName: 'OutOfDiskSpace' }
const LARGE = 'x'.repeat(LIMIT)

describe('a full disk', () => {
  let folder: Awaited<ReturnType<typeof scratchFolder>>
  let mongo: RunningMongo
  let client: MongoClient
  let items: Collection<Item>

  async function start(): Promise<void> {
    mongo = await runMongo({ dataDir: folder.path, maxFileBytes: LIMIT, ttlSweepMs: 0 })
    client = mongo.client
    items = client.db('shop').collection('items')
  }

  beforeEach(async () => {
    folder = await scratchFolder()
    await start()
    await items.createIndex({ a: 1 }, { unique: true })
    await items.insertMany([1, 2, 3].map((n) => ({ _id: n, a: n })))
  })

  afterEach(async () => {
    await mongo[Symbol.asyncDispose]()
    await folder[Symbol.asyncDispose]()
  })

  async function everything(): Promise<unknown> {
    const byIndex = await items
      .find()
      .hint({ a: 1 })
      .map(({ _id }) => _id)
      .toArray()
    return { documents: await items.find().toArray(), byIndex, indexes: await items.indexes() }
  }

  it.each<[string, () => Promise<unknown>]>([
    ['an insert', () => items.insertOne({ _id: 9, a: 9, filling: LARGE })],
    ['an insert of many', () => items.insertMany([4, 5].map((n) => ({ _id: n, a: n, filling: LARGE })))],
    ['an update', () => items.updateOne({ _id: 1 }, { $set: { a: 7, filling: LARGE } })],
    ['a replacement', () => items.replaceOne({ _id: 1 }, { a: 7, filling: LARGE })],
    ['an upsert', () => items.findOneAndUpdate({ _id: 8 }, { $set: { filling: LARGE } }, { upsert: true })],
    [
      'a transaction',
      () =>
        client.withSession((session) =>
          session.withTransaction(async () => {
            await items.deleteOne({ _id: 2 }, { session })
            await items.updateOne({ _id: 1 }, { $set: { a: 2 } }, { session })
            await items.insertOne({ _id: 9, a: 9, filling: LARGE }, { session })
          }),
        ),
    ],
    ['a new collection', () => client.db('shop').createCollection('other', { validator: { x: LARGE } })],
  ])('%s gets the error, leaves nothing behind, and can be read around', async (_, write) => {
    const before = await everything()
    const stream = client.db('shop').watch()
    const first = stream.next()
    await expect(write()).rejects.toMatchObject(OUT_OF_DISK_SPACE)
    expect(await everything()).toEqual(before)
    expect((await client.db('shop').listCollections().toArray()).map(({ name }) => name)).toEqual(['items'])

    // what is small enough goes on, with the keys that the refused write had taken
    await items.insertOne({ _id: 9, a: 9 })
    await items.updateOne({ _id: 1 }, { $set: { a: 7 } })
    expect(await first).toMatchObject({ operationType: 'insert', fullDocument: { _id: 9, a: 9 } })
    await stream.close()

    const after = await everything()
    await mongo[Symbol.asyncDispose]()
    await start()
    expect(await everything()).toEqual(after)
  })

  it('refuses one write after the other once nothing fits any more, and serves reads after a restart', async () => {
    let stored = 3
    const fill = async (): Promise<void> => {
      for (;;) {
        await items.insertOne({ _id: stored + 1, a: stored + 1, filling: 'x'.repeat(2000) })
        stored += 1
      }
    }
    await expect(fill()).rejects.toMatchObject(OUT_OF_DISK_SPACE)
    await expect(fill()).rejects.toMatchObject(OUT_OF_DISK_SPACE)
    expect(await items.countDocuments()).toBe(stored)
    await mongo[Symbol.asyncDispose]()
    await start()
    expect(await items.countDocuments({ a: { $gte: 1 } })).toBe(stored)
    expect(await items.findOne({ a: stored })).toMatchObject({ _id: stored })
  })

  it('takes no more writes once the disk cannot say what it has kept, and goes on reading', async () => {
    const dataDir = `${folder.path}/lost`
    const troubles: Error[] = []
    const onError = (error: Error): number => troubles.push(error)
    const engine = Engine.open({ dataDir, ttlSweepMs: 0, onError })
    const insert = (_id: number): Promise<unknown> =>
      engine.run((work) => work.insert('shop.items', toDoc({ _id })))
    const count = (): number | undefined => {
      const work = engine.begin()
      try {
        return work.reader('shop.items')?.count
      } finally {
        work.abort()
      }
    }
    rmSync(`${dataDir}/floorwalker.sqlite-wal`)
    const lost = { codeName: 'OperationFailed', message: expect.stringContaining('floorwalker.sqlite-wal') }
    await expect(insert(1)).rejects.toMatchObject(lost)
    const before = count()
    await expect(insert(2)).rejects.toMatchObject(lost)
    expect(count()).toBe(before)
    expect(troubles).toMatchObject([lost])
    await engine.close()
  })

  it('ends an open transaction that has seen what was refused, or has built on it', async () => {
    const engine = Engine.open({ dataDir: `${folder.path}/engine`, maxFileBytes: LIMIT, ttlSweepMs: 0 })
    const namespace = 'shop.items'
    const transient = expect.objectContaining({ code: 112, labels: ['TransientTransactionError'] })
    await engine.run((work) => work.insert(namespace, toDoc({ _id: 1, a: 1 })))
    const builder = engine.begin()
    const refused = engine.run((work) => work.insert(namespace, toDoc({ _id: 2, filling: LARGE })))
    builder.insert(namespace, toDoc({ _id: 3 }))
    const witness = engine.begin()
    const bystander = engine.begin()
    bystander.abort()
    expect(witness.reader(namespace)?.count).toBe(2)
    await expect(refused).rejects.toMatchObject({ code: 14031 })
    expect(() => witness.insert(namespace, toDoc({ _id: 4 }))).toThrowError(transient)
    await expect(builder.commit()).rejects.toEqual(transient)
    const after = engine.begin()
    expect(after.reader(namespace)?.count).toBe(1)
    after.abort()
    await engine.close()
  })
})
