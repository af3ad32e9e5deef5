import { expect, test } from 'vitest'
import { GATEWAY_CALL_MS } from '../payments/index.ts'
import { DEFAULTS } from './settings.ts'

test('a gateway that never answers is given up, and its money let go of, within 10 seconds', () => {
  expect(DEFAULTS.authorizeMs + GATEWAY_CALL_MS).toBeLessThan(10_000)
})

test('a driver keeps its lease for longer than its steps at the gateway take', () => {
  expect(DEFAULTS.leaseMs).toBeGreaterThan(DEFAULTS.authorizeMs + GATEWAY_CALL_MS)
})
