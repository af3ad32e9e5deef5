import type { Collection, Db } from 'mongodb'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type RunningMongo, runMongo } from './support/mongo.ts'
import { scratchFolder } from './support/scratch.ts'

interface Line {
  _id: number
  text?: string
}

describe('capped collections', () => {
  let folder: Awaited<ReturnType<typeof scratchFolder>>
  let mongo: RunningMongo
  let db: Db
  let lines: Collection<Line>

  async function start(): Promise<void> {
    mongo = await runMongo({ dataDir: folder.path, ttlSweepMs: 0 })
    db = mongo.client.db('shop')
    lines = db.collection('lines')
  }

  beforeEach(async () => {
    folder = await scratchFolder()
    await start()
  })

  afterEach(async () => {
    await mongo[Symbol.asyncDispose]()
    await folder[Symbol.asyncDispose]()
  })

  const ids = async (): Promise<number[]> => (await lines.find().toArray()).map(({ _id }) => _id)
  const insert = (from: number, to: number, text?: string): Promise<unknown> =>
    lines.insertMany(
      Array.from({ length: to - from + 1 }, (_, n) => ({ _id: from + n, ...(text && { text }) })),
    )

  it('let the oldest go beyond their number, in every index, after a restart too', async () => {
    await db.createCollection('lines', { capped: true, size: 100_000, max: 5 })
    await lines.createIndex({ text: 1 })
    await insert(1, 4, 'a')
    await insert(5, 8, 'b')
    expect(await ids()).toEqual([4, 5, 6, 7, 8])
    expect(await lines.countDocuments({ text: 'a' })).toBe(1)
    expect(await lines.findOne({ _id: 3 })).toBeNull()
    await mongo[Symbol.asyncDispose]()
    await start()
    expect(await ids()).toEqual([4, 5, 6, 7, 8])
    await insert(3, 3)
    expect(await ids()).toEqual([5, 6, 7, 8, 3])
    expect(await lines.find().hint({ $natural: -1 }).limit(1).toArray()).toEqual([{ _id: 3 }])
  })

  it('let the oldest go beyond their size', async () => {
    await db.createCollection('lines', { capped: true, size: 4096 })
    await insert(1, 30, 'x'.repeat(380))
    const kept = await ids()
    expect(kept.at(-1)).toBe(30)
    expect(kept).toEqual(Array.from({ length: kept.length }, (_, n) => 31 - kept.length + n))
    const { size, capped } = await db.command({ collStats: 'lines' })
    expect(capped).toBe(true)
    expect(size).toBeLessThanOrEqual(4096)
    expect(size).toBeGreaterThan(3500)
  })

  it('undo an eviction with the transaction that would have made it', async () => {
    await db.createCollection('lines', { capped: true, size: 100_000, max: 3 })
    await insert(1, 3)
    const before = await ids()
    await expect(insert(3, 5)).rejects.toMatchObject({ code: 11000 })
    expect(await ids()).toEqual(before)
  })

  it('are followed by a tailable cursor, which dies when it falls behind', async () => {
    await db.createCollection('lines', { capped: true, size: 100_000, max: 4 })
    await insert(1, 2)
    const tail = lines.find({}, { tailable: true, awaitData: true, maxAwaitTimeMS: 1000 })
    expect([await tail.next(), await tail.next()]).toEqual([{ _id: 1 }, { _id: 2 }])
    const waiting = tail.next()
    await insert(3, 3)
    expect(await waiting).toEqual({ _id: 3 })
    await insert(4, 9)
    await expect(tail.next()).rejects.toMatchObject({ code: 136, codeName: 'CappedPositionLost' })
    await tail.close()
  })
})
