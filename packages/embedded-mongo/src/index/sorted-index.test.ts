import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SortedIndex } from './sorted-index.ts'

type Entry = readonly [key: string, id: number]

const ALL = { low: '', high: '\xff' }
const key = fc.integer({ min: 0, max: 30 }).map((number) => String.fromCharCode(65 + number))
const entry: fc.Arbitrary<Entry> = fc.tuple(key, fc.integer({ min: 1, max: 30 }))
const change = fc.record({ isThere: fc.boolean(), entry })
const changes = fc.array(change, { maxLength: 600, size: 'max' })

const named = ([key, id]: Entry): string => `${key} ${String(id).padStart(3, '0')}`
const inOrder = (entries: Iterable<Entry>): string[] => [...entries].map(named).sort()

function apply(
  index: SortedIndex,
  model: Map<string, Entry>,
  { isThere, entry }: { isThere: boolean; entry: Entry },
): void {
  const [key, id] = entry
  if (isThere) {
    index.insert(key, id)
    model.set(named(entry), entry)
  } else {
    index.remove(key, id)
    model.delete(named(entry))
  }
}

function seen(index: SortedIndex, direction: 1 | -1, range = ALL): string[] {
  return [...index.entries(range, direction)].map(({ key, id }) => named([key, id]))
}

describe('a sorted index', () => {
  test('is a sorted set of entries, however it came to be', () => {
    fc.assert(
      fc.property(
        fc.array(entry, { maxLength: 600, size: 'max' }),
        changes,
        key,
        key,
        (loaded, later, a, b) => {
          const index = new SortedIndex()
          const model = new Map(loaded.map((each) => [named(each), each]))
          const first = [...model.values()].sort(([, a], [, b]) => a - b)
          index.load(
            first.map(([key]) => key),
            first.map(([, id]) => id),
          )
          for (const each of later) apply(index, model, each)
          const expected = inOrder(model.values())
          expect(seen(index, 1)).toEqual(expected)
          expect(seen(index, -1)).toEqual(expected.toReversed())
          expect(index.size).toBe(model.size)
          const range = { low: a, high: b }
          const within = expected.filter((each) => each >= a && each < b)
          expect(seen(index, 1, range)).toEqual(within)
          expect(seen(index, -1, range)).toEqual(within.toReversed())
          for (const [key, id] of model.values()) expect(index.has(key, id)).toBe(true)
          expect(index.has('nothing', 1)).toBe(false)
          expect(index.first(a)).toBe(
            [...model.values()]
              .filter(([key]) => key === a)
              .map(([, id]) => id)
              .sort((x, y) => x - y)[0],
          )
        },
      ),
      { numRuns: 60 },
    )
  })

  test('shows a scan what stays, once and in order, whatever else comes and goes meanwhile', () => {
    fc.assert(
      fc.property(changes, changes, fc.constantFrom<1 | -1>(1, -1), (before, meanwhile, direction) => {
        const index = new SortedIndex()
        const model = new Map<string, Entry>()
        for (const each of before) apply(index, model, each)
        const always = new Set(model.keys())
        const ever = new Set(model.keys())
        const met: string[] = []
        let at = 0
        for (const { key, id } of index.entries(ALL, direction)) {
          met.push(named([key, id]))
          for (const each of meanwhile.slice(at, at + 5)) {
            apply(index, model, each)
            if (each.isThere) ever.add(named(each.entry))
            else always.delete(named(each.entry))
          }
          at += 5
        }
        const ordered = direction === 1 ? met : met.toReversed()
        expect(ordered).toEqual([...new Set(met)].sort())
        expect([...always].filter((each) => !met.includes(each))).toEqual([])
        expect(met.filter((each) => !ever.has(each))).toEqual([])
      }),
      { numRuns: 60 },
    )
  })
})
