import type { Collection, Document } from 'mongodb'
import { expect } from 'vitest'
import { theme } from './case-table.ts'

/** The stages of the winning plan, from the outside in. */
function stagesOf(plan: Document): string[] {
  const inner: Document[] = plan.inputStages ?? (plan.inputStage === undefined ? [] : [plan.inputStage])
  return [String(plan.stage), ...inner.flatMap(stagesOf)]
}
async function planFor(
  collection: Collection<Document>,
  filter: Document,
  options: Document = {},
): Promise<Document> {
  const { queryPlanner } = await collection.find(filter, options).explain('queryPlanner')
  return queryPlanner.winningPlan
}

theme('indexes', ({ test }) => {
  const refused = (row: string, key: Document, options: Document, code: number, docs: Document[] = []) =>
    test(row, docs, async (collection) => {
      await expect(collection.createIndex(key as { a: 1 }, options)).rejects.toMatchObject({ code })
    })
  refused('unique over what is not', { a: 1 }, { unique: true }, 11000, [{ a: 1 }, { a: 1 }])
  refused('a direction of zero', { a: 0 }, {}, 67)
  refused('an unknown kind', { a: 'foo' }, {}, 67)
  refused('an empty path', { 'a..b': 1 }, {}, 67)
  refused('sparse and partial at once', { a: 1 }, { sparse: true, partialFilterExpression: { a: 1 } }, 67)
  refused(
    'a partial filter with $not',
    { a: 1 },
    { partialFilterExpression: { a: { $not: { $gt: 1 } } } },
    67,
  )
  test('one key may have indexes that differ in what they hold', [{ a: 1 }], async (collection) => {
    await collection.createIndex({ a: 1 })
    await collection.createIndex({ a: 1 }, { name: 'unique', unique: true })
    await collection.createIndex({ a: 1 }, { name: 'sparse', sparse: true })
    expect(await collection.indexes()).toHaveLength(4)
    const again = collection.createIndex({ a: 1 }, { name: 'twice', unique: true })
    await expect(again).rejects.toMatchObject({ code: 85 })
  })
  refused('expiry of a compound index', { a: 1, b: 1 }, { expireAfterSeconds: 1 }, 67)
  refused('expiry below zero', { a: 1 }, { expireAfterSeconds: -1 }, 67)
  refused('geography is not supported', { a: '2dsphere' }, {}, 115)
  refused('hashes are not supported', { a: 'hashed' }, {}, 115)
  refused('wildcards are not supported', { '$**': 1 }, {}, 115)
  refused('two arrays in one index', { a: 1, b: 1 }, {}, 171, [{ a: [1], b: [2] }])
  test('unique indexes take null once, sparse ones leave it out', [{ a: 1 }, {}], async (collection) => {
    await collection.createIndex({ a: 1 }, { unique: true, name: 'plain' })
    await expect(collection.insertOne({ b: 1 })).rejects.toMatchObject({
      code: 11000,
      keyPattern: { a: 1 },
      keyValue: { a: null },
    })
    await collection.dropIndex('plain')
    await collection.createIndex({ a: 1 }, { unique: true, sparse: true })
    await collection.insertOne({ b: 1 })
    await expect(collection.insertOne({ a: 1 })).rejects.toMatchObject({ code: 11000 })
  })
  test('a partial unique index binds those that it holds', [], async (collection) => {
    await collection.createIndex({ a: 1 }, { unique: true, partialFilterExpression: { on: true } })
    await collection.insertMany([{ a: 1 }, { a: 1 }, { a: 1, on: true }])
    await expect(collection.insertOne({ a: 1, on: true })).rejects.toMatchObject({ code: 11000 })
    await expect(
      collection.updateOne({ on: { $exists: false } }, { $set: { on: true } }),
    ).rejects.toMatchObject({ code: 11000 })
  })
  test('a unique index under a collation', [{ a: 'x' }], async (collection) => {
    await collection.createIndex({ a: 1 }, { unique: true, collation: { locale: 'en', strength: 2 } })
    await expect(collection.insertOne({ a: 'X' })).rejects.toMatchObject({ code: 11000 })
  })
  test(
    'the same index again, another of its name, and another of its key',
    [{ a: 1 }],
    async (collection) => {
      await collection.createIndex({ a: 1 })
      expect(await collection.createIndex({ a: 1 })).toBe('a_1')
      await expect(collection.createIndex({ b: 1 }, { name: 'a_1' })).rejects.toMatchObject({ code: 86 })
      await expect(collection.createIndex({ a: 1 }, { name: 'other' })).rejects.toMatchObject({ code: 85 })
      await expect(collection.createIndex({ a: 1 }, { unique: true })).rejects.toMatchObject({ code: 86 })
      const expiring = collection.createIndex({ a: 1 }, { expireAfterSeconds: 60 })
      await expect(expiring).rejects.toMatchObject({
        code: 85,
        message: expect.stringContaining('same name but different options'),
      })
    },
  )
  test('what cannot be dropped', [{ a: 1 }], async (collection) => {
    await expect(collection.dropIndex('_id_')).rejects.toMatchObject({ code: 72 })
    await expect(collection.dropIndex('nothing')).rejects.toMatchObject({ code: 27 })
  })
  test('an index on its way to being unique', [{ a: 1 }, { a: 1 }], async (collection, client) => {
    await collection.createIndex({ a: 1 })
    const modify = (index: Document) =>
      client
        .db('semantics')
        .command({ collMod: collection.collectionName, index: { keyPattern: { a: 1 }, ...index } })
    await expect(modify({ unique: true })).rejects.toMatchObject({ code: 72 })
    await modify({ prepareUnique: true })
    await expect(collection.insertOne({ a: 1 })).rejects.toMatchObject({ code: 11000 })
    await collection.updateOne({ a: 1 }, { $set: { b: 1 } })
    await expect(modify({ unique: true })).rejects.toMatchObject({
      code: 359,
      errorResponse: { violations: [{ ids: [1, 2] }] },
    })
    await collection.updateOne({ b: 1 }, { $set: { a: 2 } })
    expect(await modify({ unique: true })).toMatchObject({ unique_new: true })
    expect(await collection.indexes()).toContainEqual({ v: 2, key: { a: 1 }, name: 'a_1', unique: true })
  })
  test('a clustered collection is in the order of its _id', [], async (collection, client) => {
    const name = `${collection.collectionName}_clustered`
    const clustered = await client
      .db('semantics')
      .createCollection<Document>(name, { clusteredIndex: { key: { _id: 1 }, unique: true, name: 'by id' } })
    await clustered.insertMany([{ _id: 3 }, { _id: 1 }, { _id: 2 }] as never)
    expect((await clustered.find().toArray()).map(({ _id }) => Number(_id))).toEqual([1, 2, 3])
    expect(await clustered.indexes()).toEqual([
      { v: 2, key: { _id: 1 }, name: 'by id', unique: true, clustered: true },
    ])
    expect(stagesOf(await planFor(clustered, { _id: { $gt: 1 } }))).toEqual(['CLUSTERED_IXSCAN'])
    await expect(clustered.dropIndex('by id')).rejects.toMatchObject({ code: 5979800 })
  })
})
