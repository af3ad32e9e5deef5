import { Binary } from 'bson'
import { beforeEach, describe, expect, test } from 'vitest'
import { toDoc } from '../bson/convert.ts'
import { encode } from '../bson/encode.ts'
import { parseIndexSpec } from '../index/spec.ts'
import { CollectionState } from './collection.ts'
import { parseCollectionOptions } from './definition.ts'
import { auditCollection } from './index-audit.ts'
import type { IndexState } from './index-state.ts'
import { RecordVersion } from './record.ts'

const INDEXES = [
  { key: { _id: 1 }, name: '_id_' },
  { key: { a: 1 }, name: 'a' },
  { key: { title: 'text' }, name: 'words' },
]

describe('the audit of indexes', () => {
  let state: CollectionState
  let a: IndexState | undefined
  let words: IndexState | undefined

  beforeEach(() => {
    const options = parseCollectionOptions(toDoc({ validator: { a: { $lt: 3 } } }))
    const specs = INDEXES.map((spec) => parseIndexSpec(toDoc(spec)))
    state = new CollectionState('shop.items', 1, new Binary(), options, specs)
    ;[, a, words] = state.indexes
    for (const n of [1, 2, 3]) {
      const doc = toDoc({ _id: n, a: [n, n + 10], title: `shoe number${n}` })
      state.put(n, null, state.indexed(new RecordVersion(n, encode(doc))))
    }
  })

  const disagreements = (): unknown[] =>
    auditCollection(state).indexes.flatMap(({ name, missing, extra }) =>
      missing.length + extra.length > 0 ? [{ name, missing, extra }] : [],
    )
  const keyOf = (id: number): string => a?.keysOf(state.get(id)?.doc ?? new Map()).keys[0] ?? ''

  test('finds nothing where all agree', () => {
    expect(disagreements()).toEqual([])
    expect(auditCollection(state)).toMatchObject({ indexes: [{ keys: 3 }, { keys: 6 }, { keys: 3 }] })
  })

  test('finds what is missing', () => {
    a?.entries.remove(keyOf(2), 2)
    words?.text?.remove(3)
    expect(disagreements()).toEqual([
      { name: 'a', missing: [2], extra: [] },
      { name: 'words', missing: [3], extra: [] },
    ])
  })

  test('finds what is too much: of another, or of nobody', () => {
    a?.entries.insert(keyOf(1), 2)
    a?.entries.insert(keyOf(1), 9)
    words?.text?.add(9, toDoc({ title: 'gone' }))
    expect(disagreements()).toEqual([
      { name: 'a', missing: [], extra: [2, 9] },
      { name: 'words', missing: [], extra: [9] },
    ])
  })

  test('finds what stands at the wrong place, where no search comes by', () => {
    a?.entries.load([keyOf(1), keyOf(1), keyOf(2)], [2, 1, 1])
    expect(disagreements()).toMatchObject([{ name: 'a' }])
  })

  test('finds other words', () => {
    words?.text?.remove(1)
    words?.text?.add(1, toDoc({ title: 'shoe number2' }))
    expect(disagreements()).toEqual([{ name: 'words', missing: [1], extra: [] }])
  })

  test('counts what the validator would refuse', () => {
    expect(auditCollection(state).nonCompliant).toBe(1)
  })
})
