import { expect, test } from 'vitest'
import { asyncapi } from './asyncapi.ts'
import { openapi } from './openapi.ts'

test.each([
  ['openapi', openapi],
  ['asyncapi', asyncapi],
] as const)('a change of the contract shows in %s.json', async (name, document) => {
  const text = `${JSON.stringify(document('0.0.0'), null, 2)}\n`
  await expect(text).toMatchFileSnapshot(`__snapshots__/${name}.json`)
})
