import { expect } from 'vitest'
import { theme } from './case-table.ts'

interface Target {
  _id: number
}

theme('what $out and $merge write', ({ test }) => {
  test('$out of no documents makes an empty collection', [], async (collection, client) => {
    const db = client.db('semantics')
    await collection.aggregate([{ $out: 'nothing_out' }]).toArray()
    expect(await db.listCollections({ name: 'nothing_out' }).toArray()).toHaveLength(1)
  })
  test('$merge puts new fields in order, as $set does', [{ z: 1, a: 2, m: 3 }], async (source, client) => {
    const into = client.db('semantics').collection<Target>('merged_order')
    await into.insertOne({ _id: 9 })
    const merge = (spec: object) => ({ $merge: { into: 'merged_order', ...spec } })
    await source.aggregate([merge({})]).toArray()
    await source.aggregate([{ $set: { _id: 9 } }, merge({})]).toArray()
    await source.aggregate([{ $set: { _id: 2 } }, merge({ whenMatched: 'keepExisting' })]).toArray()
    await source.aggregate([{ $set: { _id: 3 } }, merge({ whenMatched: 'replace' })]).toArray()
    const keys = (await into.find().sort({ _id: 1 }).toArray()).map((doc) => Object.keys(doc).join())
    expect(keys).toEqual(['_id,a,m,z', '_id,a,m,z', '_id,z,a,m', '_id,a,m,z'])
  })
  test('$merge by a unique index of another collation is refused', [{ v: 'a' }], async (source, client) => {
    const into = client.db('semantics').collection<Target>('merged_collated')
    const collation = { locale: 'en', strength: 2 }
    await into.createIndex({ v: 1 }, { unique: true, collation })
    const stages = [{ $merge: { into: 'merged_collated', on: 'v' } }]
    await expect(source.aggregate(stages).toArray()).rejects.toMatchObject({ code: 51183 })
    await source.aggregate(stages, { collation }).toArray()
    await source.aggregate([{ $set: { v: 'A' } }, { $unset: '_id' }, ...stages], { collation }).toArray()
    await expect(into.countDocuments()).resolves.toBe(1)
  })
})
