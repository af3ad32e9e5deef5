import { expect, test } from 'vitest'
import { cardBrand } from './card-brand.ts'
import { hasExpired, outcomeFor } from './mock-outcomes.ts'

test.each([
  ['4242424242424242', { type: 'approve' }],
  ['4000000000000002', { type: 'decline', reason: 'card_declined' }],
  ['4000000000009995', { type: 'decline', reason: 'insufficient_funds' }],
  ['4000000000000119', { type: 'falter' }],
  ['4000000000000259', { type: 'silence' }],
  ['5555555555554444', { type: 'approve' }],
])('the card %s', (number, outcome) => {
  expect(outcomeFor({ kind: 'card', number })).toEqual(outcome)
})

test.each([
  ['success@upi', 'approve'],
  ['declined@upi', 'decline'],
  ['timeout@upi', 'silence'],
  ['asha@bank', 'approve'],
])('the UPI address %s: %s', (vpa, type) => {
  expect(outcomeFor({ kind: 'upi', vpa }).type).toBe(type)
})

test('an inherited property is no outcome', () => {
  expect(outcomeFor({ kind: 'upi', vpa: 'constructor' })).toEqual({ type: 'approve' })
})

test('a card is good to the end of its month', () => {
  const card = { expMonth: 2, expYear: 2030 }
  expect(hasExpired(card, new Date('2030-02-28T23:59:59.999Z'))).toBe(false)
  expect(hasExpired(card, new Date('2030-03-01T00:00:00.000Z'))).toBe(true)
  expect(hasExpired({ expMonth: 12, expYear: 2029 }, new Date('2029-12-31T23:59:59Z'))).toBe(false)
  expect(hasExpired({}, new Date('2099-01-01T00:00:00Z'))).toBe(false)
})

test.each([
  ['4242424242424242', 'visa'],
  ['5555555555554444', 'mastercard'],
  ['2223003122003222', 'mastercard'],
  ['378282246310005', 'amex'],
  ['6521111111111117', 'rupay'],
  ['3566002020360505', 'rupay'],
  ['3530111333300000', 'rupay'],
  ['3541599999000000', 'jcb'],
  ['30569309025904', 'diners'],
  ['9999999999999995', 'card'],
])('%s is of the scheme %s', (number, brand) => {
  expect(cardBrand(number)).toBe(brand)
})
