import fc from 'fast-check'
import type { Document } from 'mongodb'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RunningMongo, runMongo } from '../../test/support/mongo.ts'
import { toDoc } from '../bson/convert.ts'
import { compileSort } from '../query/sort.ts'

const scalar = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 4 }) },
  { weight: 2, arbitrary: fc.constantFrom('a', 'ab', 'B', '') },
  { weight: 2, arbitrary: fc.constantFrom(null, true, 1.5, Number.NaN) },
)
const inner = fc.record({ x: scalar, y: scalar }, { requiredKeys: [] })
const value = fc.oneof(
  { weight: 5, arbitrary: scalar },
  { weight: 2, arbitrary: fc.array(scalar, { maxLength: 3 }) },
  { weight: 1, arbitrary: fc.array(fc.array(scalar, { maxLength: 2 }), { maxLength: 2 }) },
)
const nested = fc.oneof(inner, fc.array(inner, { maxLength: 3 }), scalar)
/** Documents with an array in one field at most, so that any two fields may share an index. */
const someDocument = fc.oneof(
  fc.record({ a: value, b: scalar, c: inner }, { requiredKeys: [] }),
  fc.record({ a: scalar, b: value, c: inner }, { requiredKeys: [] }),
  fc.record({ a: scalar, b: scalar, c: nested }, { requiredKeys: [] }),
)

const order = fc.constantFrom<1 | -1>(1, -1)
const path = fc.constantFrom('a', 'b', 'c.x', 'c.y', 'c', '_id')
const compound = fc
  .uniqueArray(fc.tuple(path, order), { selector: ([name]) => name, minLength: 1, maxLength: 3 })
  .map((fields) => Object.fromEntries(fields))
const someIndex = fc.record({
  key: compound.filter((key) => Object.keys(key)[0] !== '_id'),
  options: fc.constantFrom<Document>(
    {},
    {},
    { sparse: true },
    { partialFilterExpression: { a: { $gt: 1 } } },
    { partialFilterExpression: { b: { $exists: true } } },
    { collation: { locale: 'en', strength: 2 } },
  ),
})

const comparison = fc.oneof(
  fc
    .tuple(fc.constantFrom('$eq', '$gt', '$gte', '$lt', '$lte', '$ne'), value)
    .map(([name, to]) => ({ [name]: to })),
  fc
    .tuple(fc.constantFrom('$in', '$nin'), fc.array(value, { maxLength: 3 }))
    .map(([name, of]) => ({ [name]: of })),
  fc.constantFrom(
    { $exists: true },
    { $exists: false },
    { $type: 'array' },
    { $regex: '^a' },
    { $size: 1 },
    { $mod: [2, 0] },
  ),
  fc.array(value, { minLength: 1, maxLength: 2 }).map(($all) => ({ $all })),
  fc.tuple(scalar, scalar).map(([$gte, $lte]) => ({ $gte, $lte })),
  fc.tuple(scalar, scalar).map(([$gte, $lt]) => ({ $elemMatch: { $gte, $lt } })),
  fc.tuple(scalar, scalar).map(([x, y]) => ({ $elemMatch: { x, y: { $gte: y } } })),
  scalar.map(($gt) => ({ $not: { $gt } })),
)
const clause = fc
  .tuple(path, fc.oneof(value, comparison))
  .map(([name, condition]): Document => ({ [name]: condition }))
const someFilter = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.array(clause, { maxLength: 3 }).map((clauses): Document => Object.assign({}, ...clauses)),
  },
  {
    weight: 2,
    arbitrary: fc.array(clause, { minLength: 1, maxLength: 3 }).map(($or): Document => ({ $or })),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(clause, clause, clause)
      .map(([one, two, three]): Document => ({ ...one, $or: [two, three] })),
  },
  {
    weight: 1,
    arbitrary: fc.array(clause, { minLength: 1, maxLength: 2 }).map(($nor): Document => ({ $nor })),
  },
)
const someSort = fc.option(compound, { nil: undefined })
const someCollation = fc.constantFrom(undefined, undefined, { locale: 'en', strength: 2 })

describe('the planner', () => {
  let mongo: RunningMongo
  beforeAll(async () => {
    mongo = await runMongo()
  })
  afterAll(async () => mongo[Symbol.asyncDispose]())

  it('finds by indexes what it finds without them, and in the order of the sort', async () => {
    const queries = fc.array(fc.tuple(someFilter, someSort, someCollation), { minLength: 12, maxLength: 12 })
    const docs = fc.array(someDocument, { minLength: 5, maxLength: 25 })
    const indexes = fc.uniqueArray(someIndex, {
      selector: ({ key }) => JSON.stringify(key),
      minLength: 1,
      maxLength: 4,
    })
    let made = 0
    await fc.assert(
      fc.asyncProperty(docs, indexes, queries, async (stored, specs, asked) => {
        made += 1
        const collection = mongo.client.db('planner').collection<Document>(`c${made}`)
        await collection.insertMany(stored.map((doc, index): Document => ({ _id: index, ...doc })))
        for (const [at, { key, options }] of specs.entries())
          await collection.createIndex(key, { name: `i${at}`, ...options })
        for (const [filter, sort, collation] of asked) {
          const options = {
            ...(sort === undefined ? {} : { sort }),
            ...(collation === undefined ? {} : { collation }),
          }
          const planned = await collection.find(filter, options).toArray()
          const scanned = await collection.find(filter, { ...options, hint: { $natural: 1 } }).toArray()
          const ids = (found: Document[]) => found.map(({ _id }) => _id).sort((one, two) => one - two)
          expect(ids(planned), JSON.stringify({ filter, sort, collation })).toEqual(ids(scanned))
          if (sort === undefined || collation !== undefined) continue
          const { compare } = compileSort(toDoc(sort))
          for (const [at, doc] of planned.entries()) {
            const before = planned[at - 1]
            if (before !== undefined)
              expect(
                compare(toDoc(before), toDoc(doc)),
                JSON.stringify({ filter, sort }),
              ).toBeLessThanOrEqual(0)
          }
        }
        await collection.drop()
      }),
      { numRuns: Number(process.env.PLANNER_RUNS ?? 25) },
    )
  })
})
