import { expect } from 'vitest'
import { refused, theme } from './case-table.ts'

const PEOPLE = [{ v: 'cote' }, { v: 'coté' }, { v: 'Cote' }, { v: 'CÔTE' }, { v: 'other' }]

theme('collation', ({ find, pipeline }) => {
  find('strength 1 ignores accents and case', PEOPLE, { v: 'COTE' }, [1, 2, 3, 4], {
    collation: { locale: 'en', strength: 1 },
  })
  find('strength 2 ignores case', PEOPLE, { v: 'COTE' }, [1, 3], { collation: { locale: 'en', strength: 2 } })
  find('strength 3 ignores nothing', PEOPLE, { v: 'cote' }, [1], { collation: { locale: 'en' } })
  find('$in under a collation', PEOPLE, { v: { $in: ['OTHER'] } }, [5], {
    collation: { locale: 'en', strength: 2 },
  })
  find('$ne under a collation', PEOPLE, { v: { $ne: 'COTE' } }, [5], {
    collation: { locale: 'en', strength: 1 },
  })
  find('$gt under a collation', [{ v: 'a' }, { v: 'B' }], { v: { $gt: 'a' } }, [2], {
    collation: { locale: 'en', strength: 2 },
  })
  find('lower case sorts before upper case', [{ v: 'A' }, { v: 'b' }, { v: 'a' }], {}, [3, 1, 2], {
    sort: { v: 1 },
    collation: { locale: 'en' },
  })
  find('caseFirst upper turns that round', [{ v: 'a' }, { v: 'b' }, { v: 'A' }], {}, [3, 1, 2], {
    sort: { v: 1 },
    collation: { locale: 'en', caseFirst: 'upper' },
  })
  find(
    'numericOrdering reads digits as numbers',
    [{ v: '10' }, { v: '2' }, { v: 'a100' }, { v: 'a20' }],
    {},
    [2, 1, 4, 3],
    { sort: { v: 1 }, collation: { locale: 'en', numericOrdering: true } },
  )
  find('the simple locale is no collation', [{ v: 'a' }, { v: 'B' }], {}, [2, 1], {
    sort: { v: 1 },
    collation: { locale: 'simple' },
  })
  find('a regular expression takes no collation', PEOPLE, { v: /^cote/ }, [1], {
    collation: { locale: 'en', strength: 1 },
  })
  find(
    'strings within documents and arrays are compared by it',
    [{ v: { a: 'X' } }, { v: ['X'] }],
    { v: { $in: [{ a: 'x' }, 'x'] } },
    [1, 2],
    { collation: { locale: 'en', strength: 2 } },
  )
  find('$expr compares by it', PEOPLE, { $expr: { $eq: ['$v', 'OTHER'] } }, [5], {
    collation: { locale: 'en', strength: 2 },
  })
  pipeline(
    '$group by it',
    [{ v: 'a' }, { v: 'A' }, { v: 'b' }],
    [{ $group: { _id: '$v', n: { $sum: 1 } } }, { $sort: { n: -1 } }],
    [
      { _id: 'a', n: 2 },
      { _id: 'b', n: 1 },
    ],
    { collation: { locale: 'en', strength: 2 } },
  )
})

theme('collation of keys', ({ test, find }) => {
  const same = (row: string, locale: object, one: string, other: string, equal: boolean) =>
    test(row, [{ v: one }], async (collection) => {
      await collection.createIndex({ v: 1 }, { unique: true, collation: { locale: 'en', ...locale } })
      const adding = collection.insertOne({ v: other })
      if (equal) await expect(adding).rejects.toMatchObject({ code: 11000 })
      else await adding
    })
  same('numbers with zeros before them', { numericOrdering: true }, 'a1', 'a01', true)
  same('ß is ss where accents do not count', { strength: 1 }, 'Straße', 'STRASSE', true)
  same('å is a in English', { strength: 1 }, 'å', 'a', true)
  same('but a letter of its own in Swedish', { locale: 'sv', strength: 1 }, 'å', 'a', false)
  same('I is no i in Turkish', { locale: 'tr', strength: 2 }, 'I', 'i', false)
  find('an unknown locale', [{ v: 1 }], {}, refused(2, 'BadValue'), { collation: { locale: 'xx' } })
})

theme('collation of partial indexes and views', ({ test }) => {
  const en = { locale: 'en', strength: 2 }
  const docs = [
    { x: 'a', s: 'On' },
    { x: 'a', s: 'off' },
  ]
  test('an index holds what its filter lets in by its own collation', docs, async (collection) => {
    await collection.createIndex({ x: 1 }, { collation: en, partialFilterExpression: { s: 'on' } })
    const found = await collection.find({ x: 'A', s: 'on' }, { collation: en }).toArray()
    expect(found.map(({ _id }) => _id)).toEqual([1])
  })
  test('and does not answer for another collation', docs, async (collection) => {
    await collection.createIndex({ x: 1 }, { partialFilterExpression: { s: 'on' } })
    const found = await collection.find({ x: 'A', s: 'on' }, { collation: en }).toArray()
    expect(found.map(({ _id }) => _id)).toEqual([1])
  })
  test('a case level beside accents', [{ x: 'a' }, { x: 'A' }, { x: 'á' }], async (collection) => {
    const found = await collection.find({ x: 'a' }, { collation: { ...en, caseLevel: true } }).toArray()
    expect(found.map(({ _id }) => _id)).toEqual([1])
  })
  test('a view has a collation of its own, or none', [{ x: 'a' }, { x: 'A' }], async (_, client) => {
    const db = client.db('semantics')
    const source = await db.createCollection<{ x: string }>('collated_source', { collation: en })
    await source.insertMany([{ x: 'a' }, { x: 'A' }])
    const view = await db.createCollection('collated_view', { viewOn: 'collated_source', pipeline: [] })
    expect(await view.countDocuments({ x: 'a' })).toBe(1)
    await expect(view.find({ x: 'a' }, { collation: en }).toArray()).rejects.toMatchObject({
      code: 167,
      codeName: 'OptionNotSupportedOnView',
    })
  })
  test('a pipeline of more than a thousand stages', [], async (collection) => {
    const stages = Array.from({ length: 1001 }, () => ({ $skip: 0 }))
    await expect(collection.aggregate(stages).toArray()).rejects.toMatchObject({ code: 7749501 })
  })
})
