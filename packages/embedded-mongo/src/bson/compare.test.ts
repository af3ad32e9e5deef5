import { Binary, Decimal128, Double, Int32, Long, MaxKey, MinKey, ObjectId, Timestamp } from 'bson'
import { describe, expect, it } from 'vitest'
import { encodeKey } from '../index/key-string.ts'
import { compare, equals, hashKey } from './compare.ts'
import { toValue } from './convert.ts'
import { decode } from './decode.ts'
import { BsonUndefined, type Doc, type Value } from './document.ts'
import { encode } from './encode.ts'

/** Values in MongoDB's order, each below the next. */
const RISING: readonly Value[] = [
  new MinKey(),
  new BsonUndefined(),
  null,
  new Double(Number.NaN),
  new Double(Number.NEGATIVE_INFINITY),
  Long.MIN_VALUE,
  new Int32(-1),
  new Double(-0.5),
  new Int32(0),
  Decimal128.fromString('0.1'),
  new Double(0.5),
  new Int32(1),
  Long.fromString('9007199254740992'),
  Long.fromString('9007199254740993'),
  new Double(9007199254740994),
  Decimal128.fromString('9223372036854775806.5'),
  Long.MAX_VALUE,
  new Double(1e300),
  new Double(Number.POSITIVE_INFINITY),
  '',
  'a',
  'a\u0000b',
  'aa',
  'b',
  'é',
  '\u{1F600}',
  toValue({}),
  toValue({ a: 1 }),
  toValue({ a: 1, b: 1 }),
  toValue({ a: 2 }),
  toValue({ b: 1 }),
  [],
  [new Int32(1)],
  [new Int32(1), new Int32(2)],
  [new Int32(2)],
  new Binary(new Uint8Array([9])),
  new Binary(new Uint8Array([1, 1])),
  new ObjectId('000000000000000000000001'),
  new ObjectId('000000000000000000000002'),
  false,
  true,
  new Date(-1),
  new Date(0),
  new Date(1),
  new Timestamp({ t: 1, i: 2 }),
  new Timestamp({ t: 2, i: 1 }),
  new MaxKey(),
]

describe('the order of values', () => {
  it('is total, and index keys have the same one', () => {
    for (const [i, a] of RISING.entries()) {
      for (const [j, b] of RISING.entries()) {
        const expected = Math.sign(i - j)
        expect([i, j, Math.sign(compare(a, b))]).toEqual([i, j, expected])
        const up = [encodeKey(a, 1), encodeKey(b, 1)] as const
        const down = [encodeKey(a, -1), encodeKey(b, -1)] as const
        expect([i, j, up[0] < up[1] ? -1 : up[0] > up[1] ? 1 : 0]).toEqual([i, j, expected])
        expect([i, j, down[0] < down[1] ? 1 : down[0] > down[1] ? -1 : 0]).toEqual([i, j, expected])
        expect(hashKey(a) === hashKey(b)).toBe(i === j)
      }
    }
  })

  it('takes equal numbers of different types as equal', () => {
    const ones: Value[] = [new Int32(1), Long.ONE, new Double(1), Decimal128.fromString('1.00')]
    for (const a of ones) {
      for (const b of ones) {
        expect(equals(a, b)).toBe(true)
        expect(hashKey(a)).toBe(hashKey(b))
        expect(encodeKey(a, 1)).toBe(encodeKey(b, 1))
      }
    }
    expect(hashKey(new Double(0.1))).not.toBe(hashKey(Decimal128.fromString('0.1')))
  })
})

describe('BSON', () => {
  it('comes back as it was written, names and order included', () => {
    const doc: Doc = new Map(
      [...RISING.entries()].map(([index, value]) => [`${RISING.length - index}`, value]),
    )
    doc.set('__proto__', new Int32(1))
    const back = decode(encode(doc))
    expect([...back.keys()]).toEqual([...doc.keys()])
    expect(encode(back).equals(encode(doc))).toBe(true)
  })

  it.each([
    ['too short', '0400000000'],
    ['a length beyond its end', 'ff00000000'],
    ['no end of a name', '0a000000106161616100'],
    ['an unknown type', '080000004461000000'],
    ['a string that runs out', '0e00000002610064000000620000'],
  ])('refuses %s', (_what, hex) => {
    expect(() => decode(Buffer.from(hex, 'hex'))).toThrow(expect.objectContaining({ code: 22 }))
  })
})
