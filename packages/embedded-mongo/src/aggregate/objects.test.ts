import { ObjectId } from 'bson'
import { type Case, date, dbl, dec, describeExpressions, long, MISSING } from './test-expressions.ts'

const OBJECTS: readonly Case[] = [
  ['$a.b', [1, [2]], { a: [{ b: 1 }, { c: 1 }, { b: [2] }, 5] }],
  ['$a.b', MISSING, { a: 5 }],
  ['$a.0', [], { a: [1, 2] }],
  ['$$ROOT', { a: 1 }, { a: 1 }],
  ['$$CURRENT.a', 1, { a: 1 }],
  [
    { a: 1, b: '$x', c: ['$x', 2] },
    { a: 1, c: [null, 2] },
  ],
  [{ $literal: '$a' }, '$a'],
  [{ $mergeObjects: [{ a: 1, b: 1 }, null, { c: 2, a: 3 }] }, { a: 3, b: 1, c: 2 }],
  [{ $mergeObjects: '$list' }, { a: 1, b: 2 }, { list: [{ a: 1 }, { b: 2 }] }],
  [
    { $objectToArray: { b: 1, a: 2 } },
    [
      { k: 'b', v: 1 },
      { k: 'a', v: 2 },
    ],
  ],
  [
    {
      $arrayToObject: [
        [
          ['a', 1],
          ['b', 2],
          ['a', 3],
        ],
      ],
    },
    { a: 3, b: 2 },
  ],
  [{ $arrayToObject: { $literal: [{ k: 'x', v: null }] } }, { x: null }],
  [{ $getField: 'a.b' }, 4, { 'a.b': 4 }],
  [{ $getField: { field: { $literal: '$x' }, input: '$doc' } }, 5, { doc: { $x: 5 } }],
  [{ $getField: { field: 'x', input: null } }, null],
  [{ $setField: { field: 'a.b', input: '$$ROOT', value: 1 } }, { c: 1, 'a.b': 1 }, { c: 1 }],
  [{ $unsetField: { field: 'a', input: '$$ROOT' } }, { b: 2 }, { a: 1, b: 2 }],
]

const TYPES: readonly Case[] = [
  [{ $type: '$missing' }, 'missing'],
  [{ $type: [[1]] }, 'array'],
  [{ $type: long(1) }, 'long'],
  [{ $isNumber: dec('1') }, true],
  [{ $toInt: '12' }, 12],
  [{ $toInt: 2.9 }, 2],
  [{ $toInt: dec('-2.9') }, -2],
  [{ $toLong: date('1970-01-01T00:00:01Z') }, long(1000)],
  [{ $toDouble: '1e3' }, dbl(1000)],
  [{ $toDecimal: 2.5 }, dec('2.50000000000000')],
  [{ $toDecimal: '1E3' }, dec('1E+3')],
  [{ $toString: 1e21 }, '1e+21'],
  [{ $toString: dbl(5) }, '5'],
  [{ $toString: 0.1 }, '0.1'],
  [{ $toString: new ObjectId('507f1f77bcf86cd799439011') }, '507f1f77bcf86cd799439011'],
  [{ $toString: true }, 'true'],
  [{ $toBool: 'false' }, true],
  [{ $toBool: 0 }, false],
  [{ $toDate: '2018-03-20' }, date('2018-03-20T00:00:00Z')],
  [{ $toDate: long(1000) }, date('1970-01-01T00:00:01Z')],
  [{ $toObjectId: '507f1f77bcf86cd799439011' }, new ObjectId('507f1f77bcf86cd799439011')],
  [{ $toInt: null }, null],
  [{ $convert: { input: 'x', to: 'int', onError: 'bad' } }, 'bad'],
  [{ $convert: { input: '$missing', to: 'int', onNull: 'none' } }, 'none'],
  [{ $convert: { input: 5, to: 2 } }, '5'],
]

describeExpressions('objects and paths', OBJECTS)
describeExpressions('types and conversions', TYPES)
