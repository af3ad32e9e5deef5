import { long } from '../test-expressions.ts'
import { describePipelines, type PipelineCase } from '../test-pipelines.ts'

const INVENTORY = {
  inv: [
    { _id: 1, sku: 'a', qty: 5 },
    { _id: 2, sku: 'b', qty: 7 },
    { _id: 3 },
    { _id: 4, sku: null },
    { _id: 5, sku: ['a', 'c'] },
  ],
}
const STAFF = {
  emp: [
    { _id: 1, n: 'Dev' },
    { _id: 2, n: 'Eli', to: 'Dev' },
    { _id: 3, n: 'Ron', to: 'Eli' },
    { _id: 4, n: 'Asya', to: 'Ron' },
  ],
}

const JOINING: readonly PipelineCase[] = [
  {
    what: '$lookup by fields',
    docs: [{ i: 'a' }, {}, { i: ['a', 'b'] }, { i: [] }],
    stages: [
      { $lookup: { from: 'inv', localField: 'i', foreignField: 'sku', as: 'm' } },
      { $project: { m: '$m._id' } },
    ],
    gives: [{ m: [1, 5] }, { m: [3, 4] }, { m: [1, 2, 5] }, { m: [3, 4] }],
    others: INVENTORY,
  },
  {
    what: '$lookup with variables',
    docs: [
      { i: 'a', q: 4 },
      { i: 'b', q: 9 },
    ],
    stages: [
      {
        $lookup: {
          from: 'inv',
          let: { i: '$i', q: '$q' },
          pipeline: [
            { $match: { $expr: { $and: [{ $eq: ['$sku', '$$i'] }, { $gte: ['$qty', '$$q'] }] } } },
            { $project: { _id: 1, q: '$$q' } },
          ],
          as: 'm',
        },
      },
    ],
    gives: [
      { i: 'a', q: 4, m: [{ _id: 1, q: 4 }] },
      { i: 'b', q: 9, m: [] },
    ],
    others: INVENTORY,
  },
  {
    what: '$lookup by fields and with a pipeline, into an embedded field',
    docs: [{ i: 'a' }],
    stages: [
      {
        $lookup: {
          from: 'inv',
          localField: 'i',
          foreignField: 'sku',
          pipeline: [{ $count: 'n' }],
          as: 'm.x',
        },
      },
    ],
    gives: [{ i: 'a', m: { x: [{ n: 2 }] } }],
    others: INVENTORY,
  },
  {
    what: '$lookup within $lookup sees both variables',
    docs: [{ x: 1 }],
    stages: [
      {
        $lookup: {
          from: 'inv',
          let: { x: '$x' },
          pipeline: [
            { $match: { _id: 1 } },
            {
              $lookup: {
                from: 'inv',
                let: { y: '$qty' },
                pipeline: [
                  { $match: { _id: 2 } },
                  { $project: { _id: 0, s: { $add: ['$$x', '$$y', '$qty'] } } },
                ],
                as: 'n',
              },
            },
            { $project: { n: 1, _id: 0 } },
          ],
          as: 'm',
        },
      },
    ],
    gives: [{ x: 1, m: [{ n: [{ s: 13 }] }] }],
    others: INVENTORY,
  },
  {
    what: '$lookup in a collection that is not there',
    docs: [{ x: 1 }],
    stages: [{ $lookup: { from: 'none', localField: 'x', foreignField: 'y', as: 'm' } }],
    gives: [{ x: 1, m: [] }],
  },
  {
    what: '$lookup of documents of its own',
    docs: [{ x: 1 }],
    stages: [
      {
        $lookup: {
          let: { x: '$x' },
          pipeline: [{ $documents: [{ y: 1 }, { y: 2 }] }, { $match: { $expr: { $gt: ['$y', '$$x'] } } }],
          as: 'm',
        },
      },
    ],
    gives: [{ x: 1, m: [{ y: 2 }] }],
  },
  {
    what: '$graphLookup',
    docs: [{ n: 'Dev' }],
    stages: [
      {
        $graphLookup: {
          from: 'emp',
          startWith: '$n',
          connectFromField: 'n',
          connectToField: 'to',
          as: 'h',
          depthField: 'd',
          maxDepth: 1,
        },
      },
    ],
    gives: [
      {
        n: 'Dev',
        h: [
          { _id: 2, n: 'Eli', to: 'Dev', d: long(0) },
          { _id: 3, n: 'Ron', to: 'Eli', d: long(1) },
        ],
      },
    ],
    others: STAFF,
  },
  {
    what: '$graphLookup restricted',
    docs: [{ n: 'Dev' }],
    stages: [
      {
        $graphLookup: {
          from: 'emp',
          startWith: '$n',
          connectFromField: 'n',
          connectToField: 'to',
          as: 'h',
          restrictSearchWithMatch: { n: { $ne: 'Ron' } },
        },
      },
    ],
    gives: [{ n: 'Dev', h: [{ _id: 2, n: 'Eli', to: 'Dev' }] }],
    others: STAFF,
  },
  {
    what: '$unionWith',
    docs: [{ _id: 9 }],
    stages: [{ $unionWith: { coll: 'inv', pipeline: [{ $match: { qty: 5 } }] } }],
    gives: [{ _id: 9 }, { _id: 1, sku: 'a', qty: 5 }],
    others: INVENTORY,
  },
  {
    what: '$facet',
    docs: [{ x: 1 }, { x: 2 }],
    stages: [
      {
        $facet: { n: [{ $count: 'n' }], big: [{ $match: { x: { $gt: 1 } } }], none: [{ $match: { x: 5 } }] },
      },
    ],
    gives: [{ n: [{ n: 2 }], big: [{ x: 2 }], none: [] }],
  },
]

describePipelines('joining', JOINING)
