import { describe, expect, it } from 'vitest'
import { toDoc, toValue } from '../bson/convert.ts'
import { MongoServerFault } from '../errors.ts'
import { mergedDocument, outputTarget } from './output.ts'
import { typed } from './test-expressions.ts'
import { expressionFor, updatePipeline } from './wiring.ts'

const NO_VARIABLES = new Map()
const update = (doc: object, ...stages: object[]) =>
  updatePipeline(
    stages.map((stage) => toDoc(stage)),
    toDoc(doc),
    NO_VARIABLES,
  )

describe('updatePipeline', () => {
  it('changes a copy', () => {
    const doc = toDoc({ _id: 1, a: 1 })
    const result = updatePipeline(
      [toDoc({ $set: { a: { $add: ['$a', 1] }, b: '$$x' } })],
      doc,
      new Map([['x', toValue('v')]]),
    )
    expect(typed(result)).toBe(typed(toDoc({ _id: 1, a: 2, b: 'v' })))
    expect(typed(doc)).toBe(typed(toDoc({ _id: 1, a: 1 })))
  })

  it('takes one stage after the other', () => {
    const result = update(
      { _id: 1, a: 1, z: 0 },
      { $set: { b: '$a' } },
      { $unset: 'a' },
      { $replaceWith: { $mergeObjects: ['$$ROOT', { c: '$b' }] } },
    )
    expect(typed(result)).toBe(typed(toDoc({ _id: 1, z: 0, b: 1, c: 1 })))
  })

  it.each([
    [{ $match: {} }, 72],
    [{ $lookup: { from: 'x', localField: 'a', foreignField: 'b', as: 'c' } }, 72],
    [{ $nope: {} }, 40324],
  ])('refuses %j', (stage, code) => {
    expect(() => update({}, stage)).toThrow(expect.objectContaining({ code }))
  })
})

describe('expressionFor', () => {
  it('evaluates with variables', () => {
    const evaluate = expressionFor(toValue({ $gt: ['$a', '$$limit'] }), new Map([['limit', toValue(3)]]))
    expect([evaluate(toDoc({ a: 4 })), evaluate(toDoc({ a: 3 }))]).toEqual([true, false])
  })

  it('refuses unknown variables', () => {
    expect(() => expressionFor(toValue('$$nothing'), NO_VARIABLES)).toThrow(MongoServerFault)
  })
})

const target = (stage: object) => outputTarget([toDoc(stage)], 'db')

describe('outputTarget', () => {
  it('reads $out', () => {
    expect(target({ $out: 'x' })).toEqual({ kind: 'out', namespace: 'db.x' })
    expect(target({ $out: { db: 'other', coll: 'x' } })).toEqual({ kind: 'out', namespace: 'other.x' })
    expect(target({ $match: {} })).toBeUndefined()
  })

  it('reads $merge with its defaults', () => {
    expect(target({ $merge: 'x' })).toEqual({
      kind: 'merge',
      namespace: 'db.x',
      on: ['_id'],
      whenMatched: 'merge',
      whenNotMatched: 'insert',
      bindings: undefined,
    })
    expect(
      target({ $merge: { into: { db: 'o', coll: 'x' }, on: ['a', 'b'], whenMatched: 'fail' } }),
    ).toMatchObject({ namespace: 'o.x', on: ['a', 'b'], whenMatched: 'fail' })
  })

  it.each([
    [{ $out: 1 }, 16990],
    [{ $out: 'system.x' }, 17385],
    [{ $merge: 1 }, 14],
    [{ $merge: { on: '_id' } }, 40414],
    [{ $merge: { into: 'x', on: [] } }, 51187],
    [{ $merge: { into: 'x', whenMatched: 'fail', whenNotMatched: 'discard' } }, 51181],
    [{ $merge: { into: 'x', whenMatched: 'replace', let: {} } }, 51199],
    [{ $merge: { into: 'x', whenMatched: 'other' } }, 2],
    [{ $merge: { into: 'x', other: 1 } }, 40415],
  ])('refuses %j', (stage, code) => {
    expect(() => target(stage)).toThrow(expect.objectContaining({ code }))
  })
})

describe('mergedDocument', () => {
  const existing = toDoc({ _id: 1, a: 1, b: 1 })
  const incoming = toDoc({ _id: 1, b: 2, c: 2 })
  const merged = (whenMatched: unknown) => {
    const spec = target({ $merge: { into: 'x', whenMatched } })
    if (spec?.kind !== 'merge') throw new Error('not a merge')
    const result = mergedDocument(spec, existing, incoming, NO_VARIABLES)
    return result && typed(result)
  }

  it('merges, replaces, keeps or runs a pipeline', () => {
    expect(merged('merge')).toBe(typed(toDoc({ _id: 1, a: 1, b: 2, c: 2 })))
    expect(merged('replace')).toBe(typed(incoming))
    expect(merged('keepExisting')).toBeUndefined()
    expect(merged([{ $set: { b: { $add: ['$b', '$$new.b'] } } }])).toBe(typed(toDoc({ _id: 1, a: 1, b: 3 })))
  })
})
