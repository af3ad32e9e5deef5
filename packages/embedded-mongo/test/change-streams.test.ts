import type {
  ChangeStream,
  ChangeStreamDocument,
  Collection,
  Db,
  Document,
  MongoClient,
  ResumeToken,
  Timestamp,
} from 'mongodb'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type RunningMongo, runMongo } from './support/mongo.ts'

interface Item extends Document {
  _id: number
  n: number
}

type Event = ChangeStreamDocument<Document>

describe('change streams', () => {
  let mongo: RunningMongo
  let client: MongoClient
  let db: Db
  let items: Collection<Item>
  const open: ChangeStream[] = []

  beforeEach(async () => {
    mongo = await runMongo()
    client = mongo.client
    db = client.db('shop')
    items = db.collection('items')
    await items.insertOne({ _id: 0, n: 0 })
  })

  afterEach(async () => {
    await Promise.all(open.splice(0).map((stream) => stream.close()))
    await mongo[Symbol.asyncDispose]()
  })

  /** Opens a stream; it begins where the server is when this resolves. */
  async function begun<T extends ChangeStream>(stream: T): Promise<T> {
    open.push(stream)
    expect(await stream.tryNext()).toBeNull()
    return stream
  }

  async function take(stream: ChangeStream, count: number): Promise<Event[]> {
    const events: Event[] = []
    while (events.length < count) events.push(await stream.next())
    return events
  }

  const told = (event: Event): unknown[] => [
    event.operationType,
    'ns' in event && 'coll' in event.ns ? event.ns.coll : null,
    'documentKey' in event ? event.documentKey._id : null,
  ]

  const quick = { maxAwaitTimeMS: 10 }

  it('tell of a collection, a database, everything; and no more', async () => {
    const others = db.collection<Item>('others')
    const elsewhere = client.db('warehouse').collection<Item>('items')
    const [one, database, all] = await Promise.all([
      begun(items.watch([], quick)),
      begun(db.watch([], quick)),
      begun(client.watch([], quick)),
    ])
    await items.insertOne({ _id: 1, n: 1 })
    await others.insertOne({ _id: 2, n: 2 })
    await elsewhere.insertOne({ _id: 3, n: 3 })
    await items.updateOne({ _id: 1 }, { $set: { n: 5 } })
    await items.replaceOne({ _id: 1 }, { n: 6 })
    await items.deleteOne({ _id: 1 })
    const own = [
      ['insert', 'items', 1],
      ['update', 'items', 1],
      ['replace', 'items', 1],
      ['delete', 'items', 1],
    ]
    const other = ['insert', 'others', 2]
    expect((await take(one, 4)).map(told)).toEqual(own)
    expect((await take(database, 5)).map(told)).toEqual([own[0], other, ...own.slice(1)])
    expect((await take(all, 6)).map(told)).toEqual([own[0], other, ['insert', 'items', 3], ...own.slice(1)])
    for (const stream of [one, database, all]) expect(await stream.tryNext()).toBeNull()
  })

  it('take $match and $project, and keep a token for what they leave out', async () => {
    const stream = await begun(
      items.watch<Item>(
        [{ $match: { 'fullDocument.n': { $gt: 5 } } }, { $project: { 'fullDocument.n': 1 } }],
        quick,
      ),
    )
    const before = stream.resumeToken
    await items.insertMany([3, 9, 4, 8].map((n) => ({ _id: n, n })))
    const events: Document[] = await take(stream, 2)
    expect(events.map(({ _id, ...rest }) => rest)).toEqual([
      { fullDocument: { n: 9 } },
      { fullDocument: { n: 8 } },
    ])
    await items.insertOne({ _id: 1, n: 1 })
    expect(await stream.tryNext()).toBeNull()
    expect(isLater(stream.resumeToken, before)).toBe(true)
    expect(isLater(stream.resumeToken, events[1]?._id)).toBe(true)
  })

  it('refuse a pipeline that loses the token, and stages that have no place there', async () => {
    const stream = items.watch([{ $project: { _id: 0 } }], quick)
    open.push(stream)
    await stream.tryNext()
    await items.insertOne({ _id: 1, n: 1 })
    await expect(stream.next()).rejects.toMatchObject({ code: 280, codeName: 'ChangeStreamFatalError' })
    const grouped = items.watch([{ $group: { _id: 1 } }])
    open.push(grouped)
    await expect(grouped.next()).rejects.toMatchObject({ code: 20 })
  })

  it.each<'resumeAfter' | 'startAfter'>(['resumeAfter', 'startAfter'])('go on by %s', async (way) => {
    const stream = await begun(items.watch([], quick))
    await items.insertMany([1, 2, 3].map((n) => ({ _id: n, n })))
    const [first] = await take(stream, 1)
    await stream.close()
    await items.insertOne({ _id: 4, n: 4 })
    const next = items.watch([], { ...quick, [way]: first?._id })
    open.push(next)
    expect((await take(next, 3)).map((event) => told(event)[2])).toEqual([2, 3, 4])
  })

  it('go on from a cluster time, that of an event included', async () => {
    const stream = await begun(items.watch([], quick))
    for (const n of [1, 2, 3]) await items.insertOne({ _id: n, n })
    const [, second] = await take(stream, 2)
    const time: Timestamp | undefined = second?.clusterTime
    if (time === undefined) throw new Error('an event without a time')
    const next = items.watch([], { ...quick, startAtOperationTime: time })
    open.push(next)
    expect((await take(next, 2)).map((event) => told(event)[2])).toEqual([2, 3])
  })

  it.each<[string, () => Promise<unknown>, string]>([
    ['dropped', () => items.drop(), 'drop'],
    ['renamed', () => items.rename('others'), 'rename'],
    ['dropped with its database', () => db.dropDatabase(), 'drop'],
  ])('end with an invalidate when the collection is %s; startAfter goes beyond it', async (_, end, kind) => {
    const stream = await begun(items.watch([], quick))
    await end()
    const [last, invalidate] = await take(stream, 2)
    expect([last?.operationType, invalidate?.operationType]).toEqual([kind, 'invalidate'])
    await expect(stream.next()).rejects.toThrow()
    const refused = items.watch([], { ...quick, resumeAfter: invalidate?._id })
    open.push(refused)
    await expect(refused.next()).rejects.toMatchObject({ code: 260, codeName: 'InvalidResumeToken' })
    const beyond = await begun(items.watch([], { ...quick, startAfter: invalidate?._id }))
    await items.insertOne({ _id: 1, n: 1 })
    expect((await take(beyond, 1)).map(told)).toEqual([['insert', 'items', 1]])
  })

  it('of a database end with it, those of everything do not', async () => {
    const [database, all] = await Promise.all([begun(db.watch([], quick)), begun(client.watch([], quick))])
    await db.dropDatabase()
    await items.insertOne({ _id: 1, n: 1 })
    expect((await take(database, 3)).map(({ operationType }) => operationType)).toEqual([
      'drop',
      'dropDatabase',
      'invalidate',
    ])
    expect((await take(all, 3)).map(({ operationType }) => operationType)).toEqual([
      'drop',
      'dropDatabase',
      'insert',
    ])
  })

  it('look a changed document up as it is now, and find none where it is gone', async () => {
    const stream = await begun(items.watch([], { ...quick, fullDocument: 'updateLookup' }))
    await items.insertOne({ _id: 1, n: 1 })
    await items.updateOne({ _id: 1 }, { $set: { n: 2 } })
    await items.updateOne({ _id: 1 }, { $set: { n: 3 }, $unset: { x: 1 } })
    await items.updateOne({ _id: 0 }, { $inc: { n: 1 } })
    await items.deleteOne({ _id: 0 })
    const events = await take(stream, 5)
    expect(events.map((event) => ('fullDocument' in event ? event.fullDocument : 'none'))).toEqual([
      { _id: 1, n: 1 },
      { _id: 1, n: 3 },
      { _id: 1, n: 3 },
      null,
      'none',
    ])
    expect(events[1]).toMatchObject({
      updateDescription: { updatedFields: { n: 2 }, removedFields: [], truncatedArrays: [] },
    })
  })

  it('give all events of a transaction in one piece, at its commit, or none', async () => {
    const others = db.collection<Item>('others')
    await others.insertOne({ _id: 0, n: 0 })
    const stream = await begun(db.watch([], quick))
    const [kept, aborted] = [client.startSession(), client.startSession()]
    kept.startTransaction()
    aborted.startTransaction()
    await items.insertOne({ _id: 1, n: 1 }, { session: kept })
    await items.insertOne({ _id: 2, n: 2 }, { session: aborted })
    await items.insertOne({ _id: 3, n: 3 })
    await others.updateOne({ _id: 0 }, { $inc: { n: 1 } }, { session: kept })
    await aborted.abortTransaction()
    expect((await take(stream, 1)).map(told)).toEqual([['insert', 'items', 3]])
    expect(await stream.tryNext()).toBeNull()
    await kept.commitTransaction()
    await items.insertOne({ _id: 4, n: 4 })
    const [first, second, third] = await take(stream, 3)
    expect([first, second, third].map((event) => event && told(event))).toEqual([
      ['insert', 'items', 1],
      ['update', 'others', 0],
      ['insert', 'items', 4],
    ])
    const facts = (event?: Document): unknown[] => [event?.lsid?.id, event?.txnNumber, event?.clusterTime]
    expect(facts(second)).toEqual(facts(first))
    expect(first).toMatchObject({ lsid: { id: kept.id?.id } })

    // a client that died within the transaction goes on within it
    const rest = db.watch([], { ...quick, resumeAfter: first?._id })
    open.push(rest)
    expect((await take(rest, 2)).map(told)).toEqual([
      ['update', 'others', 0],
      ['insert', 'items', 4],
    ])
    await Promise.all([kept.endSession(), aborted.endSession()])
  })

  it('follow the order of commits, so that who replays them gets what is there', async () => {
    const stream = await begun(items.watch([], quick))
    const writers = Array.from({ length: 8 }, async (_, writer) => {
      for (let turn = 0; turn < 15; turn += 1) {
        const _id = (writer * 3 + turn) % 10
        await client.withSession((session) =>
          session.withTransaction(async () => {
            const found = await items.findOne({ _id }, { session })
            const next = { n: writer * 100 + turn }
            if (found === null) await items.insertOne({ _id, ...next }, { session })
            else if (turn % 4 === 0) await items.deleteOne({ _id }, { session })
            else await items.replaceOne({ _id }, next, { session })
          }),
        )
      }
    })
    await Promise.all(writers)
    const events = await take(stream, 8 * 15)
    const replayed = new Map<unknown, number>([[0, 0]])
    for (const event of events) {
      if (event.operationType === 'insert') expect(replayed.has(event.documentKey._id)).toBe(false)
      if (event.operationType === 'replace' || event.operationType === 'delete')
        expect(replayed.has(event.documentKey._id)).toBe(true)
      if (event.operationType === 'delete') replayed.delete(event.documentKey._id)
      else if ('fullDocument' in event) replayed.set(event.documentKey._id, event.fullDocument?.n ?? -1)
    }
    const stored = await items.find().toArray()
    expect(new Map<unknown, number>(stored.map(({ _id, n }) => [_id, n]))).toEqual(replayed)
    const times = events.map(({ clusterTime }) => clusterTime?.toBigInt() ?? 0n)
    expect(times).toEqual([...times].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0)))
    expect(await stream.tryNext()).toBeNull()
  })

  it('move their token on while they are idle, and wait as long as they were told', async () => {
    const stream = await begun(items.watch([], { maxAwaitTimeMS: 30 }))
    const before = stream.resumeToken
    await db.collection<Item>('others').insertOne({ _id: 1, n: 1 })
    const started = performance.now()
    expect(await stream.tryNext()).toBeNull()
    expect(isLater(stream.resumeToken, before)).toBe(true)
    // timers may fire a little early
    expect(performance.now() - started).toBeGreaterThan(25)
    const waiting = stream.next()
    await items.insertOne({ _id: 1, n: 1 })
    expect(told(await waiting)).toEqual(['insert', 'items', 1])
  })
})

function isLater(token: ResumeToken, other: ResumeToken): boolean {
  const data = (each: ResumeToken): string => {
    if (typeof each !== 'object' || each === null || !('_data' in each)) throw new Error('no token')
    return String(each._data)
  }
  return data(token) > data(other)
}
