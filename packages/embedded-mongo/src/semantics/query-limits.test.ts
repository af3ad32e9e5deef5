import { Binary, BSONRegExp, Decimal128, Double, Long, MaxKey, MinKey } from 'mongodb'
import { refused, theme } from './case-table.ts'

const BAD = refused(2, 'BadValue')
const UNPARSED = refused(9, 'FailedToParse')
const decimal = (text: string) => Decimal128.fromString(text)
const oldBinary = (...bytes: number[]) => new Binary(Buffer.from(bytes), Binary.SUBTYPE_BYTE_ARRAY)

theme('limits of query operators', ({ find }) => {
  find('$size of a string', [], { v: { $size: 'x' } }, BAD)
  find('$size of a condition', [], { v: { $size: { $gt: 1 } } }, BAD)
  find('$size of no number', [], { v: { $size: Number.NaN } }, BAD)
  find('$mod of what no number holds', [{ v: decimal('9E+6000') }], { v: { $mod: [3, 0] } }, [])
  find('$mod by infinity', [], { v: { $mod: [Number.POSITIVE_INFINITY, 0] } }, BAD)
  find('$mod to no number', [], { v: { $mod: [4, Number.NaN] } }, BAD)
  find('$mod by more than 64 bits', [], { v: { $mod: [new Double(1e19), 0] } }, BAD)
  find('a bit mask beyond 64 bits', [], { v: { $bitsAllSet: new Double(9.3e18) } }, UNPARSED)
  find('a bit position beyond 32 bits', [], { v: { $bitsAnySet: [decimal('2147483648')] } }, BAD)
  find(
    'bits of old binary data follow its length',
    [{ v: oldBinary(6) }, { v: oldBinary(3) }],
    { v: { $bitsAllSet: [0, 33] } },
    [1, 2],
  )
  const all = [{ v: 1 }, { v: 'x' }, { v: new MaxKey() }, { v: new MinKey() }]
  find('$lt MaxKey is everything else', all, { v: { $lt: new MaxKey() } }, [1, 2, 4])
  find('$lte MaxKey is everything', all, { v: { $lte: new MaxKey() } }, [1, 2, 3, 4])
  find('$gt MaxKey is nothing', all, { v: { $gt: new MaxKey() } }, [])
  find('$gte MaxKey is itself', all, { v: { $gte: new MaxKey() } }, [3])
  find('$gt MinKey is everything else', all, { v: { $gt: new MinKey() } }, [1, 2, 3])
  find('$lt MinKey is nothing', all, { v: { $lt: new MinKey() } }, [])
  find('$expr within $elemMatch', [], { v: { $elemMatch: { $expr: { $eq: [1, 1] } } } }, BAD)
  find('$where within $elemMatch', [], { v: { $elemMatch: { $where: 'true' } } }, BAD)
  find(
    'options before a pattern with its own',
    [],
    { v: { $options: 'm', $regex: new BSONRegExp('a', 'i') } },
    refused(51074),
  )
  find('no options beside a pattern with its own', [{ v: 'A' }], { v: { $regex: /a/i, $options: '' } }, [1])
  find(
    '$expr is asked last',
    [
      { a: 1, b: 0 },
      { a: 2, b: 1 },
    ],
    { $expr: { $gt: [{ $divide: ['$a', '$b'] }, 0] }, a: 2 },
    [2],
  )
  find('by the order of the collection', [{ a: 2 }, { a: 1 }], {}, [2, 1], { sort: { $natural: -1 } })
  find('a sort by a path that ends in a dot', [], {}, refused(40353), { sort: { 'a.': 1 } })
  find('a sort by an empty name', [], {}, refused(15998), { sort: { 'a..b': 1 } })
  find('a sort by other metadata', [], {}, refused(31138), { sort: { a: { $meta: 'recordId' } } })
  find('a hint of a natural order that is none', [{ a: 1 }], {}, BAD, { hint: { $natural: 2 } })
  find('a natural hint with a field', [{ a: 1 }], {}, BAD, { hint: { $natural: 1, a: 1 } })
  find('a variable of a field', [], {}, refused(4890500), { let: { x: '$a' } })
  find('a variable of the time', [], {}, refused(51144), { let: { x: '$$NOW' } })
})

theme('limits of $jsonSchema', ({ find }) => {
  const schema = (
    row: string,
    $jsonSchema: object,
    expected: Parameters<typeof find>[3],
    docs: object[] = [],
  ) => find(row, docs, { $jsonSchema }, expected)
  const MISMATCH = refused(14, 'TypeMismatch')
  schema('a type of no name', { properties: { a: { bsonType: 'nothing' } } }, BAD)
  schema('additionalProperties of a string', { additionalProperties: 'x' }, MISMATCH)
  schema('patternProperties of a list', { patternProperties: [] }, MISMATCH)
  schema('patternProperties that is broken', { patternProperties: { '[a': {} } }, BAD)
  schema('a title that is no text', { title: 5 }, MISMATCH)
  schema('multipleOf a string', { properties: { a: { multipleOf: 'x' } } }, MISMATCH)
  schema('multipleOf below zero', { properties: { a: { multipleOf: -3 } } }, UNPARSED)
  schema('a length of 64 bits', { maxLength: Long.MAX_VALUE }, [1], [{ a: 'x' }])
  schema('multipleOf a fraction', { properties: { a: { multipleOf: 0.1 } } }, [1], [{ a: 0.3 }, { a: 0.25 }])
  schema(
    'no number is below a maximum',
    { properties: { a: { maximum: 9 } } },
    [2],
    [{ a: Number.NaN }, { a: 1 }],
  )
})

theme('regular expressions of PCRE', ({ find }) => {
  const matching = (
    row: string,
    pattern: string,
    texts: string[],
    expected: Parameters<typeof find>[3],
    $options = '',
  ) =>
    find(
      row,
      texts.map((v) => ({ v })),
      { v: { $regex: pattern, $options } },
      expected,
    )
  matching('the end is before a last newline too', 'b$', ['ab', 'ab\n', 'ab\nc'], [1, 2])
  matching('the dot takes a carriage return', '^a.b$', ['a\rb', 'a\nb'], [1])
  matching('\\A is the beginning of the text over lines too', '\\Ab', ['b', 'a\nb'], [1], 'm')
  matching('options switched on and off within', '(?i)a(?-i)b', ['Ab', 'AB'], [1])
  matching('options switched within an alternative hold for the next', 'x(?i)a|b', ['xA', 'B', 'XA'], [1, 2])
  matching('options of one group', '(?s:a.b)c.d', ['a\nbc-d', 'a-bc\nd'], [1])
  matching('a script of letters', '^\\p{Cyrillic}+$', ['Привет', 'hello'], [1])
  matching('a group by name', '(?P<w>ab)-(?P=w)', ['ab-ab', 'ab-cd'], [1])
  matching('classes of POSIX', '^[[:upper:][:digit:]]+$', ['A1', 'a1'], [1])
  matching('UTF at the front', '(*UTF)é', ['é'], [1])
  matching('an atomic group is not supported', '(?>a)', [], refused(51091))
  matching('a possessive quantifier is not supported', 'a++', [], refused(51091))
  matching('a class without an end', '[a', [], refused(51091))
  matching('a pattern beyond all measure', 'a'.repeat(32_769), [], refused(51091))
  find('a null byte in a pattern', [], { v: { $regex: 'a\0b' } }, BAD)
})
