import { Decimal128, Double, Int32, Long, Timestamp } from 'bson'
import { describe, expect, it } from 'vitest'
import { fromDoc, toDoc, toValue } from '../bson/convert.ts'
import { encode } from '../bson/encode.ts'
import { compileFilter } from './matcher.ts'
import { compileUpdate } from './update.ts'

const NOW = new Date(1000)
const compile = (update: object, more: { arrayFilters?: object[] } = {}) =>
  compileUpdate(toDoc(update), {
    now: NOW,
    nextTimestamp: () => new Timestamp({ t: 1, i: 1 }),
    ...(more.arrayFilters === undefined ? {} : { arrayFilters: more.arrayFilters.map(toValue) }),
  })

const CASES: ReadonlyArray<[what: string, before: object, update: object, after: object]> = [
  ['$set of a new path', { a: 1 }, { $set: { 'b.c': 2 } }, { a: 1, b: { c: 2 } }],
  ['$set within an array', { a: [1, 2] }, { $set: { 'a.1': 5 } }, { a: [1, 5] }],
  ['$set beyond an array fills with null', { a: [1] }, { $set: { 'a.3': 5 } }, { a: [1, null, null, 5] }],
  ['$unset of an element leaves null', { a: [1, 2] }, { $unset: { 'a.0': 1 } }, { a: [null, 2] }],
  ['$inc of a missing field', {}, { $inc: { a: 2 } }, { a: 2 }],
  ['$mul of a missing field is zero', {}, { $mul: { a: 3 } }, { a: 0 }],
  ['$min', { a: 5 }, { $min: { a: 3 } }, { a: 3 }],
  ['$max across types', { a: 5 }, { $max: { a: 'x' } }, { a: 'x' }],
  ['$rename', { a: 1, b: 2 }, { $rename: { a: 'c' } }, { b: 2, c: 1 }],
  ['$push', { a: [1] }, { $push: { a: 2 } }, { a: [1, 2] }],
  [
    '$push with $each, $sort and $slice',
    { a: [3] },
    { $push: { a: { $each: [1, 2], $sort: 1, $slice: -2 } } },
    { a: [2, 3] },
  ],
  ['$push with $position', { a: [1, 2] }, { $push: { a: { $each: [9], $position: -1 } } }, { a: [1, 9, 2] }],
  [
    '$push sorted by a field',
    { a: [{ n: 2 }] },
    { $push: { a: { $each: [{ n: 1 }], $sort: { n: 1 } } } },
    { a: [{ n: 1 }, { n: 2 }] },
  ],
  ['$addToSet of what is there', { a: [1, 2] }, { $addToSet: { a: { $each: [2, 3] } } }, { a: [1, 2, 3] }],
  [
    '$addToSet keeps documents in another order apart',
    { a: [{ x: 1, y: 2 }] },
    { $addToSet: { a: { y: 2, x: 1 } } },
    {
      a: [
        { x: 1, y: 2 },
        { y: 2, x: 1 },
      ],
    },
  ],
  ['$pop', { a: [1, 2] }, { $pop: { a: -1 } }, { a: [2] }],
  ['$pull by a condition', { a: [1, 5, 9] }, { $pull: { a: { $gt: 4 } } }, { a: [1] }],
  ['$pull of documents', { a: [{ b: 1 }, { b: 2 }] }, { $pull: { a: { b: 1 } } }, { a: [{ b: 2 }] }],
  ['$pullAll', { a: [1, 2, 1] }, { $pullAll: { a: [1] } }, { a: [2] }],
  ['$bit', { a: 13 }, { $bit: { a: { and: 10 } } }, { a: 8 }],
  ['$currentDate', {}, { $currentDate: { a: true } }, { a: NOW }],
  ['new fields come in the order of their paths', {}, { $set: { b: 1, a: 2 } }, { a: 2, b: 1 }],
  ['a replacement keeps the _id', { _id: 1, a: 1 }, { b: 2 }, { _id: 1, b: 2 }],
]

