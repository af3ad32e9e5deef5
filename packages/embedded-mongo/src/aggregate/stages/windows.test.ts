import { dbl } from '../test-expressions.ts'
import { describePipelines, type PipelineCase } from '../test-pipelines.ts'

const day = (number: number) => new Date(Date.UTC(2020, 0, number))
const SERIES = [
  { s: 'A', d: day(1), q: 10 },
  { s: 'A', d: day(3), q: 20 },
  { s: 'B', d: day(2), q: 5 },
  { s: 'A', d: day(4), q: 30 },
]
const window = (output: object, more: object = {}) => ({
  $setWindowFields: { sortBy: { d: 1 }, output, ...more },
})
const onlyW = { $project: { _id: 0, w: 1 } }

const WINDOWS: readonly PipelineCase[] = [
  {
    what: 'a running sum by partition',
    docs: SERIES,
    stages: [
      window({ w: { $sum: '$q', window: { documents: ['unbounded', 'current'] } } }, { partitionBy: '$s' }),
      onlyW,
    ],
    gives: [{ w: 10 }, { w: 30 }, { w: 60 }, { w: 5 }],
  },
  {
    what: 'a moving average by documents',
    docs: SERIES,
    stages: [window({ w: { $avg: '$q', window: { documents: [-1, 0] } } }), onlyW],
    gives: [{ w: dbl(10) }, { w: dbl(7.5) }, { w: dbl(12.5) }, { w: dbl(25) }],
  },
  {
    what: 'a sum over a range of days',
    docs: SERIES,
    stages: [window({ w: { $sum: '$q', window: { range: [-1, 0], unit: 'day' } } }), onlyW],
    gives: [{ w: 10 }, { w: 15 }, { w: 25 }, { w: 50 }],
  },
  {
    what: 'a sum over a range of numbers',
    docs: [
      { d: 1, q: 1 },
      { d: 3, q: 2 },
      { d: 4, q: 4 },
    ],
    stages: [window({ w: { $sum: '$q', window: { range: [-1, 1] } } }), onlyW],
    gives: [{ w: 1 }, { w: 6 }, { w: 6 }],
  },
  {
    what: 'a window that is empty',
    docs: SERIES,
    stages: [window({ w: { $push: '$q', window: { documents: [1, 1] } } }), onlyW],
    gives: [{ w: [5] }, { w: [20] }, { w: [30] }, { w: [] }],
  },
  {
    what: '$rank and $denseRank',
    docs: [{ q: 2 }, { q: 2 }, { q: 1 }],
    stages: [
      {
        $setWindowFields: {
          sortBy: { q: -1 },
          output: { r: { $rank: {} }, d: { $denseRank: {} }, n: { $documentNumber: {} } },
        },
      },
    ],
    gives: [
      { q: 2, r: 1, d: 1, n: 1 },
      { q: 2, r: 1, d: 1, n: 2 },
      { q: 1, r: 3, d: 2, n: 3 },
    ],
  },
  {
    what: '$shift',
    docs: SERIES,
    stages: [window({ w: { $shift: { output: '$q', by: -1, default: 'none' } } }), onlyW],
    gives: [{ w: 'none' }, { w: 10 }, { w: 5 }, { w: 20 }],
  },
  {
    what: '$locf',
    docs: [{ d: 1, q: 1 }, { d: 2 }, { d: 3, q: 3 }],
    stages: [window({ w: { $locf: '$q' } }), onlyW],
    gives: [{ w: 1 }, { w: 1 }, { w: 3 }],
  },
  {
    what: '$expMovingAvg',
    docs: [
      { d: 1, q: 13 },
      { d: 2, q: 15.4 },
      { d: 3, q: 12 },
    ],
    stages: [window({ w: { $expMovingAvg: { input: '$q', N: 2 } } }), onlyW],
    gives: [{ w: dbl(13) }, { w: dbl(14.6) }, { w: dbl(12.866666666666667) }],
  },
  {
    what: '$derivative by the hour',
    docs: [
      { d: new Date(0), q: 0 },
      { d: new Date(1_800_000), q: 10 },
    ],
    stages: [
      window({ w: { $derivative: { input: '$q', unit: 'hour' }, window: { documents: [-1, 0] } } }),
      onlyW,
    ],
    gives: [{ w: null }, { w: dbl(20) }],
  },
  {
    what: '$integral by the second',
    docs: [
      { d: new Date(0), q: 2 },
      { d: new Date(1000), q: 4 },
    ],
    stages: [
      window({
        w: { $integral: { input: '$q', unit: 'second' }, window: { documents: ['unbounded', 'current'] } },
      }),
      onlyW,
    ],
    gives: [{ w: 0 }, { w: dbl(3) }],
  },
  {
    what: '$covariancePop',
    docs: [
      { d: 1, q: 1 },
      { d: 2, q: 2 },
    ],
    stages: [window({ w: { $covariancePop: ['$d', '$q'] } }), onlyW],
    gives: [{ w: dbl(0.25) }, { w: dbl(0.25) }],
  },
  {
    what: '$fill by a line',
    docs: [{ t: 1, v: 1 }, { t: 2 }, { t: 3, v: 5 }],
    stages: [{ $fill: { sortBy: { t: 1 }, output: { v: { method: 'linear' } } } }],
    gives: [
      { t: 1, v: 1 },
      { t: 2, v: dbl(3) },
      { t: 3, v: 5 },
    ],
  },
  {
    what: '$fill with a value',
    docs: [{ v: null }, { v: 2 }],
    stages: [{ $fill: { output: { v: { value: 0 } } } }],
    gives: [{ v: 0 }, { v: 2 }],
  },
  {
    what: '$densify numbers',
    docs: [{ v: 1 }, { v: 4 }],
    stages: [{ $densify: { field: 'v', range: { step: 2, bounds: [0, 7] } } }],
    gives: [{ v: 0 }, { v: 1 }, { v: 2 }, { v: 4 }, { v: 6 }],
  },
  {
    what: '$densify dates',
    docs: [{ v: day(1) }, { v: day(3) }],
    stages: [{ $densify: { field: 'v', range: { step: 1, unit: 'day', bounds: 'full' } } }],
    gives: [{ v: day(1) }, { v: day(2) }, { v: day(3) }],
  },
  {
    what: '$densify by partition',
    docs: [
      { p: 'a', v: 1 },
      { p: 'a', v: 3 },
      { p: 'b', v: 5 },
    ],
    stages: [{ $densify: { field: 'v', partitionByFields: ['p'], range: { step: 1, bounds: 'partition' } } }],
    gives: [
      { p: 'a', v: 1 },
      { p: 'a', v: 2 },
      { p: 'a', v: 3 },
      { p: 'b', v: 5 },
    ],
  },
]

describePipelines('windows and gaps', WINDOWS)
