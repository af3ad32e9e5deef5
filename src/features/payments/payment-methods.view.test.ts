import { expect, test } from 'vitest'
import type { PaymentMethodDocument } from './payment-methods.store.ts'
import { paymentMethodViews } from './payment-methods.view.ts'

function kept(id: string, chosen?: number): PaymentMethodDocument {
  return {
    _id: id,
    userId: 'asha',
    charge: {
      method: 'card',
      brand: 'visa',
      last4: '4242',
      source: { type: 'token', token: `tok_${id}` },
    },
    expMonth: 12,
    expYear: 2040,
    createdAt: new Date(0),
    ...(chosen === undefined ? {} : { chosenAt: new Date(chosen) }),
  }
}

const defaultsOf = (documents: readonly PaymentMethodDocument[]) =>
  paymentMethodViews(documents).flatMap(({ id, isDefault }) => (isDefault ? [id] : []))

test('one is the default: the one chosen last, or else the oldest', () => {
  expect(defaultsOf([])).toEqual([])
  expect(defaultsOf([kept('a'), kept('b')])).toEqual(['a'])
  expect(defaultsOf([kept('a'), kept('b', 1), kept('c')])).toEqual(['b'])
  expect(defaultsOf([kept('a', 2), kept('b', 1)])).toEqual(['a'])
})

test('of two chosen in the same millisecond, the younger is the default', () => {
  expect(defaultsOf([kept('a', 1), kept('b', 1)])).toEqual(['b'])
})

test('nothing that could be charged is shown', () => {
  expect(paymentMethodViews([kept('a')])).toEqual([
    { id: 'a', type: 'card', brand: 'visa', last4: '4242', expMonth: 12, expYear: 2040, isDefault: true },
  ])
})
