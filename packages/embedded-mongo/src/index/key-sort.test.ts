import fc from 'fast-check'
import { expect, test } from 'vitest'
import { sortedOrder } from './key-sort.ts'

test('orders as plain comparison does, equal keys by position', () => {
  const key = fc
    .array(fc.constantFrom(0, 1, 127, 254, 255), { minLength: 12, maxLength: 12 })
    .map((bytes) => String.fromCharCode(...bytes))
  fc.assert(
    fc.property(
      fc.array(fc.oneof(key, fc.constantFrom('a'.repeat(12), 'b'.repeat(12))), {
        minLength: 0,
        maxLength: 200,
      }),
      (keys) => {
        const expected = keys
          .map((_, at) => at)
          .sort((a, b) =>
            (keys[a] ?? '') < (keys[b] ?? '') ? -1 : (keys[a] ?? '') > (keys[b] ?? '') ? 1 : a - b,
          )
        expect([...sortedOrder(keys)]).toEqual(expected)
      },
    ),
  )
})
