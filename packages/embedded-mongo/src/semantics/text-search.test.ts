import { expect } from 'vitest'
import { theme } from './case-table.ts'

const SHELF = [
  { title: 'Coffee', body: 'Strong coffee for mornings' },
  { title: 'Tea', body: 'A cup of tea, or coffee cake' },
  { title: 'Running shoes', body: 'Shoes that run' },
  { title: 'Café', body: 'Cafés serve espresso' },
]

theme('text search', ({ test }) => {
  const searched = (row: string, text: object, expected: number[] | number, index: object = {}) =>
    test(row, SHELF, async (collection) => {
      await collection.createIndex({ title: 'text', body: 'text' }, index)
      const found = collection
        .find({ $text: { ...text } as { $search: string } })
        .sort({ _id: 1 })
        .toArray()
      if (typeof expected === 'number') await expect(found).rejects.toMatchObject({ code: expected })
      else expect((await found).map(({ _id }) => Number(_id))).toEqual(expected)
    })
  searched('any of the words', { $search: 'coffee shoes' }, [1, 2, 3])
  searched('by their stems', { $search: 'runs' }, [3])
  searched('without regard to case and accents', { $search: 'CAFE' }, [4])
  searched('a phrase', { $search: '"coffee cake"' }, [2])
  searched('without a word', { $search: 'coffee -cake' }, [1])
  searched('a negation alone finds nothing', { $search: '-cake' }, [])
  searched('stop words alone find nothing', { $search: 'the of' }, [])
  searched('case where it is asked for', { $search: 'Coffee', $caseSensitive: true }, [1])
  searched('accents where they are asked for', { $search: 'Café', $diacriticSensitive: true }, [4])
  searched(
    'a language without stop words finds none that the index left out',
    { $search: 'of', $language: 'none' },
    [],
  )
  searched('an unknown language', { $search: 'x', $language: 'klingon' }, 2)
  searched('no string', { $search: 5 }, 14)
  searched('an unknown option', { $search: 'x', $foo: 1 }, 2)
  test('the score is to be had in projection and sort, and by the weights', SHELF, async (collection) => {
    await collection.createIndex({ title: 'text', body: 'text' }, { weights: { title: 10 } })
    const score = { $meta: 'textScore' as const }
    const found = await collection
      .find({ $text: { $search: 'coffee' } }, { projection: { score } })
      .sort({ score })
      .toArray()
    expect(found.map(({ _id }) => Number(_id))).toEqual([1, 2])
    expect(found[0]?.score).toBeGreaterThan(5)
    expect(found[1]?.score).toBeLessThan(1)
    const piped = await collection
      .aggregate([
        { $match: { $text: { $search: 'coffee' } } },
        { $sort: { score } },
        { $project: { s: score } },
      ])
      .toArray()
    expect(piped.map(({ s }) => s)).toEqual(found.map((doc) => doc.score))
  })
  const refused = (row: string, filter: object, code: number, options: object = {}) =>
    test(row, SHELF, async (collection) => {
      await collection.createIndex({ title: 'text' })
      await expect(collection.find(filter, options).toArray()).rejects.toMatchObject({ code })
    })
  test('beside an alternative that has an index', SHELF, async (collection) => {
    await collection.createIndex({ title: 'text', body: 'text' })
    const either = { $or: [{ title: 'Running shoes' }, { $text: { $search: 'cake' } }] }
    await expect(collection.find(either).toArray()).rejects.toMatchObject({ code: 291 })
    await collection.createIndex({ title: 1 })
    const found = await collection.find(either, { sort: { _id: 1 } }).toArray()
    expect(found.map(({ _id }) => Number(_id))).toEqual([2, 3])
    const scored = await collection
      .aggregate([{ $match: either }, { $sort: { _id: 1 } }, { $project: { s: { $meta: 'textScore' } } }])
      .toArray()
    expect(scored.map(({ s }) => s > 0)).toEqual([true, false])
    const { queryPlanner } = await collection.find(either).explain('queryPlanner')
    expect(queryPlanner.winningPlan.inputStage.inputStages).toHaveLength(2)
  })
  refused(
    'beside an alternative without an index',
    { $or: [{ $text: { $search: 'tea' } }, { title: 'Coffee' }] },
    291,
  )
  refused('in $nor', { $nor: [{ $text: { $search: 'tea' } }] }, 2)
  refused('twice', { $and: [{ $text: { $search: 'tea' } }, { $text: { $search: 'cake' } }] }, 2)
  refused('with a hint', { $text: { $search: 'tea' } }, 2, { hint: { _id: 1 } })
  refused('the score without a search', {}, 40218, { sort: { s: { $meta: 'textScore' } } })
  test('a compound index needs its first fields', SHELF, async (collection) => {
    await collection.createIndex({ kind: 1, title: 'text' })
    await expect(collection.find({ $text: { $search: 'tea' } }).toArray()).rejects.toMatchObject({
      code: 291,
    })
    expect(await collection.find({ $text: { $search: 'tea' }, kind: null }).toArray()).toHaveLength(1)
  })
  test('a second text index', SHELF, async (collection) => {
    await collection.createIndex({ title: 'text' })
    await expect(collection.createIndex({ body: 'text' })).rejects.toMatchObject({ code: 85 })
  })
})
