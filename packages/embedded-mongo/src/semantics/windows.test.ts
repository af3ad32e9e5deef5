import { Decimal128, Double } from 'mongodb'
import { refused, theme } from './case-table.ts'

const double = (value: number) => new Double(value)
const SALES = [
  { item: 'a', qty: 2, price: 10 },
  { item: 'b', qty: 1, price: 20 },
  { item: 'a', qty: 5, price: 5 },
]
const DAYS = [
  { d: 1, v: 10 },
  { d: 2, v: 20 },
  { d: 3, v: 60 },
]

theme('windows, gaps and fills', ({ pipeline }) => {
  const window = (row: string, output: object, expected: unknown[]) =>
    pipeline(
      row,
      DAYS,
      [{ $setWindowFields: { sortBy: { d: 1 }, output: { x: output } } }, { $project: { _id: 0, x: 1 } }],
      expected.map((x) => ({ x })),
    )
  window('$sum so far', { $sum: '$v', window: { documents: ['unbounded', 'current'] } }, [10, 30, 90])
  window('$avg of neighbours', { $avg: '$v', window: { documents: [-1, 1] } }, [
    double(15),
    double(30),
    double(40),
  ])
  window('$sum by range', { $sum: '$v', window: { range: [-1, 0] } }, [10, 30, 80])
  window('$rank', { $rank: {} }, [1, 2, 3])
  window('$denseRank', { $denseRank: {} }, [1, 2, 3])
  window('$documentNumber', { $documentNumber: {} }, [1, 2, 3])
  window('$shift', { $shift: { output: '$v', by: 1, default: 0 } }, [20, 60, 0])
  window('$first', { $first: '$v' }, [10, 10, 10])
  window('$locf', { $locf: '$v' }, [10, 20, 60])
  window('$expMovingAvg', { $expMovingAvg: { input: '$v', N: 1 } }, [double(10), double(20), double(60)])
  window('$derivative', { $derivative: { input: '$v' }, window: { documents: [-1, 0] } }, [
    null,
    double(10),
    double(40),
  ])
  pipeline(
    'by partition',
    SALES,
    [
      {
        $setWindowFields: {
          partitionBy: '$item',
          sortBy: { qty: 1 },
          output: { n: { $sum: '$qty', window: { documents: ['unbounded', 'unbounded'] } } },
        },
      },
      { $project: { _id: 0, item: 1, n: 1 } },
    ],
    [
      { item: 'a', n: 7 },
      { item: 'a', n: 7 },
      { item: 'b', n: 1 },
    ],
  )
  pipeline(
    '$rank without a sort',
    DAYS,
    [{ $setWindowFields: { output: { x: { $rank: {} } } } }],
    refused(5371602),
  )
  pipeline(
    '$densify',
    [{ v: 1 }, { v: 4 }],
    [{ $project: { _id: 0 } }, { $densify: { field: 'v', range: { step: 1, bounds: 'full' } } }],
    [{ v: 1 }, { v: 2 }, { v: 3 }, { v: 4 }],
  )
  pipeline(
    '$densify of days',
    [{ t: new Date('2024-01-01') }, { t: new Date('2024-01-03') }],
    [{ $project: { _id: 0 } }, { $densify: { field: 't', range: { step: 1, unit: 'day', bounds: 'full' } } }],
    [{ t: new Date('2024-01-01') }, { t: new Date('2024-01-02') }, { t: new Date('2024-01-03') }],
  )
  pipeline(
    '$fill by a value',
    [{ v: 1 }, { v: null }, {}],
    [{ $fill: { output: { v: { value: 0 } } } }],
    [
      { _id: 1, v: 1 },
      { _id: 2, v: 0 },
      { _id: 3, v: 0 },
    ],
  )
  pipeline(
    '$fill by the last value',
    [{ d: 1, v: 1 }, { d: 2 }],
    [{ $fill: { sortBy: { d: 1 }, output: { v: { method: 'locf' } } } }],
    [
      { _id: 1, d: 1, v: 1 },
      { _id: 2, d: 2, v: 1 },
    ],
  )
  pipeline(
    '$fill on a line',
    [{ d: 1, v: 1 }, { d: 2 }, { d: 3, v: 3 }],
    [{ $fill: { sortBy: { d: 1 }, output: { v: { method: 'linear' } } } }, { $project: { _id: 0, v: 1 } }],
    [{ v: 1 }, { v: double(2) }, { v: 3 }],
  )
})

theme('covariance of decimals', ({ pipeline }) => {
  const decimal = (text: string) => Decimal128.fromString(text)
  const covariance = { c: { $covariancePop: ['$x', '$y'] } }
  pipeline(
    'has all their digits',
    [1, 2, 3].map((x) => ({ x: decimal(`${x}`), y: decimal(`${2 * x}`) })),
    [{ $setWindowFields: { output: covariance } }, { $limit: 1 }, { $project: { _id: 0, c: 1 } }],
    [{ c: decimal('1.333333333333333333333333333333333') }],
  )
})
