import type { Collection, Document } from 'mongodb'
import { expect } from 'vitest'
import { theme } from './case-table.ts'

const DOCS = Array.from({ length: 40 }, (_, n) => ({
  a: n % 10,
  b: n,
  c: { d: n },
  s: n % 2 === 0 ? 'x' : 'Y',
  l: [n, n + 100],
}))
/** The stages of the winning plan, from the outside in. */
function stagesOf(plan: Document): string[] {
  const inner: Document[] = plan.inputStages ?? (plan.inputStage === undefined ? [] : [plan.inputStage])
  return [String(plan.stage), ...inner.flatMap(stagesOf)]
}
function scanOf(plan: Document): Document {
  return plan.inputStage === undefined ? plan : scanOf(plan.inputStage)
}
async function planFor(
  collection: Collection<Document>,
  filter: Document,
  options: Document = {},
): Promise<Document> {
  const { queryPlanner } = await collection.find(filter, options).explain('queryPlanner')
  return queryPlanner.winningPlan
}

theme('which index a query takes', ({ test }) => {
  const plans = (
    row: string,
    key: Document,
    filter: Document,
    stages: string[],
    options: Document = {},
    index: Document = {},
  ) =>
    test(row, DOCS, async (collection) => {
      await collection.createIndex(key as { a: 1 }, index)
      expect(stagesOf(await planFor(collection, filter, options))).toEqual(stages)
    })
  const SCAN = ['FETCH', 'IXSCAN']
  plans('equality', { a: 1 }, { a: 5 }, SCAN)
  plans('a range', { b: 1 }, { b: { $gt: 5, $lte: 9 } }, SCAN)
  plans('$in', { a: 1 }, { a: { $in: [1, 2] } }, SCAN)
  plans('$ne', { a: 1 }, { a: { $ne: 1 } }, SCAN)
  plans('null', { zz: 1 }, { zz: null, a: 1 }, SCAN)
  plans('a prefix of a compound index', { a: 1, b: 1 }, { a: 5 }, SCAN)
  plans('not the second field alone', { a: 1, b: 1 }, { b: 5 }, ['COLLSCAN'])
  plans('a dotted path', { 'c.d': 1 }, { 'c.d': 5 }, SCAN)
  plans('an array, by an element', { l: 1 }, { l: 105 }, SCAN)
  plans('$elemMatch', { l: 1 }, { l: { $elemMatch: { $gt: 100, $lt: 103 } } }, SCAN)
  plans('a regular expression with a prefix', { s: 1 }, { s: /^x/ }, SCAN)
  plans('$or where every alternative has an index', { a: 1 }, { $or: [{ a: 1 }, { _id: 7 }] }, [
    'FETCH',
    'OR',
    'IXSCAN',
    'IXSCAN',
  ])
  plans('$or where one has none', { a: 1 }, { $or: [{ a: 1 }, { b: 7 }] }, ['COLLSCAN'])
  plans('$and within', { a: 1 }, { $and: [{ a: 1 }, { b: 1 }] }, SCAN)
  plans('_id alone', { a: 1 }, { _id: 5 }, ['IDHACK'])
  plans('the sort of an index', { b: 1 }, {}, SCAN, { sort: { b: -1 } })
  plans('a sort after an equality', { a: 1, b: 1 }, { a: 5 }, SCAN, { sort: { b: 1 } })
  plans('a sort that the index has not', { a: 1 }, { a: 5 }, ['SORT', ...SCAN], { sort: { b: 1 } })
  plans('both directions turned round', { a: 1, b: -1 }, {}, SCAN, { sort: { a: -1, b: 1 } })
  plans('one direction turned round', { a: 1, b: 1 }, {}, ['SORT', 'COLLSCAN'], { sort: { a: 1, b: -1 } })
  plans('a sparse index where the field is asked for', { a: 1 }, { a: 5 }, SCAN, {}, { sparse: true })
  plans('no sparse index for null', { zz: 1 }, { zz: null }, ['COLLSCAN'], {}, { sparse: true })
  plans(
    'no sparse index for a sort',
    { zz: 1 },
    {},
    ['SORT', 'COLLSCAN'],
    { sort: { zz: 1 } },
    { sparse: true },
  )
  plans(
    'a partial index that the query implies',
    { b: 1 },
    { b: 5, a: 7 },
    SCAN,
    {},
    { partialFilterExpression: { a: { $gt: 5 } } },
  )
  plans(
    'none that it does not',
    { b: 1 },
    { b: 5 },
    ['COLLSCAN'],
    {},
    { partialFilterExpression: { a: { $gt: 5 } } },
  )
  plans(
    'an index of the same collation',
    { s: 1 },
    { s: 'y' },
    SCAN,
    { collation: { locale: 'en', strength: 2 } },
    { collation: { locale: 'en', strength: 2 } },
  )
  plans('none of another collation for text', { s: 1 }, { s: 'y' }, ['COLLSCAN'], {
    collation: { locale: 'en', strength: 2 },
  })
  plans('but for numbers', { a: 1 }, { a: 5 }, SCAN, { collation: { locale: 'en', strength: 2 } })
  plans('no hidden index', { a: 1 }, { a: 5 }, ['COLLSCAN'], {}, { hidden: true })
  plans('a hint', { b: 1 }, { a: 5 }, SCAN, { hint: { b: 1 } })
  plans('the hint of natural order', { a: 1 }, { a: 5 }, ['COLLSCAN'], { hint: { $natural: 1 } })
  plans('a projection', { a: 1 }, { a: 5 }, ['PROJECTION_SIMPLE', ...SCAN], { projection: { b: 1 } })
  plans('a limit', { a: 1 }, { a: 5 }, ['LIMIT', ...SCAN], { limit: 2 })
  plans('a text search', { s: 'text' }, { $text: { $search: 'x' } }, ['TEXT_MATCH', 'TEXT_OR', 'IXSCAN'])
  test('the bounds of a compound index', DOCS, async (collection) => {
    await collection.createIndex({ a: 1, b: -1 })
    const { indexBounds } = scanOf(await planFor(collection, { a: { $in: [3, 1] }, b: { $gte: 2 } }))
    expect(indexBounds).toEqual({ a: ['[1, 1]', '[3, 3]'], b: ['[inf.0, 2]'] })
  })
  test('what was examined', DOCS, async (collection) => {
    await collection.createIndex({ a: 1, b: 1 })
    const { executionStats } = await collection.find({ a: 5, b: { $gt: 10 } }).explain('executionStats')
    expect(executionStats).toMatchObject({ nReturned: 3, totalKeysExamined: 3, totalDocsExamined: 3 })
  })
  test('a pipeline', DOCS, async (collection) => {
    await collection.createIndex({ a: 1 })
    const explained = await collection
      .aggregate([{ $match: { a: 5 } }, { $group: { _id: '$b' } }])
      .explain('queryPlanner')
    expect(stagesOf(explained.stages[0].$cursor.queryPlanner.winningPlan)).toEqual(SCAN)
  })
  test('a count, an update and a removal', DOCS, async (collection, client) => {
    await collection.createIndex({ a: 1 })
    const explain = async (command: Document): Promise<string[]> => {
      const { queryPlanner } = await client
        .db('semantics')
        .command({ explain: command, verbosity: 'queryPlanner' })
      return stagesOf(queryPlanner.winningPlan)
    }
    const { collectionName } = collection
    expect(await explain({ count: collectionName, query: { a: 5 } })).toEqual(['COUNT', ...SCAN])
    expect(await explain({ delete: collectionName, deletes: [{ q: { a: 5 }, limit: 0 }] })).toEqual([
      'DELETE',
      ...SCAN,
    ])
    expect(
      await explain({ update: collectionName, updates: [{ q: { a: 5 }, u: { $set: { b: 1 } } }] }),
    ).toEqual(['UPDATE', ...SCAN])
    expect(await collection.countDocuments({ a: 5 })).toBe(4)
  })
  test('min and max', DOCS, async (collection) => {
    await collection.createIndex({ b: 1 })
    const found = await collection.find({}, { min: { b: 5 }, max: { b: 8 }, hint: { b: 1 } }).toArray()
    expect(found.map((doc) => doc.b)).toEqual([5, 6, 7])
    await expect(collection.find({}, { min: { b: 5 } }).toArray()).rejects.toMatchObject({ code: 51173 })
  })
})
