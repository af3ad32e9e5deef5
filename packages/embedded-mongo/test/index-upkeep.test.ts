import fc from 'fast-check'
import type { Collection, Document, IndexDescription } from 'mongodb'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RunningMongo, runMongo } from './support/mongo.ts'

interface Item extends Document {
  _id: number
}

const INDEXES: readonly IndexDescription[] = [
  { key: { a: 1 }, name: 'plain' },
  { key: { 'b.c': -1, a: 1 }, name: 'nested' },
  { key: { tags: 1 }, name: 'multikey', sparse: true },
  { key: { d: 1 }, name: 'partial', partialFilterExpression: { a: { $gt: 2 } } },
  { key: { title: 'text', 'b.text': 'text' }, name: 'words' },
]
const WORDS = ['shoes', 'running', 'leather', 'bag']

const number = fc.integer({ min: 0, max: 5 })
const word = fc.constantFrom(...WORDS)
const update: fc.Arbitrary<Document> = fc.noBias(
  fc.oneof(
    fc.record({ a: number }).map(($set) => ({ $set })),
    fc.record({ 'b.c': number }).map(($set) => ({ $set })),
    fc
      .record({ b: fc.record({ c: fc.array(number, { maxLength: 3 }), text: word }) })
      .map(($set) => ({ $set })),
    fc.record({ title: word, other: number }).map(($set) => ({ $set })),
    fc.record({ tags: number }).map(($push) => ({ $push })),
    fc.record({ tags: number }).map(($pull) => ({ $pull })),
    fc.constantFrom('a', 'b', 'b.c', 'd', 'tags', 'title').map((name) => ({ $unset: { [name]: '' } })),
    fc.constant({ $rename: { a: 'd' } }),
    fc.record({ d: number }).map(($inc) => ({ $inc })),
    fc.record({ other: number }).map(($inc) => ({ $inc })),
  ),
)

describe('indexes', () => {
  let mongo: RunningMongo
  let run = 0

  beforeAll(async () => {
    mongo = await runMongo()
  })

  afterAll(() => mongo[Symbol.asyncDispose]())

  /** What each index leads to, in its order. */
  async function seenThrough(items: Collection<Item>): Promise<unknown> {
    const hinted = INDEXES.filter(({ name }) => name !== 'words').map(async ({ name }) => {
      const filter =
        name === 'partial' ? { a: { $gt: 2 } } : name === 'multikey' ? { tags: { $exists: true } } : {}
      return (await items.find(filter, { hint: name ?? '' }).toArray()).map(({ _id }) => _id).sort()
    })
    const found = WORDS.map(async ($search) =>
      (await items.find({ $text: { $search } }).toArray()).map(({ _id }) => _id).sort(),
    )
    const equal = [0, 1, 2, 3, 4, 5].map(async (n) => [
      await items.countDocuments({ a: n }),
      await items.countDocuments({ 'b.c': n }),
      await items.countDocuments({ tags: n }),
      await items.countDocuments({ d: n, a: { $gt: 2 } }),
    ])
    return Promise.all([...hinted, ...found, ...equal])
  }

  const step = fc.record({ _id: fc.integer({ min: 0, max: 5 }), update: fc.option(update, { freq: 8 }) })
  const steps = fc.array(step, { minLength: 5, maxLength: 15, size: 'max' })

  async function take(items: Collection<Item>, { _id, update }: { _id: number; update: Document | null }) {
    // some updates do not fit the document they meet, which must change nothing
    if (update !== null) await items.updateOne({ _id }, update).catch(() => undefined)
    else await items.deleteOne({ _id })
  }

  it('show the same whether they were there first or are built later, and after changes to either', async () => {
    await fc.assert(
      fc.asyncProperty(steps, steps, async (earlier, later) => {
        run += 1
        const db = mongo.client.db('shop')
        const [kept, fresh] = [db.collection<Item>(`kept${run}`), db.collection<Item>(`fresh${run}`)]
        await kept.createIndexes([...INDEXES])
        await kept.insertMany([0, 1, 2, 3, 4, 5].map((n) => ({ _id: n, a: n, d: n, tags: [n], b: { c: n } })))
        for (const each of earlier) await take(kept, each)
        const documents = await kept.find({}, { hint: { $natural: 1 } }).toArray()
        if (documents.length > 0) await fresh.insertMany(documents)
        await fresh.createIndexes([...INDEXES])
        expect(await seenThrough(kept)).toEqual(await seenThrough(fresh))
        for (const each of later) {
          await take(kept, each)
          await take(fresh, each)
        }
        expect(await seenThrough(fresh)).toEqual(await seenThrough(kept))
        for (const { collectionName } of [kept, fresh])
          expect(await db.command({ validate: collectionName })).toMatchObject({ valid: true, errors: [] })
      }),
      { numRuns: 15 },
    )
  })
})
