import { dbl, dec, long } from '../test-expressions.ts'
import { describePipelines, type PipelineCase } from '../test-pipelines.ts'

const SALES = [
  { s: 'a', x: 1 },
  { s: 'b', x: dbl(2.5) },
  { s: 'a', x: long(3) },
  { s: 'b' },
  { x: dec('1.5') },
]

const GROUPING: readonly PipelineCase[] = [
  {
    what: 'a missing key groups with null',
    docs: [{ k: null }, {}],
    stages: [{ $group: { _id: '$k', n: { $sum: 1 } } }],
    gives: [{ _id: null, n: 2 }],
  },
  {
    what: 'within a composite key missing and null differ',
    docs: [{ k: null }, {}],
    stages: [{ $group: { _id: { k: '$k' } } }],
    gives: [{ _id: { k: null } }, { _id: {} }],
  },
  {
    what: 'numbers of all types are one key',
    docs: [{ k: 1 }, { k: dbl(1) }, { k: long(1) }, { k: dec('1') }],
    stages: [{ $group: { _id: '$k', n: { $count: {} } } }],
    gives: [{ _id: 1, n: 4 }],
  },
  {
    what: '$sum over mixed types takes the widest',
    docs: SALES,
    stages: [{ $group: { _id: '$s', n: { $sum: '$x' } } }],
    gives: [
      { _id: 'a', n: long(4) },
      { _id: 'b', n: dbl(2.5) },
      { _id: null, n: dec('1.5') },
    ],
  },
  {
    what: '$avg, $min and $max pass over what they cannot take',
    docs: [{ x: 1 }, { x: null }, { x: 'a' }, {}, { x: 2 }],
    stages: [{ $group: { _id: null, avg: { $avg: '$x' }, min: { $min: '$x' }, max: { $max: '$x' } } }],
    gives: [{ _id: null, avg: dbl(1.5), min: 1, max: 'a' }],
  },
  {
    what: '$push takes null and not missing',
    docs: [{ x: 1 }, { x: null }, {}],
    stages: [{ $group: { _id: null, l: { $push: '$x' }, d: { $push: { x: '$x' } } } }],
    gives: [{ _id: null, l: [1, null], d: [{ x: 1 }, { x: null }, {}] }],
  },
  {
    what: '$addToSet',
    docs: [{ x: 1 }, { x: dbl(1) }, { x: [1] }, {}],
    stages: [{ $group: { _id: null, l: { $addToSet: '$x' } } }],
    gives: [{ _id: null, l: [1, [1]] }],
  },
  {
    what: '$first and $last give null for missing',
    docs: [{ x: 1 }, {}],
    stages: [{ $group: { _id: null, f: { $first: '$x' }, l: { $last: '$x' } } }],
    gives: [{ _id: null, f: 1, l: null }],
  },
  {
    what: '$mergeObjects',
    docs: [{ x: { a: 1 } }, { x: null }, { x: { b: 2 } }],
    stages: [{ $group: { _id: null, m: { $mergeObjects: '$x' } } }],
    gives: [{ _id: null, m: { a: 1, b: 2 } }],
  },
  {
    what: 'the N accumulators',
    docs: [{ x: 3 }, { x: 1 }, { x: null }, { x: 2 }],
    stages: [
      {
        $group: {
          _id: null,
          f: { $firstN: { n: 3, input: '$x' } },
          l: { $lastN: { n: 2, input: '$x' } },
          mi: { $minN: { n: 2, input: '$x' } },
          ma: { $maxN: { n: 2, input: '$x' } },
        },
      },
    ],
    gives: [{ _id: null, f: [3, 1, null], l: [null, 2], mi: [1, 2], ma: [3, 2] }],
  },
  {
    what: '$top, $bottom and their N forms',
    docs: [
      { x: 3, n: 'c' },
      { x: 1, n: 'a' },
      { x: 2, n: 'b' },
    ],
    stages: [
      {
        $group: {
          _id: null,
          t: { $top: { sortBy: { x: 1 }, output: '$n' } },
          b: { $bottom: { sortBy: { x: 1 }, output: ['$n', '$x'] } },
          tn: { $topN: { n: 2, sortBy: { x: -1 }, output: '$n' } },
          bn: { $bottomN: { n: 2, sortBy: { x: 1 }, output: '$n' } },
        },
      },
    ],
    gives: [{ _id: null, t: 'a', b: ['c', 3], tn: ['c', 'b'], bn: ['b', 'c'] }],
  },
  {
    what: 'n may speak of the group',
    docs: [
      { k: 1, x: 1 },
      { k: 1, x: 2 },
      { k: 2, x: 3 },
      { k: 2, x: 4 },
    ],
    stages: [{ $group: { _id: { k: '$k' }, l: { $firstN: { n: '$k', input: '$x' } } } }],
    gives: [
      { _id: { k: 1 }, l: [1] },
      { _id: { k: 2 }, l: [3, 4] },
    ],
  },
  {
    what: '$stdDevPop and $stdDevSamp',
    docs: [{ x: 2 }, { x: 4 }],
    stages: [{ $group: { _id: null, p: { $stdDevPop: '$x' }, s: { $stdDevSamp: '$x' } } }],
    gives: [{ _id: null, p: dbl(1), s: dbl(Math.SQRT2) }],
  },
  {
    what: '$median and $percentile',
    docs: [{ x: 1 }, { x: 2 }, { x: 3 }],
    stages: [
      {
        $group: {
          _id: null,
          m: { $median: { input: '$x', method: 'approximate' } },
          p: { $percentile: { input: '$x', p: [0.9], method: 'approximate' } },
        },
      },
    ],
    gives: [{ _id: null, m: dbl(2), p: [dbl(3)] }],
  },
  { what: '$count of something', docs: [{}, {}], stages: [{ $count: 'n' }], gives: [{ n: 2 }] },
  { what: '$count of nothing', docs: [], stages: [{ $count: 'n' }], gives: [] },
  {
    what: '$sortByCount',
    docs: [{ x: 1 }, { x: 2 }, { x: 2 }],
    stages: [{ $sortByCount: '$x' }],
    gives: [
      { _id: 2, count: 2 },
      { _id: 1, count: 1 },
    ],
  },
  {
    what: '$bucket',
    docs: [{ p: 5 }, { p: 15 }, { p: 20 }, { p: 'x' }],
    stages: [
      {
        $bucket: {
          groupBy: '$p',
          boundaries: [0, 10, 20],
          default: 'other',
          output: { n: { $sum: 1 }, l: { $push: '$p' } },
        },
      },
    ],
    gives: [
      { _id: 0, n: 1, l: [5] },
      { _id: 10, n: 1, l: [15] },
      { _id: 'other', n: 2, l: [20, 'x'] },
    ],
  },
  {
    what: '$bucketAuto',
    docs: [1, 2, 3, 4, 5, 5, 5, 8].map((p) => ({ p })),
    stages: [{ $bucketAuto: { groupBy: '$p', buckets: 3 } }],
    gives: [
      { _id: { min: 1, max: 4 }, count: 3 },
      { _id: { min: 4, max: 8 }, count: 4 },
      { _id: { min: 8, max: 8 }, count: 1 },
    ],
  },
  {
    what: '$bucketAuto with a series',
    docs: [3, 7, 11, 40].map((p) => ({ p })),
    stages: [{ $bucketAuto: { groupBy: '$p', buckets: 2, granularity: 'POWERSOF2' } }],
    gives: [
      { _id: { min: 2, max: 8 }, count: 2 },
      { _id: { min: 8, max: 64 }, count: 2 },
    ],
  },
]

describePipelines('grouping', GROUPING)
