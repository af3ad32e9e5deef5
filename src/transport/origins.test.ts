import { expect, test } from 'vitest'
import { createOrigins } from './origins.ts'

const origins = createOrigins(['https://shop.example/', 'http://localhost:5173'])

test.each([
  ['https://shop.example', true],
  ['https://SHOP.example', true],
  ['http://localhost:5173', true],
  ['http://shop.example', false],
  ['https://shop.example.evil.test', false],
  ['https://evil.test', false],
  ['null', false],
  ['http://our.host:3000', true],
  ['http://our.host', false],
])('%s: %s', (origin, allowed) => {
  expect(origins.allows(origin, 'our.host:3000')).toBe(allowed)
})

test('a star allows all', () => {
  expect(createOrigins(['*']).allows('https://anything.test', undefined)).toBe(true)
})
