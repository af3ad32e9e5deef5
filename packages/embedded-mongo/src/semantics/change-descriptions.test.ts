import type { Document } from 'mongodb'
import { expect } from 'vitest'
import { theme } from './case-table.ts'

theme('what change streams tell of updates', ({ test }) => {
  const told = (
    row: string,
    before: Document,
    update: Document | Document[],
    expected: Document,
    showExpandedEvents = true,
  ) =>
    test(row, [before], async (collection) => {
      const stream = collection.watch([], { showExpandedEvents, maxAwaitTimeMS: 10 })
      try {
        expect(await stream.tryNext()).toBeNull()
        await collection.updateOne({}, update)
        expect(await stream.next()).toMatchObject({ operationType: 'update', updateDescription: expected })
      } finally {
        await stream.close()
      }
    })
  const nothing = { removedFields: [], truncatedArrays: [] }
  told(
    'fields that were set',
    { a: 1 },
    { $set: { a: 2, 'b.c': 1 } },
    { updatedFields: { a: 2, b: { c: 1 } }, ...nothing },
  )
  told(
    'fields that are gone',
    { a: 1, b: 1 },
    { $unset: { a: 1 } },
    { updatedFields: {}, removedFields: ['a'], truncatedArrays: [] },
  )
  told(
    'an element',
    { a: [1, 2] },
    { $set: { 'a.1': 5 } },
    { updatedFields: { 'a.1': 5 }, disambiguatedPaths: {}, ...nothing },
  )
  told('an appended element', { a: [1] }, { $push: { a: 2 } }, { updatedFields: { 'a.1': 2 }, ...nothing })
  told('an array that a pipeline cut', { a: [1, 2, 3] }, [{ $set: { a: [1] } }], {
    updatedFields: {},
    removedFields: [],
    truncatedArrays: [{ field: 'a', newSize: 1 }],
  })
  told(
    'a field whose name is a number',
    { a: { 1: 0 } },
    { $set: { 'a.1': 1 } },
    { updatedFields: { 'a.1': 1 }, disambiguatedPaths: { 'a.1': ['a', '1'] } },
  )
  told(
    'such a field within an array',
    { a: [{ 1: 0 }] },
    { $set: { 'a.0.1': 1 } },
    { disambiguatedPaths: { 'a.0.1': ['a', 0, '1'] } },
  )
  told(
    'a field whose name has a dot in it',
    { a: { x: 1 } },
    [{ $replaceWith: { $setField: { field: 'a.x', input: '$$ROOT', value: 2 } } }],
    { updatedFields: { 'a.x': 2 }, disambiguatedPaths: { 'a.x': ['a.x'] } },
  )
  test('without expanded events nothing is said of paths', [{ a: { 1: 0 } }], async (collection) => {
    const stream = collection.watch([], { maxAwaitTimeMS: 10 })
    expect(await stream.tryNext()).toBeNull()
    await collection.updateOne({}, { $set: { 'a.1': 1 } })
    expect(await stream.next()).toMatchObject({ updateDescription: { updatedFields: { 'a.1': 1 } } })
    await stream.close()
  })
  test('a change of nothing to a collection is told', [], async (collection, client) => {
    const db = client.db('semantics')
    await db.createCollection(collection.collectionName)
    const stream = collection.watch([], { showExpandedEvents: true, maxAwaitTimeMS: 10 })
    expect(await stream.tryNext()).toBeNull()
    await db.command({ collMod: collection.collectionName })
    expect(await stream.next()).toMatchObject({ operationType: 'modify' })
    await stream.close()
  })
})
