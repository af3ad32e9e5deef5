import type { Document } from 'bson'
import { type Collection, type CreateIndexesOptions, MongoClient, MongoServerError } from 'mongodb'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RunningMongo, runMongo } from './support/mongo.ts'
import { numberedSession, RawClient } from './support/raw-client.ts'
import { scratchFolder } from './support/scratch.ts'
import { type ServerProcess, startServerProcess } from './support/server-process.ts'

interface Item extends Document {
  _id: number
}

interface Kind {
  readonly key: Readonly<Record<string, 1 | -1>>
  readonly options?: CreateIndexesOptions
  /** No two of these may be there. */
  readonly rivals: readonly Document[]
  /** All of these may, beside one of the rivals. */
  readonly others: readonly Document[]
}

const KINDS: Readonly<Record<string, Kind>> = {
  single: { key: { a: 1 }, rivals: [{ a: 1 }, { a: 1, b: 2 }], others: [{ a: 2 }, {}] },
  compound: {
    key: { a: 1, 'b.c': -1 },
    rivals: [
      { a: 1, b: { c: 2 } },
      { a: 1, b: { c: 2, d: 3 } },
    ],
    others: [{ a: 1, b: { c: 3 } }, { a: 2, b: { c: 2 } }, { a: 1 }],
  },
  multikey: {
    key: { tags: 1 },
    rivals: [{ tags: ['x', 'y'] }, { tags: ['y', 'z'] }, { tags: 'y' }],
    others: [{ tags: ['v', 'v'] }, { tags: [] }],
  },
  partial: {
    key: { a: 1, b: 1 },
    options: { partialFilterExpression: { open: true } },
    rivals: [
      { a: 1, b: 1, open: true },
      { a: 1, b: 1, open: true, n: 2 },
    ],
    others: [
      { a: 1, b: 1 },
      { a: 1, b: 1, open: false },
      { a: 1, b: 2, open: true },
    ],
  },
  sparse: {
    key: { a: 1, b: 1 },
    options: { sparse: true },
    rivals: [{ a: 1 }, { a: 1, c: 1 }, { a: 1, b: null }],
    others: [{}, { c: 1 }, { b: 1 }],
  },
  'with a collation': {
    key: { name: 1 },
    options: { collation: { locale: 'en', strength: 2 } },
    rivals: [{ name: 'Ann' }, { name: 'ANN' }, { name: 'ann' }],
    others: [{ name: 'Anne' }],
  },
}

/** One of those who write at the same time, and what it would write. */
interface Contender {
  readonly client: MongoClient
  readonly items: Collection<Item>
  readonly doc: Item
}

const each = Object.entries(KINDS).map(([name, kind]) => ({ name, kind }))
const WRITERS = 12

/** How many of the writes are done; the others must have met the index, or a transaction that holds its key. */
async function winners(writes: ReadonlyArray<Promise<unknown>>): Promise<number> {
  let won = 0
  for (const outcome of await Promise.allSettled(writes)) {
    if (outcome.status === 'fulfilled') won += 1
    else {
      if (!(outcome.reason instanceof MongoServerError)) throw outcome.reason
      expect([11000, 112]).toContain(outcome.reason.code)
    }
  }
  return won
}

const rivalsOf = ({ rivals }: Kind): Item[] =>
  Array.from({ length: WRITERS }, (_, n) => ({ _id: n, ...rivals[n % rivals.length] }))

