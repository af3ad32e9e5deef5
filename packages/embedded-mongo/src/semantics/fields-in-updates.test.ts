import { Int32 } from 'mongodb'
import { expect } from 'vitest'
import { refused, theme } from './case-table.ts'

const BAD = refused(2, 'BadValue')
const UNPARSED = refused(9, 'FailedToParse')
const MISMATCH = refused(14, 'TypeMismatch')
const NOT_VIABLE = refused(28, 'PathNotViable')
const CONFLICT = refused(40, 'ConflictingUpdateOperators')
const EMPTY_NAME = refused(56, 'EmptyFieldName')
const IMMUTABLE = refused(66, 'ImmutableField')
async function expectCount(counting: Promise<number>, wanted: number): Promise<void> {
  const found = await counting
  expect(found).toBe(wanted)
}

theme('fields in updates', ({ update, test }) => {
  update('$set makes the path', {}, { $set: { 'a.b.c': 1 } }, { a: { b: { c: 1 } } })
  update(
    '$set appends new fields in the order of their names',
    { z: 0 },
    { $set: { c: 1, a: 2 } },
    { z: 0, a: 2, c: 1 },
  )
  update('$set keeps the place of a field', { a: 1, b: 2 }, { $set: { a: 9 } }, { a: 9, b: 2 })
  update(
    '$set with a number makes a document where there is no array',
    {},
    { $set: { 'a.0': 1 } },
    { a: { 0: 1 } },
  )
  update(
    '$set beyond the end of an array fills with null',
    { a: [1] },
    { $set: { 'a.3': 4 } },
    { a: [1, null, null, 4] },
  )
  update('$set through a scalar', { a: 1 }, { $set: { 'a.b': 1 } }, NOT_VIABLE)
  update('$set through null', { a: null }, { $set: { 'a.b': 1 } }, NOT_VIABLE)
  update('$set of a name in an array', { a: [1] }, { $set: { 'a.b': 1 } }, NOT_VIABLE)
  update('$set of nothing changes nothing', { a: 1 }, { $set: {} }, { a: 1 })
  update('$set of a path that ends in a dot', { a: 1 }, { $set: { 'a.': 1 } }, EMPTY_NAME)
  update('$set of a path with an empty part', { a: 1 }, { $set: { 'a..b': 1 } }, EMPTY_NAME)
  update('$set of an empty path', { a: 1 }, { $set: { '': 1 } }, EMPTY_NAME)
  update('$set of a path and one within it', { a: {} }, { $set: { a: 1, 'a.b': 1 } }, CONFLICT)
  update('two operators on one path', { a: 1 }, { $set: { a: 1 }, $inc: { a: 1 } }, CONFLICT)
  update('an operator that is no document', { a: 1 }, { $set: 5 }, UNPARSED)
  update('an unknown operator', { a: 1 }, { $foo: { a: 1 } }, UNPARSED)
  update('a dollar in front of a path', { a: 1 }, { $set: { $x: 1 } }, refused(52, 'DollarPrefixedFieldName'))
  update('a dollar within a path', { a: {} }, { $set: { 'a.$x': 1 } }, { a: { $x: 1 } })
  update('$set of _id to itself', { _id: 1, a: 1 }, { $set: { _id: 1, a: 2 } }, { a: 2 })
  update('$set of _id', { _id: 1, a: 1 }, { $set: { _id: 2 } }, IMMUTABLE)
  update('$unset of _id', { _id: 1, a: 1 }, { $unset: { _id: 1 } }, IMMUTABLE)
  update('$inc of _id', { _id: 1, a: 1 }, { $inc: { _id: 1 } }, IMMUTABLE)
  update('$unset', { a: 1, b: { c: 1, d: 2 } }, { $unset: { a: '', 'b.c': 1 } }, { b: { d: 2 } })
  update('$unset of an element leaves null', { a: [1, 2, 3] }, { $unset: { 'a.1': '' } }, { a: [1, null, 3] })
  update('$unset of what is not there', { a: 1 }, { $unset: { 'x.y': '' } }, { a: 1 })
  update('$unset through a scalar is nothing to do', { a: 1 }, { $unset: { 'a.b': '' } }, { a: 1 })
  update('$rename', { a: 1, b: 2 }, { $rename: { a: 'c' } }, { b: 2, c: 1 })
  update('$rename onto a field that is there', { a: 1, b: 2 }, { $rename: { a: 'b' } }, { b: 1 })
  update('$rename into a document', { a: 1 }, { $rename: { a: 'x.y' } }, { x: { y: 1 } })
  update('$rename of nothing', { b: 1 }, { $rename: { a: 'b' } }, { b: 1 })
  update('$rename onto itself', { a: 1 }, { $rename: { a: 'a' } }, BAD)
  update('$rename into itself', { a: 1 }, { $rename: { a: 'a.b' } }, BAD)
  update('$rename to no string', { a: 1 }, { $rename: { a: 5 } }, BAD)
  update('$rename through an array', { a: [{ b: 1 }] }, { $rename: { 'a.0.b': 'c' } }, BAD)
  update('$rename of a path that is set as well', { a: 1 }, { $rename: { a: 'b' }, $set: { b: 1 } }, CONFLICT)
  update(
    '$setOnInsert does nothing to what is there',
    { a: 1 },
    { $setOnInsert: { b: 1 } },
    { a: 1 },
    { upsert: true },
  )
  update('$currentDate of a bad type', { a: 1 }, { $currentDate: { b: { $type: 'time' } } }, BAD)
  update('$currentDate of a value', { a: 1 }, { $currentDate: { b: 5 } }, BAD)
  update(
    'nothing is changed where one of two operators fails',
    { a: 1, b: 'x' },
    { $set: { a: 2 }, $inc: { b: 1 } },
    MISMATCH,
  )
  test('$currentDate sets a date and a timestamp', [{}], async (collection) => {
    await collection.updateOne({}, { $currentDate: { d: { $type: 'date' }, t: { $type: 'timestamp' } } })
    await expectCount(collection.countDocuments({ d: { $type: 'date' }, t: { $type: 'timestamp' } }), 1)
  })
  test('an update to the same value matches and modifies nothing', [{ a: 1 }], async (collection) => {
    const { matchedCount, modifiedCount } = await collection.updateOne({}, { $set: { a: new Int32(1) } })
    expect([matchedCount, modifiedCount]).toEqual([1, 0])
  })
  test('a replacement keeps the _id', [{ a: 1, b: 1 }], async (collection) => {
    await collection.replaceOne({}, { c: 1 })
    await expectCount(collection.countDocuments({ _id: 1 as never, c: 1, a: { $exists: false } }), 1)
  })
})
