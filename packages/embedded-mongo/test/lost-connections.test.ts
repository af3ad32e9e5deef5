import type { Document } from 'bson'
import { type Collection, MongoClient } from 'mongodb'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type DeafProxy, startDeafProxy } from './support/deaf-proxy.ts'
import { type RunningMongo, runMongo } from './support/mongo.ts'
import { numberedSession, RawClient } from './support/raw-client.ts'

interface Item extends Document {
  _id: number
  n: number
}

describe('a connection that is lost before the answer', () => {
  let mongo: RunningMongo
  let proxy: DeafProxy
  let client: MongoClient
  /** By way of the proxy, and without. */
  let items: Collection<Item>
  let stored: Collection<Item>

  beforeEach(async () => {
    mongo = await runMongo()
    proxy = await startDeafProxy(mongo.server.uri)
    client = await MongoClient.connect(proxy.uri)
    items = client.db('shop').collection('items')
    stored = mongo.client.db('shop').collection('items')
    await stored.insertMany([1, 2, 3].map((n) => ({ _id: n, n })))
  })

  afterEach(async () => {
    await client.close()
    await proxy[Symbol.asyncDispose]()
    await mongo[Symbol.asyncDispose]()
  })

  const state = async (): Promise<string> =>
    (await stored.find().sort({ _id: 1 }).toArray()).map(({ _id, n }) => `${_id}:${n}`).join(' ')

  it.each<[string, string, () => Promise<unknown>, object, string]>([
    ['an insert', 'insert', () => items.insertOne({ _id: 4, n: 4 }), { insertedId: 4 }, '1:1 2:2 3:3 4:4'],
    [
      'an insert of many',
      'insert',
      () => items.insertMany([4, 5].map((n) => ({ _id: n, n }))),
      { insertedCount: 2 },
      '1:1 2:2 3:3 4:4 5:5',
    ],
    [
      'an update',
      'update',
      () => items.updateOne({ _id: 1 }, { $inc: { n: 1 } }),
      { modifiedCount: 1 },
      '1:2 2:2 3:3',
    ],
    [
      'an upsert',
      'update',
      () => items.updateOne({ _id: 9 }, { $inc: { n: 1 } }, { upsert: true }),
      { upsertedId: 9 },
      '1:1 2:2 3:3 9:1',
    ],
    ['a deletion', 'delete', () => items.deleteOne({ n: { $gt: 0 } }), { deletedCount: 1 }, '2:2 3:3'],
    [
      'a findAndModify',
      'findAndModify',
      () => items.findOneAndUpdate({ _id: 1 }, { $inc: { n: 1 } }, { returnDocument: 'after' }),
      { n: 2 },
      '1:2 2:2 3:3',
    ],
    [
      'a mixed bulk write',
      'update',
      () =>
        items.bulkWrite([
          { insertOne: { document: { _id: 4, n: 4 } } },
          { updateOne: { filter: { _id: 4 }, update: { $inc: { n: 1 } } } },
          { deleteOne: { filter: { n: { $lt: 3 } } } },
        ]),
      { insertedCount: 1, modifiedCount: 1, deletedCount: 1 },
      '2:2 3:3 4:5',
    ],
  ])('leaves %s done once, and answered as if nothing had been', async (_, command, write, answer, after) => {
    proxy.loseAnswerTo(command)
    expect(await write()).toMatchObject(answer)
    expect(proxy.lost).toBe(1)
    expect(await state()).toBe(after)
  })

  it('leaves a commit done once', async () => {
    const session = client.startSession()
    session.startTransaction()
    await items.updateOne({ _id: 1 }, { $inc: { n: 1 } }, { session })
    await items.updateOne({ _id: 2 }, { $inc: { n: 1 } }, { session })
    proxy.loseAnswerTo('commitTransaction')
    await session.commitTransaction()
    await session.endSession()
    expect(proxy.lost).toBe(1)
    expect(await state()).toBe('1:2 2:3 3:3')
  })

  it('leaves nothing of a transaction that is begun anew', async () => {
    proxy.loseAnswerTo('update')
    let turns = 0
    await client.withSession((session) =>
      session.withTransaction(async () => {
        turns += 1
        await items.updateOne({ _id: 1 }, { $inc: { n: 1 } }, { session })
        await items.insertOne({ _id: 4, n: turns }, { session })
      }),
    )
    expect([turns, proxy.lost]).toEqual([2, 1])
    expect(await state()).toBe('1:2 2:2 3:3 4:2')
  })

  it('lets a change stream go on where it was', async () => {
    const stream = items.watch()
    await stream.tryNext()
    const ids: unknown[] = []
    for (const _id of [11, 12, 13]) {
      if (_id === 12) proxy.loseAnswerTo('getMore')
      const event = stream.next()
      await stored.insertOne({ _id, n: 0 })
      const happened = await event
      ids.push(happened.operationType === 'insert' ? happened.documentKey._id : happened.operationType)
    }
    expect(proxy.lost).toBe(1)
    expect(ids).toEqual([11, 12, 13])
    await stream.close()
  })

  it('before the command is done: who sends it again gets what it did', async () => {
    const command = { update: 'items', updates: [{ q: { _id: 1 }, u: { $inc: { n: 1 } } }] }
    for (let turn = 0; turn < 20; turn += 1) {
      const numbered = { ...command, ...numberedSession().retryable(1) }
      const hasty = await RawClient.connect(mongo.server.uri)
      const unanswered = hasty.command(numbered).catch(() => 'nobody listens')
      hasty.socket.destroySoon()
      const patient = await RawClient.connect(mongo.server.uri)
      expect(await patient.command(numbered)).toMatchObject({ ok: 1, n: 1, nModified: 1 })
      patient.close()
      await unanswered
    }
    expect(await stored.findOne({ _id: 1 })).toEqual({ _id: 1, n: 21 })
  })
})
