import type { Document } from 'bson'
import type { Collection, MongoClient } from 'mongodb'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type RunningMongo, runMongo } from './support/mongo.ts'
import { numberedSession, RawClient } from './support/raw-client.ts'

interface Item {
  _id: number
  n: number
}

const NO_SUCH_TRANSACTION = { ok: 0, code: 251, codeName: 'NoSuchTransaction' }

describe('transactions', () => {
  let mongo: RunningMongo
  let client: MongoClient
  let items: Collection<Item>
  let raw: RawClient

  beforeEach(async () => {
    mongo = await runMongo()
    client = mongo.client
    items = client.db('shop').collection('items')
    await items.insertMany([1, 2, 3].map((n) => ({ _id: n, n })))
    raw = await RawClient.connect(mongo.server.uri)
  })

  afterEach(async () => {
    raw.close()
    await mongo[Symbol.asyncDispose]()
  })

  const increment = (_id: number): Document => ({
    update: 'items',
    updates: [{ q: { _id }, u: { $inc: { n: 10 } } }],
  })
  const stored = async (_id: number): Promise<number | undefined> => (await items.findOne({ _id }))?.n

  it('see one moment and their own writes; others see them all at once', async () => {
    const session = client.startSession()
    session.startTransaction()
    expect(await items.countDocuments({}, { session })).toBe(3)
    await items.insertOne({ _id: 4, n: 4 })
    await items.updateOne({ _id: 3 }, { $set: { n: 33 } })
    await items.updateOne({ _id: 1 }, { $set: { n: 11 } }, { session })
    await items.deleteOne({ _id: 2 }, { session })
    expect(await items.find({}, { session }).sort({ n: 1 }).toArray()).toEqual([
      { _id: 3, n: 3 },
      { _id: 1, n: 11 },
    ])
    const outside = (): Promise<number[]> =>
      items
        .find()
        .sort({ _id: 1 })
        .map(({ n }) => n)
        .toArray()
    expect(await outside()).toEqual([1, 2, 33, 4])
    await session.commitTransaction()
    expect(await outside()).toEqual([11, 33, 4])
    await session.endSession()
  })

  it.each([
    ['while the first is open', false],
    ['after the first has committed', true],
  ])('conflict when two change one document, %s: the second may try again', async (_, commitFirst) => {
    const [first, second] = [client.startSession(), client.startSession()]
    first.startTransaction()
    second.startTransaction()
    await items.findOne({ _id: 2 }, { session: second })
    await items.updateOne({ _id: 1 }, { $inc: { n: 1 } }, { session: first })
    if (commitFirst) await first.commitTransaction()
    const error = await items.updateOne({ _id: 1 }, { $inc: { n: 1 } }, { session: second }).catch((e) => e)
    expect(error).toMatchObject({ code: 112, codeName: 'WriteConflict' })
    expect(error.hasErrorLabel('TransientTransactionError')).toBe(true)
    await expect(items.findOne({ _id: 1 }, { session: second })).rejects.toMatchObject({ code: 251 })
    if (!commitFirst) await first.commitTransaction()
    expect(await stored(1)).toBe(2)
    await Promise.all([first.endSession(), second.endSession()])
  })

  it('that try again all succeed in the end, each once', async () => {
    const transfer = (): Promise<void> =>
      client.withSession((session) =>
        session.withTransaction(async () => {
          await items.updateOne({ _id: 1 }, { $inc: { n: 1 } }, { session })
          await items.updateOne({ _id: 2 }, { $inc: { n: -1 } }, { session })
        }),
      )
    await Promise.all(Array.from({ length: 20 }, transfer))
    expect([await stored(1), await stored(2)]).toEqual([21, -18])
  })

  it('let a write outside wait for them, and no longer', async () => {
    const session = client.startSession()
    session.startTransaction()
    await items.updateOne({ _id: 1 }, { $set: { n: 100 } }, { session })
    const outside = items.updateOne({ _id: 1 }, { $inc: { n: 1 } })
    expect(await stored(1)).toBe(1)
    await session.commitTransaction()
    await outside
    expect(await stored(1)).toBe(101)
    session.startTransaction()
    await items.updateOne({ _id: 1 }, { $set: { n: 200 } }, { session })
    await expect(items.updateOne({ _id: 1 }, { $inc: { n: 1 } }, { maxTimeMS: 20 })).rejects.toMatchObject({
      code: 50,
    })
    await session.abortTransaction()
    await session.endSession()
    expect(await stored(1)).toBe(101)
  })

  it('are aborted when they live too long', async () => {
    await client.db('admin').command({ setParameter: 1, transactionLifetimeLimitSeconds: 1 })
    const session = numberedSession()
    await raw.command({ ...increment(1), ...session.begin(1) })
    // waits for as long as the transaction holds the document
    await items.updateOne({ _id: 1 }, { $inc: { n: 1 } })
    expect(await stored(1)).toBe(2)
    expect(await raw.command({ commitTransaction: 1, ...session.within(1) }, 'admin')).toMatchObject({
      ...NO_SUCH_TRANSACTION,
      errorLabels: ['TransientTransactionError'],
    })
  })

  it('are aborted when their connection is lost', async () => {
    const session = numberedSession()
    const lost = await RawClient.connect(mongo.server.uri)
    await lost.command({ ...increment(1), ...session.begin(1) })
    lost.close()
    await items.updateOne({ _id: 1 }, { $inc: { n: 1 } })
    expect(await stored(1)).toBe(2)
    expect(await raw.command({ ...increment(1), ...session.within(1) })).toMatchObject(NO_SUCH_TRANSACTION)
  })

  it('go on when another connection carries them on', async () => {
    const session = numberedSession()
    const lost = await RawClient.connect(mongo.server.uri)
    await lost.command({ ...increment(1), ...session.begin(1) })
    await raw.command({ ...increment(2), ...session.within(1) })
    lost.close()
    await lost.closed
    expect(await raw.command({ commitTransaction: 1, ...session.within(1) }, 'admin')).toMatchObject({
      ok: 1,
    })
    expect([await stored(1), await stored(2)]).toEqual([11, 12])
  })

  it.each(['endSessions', 'killSessions'])('are aborted by %s', async (command) => {
    const session = numberedSession()
    await raw.command({ ...increment(1), ...session.begin(1) })
    await raw.command({ [command]: [session.lsid] }, 'admin')
    await items.updateOne({ _id: 1 }, { $inc: { n: 1 } })
    expect(await stored(1)).toBe(2)
    expect(await raw.command({ ...increment(1), ...session.within(1) })).toMatchObject(NO_SUCH_TRANSACTION)
  })

  it('are aborted by the next one of their session', async () => {
    const session = numberedSession()
    await raw.command({ ...increment(1), ...session.begin(1) })
    await raw.command({ ...increment(2), ...session.begin(2) })
    await items.updateOne({ _id: 1 }, { $inc: { n: 1 } })
    expect(await raw.command({ commitTransaction: 1, ...session.within(1) }, 'admin')).toMatchObject({
      ok: 0,
      code: 225,
      codeName: 'TransactionTooOld',
    })
    await raw.command({ commitTransaction: 1, ...session.within(2) }, 'admin')
    expect([await stored(1), await stored(2)]).toEqual([2, 12])
  })

  it('are committed once, however often that is asked; what is over stays over', async () => {
    const session = numberedSession()
    const end = (command: string, number: number): Promise<Document> =>
      raw.command({ [command]: 1, ...session.within(number) }, 'admin')
    await raw.command({ ...increment(1), ...session.begin(1) })
    expect(await end('commitTransaction', 1)).toMatchObject({ ok: 1 })
    expect(await end('commitTransaction', 1)).toMatchObject({ ok: 1 })
    expect(await end('abortTransaction', 1)).toMatchObject({ ok: 0, code: 256 })
    expect(await raw.command({ ...increment(1), ...session.within(1) })).toMatchObject({ ok: 0, code: 256 })
    expect(await raw.command({ ...increment(1), ...session.begin(1) })).toMatchObject({ ok: 0, code: 256 })
    expect(await stored(1)).toBe(11)

    await raw.command({ ...increment(1), ...session.begin(2) })
    expect(await end('abortTransaction', 2)).toMatchObject({ ok: 1 })
    expect(await end('abortTransaction', 2)).toMatchObject(NO_SUCH_TRANSACTION)
    expect(await end('commitTransaction', 2)).toMatchObject(NO_SUCH_TRANSACTION)
    expect(await end('commitTransaction', 7)).toMatchObject(NO_SUCH_TRANSACTION)
    expect(await raw.command({ ...increment(1), ...session.within(7) })).toMatchObject(NO_SUCH_TRANSACTION)
    expect(await stored(1)).toBe(11)
  })

  it('end with the first statement that fails', async () => {
    const session = client.startSession()
    session.startTransaction()
    await items.insertOne({ _id: 9, n: 9 }, { session })
    await expect(items.insertOne({ _id: 1, n: 9 }, { session })).rejects.toMatchObject({ code: 11000 })
    await expect(items.findOne({ _id: 1 }, { session })).rejects.toMatchObject({ code: 251 })
    await session.abortTransaction()
    await session.endSession()
    expect(await stored(9)).toBeUndefined()
  })

  it.each<[string, () => Promise<unknown>]>([
    ['a drop', () => items.drop()],
    ['a rename', () => items.rename('others')],
    ['a new index', () => items.createIndex({ n: 1 })],
  ])('keep the collections that they have read: %s waits', async (_, change) => {
    const session = client.startSession()
    session.startTransaction()
    await items.findOne({ _id: 1 }, { session })
    let changed = false
    const changing = change().then(() => {
      changed = true
    })
    await items.insertOne({ _id: 5, n: 5 })
    expect(await items.countDocuments({}, { session })).toBe(3)
    await items.updateOne({ _id: 1 }, { $set: { n: 0 } }, { session })
    expect(changed).toBe(false)
    await session.commitTransaction()
    await changing
    await session.endSession()
  })

  it.each<[string, () => Promise<unknown>]>([
    ['dropped', () => items.drop()],
    ['renamed', () => items.rename('others')],
    ['dropped and made anew', () => items.drop().then(() => items.insertOne({ _id: 1, n: 1 }))],
  ])('cannot see a collection that was %s since they began', async (_, change) => {
    const others = client.db('shop').collection('somewhere')
    const session = client.startSession()
    session.startTransaction()
    await others.findOne({}, { session })
    await change()
    const error = await items.findOne({ _id: 1 }, { session }).catch((e) => e)
    expect(error).toMatchObject({ code: 246, codeName: 'SnapshotUnavailable' })
    expect(error.hasErrorLabel('TransientTransactionError')).toBe(true)
    await session.endSession()
  })
})
