import { Double, Long } from 'mongodb'
import { refused, theme } from './case-table.ts'

const long = (value: number) => Long.fromNumber(value)
const double = (value: number) => new Double(value)
const SALES = [
  { item: 'a', qty: 2, price: 10 },
  { item: 'b', qty: 1, price: 20 },
  { item: 'a', qty: 5, price: 5 },
]

theme('groups', ({ pipeline }) => {
  const grouped = (row: string, accumulator: object, expected: unknown) =>
    pipeline(row, SALES, [{ $group: { _id: null, v: accumulator } }], [{ _id: null, v: expected }])
  grouped('$sum', { $sum: { $multiply: ['$qty', '$price'] } }, 65)
  grouped('$avg', { $avg: '$price' }, 35 / 3)
  grouped('$min', { $min: '$item' }, 'a')
  grouped('$max', { $max: '$price' }, 20)
  grouped('$first', { $first: '$item' }, 'a')
  grouped('$last', { $last: '$qty' }, 5)
  grouped('$push', { $push: '$qty' }, [2, 1, 5])
  grouped('$push of documents', { $push: { q: '$qty' } }, [{ q: 2 }, { q: 1 }, { q: 5 }])
  grouped('$count', { $count: {} }, 3)
  grouped('$firstN', { $firstN: { input: '$qty', n: 2 } }, [2, 1])
  grouped('$lastN', { $lastN: { input: '$qty', n: 2 } }, [1, 5])
  grouped('$maxN', { $maxN: { input: '$qty', n: 2 } }, [5, 2])
  grouped('$minN', { $minN: { input: '$qty', n: 2 } }, [1, 2])
  grouped('$top', { $top: { sortBy: { price: -1 }, output: '$item' } }, 'b')
  grouped('$bottom', { $bottom: { sortBy: { price: -1 }, output: '$qty' } }, 5)
  grouped('$topN', { $topN: { n: 2, sortBy: { qty: -1 }, output: ['$item', '$qty'] } }, [
    ['a', 5],
    ['a', 2],
  ])
  grouped('$bottomN', { $bottomN: { n: 1, sortBy: { qty: -1 }, output: '$qty' } }, [1])
  grouped('$stdDevPop', { $stdDevPop: '$missing' }, null)
  grouped('$stdDevSamp of one value', { $stdDevSamp: { $cond: [{ $eq: ['$qty', 1] }, 1, null] } }, null)
  grouped('$mergeObjects', { $mergeObjects: { i: '$item', q: '$qty' } }, { i: 'a', q: 5 })
  grouped('$median', { $median: { input: '$price', method: 'approximate' } }, double(10))
  grouped('$percentile', { $percentile: { input: '$price', p: [0, 1], method: 'approximate' } }, [
    double(5),
    double(20),
  ])
  grouped('$avg of no numbers', { $avg: '$item' }, null)
  grouped('$sum of no numbers', { $sum: '$item' }, 0)
  pipeline(
    'by a document',
    SALES,
    [{ $group: { _id: { i: '$item' }, n: { $sum: 1 } } }, { $sort: { _id: 1 } }],
    [
      { _id: { i: 'a' }, n: 2 },
      { _id: { i: 'b' }, n: 1 },
    ],
  )
  pipeline(
    '$addToSet',
    SALES,
    [
      { $group: { _id: null, s: { $addToSet: '$item' } } },
      { $project: { _id: 0, s: { $sortArray: { input: '$s', sortBy: 1 } } } },
    ],
    [{ s: ['a', 'b'] }],
  )
  pipeline(
    '$sum of a Long and an int',
    [{ v: long(1) }, { v: 2 }],
    [{ $group: { _id: null, v: { $sum: '$v' } } }],
    [{ _id: null, v: long(3) }],
  )
  pipeline(
    '$sum beyond 32 bits',
    [{ v: 2147483647 }, { v: 1 }],
    [{ $group: { _id: null, v: { $sum: '$v' } } }],
    [{ _id: null, v: long(2147483648) }],
  )
  pipeline('without _id', [], [{ $group: { n: { $sum: 1 } } }], refused(15955))
  pipeline('with a field that is no accumulator', [], [{ $group: { _id: null, n: 1 } }], refused(40234))
  pipeline('with an unknown accumulator', [], [{ $group: { _id: null, n: { $foo: 1 } } }], refused(15952))
  pipeline('with a dotted name', [], [{ $group: { _id: null, 'a.b': { $sum: 1 } } }], refused(40235))
  pipeline(
    '$bucket',
    [{ v: 1 }, { v: 5 }, { v: 15 }, { v: 99 }],
    [{ $bucket: { groupBy: '$v', boundaries: [0, 10, 20], default: 'more', output: { n: { $sum: 1 } } } }],
    [
      { _id: 0, n: 2 },
      { _id: 10, n: 1 },
      { _id: 'more', n: 1 },
    ],
  )
  pipeline(
    '$bucket that leaves a value out',
    [{ v: 99 }],
    [{ $bucket: { groupBy: '$v', boundaries: [0, 10] } }],
    refused(40066),
  )
  pipeline(
    '$bucket with boundaries out of order',
    [],
    [{ $bucket: { groupBy: '$v', boundaries: [10, 0] } }],
    refused(40194),
  )
  pipeline(
    '$bucketAuto',
    [{ v: 1 }, { v: 2 }, { v: 3 }, { v: 4 }],
    [{ $bucketAuto: { groupBy: '$v', buckets: 2 } }],
    [
      { _id: { min: 1, max: 3 }, count: 2 },
      { _id: { min: 3, max: 4 }, count: 2 },
    ],
  )
  pipeline(
    '$facet',
    SALES,
    [
      {
        $facet: {
          n: [{ $count: 'n' }],
          top: [{ $sort: { price: -1 } }, { $limit: 1 }, { $project: { _id: 0, item: 1 } }],
        },
      },
    ],
    [{ n: [{ n: 3 }], top: [{ item: 'b' }] }],
  )
  pipeline('$facet within $facet', [], [{ $facet: { a: [{ $facet: {} }] } }], refused(40600))
})
