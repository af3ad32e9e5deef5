import { MongoNetworkError, MongoServerError } from 'mongodb'
import { expect, test } from 'vitest'
import { ShopError } from './errors.ts'
import { toShopError } from './mongo.ts'

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