describe('updates', () => {
  it.each(CASES)('%s', (_what, before, update, after) => {
    const doc = toDoc(before)
    const bytes = encode(doc)
    const result = compile(update).apply(doc)
    expect(encode(result.doc).equals(encode(toDoc(after)))).toBe(true)
    expect(encode(doc).equals(bytes)).toBe(true)
  })

  it('widens an int that overflows, and refuses a long that does', () => {
    expect(
      compile({ $inc: { a: 1 } })
        .apply(toDoc({ a: 2 ** 31 - 1 }))
        .doc.get('a'),
    ).toEqual(Long.fromNumber(2 ** 31))
    expect(() => compile({ $inc: { a: 1 } }).apply(toDoc({ a: Long.MAX_VALUE }))).toThrow(
      'Failed to apply $inc',
    )
  })

  it('keeps the types of numbers', () => {
    expect(
      compile({ $inc: { a: new Double(1) } })
        .apply(toDoc({ a: 1 }))
        .doc.get('a'),
    ).toEqual(new Double(2))
    expect(
      compile({ $inc: { a: Decimal128.fromString('0.1') } })
        .apply(toDoc({ a: 1 }))
        .doc.get('a')
        ?.toString(),
    ).toBe('1.1')
    expect(
      compile({ $mul: { a: new Int32(2) } })
        .apply(toDoc({ a: Long.fromNumber(4) }))
        .doc.get('a'),
    ).toEqual(Long.fromNumber(8))
  })

  it.each([
    ['$inc of a text', { a: 'x' }, { $inc: { a: 1 } }, 14],
    ['$inc by a text', { a: 1 }, { $inc: { a: 'x' } }, 14],
    ['$push on a number', { a: 1 }, { $push: { a: 1 } }, 2],
    ['$pop on a number', { a: 1 }, { $pop: { a: 1 } }, 14],
    ['a path through a number', { a: 1 }, { $set: { 'a.b': 1 } }, 28],
    ['two operators on one path', {}, { $set: { a: 1 }, $inc: { a: 1 } }, 40],
    ['a path within another', {}, { $set: { a: {}, 'a.b': 1 } }, 40],
    ['another _id', { _id: 1 }, { $set: { _id: 2 } }, 66],
    ['an unknown operator', {}, { $foo: { a: 1 } }, 9],
    ['an empty path', {}, { $set: { '': 1 } }, 56],
    ['a replacement with operators in it', {}, { a: 1, $set: { b: 1 } }, 52],
  ])('refuses %s and leaves the document as it was', (_what, before, update, code) => {
    const doc = toDoc(before)
    const bytes = encode(doc)
    expect(() => compile(update).apply(doc)).toThrow(expect.objectContaining({ code }))
    expect(encode(doc).equals(bytes)).toBe(true)
  })

  it('reaches elements by $, $[] and $[name]', () => {
    const doc = toDoc({ a: [{ b: 1 }, { b: 5 }, { b: 9 }] })
    const index = compileFilter(toDoc({ 'a.b': 5 })).match(doc)?.arrayIndex
    expect(fromDoc(compile({ $set: { 'a.$.b': 0 } }).apply(doc, index).doc)).toEqual({
      a: [{ b: 1 }, { b: 0 }, { b: 9 }],
    })
    expect(fromDoc(compile({ $inc: { 'a.$[].b': 1 } }).apply(doc).doc)).toEqual({
      a: [{ b: 2 }, { b: 6 }, { b: 10 }],
    })
    const filtered = compile(
      { $set: { 'a.$[x].b': 0 } },
      { arrayFilters: [{ $or: [{ 'x.b': 1 }, { 'x.b': 9 }] }] },
    )
    expect(fromDoc(filtered.apply(doc).doc)).toEqual({ a: [{ b: 0 }, { b: 5 }, { b: 0 }] })
    expect(() => compile({ $set: { a: 1 } }, { arrayFilters: [{ x: 1 }] })).toThrow('was not used')
  })

  it('tells what changed by dotted paths', () => {
    const { description } = compile({ $set: { 'a.b': 2, d: 1 }, $unset: { c: 1 } }).apply(
      toDoc({ a: { b: 1, x: 0 }, c: 1 }),
    )
    expect(fromDoc(description?.updatedFields ?? new Map())).toEqual({ 'a.b': 2, d: 1 })
    expect(description?.removedFields).toEqual(['c'])
    const told = (before: object, update: object) =>
      fromDoc(compile(update).apply(toDoc(before)).description?.updatedFields ?? new Map())
    expect(told({ a: [1, 2] }, { $pop: { a: 1 } })).toEqual({ a: [1] })
    expect(told({ a: [1] }, { $push: { a: 2 } })).toEqual({ 'a.1': 2 })
    expect(told({ a: [{ b: 1 }, { b: 2 }] }, { $set: { a: [{ b: 1 }, { b: 3 }] } })).toEqual({
      a: [{ b: 1 }, { b: 3 }],
    })
    expect(told({}, { $set: { 'a.b': 1 } })).toEqual({ a: { b: 1 } })
    expect(told({ a: 1 }, { $set: { a: 1 } })).toEqual({})
  })

  it('changes nothing when the value is there already', () => {
    expect(compile({ $set: { a: 1 } }).apply(toDoc({ a: 1 })).changed).toBe(false)
    expect(compile({ $set: { a: new Double(1) } }).apply(toDoc({ a: 1 })).changed).toBe(true)
  })

  it('begins an upsert with what the filter pins', () => {
    const update = compile({ $inc: { n: 1 }, $setOnInsert: { s: 'new' } })
    const doc = update.forUpsert(toDoc({ a: 1, 'b.c': { $eq: 2 }, d: { $gt: 3 }, $and: [{ e: 5 }] }))
    expect(fromDoc(doc)).toEqual({ a: 1, b: { c: 2 }, e: 5, n: 1, s: 'new' })
  })
})
