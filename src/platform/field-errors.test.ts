import { expect, test } from 'vitest'
import { z } from 'zod'
import { ShopError } from './errors.ts'
import { parseObject } from './field-errors.ts'

const schema = z.strictObject({
  name: z.string(),
  items: z.array(z.strictObject({ sku: z.string() })).optional(),
})

function errorsOf(input: unknown) {
  try {
    parseObject(schema, input)
  } catch (error) {
    if (error instanceof ShopError) return error.details.errors ?? []
    throw error
  }
  return []
}

test('each wrong field is named by its path', () => {
  const errors = errorsOf({ name: 1, items: [{ sku: 'a', evil: 1 }] })
  expect(errors.map(({ path }) => path)).toEqual(['name', 'items.0.evil'])
})

test.each([
  [null],
  [[]],
  ['text'],
  [1],
  [new Date()],
  [Buffer.from('x')],
  [undefined],
])('%s is no object', (input) => {
  expect(errorsOf(input)).toEqual([{ path: '$', message: 'must be an object' }])
})

test('a flood of wrong fields is cut short', () => {
  const flood = Object.fromEntries(
    Array.from({ length: 1000 }, (_, index) => [`${'f'.repeat(500)}${index}`, 1]),
  )
  const errors = errorsOf({ name: 'x', ...flood })
  expect(errors).toHaveLength(20)
  expect(JSON.stringify(errors).length).toBeLessThan(6_000)
})
