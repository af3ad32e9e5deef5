import { MongoNetworkError, MongoServerError } from 'mongodb'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { ShopError } from './errors.ts'
import { toShopError, whileStarting } from './mongo.ts'

const labelled = new MongoServerError({ message: 'conflict', code: 251 })
labelled.addErrorLabel('TransientTransactionError')

test.each([
  ['the network', new MongoNetworkError('connection 1 closed'), 'unavailable'],
  [
    'a half-closed socket',
    Object.assign(new Error('ended by the other party'), { code: 'EPIPE' }),
    'unavailable',
  ],
  ['a node that steps down', new MongoServerError({ message: 'not primary', code: 10107 }), 'unavailable'],
  ['a transaction that never got through', labelled, 'unavailable'],
  ['a mistake in a query', new MongoServerError({ message: 'bad operator', code: 2 }), 'internal'],
  ['a programming error', new TypeError('x is undefined'), 'internal'],
])('%s', (_name, error, code) => {
  const shown = toShopError(error)
  expect(shown.code).toBe(code)
  expect(shown.detail).not.toContain(error.message)
})

test('an expected error stays as it is', () => {
  const error = new ShopError('cart_empty')
  expect(toShopError(error)).toBe(error)
})

const silent = pino({ level: 'silent' })

/** Fails with these errors, one after the other, and then answers how often it was called. */
function failing(...errors: readonly Error[]) {
  let calls = 0
  return async () => {
    const error = errors[calls]
    calls += 1
    if (error !== undefined) throw error
    return calls
  }
}

test('a start goes on when the database is back', async () => {
  const away = new MongoNetworkError('connection 1 closed')
  expect(await whileStarting(silent, failing(away, away), 1)).toBe(3)
})

test('a start does not repeat a mistake, nor wait for ever', async () => {
  const mistake = new TypeError('x is undefined')
  await expect(whileStarting(silent, failing(mistake), 1)).rejects.toBe(mistake)
  const away = Array.from({ length: 50 }, (_, index) => new MongoNetworkError(`closed ${index + 1}`))
  await expect(whileStarting(silent, failing(...away), 1)).rejects.toThrow('closed 10')
})
