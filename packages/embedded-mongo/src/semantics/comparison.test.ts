import {
  Binary,
  BSONRegExp,
  Decimal128,
  Double,
  Int32,
  Long,
  MaxKey,
  MinKey,
  ObjectId,
  Timestamp,
} from 'mongodb'
import { theme } from './case-table.ts'

const long = (value: number | string) => Long.fromString(String(value))
const decimal = (text: string) => Decimal128.fromString(text)
const NUMBERS = [{ v: 1 }, { v: new Double(1) }, { v: long(1) }, { v: decimal('1.0') }, { v: '1' }]
const TYPES = [
  { v: new MaxKey() },
  { v: new BSONRegExp('a', '') },
  { v: new Timestamp({ t: 1, i: 1 }) },
  { v: new Date(0) },
  { v: true },
  { v: new ObjectId('0'.repeat(24)) },
  { v: new Binary(Buffer.from([1])) },
  { v: { a: 1 } },
  { v: 'text' },
  { v: 7 },
  { v: null },
  { v: new MinKey() },
]

theme('comparison within and across types', ({ find, pipeline }) => {
  find('equality of numbers does not ask for their type', NUMBERS, { v: 1 }, [1, 2, 3, 4])
  find('a Decimal128 equals the int of the same value', NUMBERS, { v: decimal('1') }, [1, 2, 3, 4])
  find(
    'Long beyond 2^53 is compared exactly',
    [{ v: long('9007199254740993') }, { v: long('9007199254740992') }],
    { v: { $gt: long('9007199254740992') } },
    [1],
  )
  find(
    'a Long against a double that cannot hold it',
    [{ v: long('9007199254740993') }],
    { v: new Double(9007199254740992) },
    [],
  )
  find('a double 0.1 is not the decimal 0.1', [{ v: 0.1 }, { v: decimal('0.1') }], { v: decimal('0.1') }, [2])
  find('0 equals -0', [{ v: new Double(-0) }], { v: 0 }, [1])
  find('NaN equals NaN', [{ v: Number.NaN }, { v: 1 }, { v: decimal('NaN') }], { v: Number.NaN }, [1, 3])
  find('NaN is not less than anything', [{ v: Number.NaN }, { v: 1 }], { v: { $lt: 5 } }, [2])
  find('$gte NaN finds NaN alone', [{ v: Number.NaN }, { v: 1 }], { v: { $gte: Number.NaN } }, [1])
  find(
    'infinity is above every number',
    [{ v: Number.POSITIVE_INFINITY }, { v: long('9223372036854775807') }],
    { v: { $gt: long('9223372036854775806') } },
    [1, 2],
  )
  find(
    '$lt stays within the type of its argument',
    [{ v: 1 }, { v: 'a' }, { v: null }, {}],
    { v: { $lt: 'b' } },
    [2],
  )
  find(
    '$gt of a date finds no timestamp',
    [{ v: new Date(5) }, { v: new Timestamp({ t: 9, i: 0 }) }],
    { v: { $gt: new Date(1) } },
    [1],
  )
  find('$gt false is true', [{ v: false }, { v: true }, { v: 1 }], { v: { $gt: false } }, [2])
  find('$gte of a MinKey finds all', [{ v: 1 }, { v: 'a' }, {}], { v: { $gte: new MinKey() } }, [1, 2, 3])
  find(
    '$lt of a MaxKey finds all that are not MaxKey',
    [{ v: 1 }, { v: new MaxKey() }],
    { v: { $lt: new MaxKey() } },
    [1],
  )
  find(
    'strings are compared by their bytes',
    [{ v: 'B' }, { v: 'a' }, { v: 'é' }, { v: 'z' }],
    {},
    [1, 2, 4, 3],
    { sort: { v: 1 } },
  )
  find(
    'beyond the BMP strings are still in order of code points',
    [{ v: '\u{1F600}' }, { v: '\uFFFD' }],
    {},
    [2, 1],
    { sort: { v: 1 } },
  )
  find('sort orders the types', TYPES, {}, [12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1], { sort: { v: 1 } })
  find('and against the order', TYPES, {}, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], { sort: { v: -1 } })
  find('missing sorts as null', [{ v: 1 }, {}, { v: null }, { v: new MinKey() }], {}, [4, 2, 3, 1], {
    sort: { v: 1, _id: 1 },
  })
  find(
    'NaN sorts below all numbers',
    [{ v: -5 }, { v: Number.NaN }, { v: Number.NEGATIVE_INFINITY }],
    {},
    [2, 3, 1],
    { sort: { v: 1 } },
  )
  find(
    'documents are compared field by field: type, then name, then value',
    [{ v: { b: 1 } }, { v: { a: 2 } }, { v: { a: 'x' } }, { v: { a: 1, c: 0 } }, { v: {} }],
    {},
    [5, 4, 2, 1, 3],
    { sort: { v: 1 } },
  )
  find(
    'a document is equal only with its fields in the same order',
    [{ v: { a: 1, b: 2 } }, { v: { b: 2, a: 1 } }],
    { v: { a: 1, b: 2 } },
    [1],
  )
  find('a document is not equal to one with more fields', [{ v: { a: 1, b: 2 } }], { v: { a: 1 } }, [])
  find('$gt on documents', [{ v: { a: 1 } }, { v: { a: 3 } }], { v: { $gt: { a: 2 } } }, [2])
  find(
    'binary data sort by length, then subtype, then bytes',
    [
      { v: new Binary(Buffer.from([9, 9])) },
      { v: new Binary(Buffer.from([1]), 5) },
      { v: new Binary(Buffer.from([2]), 0) },
    ],
    {},
    [3, 2, 1],
    { sort: { v: 1 } },
  )
  find(
    'ObjectIds sort by their bytes',
    [{ v: new ObjectId('f'.repeat(24)) }, { v: new ObjectId('0'.repeat(24)) }],
    {},
    [2, 1],
    { sort: { v: 1 } },
  )
  find(
    'a regular expression in an equality matches strings and itself',
    [{ v: 'abc' }, { v: new BSONRegExp('b', '') }, { v: 'x' }],
    { v: new BSONRegExp('b', '') },
    [1, 2],
  )
  find('true is not 1', [{ v: true }, { v: 1 }], { v: true }, [1])
  find(
    'timestamps compare by time and then increment',
    [{ v: new Timestamp({ t: 2, i: 1 }) }, { v: new Timestamp({ t: 1, i: 9 }) }],
    { v: { $gt: new Timestamp({ t: 1, i: 9 }) } },
    [1],
  )
  pipeline(
    '$gt of an expression compares across types',
    [{ v: 'a' }],
    [{ $project: { _id: 0, more: { $gt: ['$v', 5] } } }],
    [{ more: true }],
  )
  pipeline(
    'in expressions missing is below null',
    [{ v: null }, {}],
    [{ $project: { less: { $lt: ['$v', null] } } }],
    [
      { _id: 1, less: false },
      { _id: 2, less: true },
    ],
  )
  pipeline(
    '$cmp tells numbers of different types equal',
    [{ v: new Int32(2) }],
    [{ $project: { _id: 0, c: { $cmp: ['$v', decimal('2')] } } }],
    [{ c: 0 }],
  )
  pipeline(
    '$group puts equal numbers together under the first of them',
    [{ v: 1 }, { v: long(1) }, { v: new Double(1) }],
    [{ $group: { _id: '$v', n: { $sum: 1 } } }],
    [{ _id: 1, n: 3 }],
  )
  pipeline(
    '$group tells missing from nothing: both are null',
    [{ v: null }, {}],
    [{ $group: { _id: '$v', n: { $sum: 1 } } }],
    [{ _id: null, n: 2 }],
  )
})
