import type { Document } from 'bson'
import type { Admin, Collection, Db, MongoClient } from 'mongodb'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type RunningMongo, runMongo } from './support/mongo.ts'
import { RawClient } from './support/raw-client.ts'

interface Item extends Document {
  _id: number
}

describe('a look at the server', () => {
  let mongo: RunningMongo
  let client: MongoClient
  let admin: Admin
  let shop: Db
  let items: Collection<Item>

  beforeEach(async () => {
    mongo = await runMongo()
    client = await mongo.connect({ appName: 'the till' })
    admin = client.db('admin').admin()
    shop = client.db('shop')
    items = shop.collection('items')
    await items.insertMany([{ _id: 1 }, { _id: 2 }, { _id: 3 }])
  })

  afterEach(() => mongo[Symbol.asyncDispose]())

  const operations = (options: Document, filter: Document = {}): Promise<Document[]> =>
    client
      .db('admin')
      .aggregate([{ $currentOp: options }, { $match: filter }])
      .toArray()

  /** An update that waits for a transaction, and the end of both. */
  async function withWaitingUpdate(look: () => Promise<void>): Promise<void> {
    const session = client.startSession()
    session.startTransaction()
    await items.updateOne({ _id: 1 }, { $set: { held: true } }, { session })
    const waiting = items.updateOne({ _id: 1 }, { $set: { waited: true } }, { comment: 'in the queue' })
    // its connection is known to the server by the time that another update was answered
    await items.updateOne({ _id: 2 }, { $set: { other: true } })
    try {
      await look()
    } finally {
      await session.commitTransaction()
      await session.endSession()
      await waiting
    }
  }

  it('shows the commands under way, and what is open though nobody works on it', async () => {
    await withWaitingUpdate(async () => {
      const [update] = await operations({}, { op: 'update' })
      expect(update).toMatchObject({
        type: 'op',
        active: true,
        ns: 'shop.items',
        appName: 'the till',
        command: { update: 'items', comment: 'in the queue' },
        clientMetadata: { driver: { name: 'nodejs' } },
      })
      expect(update?.microsecs_running).toBeGreaterThan(0)
      expect(update?.connectionId).toBeGreaterThan(0)
      const [idle, ...others] = await operations({ allUsers: true }, { type: 'idleSession' })
      expect(others).toEqual([])
      expect(idle).toMatchObject({
        active: false,
        transaction: { parameters: { txnNumber: expect.any(Number), autocommit: false } },
      })
      expect(await operations({ idleSessions: false }, { type: 'idleSession' })).toEqual([])
      const { inprog } = await admin.command({ currentOp: 1, op: 'update' })
      expect(inprog).toMatchObject([{ opid: update?.opid, ns: 'shop.items' }])
    })
    expect(await operations({}, { op: 'update' })).toEqual([])
    expect(await operations({}, { type: 'idleSession' })).toEqual([])
  })

  it('shows idle connections where they are asked for', async () => {
    const idle = await RawClient.connect(mongo.server.uri)
    await idle.command({ ping: 1 }, 'admin')
    const own = { client: `127.0.0.1:${idle.socket.localPort}` }
    expect(await operations({}, own)).toEqual([])
    expect(await operations({ idleConnections: true }, own)).toMatchObject([{ active: false }])
    const { inprog } = await admin.command({ currentOp: 1, $all: true })
    expect(inprog.map((each: Document) => each.client)).toContain(own.client)
    idle.close()
  })

  it.each([
    [{ $currentOp: { idleCursors: true } }, 115],
    [{ $currentOp: { everything: true } }, 9],
    [{ $currentOp: 1 }, 9],
  ])('refuses what it cannot show: %j', async (stage, code) => {
    await expect(client.db('admin').aggregate([stage]).toArray()).rejects.toMatchObject({ code })
  })

  it('tells of operations only in admin', async () => {
    await expect(shop.aggregate([{ $currentOp: {} }]).toArray()).rejects.toMatchObject({ code: 73 })
    await expect(shop.command({ currentOp: 1 })).rejects.toMatchObject({ code: 13 })
  })

  it('counts what it has done', async () => {
    const before = await admin.serverStatus()
    await items.insertMany([{ _id: 4 }, { _id: 5 }])
    await items.updateOne({ _id: 4 }, { $set: { a: 1 } })
    await items.deleteMany({ _id: { $gt: 3 } })
    await items.find({}, { batchSize: 2 }).toArray()
    await items.countDocuments()
    const after = await admin.serverStatus()
    const risen = Object.entries<number>(after.opcounters).map(([kind, count]) => [
      kind,
      count - before.opcounters[kind],
    ])
    expect(Object.fromEntries(risen)).toMatchObject({ insert: 2, query: 1, update: 1, delete: 1, getmore: 1 })
    expect(after.opcounters.command).toBeGreaterThan(before.opcounters.command)
    expect(after.network.numRequests - before.network.numRequests).toBeGreaterThanOrEqual(7)
    expect(after.network.bytesIn).toBeGreaterThan(before.network.bytesIn + 500)
    expect(after.network.bytesOut).toBeGreaterThan(before.network.bytesOut + 500)
  })

  it('lists its commands, each with where it may run', async () => {
    const { commands } = await admin.command({ listCommands: 1 })
    expect(commands.insert).toMatchObject({ adminOnly: false, secondaryOk: false, apiVersions: ['1'] })
    expect(commands.serverStatus).toMatchObject({ secondaryOk: true, apiVersions: [] })
    expect(commands.commitTransaction).toMatchObject({ adminOnly: true })
    expect(commands.mapReduce).toBeUndefined()
    const unknown = []
    for (const name of Object.keys(commands)) {
      const answer = await client
        .db('admin')
        .command({ [name]: 1, noSuchField: 1 })
        .catch((error) => error)
      if (answer.code === 59) unknown.push(name)
    }
    expect(unknown).toEqual([])
  })

  it('weighs a collection', async () => {
    const { size, numObjects, estimate } = await shop.command({ dataSize: 'shop.items' })
    const stats = await shop.command({ collStats: 'items' })
    expect({ size, numObjects, estimate }).toEqual({ size: stats.size, numObjects: 3, estimate: false })
    expect(await shop.command({ dataSize: 'shop.nothing' })).toMatchObject({ size: 0, numObjects: 0 })
    await expect(shop.command({ dataSize: 'shop.items', min: { _id: 1 } })).rejects.toMatchObject({
      code: 115,
    })
  })

  it('holds indexes against documents', async () => {
    await items.createIndex({ a: 1 }, { sparse: true })
    await items.updateOne({ _id: 1 }, { $set: { a: [1, 2] } })
    await shop.command({ collMod: 'items', validator: { a: { $exists: true } } })
    expect(await shop.command({ validate: 'items' })).toMatchObject({
      valid: true,
      nrecords: 3,
      nNonCompliantDocuments: 2,
      keysPerIndex: { _id_: 3, a_1: 2 },
      indexDetails: { _id_: { valid: true }, a_1: { valid: true } },
    })
    await shop.createCollection('few', { viewOn: 'items' })
    await expect(shop.command({ validate: 'few' })).rejects.toMatchObject({ code: 166 })
    await expect(shop.command({ validate: 'nothing' })).rejects.toMatchObject({ code: 26 })
    await expect(shop.command({ validate: 'items', repair: true })).rejects.toMatchObject({ code: 115 })
  })

  it('says that its profiler is off, and leaves it so', async () => {
    expect(await shop.command({ profile: -1 })).toMatchObject({ was: 0 })
    expect(await shop.command({ profile: 0 })).toMatchObject({ was: 0 })
    await expect(shop.command({ profile: 2 })).rejects.toMatchObject({ code: 115 })
    expect(await client.db('shop').profilingLevel()).toBe('off')
  })

  it('ends cursors that nobody asks any more, as soon as cursorTimeoutMillis says', async () => {
    const cursor = items.find({}, { batchSize: 1 })
    const kept = items.find({}, { batchSize: 1, noCursorTimeout: true })
    await cursor.next()
    await kept.next()
    const open = async (): Promise<number> => (await admin.serverStatus()).metrics.cursor.open.total
    expect(await open()).toBe(2)
    await admin.command({ setParameter: 1, cursorTimeoutMillis: 1 })
    let left = await open()
    while (left > 1) left = await open()
    expect(left).toBe(1)
    await expect(cursor.next()).rejects.toMatchObject({ code: 43 })
    expect(await kept.next()).toEqual({ _id: 2 })
  })

  it('looks for expired documents as often as ttlMonitorSleepSecs says', async () => {
    await using slow = await runMongo({ ttlSweepMs: 3_600_000 })
    const expiring = slow.client.db('shop').collection('expiring')
    await expiring.createIndex({ at: 1 }, { expireAfterSeconds: 0 })
    const stream = expiring.watch([{ $match: { operationType: 'delete' } }])
    const gone = stream.next()
    await expiring.insertOne({ at: new Date(0) })
    await slow.client.db('admin').command({ setParameter: 1, ttlMonitorSleepSecs: 1 })
    expect(await gone).toMatchObject({ operationType: 'delete' })
    await stream.close()
  })

  it('refuses to change what it would not obey', async () => {
    const set = admin.command({ setParameter: 1, notablescan: true })
    await expect(set).rejects.toMatchObject({ code: 20 })
  })
})
