import fc from 'fast-check'
import { expect, test } from 'vitest'
import { RecordTable } from './record-table.ts'

/** Around the border of a page, and far behind it. */
const id = fc.oneof(
  fc.integer({ min: 1, max: 40 }),
  fc.integer({ min: 250, max: 262 }),
  fc.integer({ min: 5000, max: 5010 }),
)
const size = fc.oneof(fc.integer({ min: 5, max: 60 }), fc.constant(5000))
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('set'), id, size }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('delete'), id }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('read'), id }) },
)

/** Bytes that begin with their length, as BSON does. */
function documentOf(size: number, mark: number): Buffer {
  const bytes = Buffer.alloc(size, mark)
  bytes.writeInt32LE(size)
  return bytes
}

function expectSame(table: RecordTable, model: ReadonlyMap<number, Buffer>): void {
  const ids = [...model.keys()].sort((a, b) => a - b)
  expect([...table.ids()]).toEqual(ids)
  expect([...table.idsBackwards()]).toEqual(ids.toReversed())
  expect([...table.ids(20)]).toEqual(ids.filter((each) => each > 20))
  expect(table.size).toBe(model.size)
  expect(table.bytes).toBe([...model.values()].reduce((sum, { length }) => sum + length, 0))
  for (const [each, bytes] of model) expect(bytes.equals(table.get(each) ?? Buffer.alloc(0))).toBe(true)
}

test('a record table is a map from ids to documents, whatever is packed when', () => {
  const loaded = fc.uniqueArray(fc.integer({ min: 1, max: 255 }), { maxLength: 100 })
  fc.assert(
    fc.property(loaded, fc.array(step, { maxLength: 300, size: 'max' }), (first, steps) => {
      const table = new RecordTable()
      const model = new Map<number, Buffer>()
      first.sort((a, b) => a - b)
      for (const each of first) model.set(each, documentOf(5 + (each % 50), each & 127))
      table.load(first, Buffer.concat([...model.values()]))
      const held: Array<{ readonly seen: Uint8Array; readonly was: Buffer }> = []
      for (const [at, each] of steps.entries()) {
        if (each.kind === 'set' && 'size' in each) {
          const bytes = documentOf(each.size, at & 127)
          table.set(each.id, bytes)
          model.set(each.id, bytes)
        } else if (each.kind === 'delete') {
          table.delete(each.id)
          model.delete(each.id)
        } else {
          const seen = table.get(each.id)
          expect(seen === undefined).toBe(!model.has(each.id))
          if (seen !== undefined) held.push({ seen, was: Buffer.from(seen) })
        }
      }
      expectSame(table, model)
      // who still reads an older version is not disturbed
      for (const { seen, was } of held) expect(was.equals(seen)).toBe(true)
    }),
    { numRuns: 60 },
  )
})
