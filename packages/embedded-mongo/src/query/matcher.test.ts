import { BSONRegExp, Decimal128, Double, Int32, Long, MaxKey, MinKey, ObjectId } from 'bson'
import { describe, expect, it } from 'vitest'
import { toDoc } from '../bson/convert.ts'
import { MongoServerFault } from '../errors.ts'
import { compileFilter } from './matcher.ts'

const matches = (filter: object, doc: object) => compileFilter(toDoc(filter)).matches(toDoc(doc))

const YES: ReadonlyArray<[what: string, filter: object, doc: object]> = [
  ['equality across numeric types', { a: 1 }, { a: new Double(1) }],
  [
    'a long beyond 2^53, exactly',
    { a: Long.fromString('9007199254740993') },
    { a: Long.fromString('9007199254740993') },
  ],
  ['a decimal and an int', { a: Decimal128.fromString('5.0') }, { a: new Int32(5) }],
  ['null and a missing field', { a: null }, {}],
  ['null within an array of documents', { 'a.b': null }, { a: [{ b: 1 }, {}] }],
  ['null below a scalar', { 'a.b': null }, { a: 4 }],
  ['$gte null takes null and missing', { a: { $gte: null } }, {}],
  ['an element of an array', { a: 2 }, { a: [1, 2] }],
  ['a whole array', { a: [1, 2] }, { a: [1, 2] }],
  ['an array within an array', { a: [1, 2] }, { a: [[1, 2], 3] }],
  ['an index of an array', { 'a.1': 2 }, { a: [1, 2] }],
  ['a field of documents in an array', { 'a.b': 2 }, { a: [{ b: 1 }, { b: 2 }] }],
  ['two bounds met by two elements', { a: { $gt: 5, $lt: 3 } }, { a: [1, 9] }],
  ['$in with a regular expression', { a: { $in: [new BSONRegExp('^x'), 'y'] } }, { a: 'xa' }],
  ['$in with null', { a: { $in: [null, 3] } }, { b: 1 }],
  ['$nin of a missing field', { a: { $nin: [1] } }, {}],
  ['$ne with an array that lacks it', { a: { $ne: 3 } }, { a: [1, 2] }],
  ['$not of a missing field', { a: { $not: { $gt: 3 } } }, {}],
  ['$exists false', { a: { $exists: false } }, { b: 1 }],
  ['$type of an element', { a: { $type: 'string' } }, { a: [1, 'x'] }],
  ['$type number', { a: { $type: 'number' } }, { a: Long.fromNumber(1) }],
  ['$type array', { a: { $type: 'array' } }, { a: [] }],
  ['$all met by different elements', { 'a.b': { $all: [1, 2] } }, { a: [{ b: 1 }, { b: 2 }] }],
  ['$all with $elemMatch', { a: { $all: [{ $elemMatch: { b: 1 } }] } }, { a: [{ b: 1 }] }],
  ['$elemMatch by one element', { a: { $elemMatch: { b: 1, c: 2 } } }, { a: [{ b: 1, c: 2 }] }],
  ['$elemMatch on values', { a: { $elemMatch: { $gt: 1, $lt: 3 } } }, { a: [0, 2] }],
  ['$size', { a: { $size: 2 } }, { a: [1, 2] }],
  ['$mod of a double', { a: { $mod: [4, 1] } }, { a: 5.7 }],
  ['$regex with options', { a: { $regex: 'ABC', $options: 'i' } }, { a: 'xabcx' }],
  ['$bitsAllSet', { a: { $bitsAllSet: [0, 2] } }, { a: 5 }],
  ['$bitsAnyClear of a negative', { a: { $bitsAnyClear: 1 } }, { a: -2 }],
  ['$or', { $or: [{ a: 1 }, { b: 2 }] }, { b: 2 }],
  ['$nor', { $nor: [{ a: 1 }, { b: 2 }] }, { c: 1 }],
  ['$comment beside others', { a: 1, $comment: 'why' }, { a: 1 }],
  ['less than MaxKey, whatever it is', { a: { $lt: new MaxKey() } }, { a: 'x' }],
  ['greater than MinKey, missing', { a: { $gt: new MinKey() } }, {}],
  ['embedded documents in their order', { a: { x: 1, y: 2 } }, { a: { x: 1, y: 2 } }],
  ['dates', { a: { $lt: new Date(10) } }, { a: new Date(5) }],
]

