import { long } from '../test-expressions.ts'
import { describePipelines, type PipelineCase } from '../test-pipelines.ts'

const NESTED = [{ _id: 1, a: 1, b: { c: 1, d: 2 }, e: [{ f: 1, g: 2 }, 3] }]
const LISTS = [{ _id: 1, a: [1, 2] }, { _id: 2, a: [] }, { _id: 3 }, { _id: 4, a: 5 }, { _id: 5, a: null }]

const SHAPING: readonly PipelineCase[] = [
  {
    what: '$project keeps fields in the order of the document',
    docs: NESTED,
    stages: [{ $project: { b: 1, a: 1 } }],
    gives: [{ _id: 1, a: 1, b: { c: 1, d: 2 } }],
  },
  {
    what: '$project into arrays drops what are no documents',
    docs: NESTED,
    stages: [{ $project: { _id: 0, 'e.f': 1 } }],
    gives: [{ e: [{ f: 1 }] }],
  },
  {
    what: '$project puts computed fields after the kept',
    docs: NESTED,
    stages: [{ $project: { x: '$b.d', a: 1 } }],
    gives: [{ _id: 1, a: 1, x: 2 }],
  },
  {
    what: '$project takes texts and arrays for expressions',
    docs: NESTED,
    stages: [{ $project: { _id: 0, x: 'text', y: ['$a', '$none'] } }],
    gives: [{ x: 'text', y: [1, null] }],
  },
  {
    what: '$project of _id alone includes',
    docs: NESTED,
    stages: [{ $project: { _id: 1 } }],
    gives: [{ _id: 1 }],
  },
  {
    what: '$project without _id alone excludes',
    docs: [{ _id: 1, a: 1 }],
    stages: [{ $project: { _id: 0 } }],
    gives: [{ a: 1 }],
  },
  {
    what: '$project excludes nested fields',
    docs: NESTED,
    stages: [{ $project: { 'b.c': 0, e: { g: 0 } } }],
    gives: [{ _id: 1, a: 1, b: { d: 2 }, e: [{ f: 1 }, 3] }],
  },
  {
    what: '$project leaves out what is missing or removed',
    docs: NESTED,
    stages: [{ $project: { x: '$none', y: '$$REMOVE', z: null } }],
    gives: [{ _id: 1, z: null }],
  },
  {
    what: '$addFields replaces in place and appends',
    docs: [{ _id: 1, a: 1, b: 2 }],
    stages: [{ $addFields: { c: 3, a: { $add: ['$a', '$b'] } } }],
    gives: [{ _id: 1, a: 3, b: 2, c: 3 }],
  },
  {
    what: '$addFields sets fields of embedded documents',
    docs: NESTED,
    stages: [{ $set: { 'b.x': 1, n: { m: '$a' } } }, { $unset: 'e' }],
    gives: [{ _id: 1, a: 1, b: { c: 1, d: 2, x: 1 }, n: { m: 1 } }],
  },
  {
    what: '$addFields sets fields of documents in arrays',
    docs: [{ a: [{ x: 1 }, { y: 2 }] }],
    stages: [{ $addFields: { 'a.z': 0 } }],
    gives: [
      {
        a: [
          { x: 1, z: 0 },
          { y: 2, z: 0 },
        ],
      },
    ],
  },
  {
    what: '$set with $$REMOVE removes',
    docs: [{ a: 1, b: 2 }],
    stages: [{ $set: { a: '$$REMOVE' } }],
    gives: [{ b: 2 }],
  },
  {
    what: '$unset of several paths',
    docs: NESTED,
    stages: [{ $unset: ['a', 'b.c', 'e.f'] }],
    gives: [{ _id: 1, b: { d: 2 }, e: [{ g: 2 }, 3] }],
  },
  {
    what: '$replaceRoot',
    docs: NESTED,
    stages: [{ $replaceRoot: { newRoot: { $mergeObjects: ['$b', { x: 1 }] } } }],
    gives: [{ c: 1, d: 2, x: 1 }],
  },
  { what: '$replaceWith', docs: NESTED, stages: [{ $replaceWith: '$b' }], gives: [{ c: 1, d: 2 }] },
  {
    what: '$unwind leaves out what is empty',
    docs: LISTS,
    stages: [{ $unwind: '$a' }],
    gives: [
      { _id: 1, a: 1 },
      { _id: 1, a: 2 },
      { _id: 4, a: 5 },
    ],
  },
  {
    what: '$unwind keeps what is empty where told to',
    docs: LISTS,
    stages: [{ $unwind: { path: '$a', preserveNullAndEmptyArrays: true, includeArrayIndex: 'i' } }],
    gives: [
      { _id: 1, a: 1, i: long(0) },
      { _id: 1, a: 2, i: long(1) },
      { _id: 2, i: null },
      { _id: 3, i: null },
      { _id: 4, a: 5, i: null },
      { _id: 5, a: null, i: null },
    ],
  },
  {
    what: '$unwind of a nested array',
    docs: [{ a: { b: [1, 2], c: 3 } }],
    stages: [{ $unwind: '$a.b' }],
    gives: [{ a: { b: 1, c: 3 } }, { a: { b: 2, c: 3 } }],
  },
  {
    what: '$redact prunes and descends',
    docs: [{ level: 1, x: { level: 5 }, y: [{ level: 1, z: 1 }, { level: 5 }, 7] }],
    stages: [{ $redact: { $cond: [{ $eq: ['$level', 5] }, '$$PRUNE', '$$DESCEND'] } }],
    gives: [{ level: 1, y: [{ level: 1, z: 1 }, 7] }],
  },
]

describePipelines('shaping documents', SHAPING)
