import { Int32 } from 'bson'
import { describe, expect, it } from 'vitest'
import { toDoc, toValue } from '../bson/convert.ts'
import type { Doc } from '../bson/document.ts'
import { MongoServerFault } from '../errors.ts'
import { runPipeline, validatePipeline } from './pipeline.ts'
import { dbl, NOW, typed } from './test-expressions.ts'
import { aggregated, describePipelines, type PipelineCase } from './test-pipelines.ts'

const SELECTING: readonly PipelineCase[] = [
  {
    what: '$match with $expr',
    docs: [
      { a: 1, b: 2 },
      { a: 3, b: 2 },
    ],
    stages: [{ $match: { $expr: { $gt: ['$a', '$b'] } } }],
    gives: [{ a: 3, b: 2 }],
  },
  {
    what: '$sort, $skip and $limit',
    docs: [{ a: 2 }, { a: 3 }, { a: 1 }, {}],
    stages: [{ $sort: { a: -1 } }, { $skip: 1 }, { $limit: 2 }],
    gives: [{ a: 2 }, { a: 1 }],
  },
  {
    what: '$sort of mixed types',
    docs: [{ a: 'x' }, { a: 1 }, {}, { a: [5, 0] }, { a: null }],
    stages: [{ $sort: { a: 1 } }],
    gives: [{}, { a: null }, { a: [5, 0] }, { a: 1 }, { a: 'x' }],
  },
]

describePipelines('selecting documents', SELECTING)

const text = (docs: readonly Doc[]) => docs.map((doc) => typed(doc))

describe('running a pipeline', () => {
  it('refuses what is malformed before anything is read', () => {
    expect(() =>
      runPipeline([toDoc({ $nope: 1 })], neverRead(), {
        db: 'db',
        collection: 'c',
        now: NOW,
        read: () => [],
      }),
    ).toThrow(MongoServerFault)
    expect(() => validatePipeline([toDoc({ $project: {} })])).toThrow(MongoServerFault)
  })

  it('changes none of its input', () => {
    const doc = toDoc({ _id: 1, a: { b: [1, { c: 2 }] }, l: [3, 1, 2] })
    const before = typed(doc)
    const stages = [
      { $addFields: { 'a.x': 1, 'a.b.c': 5, l: { $sortArray: { input: '$l', sortBy: 1 } } } },
      { $unset: 'a.b' },
      { $unwind: '$l' },
      { $group: { _id: null, all: { $push: '$$ROOT' } } },
    ]
    const results = [
      ...runPipeline(
        stages.map((stage) => toDoc(stage)),
        [doc],
        { db: 'db', collection: 'c', now: NOW, read: () => [] },
      ),
    ]
    expect(results).toHaveLength(1)
    expect(typed(doc)).toBe(before)
  })

  it('reads no more than a limit asks for', () => {
    let read = 0
    const input = (function* () {
      for (;;) {
        read += 1
        yield toDoc({ read })
      }
    })()
    const env = { db: 'db', collection: 'c', now: NOW, read: () => [] }
    expect([...runPipeline([toDoc({ $limit: 3 })], input, env)]).toHaveLength(3)
    expect(read).toBe(3)
  })

  it('knows the variables of the command', () => {
    const let_ = new Map([['x', toValue(5)]])
    expect(
      text(
        aggregated([{ a: 5 }, { a: 6 }], [{ $match: { $expr: { $eq: ['$a', '$$x'] } } }], {}, { let: let_ }),
      ),
    ).toEqual(text([toDoc({ a: 5 })]))
  })

  it('keeps text scores as documents change their shape', () => {
    const scored = toDoc({ a: [1, 2] })
    const env = {
      db: 'db',
      collection: 'c',
      now: NOW,
      read: () => [],
      textScore: (doc: Doc) => (doc === scored ? 1.5 : undefined),
    }
    const stages = [
      { $set: { b: 1 } },
      { $unwind: '$a' },
      { $project: { a: 1, score: { $meta: 'textScore' } } },
    ]
    const results = [
      ...runPipeline(
        stages.map((stage) => toDoc(stage)),
        [scored],
        env,
      ),
    ]
    expect(text(results)).toEqual(text([toDoc({ a: 1, score: dbl(1.5) }), toDoc({ a: 2, score: dbl(1.5) })]))
  })

  it('compares under the collation', () => {
    const env = { collation: toDoc({ locale: 'en', strength: 2 }) }
    const docs = [{ a: 'x' }, { a: 'X' }]
    expect(aggregated(docs, [{ $group: { _id: '$a' } }], {}, env)).toHaveLength(1)
    expect(aggregated(docs, [{ $match: { $expr: { $eq: ['$a', 'x'] } } }], {}, env)).toHaveLength(2)
  })

  it('joins through an index where there is one', () => {
    const asked: string[] = []
    const env = {
      hasIndex: () => true,
      readFiltered: (_namespace: string, filter: Doc) => {
        asked.push(typed(filter))
        return [toDoc({ _id: 7 })]
      },
    }
    const stages = [{ $lookup: { from: 'o', localField: 'a', foreignField: 'b', as: 'm' } }]
    expect(text(aggregated([{ a: 1 }], stages, {}, env))).toEqual(text([toDoc({ a: 1, m: [{ _id: 7 }] })]))
    expect(asked).toEqual([typed(toDoc({ b: { $eq: new Int32(1) } }))])
  })
})

function* neverRead(): Iterable<Doc> {
  yield* []
  throw new Error('read')
}
