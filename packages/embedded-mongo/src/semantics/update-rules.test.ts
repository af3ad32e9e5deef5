import { Timestamp } from 'mongodb'
import { expect } from 'vitest'
import { refused, theme } from './case-table.ts'

const BAD = refused(2, 'BadValue')
const NOT_VIABLE = refused(28, 'PathNotViable')

theme('rules of updates', ({ test, update }) => {
  update('$pop within a scalar', { a: 'x' }, { $pop: { 'a.b': 1 } }, NOT_VIABLE)
  update('$pop of a name within an array', { a: [{ b: [1] }] }, { $pop: { 'a.b': 1 } }, NOT_VIABLE)
  update('$pull within a scalar', { a: 1 }, { $pull: { 'a.b': 1 } }, NOT_VIABLE)
  update('$unset within a scalar', { a: 1 }, { $unset: { 'a.b': 1 } }, { a: 1 })
  update('$rename from within a scalar', { a: 1 }, { $rename: { 'a.b': 'c' } }, NOT_VIABLE)
  update(
    '$pull by $or asks documents',
    { a: [{ x: 1 }, { x: 5 }, 1] },
    { $pull: { a: { $or: [{ x: 1 }, { x: 9 }] } } },
    {
      a: [{ x: 5 }, 1],
    },
  )
  update(
    '$pull by $expr',
    { a: [{ b: 1 }] },
    { $pull: { a: { $expr: true } } },
    refused(224, 'QueryFeatureNotAllowed'),
  )
  update('an upsert by $expr', null, { $set: { a: 1 } }, refused(224, 'QueryFeatureNotAllowed'), {
    filter: { $expr: { $eq: ['$a', 1] } },
    upsert: true,
  })
  update('$bit of a timestamp', { a: new Timestamp({ t: 1, i: 1 }) }, { $bit: { a: { or: 1 } } }, BAD)
  update('$inc that changes nothing keeps the sign of zero', { a: -0 }, { $inc: { a: 0 } }, { a: -0 })
  update(
    '$push sorts by whole values',
    { a: [{ k: [3, 1] }, { k: [2] }] },
    { $push: { a: { $each: [], $sort: { k: 1 } } } },
    {
      a: [{ k: [2] }, { k: [3, 1] }],
    },
  )
  update(
    '$push sorts by no path that ends in a dot',
    { a: [] },
    { $push: { a: { $each: [], $sort: { 'k.': 1 } } } },
    BAD,
  )
  update(
    '$setOnInsert takes a name with a dollar',
    null,
    { $setOnInsert: { $a: 1 } },
    { $a: 1 },
    { upsert: true },
  )
  test('a replacement without an _id counts as a change', [{ a: 1 }], async (collection) => {
    const same = await collection.replaceOne({}, { a: 1 })
    expect(same.modifiedCount).toBe(1)
    const withId = await collection.updateOne({}, { $set: { a: 1 } })
    expect(withId.modifiedCount).toBe(0)
  })
})

