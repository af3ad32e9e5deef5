import { type ChangeStreamDocument, type ChangeStreamInsertDocument, MongoClient } from 'mongodb'
import { describe, expect, it } from 'vitest'
import { runMongo } from './support/mongo.ts'
import { scratchFolder } from './support/scratch.ts'
import { startServerProcess } from './support/server-process.ts'

interface Item {
  _id: number
  filling?: string
}

/** Enough that the oldest of it is let go from memory and disk. */
const OPLOG_BYTES = 1024 * 1024

describe('a resumed change stream', () => {
  it.each<'SIGKILL' | 'SIGTERM'>([
    'SIGKILL',
    'SIGTERM',
  ])('misses nothing and repeats nothing over the end of client and server (%s)', async (signal) => {
    await using folder = await scratchFolder()
    const first = await startServerProcess({ dataDir: folder.path })
    const client = await MongoClient.connect(first.uri)
    const items = client.db('shop').collection<Item>('items')
    const stream = items.watch([], { maxAwaitTimeMS: 10 })
    await stream.tryNext()
    for (let n = 1; n <= 6; n += 1) await items.insertOne({ _id: n })
    await stream.next()
    const seen = await stream.next()
    const idle = client.db('shop').collection('idle').watch([], { maxAwaitTimeMS: 10 })
    await idle.tryNext()
    const idleToken = idle.resumeToken
    await Promise.all([stream.close(), idle.close()])
    await client.close()
    await first.end(signal)

    const second = await startServerProcess({ dataDir: folder.path })
    const again = await MongoClient.connect(second.uri)
    try {
      const shop = again.db('shop')
      await shop.collection<Item>('items').insertOne({ _id: 7 })
      await shop.collection<Item>('idle').insertOne({ _id: 8 })
      const rest = shop.collection<Item>('items').watch([], { resumeAfter: seen._id, maxAwaitTimeMS: 10 })
      const ids = []
      for (let count = 0; count < 5; count += 1) {
        const event = await rest.next()
        ids.push(event.operationType === 'insert' ? event.documentKey._id : event.operationType)
      }
      expect(ids).toEqual([3, 4, 5, 6, 7])
      expect(await rest.tryNext()).toBeNull()
      const later = shop.collection('idle').watch([], { resumeAfter: idleToken, maxAwaitTimeMS: 10 })
      expect(await later.next()).toMatchObject({ operationType: 'insert', documentKey: { _id: 8 } })
      await Promise.all([rest.close(), later.close()])
    } finally {
      await again.close()
      await second.end('SIGTERM')
    }
  })

  it('goes on within a transaction larger than any document, after a kill', async () => {
    const COUNT = 90
    await using folder = await scratchFolder()
    const first = await startServerProcess({ dataDir: folder.path })
    const client = await MongoClient.connect(first.uri)
    const items = client.db('shop').collection<Item>('items')
    await items.insertOne({ _id: -1 })
    const stream = items.watch()
    await stream.tryNext()
    await client.withSession((session) =>
      session.withTransaction(async () => {
        const filling = 'x'.repeat(200_000)
        for (let _id = 0; _id < COUNT; _id += 1) await items.insertOne({ _id, filling }, { session })
      }),
    )
    for (let count = 0; count < COUNT / 2 - 1; count += 1) await stream.next()
    const { _id: token, txnNumber } = await withoutPayload(stream.next())
    await stream.close()
    await client.close()
    await first.end('SIGKILL')

    const second = await startServerProcess({ dataDir: folder.path })
    const again = await MongoClient.connect(second.uri)
    try {
      const rest = again.db('shop').collection<Item>('items').watch([], { resumeAfter: token })
      for (let _id = COUNT / 2; _id < COUNT; _id += 1)
        expect(await withoutPayload(rest.next())).toMatchObject({ documentKey: { _id }, txnNumber })
      await again.db('shop').collection<Item>('items').insertOne({ _id: COUNT })
      const after = await withoutPayload(rest.next())
      expect(after).toMatchObject({ documentKey: { _id: COUNT } })
      expect(after.txnNumber).toBeUndefined()
      await rest.close()
    } finally {
      await again.close()
      await second.end('SIGTERM')
    }
  })

  it.each([
    true,
    false,
  ])('is refused with ChangeStreamHistoryLost when its token is too old (on disk: %s)', async (onDisk) => {
    await using folder = await scratchFolder()
    const options = { dataDir: onDisk ? folder.path : null, oplogBytes: OPLOG_BYTES, ttlSweepMs: 0 }
    let mongo = await runMongo(options)
    try {
      let items = mongo.client.db('shop').collection<Item>('items')
      const stream = items.watch([], { maxAwaitTimeMS: 10 })
      await stream.tryNext()
      await items.insertOne({ _id: 1 })
      const { _id: token, ...event } = await stream.next()
      const time = 'clusterTime' in event ? event.clusterTime : undefined
      if (time === undefined) throw new Error('an event without a time')
      await stream.close()
      const filling = 'x'.repeat(100_000)
      for (let n = 2; n < 200; n += 1) await items.insertOne({ _id: n, filling })
      const recent = items.watch([], { maxAwaitTimeMS: 10 })
      await recent.tryNext()
      await items.deleteOne({ _id: 2 })
      const { _id: fresh } = await recent.next()
      await recent.close()
      await items.deleteOne({ _id: 3 })

      const check = async (): Promise<void> => {
        for (const way of [{ resumeAfter: token }, { startAfter: token }, { startAtOperationTime: time }]) {
          const refused = items.watch([], way)
          const error = await refused.next().catch((each) => each)
          expect(error).toMatchObject({ code: 286, codeName: 'ChangeStreamHistoryLost' })
          expect(error.hasErrorLabel('NonResumableChangeStreamError')).toBe(true)
          await refused.close()
        }
        const resumed = items.watch([], { resumeAfter: fresh })
        expect(await resumed.next()).toMatchObject({ operationType: 'delete', documentKey: { _id: 3 } })
        await resumed.close()
      }
      await check()
      if (!onDisk) return
      await mongo[Symbol.asyncDispose]()
      mongo = await runMongo(options)
      items = mongo.client.db('shop').collection('items')
      await check()
    } finally {
      await mongo[Symbol.asyncDispose]()
    }
  })
})

async function withoutPayload(
  next: Promise<ChangeStreamDocument<Item>>,
): Promise<Omit<ChangeStreamInsertDocument<Item>, 'fullDocument'>> {
  const event = await next
  if (event.operationType !== 'insert') throw new Error(`a ${event.operationType} instead of an insert`)
  const { fullDocument, ...rest } = event
  return rest
}
