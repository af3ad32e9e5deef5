import { expect } from 'vitest'
import { theme } from './case-table.ts'

const EN = { locale: 'en', strength: 2 }

theme('collation in joins', ({ test }) => {
  const lookup = (from: string) => ({
    $lookup: { from, localField: 'v', foreignField: 'name', as: 'found' },
  })
  test('the collation of the command, not that of an index', [{ v: 'Apple' }], async (local, client) => {
    const foreign = client.db('semantics').collection<{ _id: number; name: string }>('fruit_by_accent')
    await foreign.createIndex({ name: 1 }, { collation: { locale: 'en', strength: 1 } })
    await foreign.insertOne({ _id: 10, name: 'apple' })
    const stages = [lookup('fruit_by_accent')]
    expect(await local.aggregate(stages, { collation: EN }).toArray()).toEqual([
      { _id: 1, v: 'Apple', found: [{ _id: 10, name: 'apple' }] },
    ])
    expect(await local.aggregate(stages).toArray()).toEqual([{ _id: 1, v: 'Apple', found: [] }])
  })
  test('an index without a collation', [{ v: 'Apple' }], async (local, client) => {
    const foreign = client.db('semantics').collection<{ _id: number; name: string }>('fruit_by_letter')
    await foreign.createIndex({ name: 1 })
    await foreign.insertOne({ _id: 10, name: 'apple' })
    const [joined] = await local.aggregate([lookup('fruit_by_letter')], { collation: EN }).toArray()
    expect(joined).toMatchObject({ found: [{ _id: 10 }] })
  })
  test('not that of the other collection', [{ v: 'Apple' }], async (local, client) => {
    const foreign = await client
      .db('semantics')
      .createCollection<{ _id: number; name: string }>('fruit_collated', { collation: EN })
    await foreign.createIndex({ name: 1 })
    await foreign.insertOne({ _id: 10, name: 'apple' })
    const [joined] = await local.aggregate([lookup('fruit_collated')]).toArray()
    expect(joined).toMatchObject({ found: [] })
  })
  test('a view of another collation is refused', [{ v: 'Apple' }], async (local, client) => {
    const db = client.db('semantics')
    await db.collection<{ _id: number }>('fruit_seen').insertOne({ _id: 1 })
    await db.createCollection('fruit_view', { viewOn: 'fruit_seen', pipeline: [] })
    const refusal = { code: 167, codeName: 'OptionNotSupportedOnView' }
    const union = [{ $unionWith: 'fruit_view' }]
    const graph = [
      {
        $graphLookup: {
          from: 'fruit_view',
          startWith: '$v',
          connectFromField: 'v',
          connectToField: 'name',
          as: 'found',
        },
      },
    ]
    for (const stages of [[lookup('fruit_view')], union, graph]) {
      await expect(local.aggregate(stages, { collation: EN }).toArray()).rejects.toMatchObject(refusal)
      await local.aggregate(stages).toArray()
    }
  })
  test('an empty collation is none', [], async (_, client) => {
    const collection = await client
      .db('semantics')
      .createCollection<{ _id: number; v: string }>('collated_words', { collation: EN })
    await collection.insertMany([
      { _id: 1, v: 'a' },
      { _id: 2, v: 'A' },
    ])
    const run = (command: object) => client.db('semantics').command({ ...command, collation: {} })
    const name = collection.collectionName
    const counted = await run({ count: name, query: { v: 'a' } })
    const read = await run({ find: name, filter: { v: 'a' } })
    const piped = await run({ aggregate: name, pipeline: [{ $match: { v: 'a' } }], cursor: {} })
    expect([counted.n, read.cursor.firstBatch.length, piped.cursor.firstBatch.length]).toEqual([2, 2, 2])
  })
})