theme('other commands', ({ test }) => {
  test('constants are for pipelines', [{ v: 1 }], async ({ dbName, collectionName }, client) => {
    const updates = [{ q: {}, u: { $set: { v: 2 } }, c: { x: 1 } }]
    const done = await client.db(dbName).command({ update: collectionName, updates })
    expect(done).toMatchObject({ n: 0, writeErrors: [{ code: 51198 }] })
  })
  test(
    'distinct values come in the order of values',
    [{ v: 'b' }, { v: [3, 'a'] }, { v: 1 }, { v: null }, { v: 10 }],
    async (collection) => {
      expect(await collection.distinct('v')).toEqual([null, 1, 3, 10, 'a', 'b'])
    },
  )
  test('numbers of commands that must be whole', [{ v: 1 }], async ({ dbName, collectionName }, client) => {
    const run = (command: object) => client.db(dbName).command({ ...command })
    await expect(run({ count: collectionName, limit: -2 })).resolves.toMatchObject({ n: 1 })
    await expect(run({ count: collectionName, limit: 'x' })).rejects.toMatchObject({ code: 2 })
    await expect(run({ count: collectionName, limit: 1.5 })).rejects.toMatchObject({ code: 9 })
    await expect(run({ count: collectionName, skip: Number.NaN })).resolves.toMatchObject({ n: 1 })
    await expect(run({ find: collectionName, maxTimeMS: 1.5 })).rejects.toMatchObject({ code: 2 })
    await expect(run({ find: collectionName, maxTimeMS: 2 ** 31 })).rejects.toMatchObject({ code: 2 })
    await expect(run({ find: collectionName, sort: { v: 0.5 } })).rejects.toMatchObject({ code: 15975 })
    await expect(run({ find: collectionName, sort: { v: 1.5 } })).resolves.toMatchObject({ ok: 1 })
    await expect(run({ distinct: collectionName, key: null })).rejects.toMatchObject({ code: 40414 })
  })
  test(
    '$merge writes what it can before it fails',
    [{ n: 1 }, { n: 2 }, { n: 3 }],
    async (collection, client) => {
      const into = client
        .db('semantics')
        .collection<{ _id: number; n: number }>(`${collection.collectionName}_merged`)
      await into.insertOne({ _id: 2, n: 9 })
      const merged = collection.aggregate([
        { $sort: { n: 1 } },
        { $merge: { into: into.collectionName, whenMatched: 'fail' } },
      ])
      await expect(merged.toArray()).rejects.toMatchObject({ code: 11000 })
      expect(await into.find({}, { sort: { n: 1 } }).toArray()).toEqual([
        { _id: 1, n: 1 },
        { _id: 3, n: 3 },
        { _id: 2, n: 9 },
      ])
    },
  )
  test('$$NOW is one moment all through a command', [{ n: 1 }], async (collection) => {
    const [found] = await collection
      .aggregate([
        { $match: { $expr: { $lte: ['$$NOW', '$$NOW'] } } },
        { $set: { first: '$$NOW' } },
        { $set: { same: { $eq: ['$first', '$$NOW'] } } },
      ])
      .toArray()
    expect(found).toMatchObject({ same: true })
    const changed = await collection.findOneAndUpdate(
      { $expr: { $lte: ['$n', { $toLong: '$$NOW' }] } },
      [{ $set: { at: '$$NOW' } }],
      { returnDocument: 'after', projection: { at: 1, asked: { $eq: ['$at', '$$NOW'] } } },
    )
    expect(changed).toMatchObject({ asked: true })
  })
})

theme('rules of dates', ({ expression }) => {
  const date = (text: string) => new Date(text)
  expression(
    '$add rounds half a millisecond away from zero',
    { $add: [date('2024-01-01T00:00:00.000Z'), -0.5] },
    date('2023-12-31T23:59:59.999Z'),
  )
  expression(
    '$subtract rounds too',
    { $subtract: [date('2024-01-01T00:00:00.000Z'), 2.5] },
    date('2023-12-31T23:59:59.997Z'),
  )
  expression(
    '$subtract of no number from a date',
    { $subtract: [date('2024-01-01T00:00:00.000Z'), Number.NaN] },
    refused(15, 'Overflow'),
  )
  expression(
    'a time zone in capitals',
    { $hour: { date: date('2024-01-01T00:00:00Z'), timezone: 'AMERICA/NEW_YORK' } },
    refused(40485),
  )
  expression(
    '$dateToString elsewhere says no Z',
    { $dateToString: { date: date('2024-01-01T12:00:00Z'), timezone: 'America/New_York' } },
    '2024-01-01T07:00:00.000',
  )
  expression(
    'an unknown unit',
    { $dateTrunc: { date: date('2024-01-01T00:00:00Z'), unit: 'Day' } },
    refused(9, 'FailedToParse'),
  )
  expression('$dateTrunc of a string', { $dateTrunc: { date: 'x', unit: 'day' } }, refused(5166307))
  expression(
    '$sortArray compares whole values',
    { $sortArray: { input: '$l', sortBy: { k: 1 } } },
    [{ k: [2] }, { k: [3, 1] }],
    {
      l: [{ k: [3, 1] }, { k: [2] }],
    },
  )
  expression('$switch of null', { $switch: { branches: null } }, refused(40061))
})