describe('a unique index under concurrent writes', () => {
  let mongo: RunningMongo
  let clients: MongoClient[]
  let made = 0

  beforeAll(async () => {
    mongo = await runMongo()
    clients = await Promise.all(Array.from({ length: WRITERS }, () => mongo.connect({ maxPoolSize: 2 })))
  })

  afterAll(() => mongo[Symbol.asyncDispose]())

  /** A collection with one index, as each of the clients sees it, the first one before the others. */
  async function contested(kind: Kind): Promise<{ items: Collection<Item>; seen: Contender[] }> {
    made += 1
    const name = `items${made}`
    const items = mongo.client.db('shop').collection<Item>(name)
    await items.createIndex(kind.key, { ...kind.options, unique: true })
    for (const [n, doc] of kind.others.entries()) await items.insertOne({ _id: 100 + n, ...doc })
    const docs = rivalsOf(kind)
    const seen = clients.flatMap((client, n) => {
      const doc = docs[n]
      return doc === undefined ? [] : [{ client, doc, items: client.db('shop').collection<Item>(name) }]
    })
    return { items, seen }
  }

  const RIVALS = { _id: { $lt: 100 } }

  it.each(each)('lets one insert of many win: $name', async ({ kind }) => {
    const { items, seen } = await contested(kind)
    expect(await winners(seen.map((each) => each.items.insertOne(each.doc)))).toBe(1)
    expect(await items.countDocuments(RIVALS)).toBe(1)
  })

  it.each(each)('lets one replacement of many win: $name', async ({ kind }) => {
    const { items, seen } = await contested(kind)
    // these stand in nobody's way
    for (const { doc } of seen) {
      const own = `own ${doc._id}`
      await items.insertOne({ _id: doc._id, own: true, a: own, name: own, tags: [own] })
    }
    const writes = seen.map(({ items, doc: { _id, ...doc } }) => items.replaceOne({ _id }, doc))
    expect(await winners(writes)).toBe(1)
    expect(await items.countDocuments({ ...RIVALS, own: true })).toBe(WRITERS - 1)
    expect(await items.countDocuments(RIVALS)).toBe(WRITERS)
  })

  it.each(each)('lets one transaction of many win, and another after its abort: $name', async ({ kind }) => {
    const { items, seen } = await contested(kind)
    const [first, ...others] = seen
    if (first === undefined) throw new Error('nobody contends')
    const session = first.client.startSession()
    session.startTransaction()
    await first.items.insertOne(first.doc, { session })
    const inTransaction = ({ client, items, doc }: Contender): Promise<unknown> =>
      client.withSession(async (session) => {
        session.startTransaction()
        await items.insertOne(doc, { session })
        await session.commitTransaction()
      })
    expect(await winners(others.map(inTransaction))).toBe(0)
    await session.abortTransaction()
    await session.endSession()
    expect(await items.countDocuments(RIVALS)).toBe(0)
    expect(await winners(seen.map(inTransaction))).toBe(1)
    expect(await items.countDocuments(RIVALS)).toBe(1)
  })

  it('lets upserts by its key meet in one document', async () => {
    const { items, seen } = await contested({ key: { a: 1, b: 1 }, rivals: [{}], others: [] })
    const writes = seen.map(({ items, doc: { _id } }) =>
      items.updateOne({ a: 1, b: 1 }, { $inc: { n: 1 }, $setOnInsert: { _id } }, { upsert: true }),
    )
    expect(await winners(writes)).toBe(WRITERS)
    expect(await items.find({}, { projection: { _id: 0 } }).toArray()).toEqual([{ a: 1, b: 1, n: WRITERS }])
  })

  it('lets a transaction exchange keys, and give one on that it has freed', async () => {
    const { items } = await contested({ key: { a: 1 }, rivals: [{}], others: [] })
    await items.insertMany([1, 2].map((n) => ({ _id: n, a: n })))
    await mongo.client.withSession((session) =>
      session.withTransaction(async () => {
        await items.updateOne({ _id: 1 }, { $set: { a: 0 } }, { session })
        await items.updateOne({ _id: 2 }, { $set: { a: 1 } }, { session })
        await items.updateOne({ _id: 1 }, { $set: { a: 2 } }, { session })
        await items.deleteOne({ _id: 1 }, { session })
        await items.insertOne({ _id: 3, a: 2 }, { session })
      }),
    )
    expect(await items.find({}, { hint: { a: 1 } }).toArray()).toEqual([
      { _id: 2, a: 1 },
      { _id: 3, a: 2 },
    ])
  })
})

describe('a unique index after kill -9', () => {
  let folder: Awaited<ReturnType<typeof scratchFolder>>
  let server: ServerProcess
  let client: MongoClient

  async function start(): Promise<void> {
    server = await startServerProcess({ dataDir: folder.path })
    client = await MongoClient.connect(server.uri)
  }

  beforeAll(async () => {
    folder = await scratchFolder()
    await start()
    for (const { name, kind } of each) {
      const items = client.db('shop').collection<Item>(name)
      await items.createIndex(kind.key, { ...kind.options, unique: true })
      await items.insertMany(kind.others.map((doc, n) => ({ _id: 100 + n, ...doc })))
      await winners(rivalsOf(kind).map((doc) => items.insertOne(doc)))
    }
    const raw = await RawClient.connect(server.uri)
    const taking = { insert: 'single', documents: [{ _id: 50, a: 50 }] }
    await raw.command({ ...taking, ...numberedSession().begin(1) })
    await client.close()
    await server.end('SIGKILL')
    await raw.closed
    await start()
  })

  afterAll(async () => {
    await client?.close()
    await server?.end('SIGTERM')
    await folder?.[Symbol.asyncDispose]()
  })

  it.each(each)('holds what it held, and frees what is deleted: $name', async ({ name, kind }) => {
    const items = client.db('shop').collection<Item>(name)
    const winner = await items.findOne({ _id: { $lt: 100 } })
    expect(winner).not.toBeNull()
    const rivals = rivalsOf(kind).filter(({ _id }) => _id !== winner?._id)
    expect(await winners(rivals.map((doc) => items.insertOne(doc)))).toBe(0)
    expect(await items.countDocuments({ _id: { $gte: 100 } })).toBe(kind.others.length)
    await items.deleteOne({ _id: winner?._id ?? -1 })
    expect(await winners(rivals.map((doc) => items.insertOne(doc)))).toBe(1)
    const [, index] = await items.indexes()
    expect(index).toMatchObject({ unique: true, key: kind.key })
  })

  it('knows nothing of a key that an open transaction had taken', async () => {
    await client.db('shop').collection<Item>('single').insertOne({ _id: 51, a: 50 })
  })
})
