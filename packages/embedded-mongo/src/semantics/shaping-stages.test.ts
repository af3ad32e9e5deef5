import { Long } from 'mongodb'
import { refused, theme } from './case-table.ts'

const long = (value: number) => Long.fromNumber(value)
const SALES = [
  { item: 'a', qty: 2, price: 10 },
  { item: 'b', qty: 1, price: 20 },
  { item: 'a', qty: 5, price: 5 },
]

theme('stages that shape documents', ({ pipeline }) => {
  pipeline(
    '$project of a nested field',
    [{ a: { b: 1, c: 2 } }],
    [{ $project: { 'a.b': 1, _id: 0 } }],
    [{ a: { b: 1 } }],
  )
  pipeline(
    '$project of new fields after those included',
    [{ a: 1, b: 2 }],
    [{ $project: { x: '$a', b: 1 } }],
    [{ _id: 1, b: 2, x: 1 }],
  )
  pipeline('$project that mixes', [{ a: 1 }], [{ $project: { a: 1, b: 0 } }], refused(31254))
  pipeline('$project of nothing', [{ a: 1 }], [{ $project: {} }], refused(51272))
  pipeline('$project of a literal', [{ a: 1 }], [{ $project: { _id: 0, x: { $literal: 1 } } }], [{ x: 1 }])
  pipeline(
    '$addFields',
    [{ a: 1 }],
    [{ $addFields: { b: { $add: ['$a', 1] }, 'c.d': 1 } }],
    [{ _id: 1, a: 1, b: 2, c: { d: 1 } }],
  )
  pipeline(
    '$set within an array',
    [{ a: [{ x: 1 }] }],
    [{ $set: { 'a.y': 2 } }],
    [{ _id: 1, a: [{ x: 1, y: 2 }] }],
  )
  pipeline(
    '$set replaces a scalar on the way',
    [{ a: 1 }],
    [{ $set: { 'a.b': 2 } }],
    [{ _id: 1, a: { b: 2 } }],
  )
  pipeline('$unset', [{ a: 1, b: { c: 1, d: 2 } }], [{ $unset: ['a', 'b.c'] }], [{ _id: 1, b: { d: 2 } }])
  pipeline('$replaceRoot', [{ a: { x: 1 } }], [{ $replaceRoot: { newRoot: '$a' } }], [{ x: 1 }])
  pipeline(
    '$replaceRoot by what is no document',
    [{ a: 1 }],
    [{ $replaceRoot: { newRoot: '$a' } }],
    refused(40228),
  )
  pipeline('$replaceWith', [{ a: 1 }], [{ $replaceWith: { b: '$a' } }], [{ b: 1 }])
  pipeline(
    '$unwind',
    [{ a: [1, 2] }],
    [{ $unwind: '$a' }],
    [
      { _id: 1, a: 1 },
      { _id: 1, a: 2 },
    ],
  )
  pipeline(
    '$unwind leaves out what is empty, null or missing',
    [{ a: [] }, { a: null }, {}, { a: 5 }],
    [{ $unwind: '$a' }],
    [{ _id: 4, a: 5 }],
  )
  pipeline(
    '$unwind that keeps them',
    [{ a: [] }, { a: null }, { a: ['x'] }],
    [{ $unwind: { path: '$a', preserveNullAndEmptyArrays: true, includeArrayIndex: 'i' } }],
    [
      { _id: 1, i: null },
      { _id: 2, a: null, i: null },
      { _id: 3, a: 'x', i: long(0) },
    ],
  )
  pipeline('$unwind without the dollar', [], [{ $unwind: 'a' }], refused(28818))
  pipeline(
    '$redact',
    [
      {
        level: 1,
        in: [
          { level: 5, x: 1 },
          { level: 1, y: 1 },
        ],
      },
    ],
    [{ $redact: { $cond: [{ $lte: ['$level', 2] }, '$$DESCEND', '$$PRUNE'] } }],
    [{ _id: 1, level: 1, in: [{ level: 1, y: 1 }] }],
  )
  pipeline('$redact that gives something else', [{ a: 1 }], [{ $redact: 5 }], refused(17053))
  pipeline('$sample of more than there is', [{ a: 1 }], [{ $sample: { size: 5 } }], [{ _id: 1, a: 1 }])
  pipeline('$sample of a negative size', [{ a: 1 }], [{ $sample: { size: -1 } }], refused(28747))
  pipeline('$count', [{}, {}], [{ $count: 'n' }], [{ n: 2 }])
  pipeline('$count of nothing gives nothing', [{}], [{ $match: { a: 1 } }, { $count: 'n' }], [])
  pipeline('$count without a name', [], [{ $count: '' }], refused(40157))
  pipeline(
    '$sortByCount',
    SALES,
    [{ $sortByCount: '$item' }],
    [
      { _id: 'a', count: 2 },
      { _id: 'b', count: 1 },
    ],
  )
  pipeline('$skip and $limit', [{}, {}, {}], [{ $skip: 1 }, { $limit: 1 }], [{ _id: 2 }])
  pipeline('$limit 0', [], [{ $limit: 0 }], refused(15958))
  pipeline('$skip below zero', [], [{ $skip: -1 }], refused(5107200))
  pipeline('$sort of nothing', [], [{ $sort: {} }], refused(15976))
  pipeline('$sort by a bad direction', [], [{ $sort: { a: 2 } }], refused(15975))
  pipeline('an unknown stage', [], [{ $foo: {} }], refused(40324))
  pipeline('a stage with two names', [], [{ $match: {}, $limit: 1 }], refused(40323))
  pipeline('$geoNear is not supported', [], [{ $geoNear: {} }], refused(40324))
  pipeline('$documents on a collection', [], [{ $documents: [] }], refused(73, 'InvalidNamespace'))
  pipeline('$out before the end', [], [{ $out: 'x' }, { $match: {} }], refused(40601))
  pipeline(
    '$collStats after another stage',
    [{}],
    [{ $match: {} }, { $collStats: { count: {} } }],
    refused(40602),
  )
})
