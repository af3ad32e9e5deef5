import { expect } from 'vitest'
import { theme } from './case-table.ts'

theme('joins', ({ test }) => {
  const orders = [{ item: 'a', n: 1 }, { item: 'zz', n: 2 }, { n: 3 }]
  const joined = (row: string, stages: (from: string) => object[], expected: object[] | number) =>
    test(row, orders, async (collection, client) => {
      const from = `${collection.collectionName}_stock`
      await client
        .db('semantics')
        .collection<{ _id: number }>(from)
        .insertMany([
          { _id: 1, sku: 'a', q: 5 },
          { _id: 2, sku: 'a', q: 9 },
          { _id: 3, sku: null, q: 0 },
        ] as never)
      const run = collection.aggregate([{ $sort: { _id: 1 } }, ...stages(from)]).toArray()
      if (typeof expected === 'number') await expect(run).rejects.toMatchObject({ code: expected })
      else expect(await run).toEqual(expected)
    })
  const q = { $map: { input: '$s', in: '$$this.q' } }
  joined(
    '$lookup by fields; missing meets null',
    (from) => [
      { $lookup: { from, localField: 'item', foreignField: 'sku', as: 's' } },
      { $project: { _id: 0, n: 1, q } },
    ],
    [
      { n: 1, q: [5, 9] },
      { n: 2, q: [] },
      { n: 3, q: [0] },
    ],
  )
  joined(
    '$lookup by a pipeline with let',
    (from) => [
      {
        $lookup: {
          from,
          let: { i: '$item' },
          pipeline: [{ $match: { $expr: { $and: [{ $eq: ['$sku', '$$i'] }, { $gt: ['$q', 5] }] } } }],
          as: 's',
        },
      },
      { $project: { _id: 0, n: 1, q } },
    ],
    [
      { n: 1, q: [9] },
      { n: 2, q: [] },
      { n: 3, q: [] },
    ],
  )
  joined(
    '$lookup by fields and a pipeline',
    (from) => [
      { $match: { n: 1 } },
      {
        $lookup: {
          from,
          localField: 'item',
          foreignField: 'sku',
          pipeline: [{ $sort: { q: -1 } }, { $limit: 1 }],
          as: 's',
        },
      },
      { $project: { _id: 0, q } },
    ],
    [{ q: [9] }],
  )
  joined(
    '$lookup of nothing',
    () => [
      { $match: { n: 1 } },
      { $lookup: { from: 'nowhere', localField: 'item', foreignField: 'x', as: 's' } },
      { $project: { _id: 0, s: 1 } },
    ],
    [{ s: [] }],
  )
  joined('$lookup without as', (from) => [{ $lookup: { from, localField: 'a', foreignField: 'b' } }], 9)
  joined(
    '$lookup then $unwind',
    (from) => [
      { $lookup: { from, localField: 'item', foreignField: 'sku', as: 's' } },
      { $unwind: '$s' },
      { $project: { _id: 0, n: 1, q: '$s.q' } },
    ],
    [
      { n: 1, q: 5 },
      { n: 1, q: 9 },
      { n: 3, q: 0 },
    ],
  )
  joined(
    '$unionWith',
    (from) => [
      { $project: { _id: 0, n: 1 } },
      { $unionWith: { coll: from, pipeline: [{ $match: { q: 9 } }, { $project: { _id: 0, q: 1 } }] } },
    ],
    [{ n: 1 }, { n: 2 }, { n: 3 }, { q: 9 }],
  )
  test(
    '$graphLookup',
    [{ name: 'root' }, { name: 'mid', boss: 'root' }, { name: 'leaf', boss: 'mid' }],
    async (collection) => {
      const graph = {
        from: collection.collectionName,
        startWith: '$boss',
        connectFromField: 'boss',
        connectToField: 'name',
        as: 'chain',
        depthField: 'd',
      }
      const [leaf] = await collection
        .aggregate([{ $match: { name: 'leaf' } }, { $graphLookup: graph }])
        .toArray()
      expect(
        leaf?.chain.map(({ name, d }: { name: string; d: unknown }) => [name, Number(d)]).sort(),
      ).toEqual([
        ['mid', 0],
        ['root', 1],
      ])
      const [near] = await collection
        .aggregate([{ $match: { name: 'leaf' } }, { $graphLookup: { ...graph, maxDepth: 0 } }])
        .toArray()
      expect(near?.chain).toHaveLength(1)
    },
  )
})

theme('pipelines that write', ({ test }) => {
  const written = (
    row: string,
    stage: (into: string) => object,
    expected: object[] | number,
    before: object[] = [],
  ) =>
    test(row, [{ v: 1 }, { v: 2 }], async (collection, client) => {
      const into = client.db('semantics').collection(`${collection.collectionName}_into`)
      if (before.length > 0) await into.insertMany(before)
      const run = collection.aggregate([stage(into.collectionName)]).toArray()
      if (typeof expected === 'number') await expect(run).rejects.toMatchObject({ code: expected })
      else {
        expect(await run).toEqual([])
        expect(await into.find({}).sort({ _id: 1 }).toArray()).toEqual(expected)
      }
    })
  written(
    '$out replaces the collection',
    ($out) => ({ $out }),
    [
      { _id: 1, v: 1 },
      { _id: 2, v: 2 },
    ],
    [{ _id: 9 }],
  )
  written(
    '$merge merges and inserts',
    (into) => ({ $merge: { into } }),
    [
      { _id: 1, old: true, v: 1 },
      { _id: 2, v: 2 },
    ],
    [{ _id: 1, old: true }],
  )
  written(
    '$merge that replaces',
    (into) => ({ $merge: { into, whenMatched: 'replace' } }),
    [
      { _id: 1, v: 1 },
      { _id: 2, v: 2 },
    ],
    [{ _id: 1, old: true }],
  )
  written(
    '$merge that keeps',
    (into) => ({ $merge: { into, whenMatched: 'keepExisting' } }),
    [
      { _id: 1, old: true },
      { _id: 2, v: 2 },
    ],
    [{ _id: 1, old: true }],
  )
  written(
    '$merge by modes that do not go together',
    (into) => ({ $merge: { into, whenMatched: 'keepExisting', whenNotMatched: 'discard' } }),
    51181,
    [{ _id: 1 }],
  )
  written('$merge that fails on a match', (into) => ({ $merge: { into, whenMatched: 'fail' } }), 11000, [
    { _id: 1 },
  ])
  test('$merge that fails on a match names the key', [{ v: 1 }], async (collection, client) => {
    const into = client.db('semantics').collection<{ _id: number }>(`${collection.collectionName}_into`)
    await into.insertOne({ _id: 1 })
    const merged = collection.aggregate([{ $merge: { into: into.collectionName, whenMatched: 'fail' } }])
    await expect(merged.toArray()).rejects.toMatchObject({
      errorResponse: { keyPattern: { _id: 1 }, keyValue: { _id: 1 } },
    })
  })
  written(
    '$merge that fails without a match',
    (into) => ({ $merge: { into, whenNotMatched: 'fail' } }),
    13113,
    [{ _id: 1 }],
  )
  written(
    '$merge by a pipeline',
    (into) => ({
      $merge: {
        into,
        whenMatched: [{ $set: { sum: { $add: ['$n', '$$new.v'] } } }],
        whenNotMatched: 'discard',
      },
    }),
    [{ _id: 1, n: 5, sum: 6 }],
    [{ _id: 1, n: 5 }],
  )
  written('$merge on a field without a unique index', (into) => ({ $merge: { into, on: 'v' } }), 51183, [
    { _id: 1 },
  ])
})
