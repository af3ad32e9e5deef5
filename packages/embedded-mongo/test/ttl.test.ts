import type { Collection } from 'mongodb'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type RunningMongo, runMongo } from './support/mongo.ts'

interface Item {
  _id: number
  at?: Date | Date[] | string
  kind?: string
}

const HOUR = 3_600_000
const ago = (ms: number): Date => new Date(Date.now() - ms)

describe('the sweeper of TTL indexes', () => {
  let mongo: RunningMongo
  let items: Collection<Item>

  beforeEach(async () => {
    mongo = await runMongo({ ttlSweepMs: 20 })
    items = mongo.client.db('shop').collection('items')
  })

  afterEach(() => mongo[Symbol.asyncDispose]())

  /** Reads the deletions off a change stream until so many documents are gone. */
  async function removed(count: number, act: () => Promise<unknown>): Promise<unknown[]> {
    const stream = items.watch([{ $match: { operationType: 'delete' } }], { maxAwaitTimeMS: 50 })
    await stream.tryNext()
    await act()
    const ids: unknown[] = []
    while (ids.length < count) {
      const event = await stream.next()
      if ('documentKey' in event) ids.push(event.documentKey._id)
    }
    await stream.close()
    return ids.sort()
  }

  const left = async (): Promise<number[]> =>
    (await items.find().sort({ _id: 1 }).toArray()).map(({ _id }) => _id)

  it('removes what has outlived its time, and nothing else', async () => {
    await items.createIndex({ at: 1 }, { expireAfterSeconds: 3600 })
    const gone = await removed(3, () =>
      items.insertMany([
        { _id: 1, at: ago(2 * HOUR) },
        { _id: 2, at: ago(HOUR / 2) },
        { _id: 3, at: ago(-HOUR) },
        { _id: 4, at: 'a long time ago' },
        { _id: 5 },
        { _id: 6, at: [ago(0), ago(3 * HOUR)] },
        { _id: 7, at: [] },
        { _id: 8, at: ago(1.5 * HOUR) },
      ]),
    )
    expect(gone).toEqual([1, 6, 8])
    expect(await left()).toEqual([2, 3, 4, 5, 7])
  })

  it('takes 0 seconds for a time that the document names, and minds a partial filter', async () => {
    await items.createIndex({ at: 1 }, { expireAfterSeconds: 0, partialFilterExpression: { kind: 'guest' } })
    const gone = await removed(1, () =>
      items.insertMany([
        { _id: 1, at: ago(1000), kind: 'guest' },
        { _id: 2, at: ago(1000), kind: 'member' },
        { _id: 3, at: ago(-HOUR), kind: 'guest' },
      ]),
    )
    expect(gone).toEqual([1])
    expect(await left()).toEqual([2, 3])
  })

  it('obeys collMod', async () => {
    await items.createIndex({ at: 1 }, { expireAfterSeconds: 7200 })
    await items.insertMany([
      { _id: 1, at: ago(HOUR * 1.5) },
      { _id: 2, at: ago(0) },
    ])
    const gone = await removed(1, () =>
      mongo.client
        .db('shop')
        .command({ collMod: 'items', index: { keyPattern: { at: 1 }, expireAfterSeconds: 3600 } }),
    )
    expect(gone).toEqual([1])
  })

  it('removes thousands, and lets go of a document that a transaction holds until that is over', async () => {
    const many = Array.from({ length: 2500 }, (_, n) => ({ _id: n, at: ago(2 * HOUR) }))
    await items.insertMany(many)
    const session = mongo.client.startSession()
    session.startTransaction()
    await items.updateOne({ _id: 0 }, { $set: { at: ago(0) } }, { session })
    const others = await removed(2499, async () => {
      const indexed = items.createIndex({ at: 1 }, { expireAfterSeconds: 3600 })
      await session.commitTransaction()
      await indexed
    })
    expect(others.length).toBe(2499)
    session.startTransaction()
    await items.updateOne({ _id: 0 }, { $set: { at: ago(2 * HOUR) } }, { session })
    const gone = await removed(1, () => session.commitTransaction())
    expect(gone).toEqual([0])
    await session.endSession()
    expect(await left()).toEqual([])
  })
})
