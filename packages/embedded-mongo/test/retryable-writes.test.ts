import { Binary, type Document, Long, Timestamp } from 'bson'
import { MongoClient } from 'mongodb'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { runMongo } from './support/mongo.ts'
import { numberedSession, RawClient } from './support/raw-client.ts'
import { scratchFolder } from './support/scratch.ts'
import { type ServerProcess, startServerProcess } from './support/server-process.ts'

interface Item {
  _id: number
  n: number
}

const WRITES: ReadonlyArray<readonly [string, Document]> = [
  ['an insert', { insert: 'items', documents: [{ _id: 5, n: 5 }] }],
  ['an insert of many', { insert: 'items', documents: [15, 16, 17].map((n) => ({ _id: n, n })) }],
  ['an update', { update: 'items', updates: [{ q: { _id: 1 }, u: { $inc: { n: 1 } } }] }],
  ['an upsert', { update: 'items', updates: [{ q: { _id: 9 }, u: { $inc: { n: 1 } }, upsert: true }] }],
  ['a deletion', { delete: 'items', deletes: [{ q: { n: 3 }, limit: 1 }] }],
  ['a findAndModify', { findAndModify: 'items', query: { _id: 1 }, update: { $inc: { n: 1 } }, new: true }],
  ['a findAndModify that removes', { findAndModify: 'items', query: {}, sort: { n: 1 }, remove: true }],
]

describe('a client that outlives the server', () => {
  it('may ask for what comes after all that it has seen, though the server has lost the memory of it', async () => {
    const seen = new Timestamp({ t: Math.floor(Date.now() / 1000) + 2, i: 7 })
    await using mongo = await runMongo()
    const raw = await RawClient.connect(mongo.server.uri)
    const signature = { hash: new Binary(Buffer.alloc(20)), keyId: Long.ZERO }
    const find = { find: 'items', readConcern: { level: 'majority', afterClusterTime: seen } }
    expect(await raw.command(find)).toMatchObject({ ok: 0, code: 72 })
    const answer = await raw.command({ ...find, $clusterTime: { clusterTime: seen, signature } })
    expect(answer).toMatchObject({ ok: 1 })
    expect(answer.$clusterTime.clusterTime.greaterThanOrEqual(seen)).toBe(true)
    const far = new Timestamp({ t: 0xffffffff, i: 1 })
    const later = await raw.command({ ping: 1, $clusterTime: { clusterTime: far, signature } })
    expect(later.$clusterTime.clusterTime.lessThan(far)).toBe(true)
    raw.close()
  })
})

describe('a retryable write', () => {
  let folder: Awaited<ReturnType<typeof scratchFolder>>
  let server: ServerProcess
  let client: MongoClient
  let raw: RawClient

  async function start(): Promise<void> {
    server = await startServerProcess({ dataDir: folder.path })
    client = await MongoClient.connect(server.uri)
    raw = await RawClient.connect(server.uri)
  }

  async function stop(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    raw.close()
    await client.close()
    await server.end(signal)
  }

  beforeEach(async () => {
    folder = await scratchFolder()
    await start()
    await client
      .db('shop')
      .collection<Item>('items')
      .insertMany([1, 2, 3].map((n) => ({ _id: n, n })))
  })

  afterEach(async () => {
    await stop('SIGTERM')
    await folder[Symbol.asyncDispose]()
  })

  const everything = (): Promise<Document[]> => client.db('shop').collection('items').find().toArray()

  /** An answer without the times, and without the mark of a repetition. */
  const plain = ({ $clusterTime, operationTime, retriedStmtIds, ...rest }: Document): Document => rest

  it('of any kind happens once and is answered alike: at once, twice at once, after a kill', async () => {
    const sent: Array<{ readonly command: Document; readonly answer: Document }> = []
    const after: Document[][] = []
    for (const [, write] of WRITES) {
      const command = { ...write, ...numberedSession().retryable(1) }
      const [first, twin] = await Promise.all([raw.command(command), raw.command(command)])
      after.push(await everything())
      const third = await raw.command(command)
      expect(third).toMatchObject({ ok: 1, retriedStmtIds: [0] })
      expect([plain(twin), plain(third)]).toEqual([plain(first), plain(first)])
      expect(await everything()).toEqual(after.at(-1))
      sent.push({ command, answer: plain(first) })
    }
    expect(new Set(after.map((state) => JSON.stringify(state))).size).toBe(WRITES.length)
    await stop('SIGKILL')
    await start()
    for (const { command, answer } of sent) expect(plain(await raw.command(command))).toEqual(answer)
    expect(await everything()).toEqual(after.at(-1))
  })

  it('with a lower number than the last is refused, after a restart too', async () => {
    const session = numberedSession()
    const increment = { update: 'items', updates: [{ q: { _id: 1 }, u: { $inc: { n: 1 } } }] }
    await raw.command({ ...increment, ...session.retryable(5) })
    expect(await raw.command({ ...increment, ...session.retryable(4) })).toMatchObject({ ok: 0, code: 225 })
    await stop('SIGTERM')
    await start()
    expect(await raw.command({ ...increment, ...session.retryable(4) })).toMatchObject({ ok: 0, code: 225 })
    await raw.command({ ...increment, ...session.retryable(6) })
    expect((await everything())[0]).toEqual({ _id: 1, n: 3 })
  })

  it('that changed nothing is tried again', async () => {
    const session = numberedSession()
    const increment = { update: 'items', updates: [{ q: { _id: 50 }, u: { $inc: { n: 1 } } }] }
    expect(await raw.command({ ...increment, ...session.retryable(1) })).toMatchObject({ n: 0 })
    await raw.command({ insert: 'items', documents: [{ _id: 50, n: 0 }] })
    expect(await raw.command({ ...increment, ...session.retryable(1) })).toMatchObject({ n: 1 })
  })

  it('and a commit are remembered: a transaction is committed once over a kill, or not at all', async () => {
    const [committed, open] = [numberedSession(), numberedSession()]
    const increment = (_id: number): Document => ({
      update: 'items',
      updates: [{ q: { _id }, u: { $inc: { n: 1 } } }],
    })
    const commit = (session: typeof open): Promise<Document> =>
      raw.command({ commitTransaction: 1, ...session.within(1) }, 'admin')
    await raw.command({ ...increment(1), ...committed.begin(1) })
    await raw.command({ ...increment(2), ...open.begin(1) })
    await commit(committed)
    await stop('SIGKILL')
    await start()
    expect(await commit(committed)).toMatchObject({ ok: 1 })
    expect(await commit(open)).toMatchObject({
      ok: 0,
      code: 251,
      errorLabels: ['TransientTransactionError'],
    })
    expect((await everything()).map(({ n }) => n)).toEqual([2, 2, 3])
  })
})