const NO: ReadonlyArray<[what: string, filter: object, doc: object]> = [
  [
    'a long beside its neighbour',
    { a: Long.fromString('9007199254740993') },
    { a: new Double(9007199254740992) },
  ],
  ['a string against a number', { a: { $gt: 5 } }, { a: 'x' }],
  ['NaN below a number', { a: { $lt: 5 } }, { a: Number.NaN }],
  ['null below scalars of an array', { 'a.b': null }, { a: [1, 2] }],
  ['null below an empty array', { 'a.b': null }, { a: [] }],
  ['$gt null', { a: { $gt: null } }, { a: null }],
  ['embedded documents in another order', { a: { x: 1, y: 2 } }, { a: { y: 2, x: 1 } }],
  ['$ne with an array that has it', { a: { $ne: 2 } }, { a: [1, 2] }],
  ['$elemMatch by two elements', { a: { $elemMatch: { b: 1, c: 2 } } }, { a: [{ b: 1 }, { c: 2 }] }],
  ['$size of something else', { a: { $size: 1 } }, { a: 'x' }],
  ['$all of nothing', { a: { $all: [] } }, { a: [] }],
  ['an array within an array of documents', { 'a.b': 1 }, { a: [[{ b: 1 }]] }],
  ['true against 1', { a: true }, { a: 1 }],
  ['$not with both bounds held', { a: { $not: { $gt: 1, $lt: 5 } } }, { a: 3 }],
  ['$exists true of a missing field', { 'a.b': { $exists: true } }, { a: {} }],
]

describe('filters', () => {
  it.each(YES)('match: %s', (_what, filter, doc) => {
    expect(matches(filter, doc)).toBe(true)
  })

  it.each(NO)('do not match: %s', (_what, filter, doc) => {
    expect(matches(filter, doc)).toBe(false)
  })

  it.each([
    ['an unknown operator', { a: { $foo: 1 } }, 2],
    ['an unknown operator at the top', { $foo: 1 }, 2],
    ['$in without an array', { a: { $in: 1 } }, 2],
    ['$or of nothing', { $or: [] }, 2],
    ['$and of something else', { $and: 1 }, 2],
    ['$size of a fraction', { a: { $size: 1.5 } }, 2],
    ['an unknown type', { a: { $type: 'nothing' } }, 2],
    ['a broken pattern', { a: { $regex: '(' } }, 51091],
    ['$where', { $where: 'true' }, 115],
    ['$near', { a: { $near: [0, 0] } }, 115],
    ['$mod by zero', { a: { $mod: [0, 1] } }, 2],
  ])('refuse %s', (_what, filter, code) => {
    try {
      compileFilter(toDoc(filter))
    } catch (error) {
      expect(error).toBeInstanceOf(MongoServerFault)
      expect(error).toMatchObject({ code })
      return
    }
    expect.unreachable()
  })

  it('tell the array element that matched, also within $and', () => {
    const doc = toDoc({ _id: new ObjectId(), a: [{ b: 1 }, { b: 7 }, { b: 9 }] })
    expect(compileFilter(toDoc({ $and: [{ 'a.b': 7 }] })).match(doc)?.arrayIndex).toBe(1)
    expect(compileFilter(toDoc({ a: { $elemMatch: { b: { $gt: 8 } } } })).match(doc)?.arrayIndex).toBe(2)
  })

  it('treat field names of objects as ordinary', () => {
    expect(
      compileFilter(new Map([['__proto__', new Int32(1)]])).matches(new Map([['__proto__', new Int32(1)]])),
    ).toBe(true)
    expect(matches({ constructor: null }, {})).toBe(true)
  })
})
