import { MongoServerError } from 'mongodb'
import { expect, test } from 'vitest'
import { describeError } from './logger.ts'

test('the offending value of a duplicate key is left out', () => {
  const error = new MongoServerError({
    message:
      'E11000 duplicate key error collection: shop.users index: email_1 dup key: { email: "asha@example.com" }',
    code: 11000,
  })
  const described = JSON.stringify(describeError(new Error('outer', { cause: error })))
  expect(described).toContain('E11000')
  expect(described).not.toContain('asha@example.com')
})

test('what is thrown and is no Error is not written out', () => {
  expect(describeError('a secret')).toEqual({
    type: 'string',
    message: 'a value that is no Error was thrown',
  })
})
