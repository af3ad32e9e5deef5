import { expect, test } from 'vitest'
import type { AddressDocument } from './addresses.store.ts'
import { addressViews, postalAddress } from './addresses.view.ts'

const POSTAL = {
  name: 'Asha Rao',
  line1: '1 Hill Road',
  city: 'Mumbai',
  state: 'MH',
  postalCode: '400050',
  country: 'IN',
}

function kept(id: string, chosen?: number): AddressDocument {
  return {
    _id: id,
    userId: 'asha',
    address: POSTAL,
    createdAt: new Date(0),
    ...(chosen === undefined ? {} : { chosenAt: new Date(chosen) }),
  }
}

const defaultsOf = (documents: readonly AddressDocument[]) =>
  addressViews(documents).flatMap(({ id, isDefault }) => (isDefault ? [id] : []))

test('one address is the default: the one chosen last, or else the oldest', () => {
  expect(defaultsOf([])).toEqual([])
  expect(defaultsOf([kept('a'), kept('b')])).toEqual(['a'])
  expect(defaultsOf([kept('a'), kept('b', 1), kept('c')])).toEqual(['b'])
  expect(defaultsOf([kept('a', 2), kept('b', 1)])).toEqual(['a'])
})

test('of two chosen in the same millisecond, the younger is the default', () => {
  expect(defaultsOf([kept('a', 1), kept('b', 1)])).toEqual(['b'])
})

test('fields without a value are left out', () => {
  const blank = { label: undefined, line2: undefined, phone: undefined }
  expect(Object.keys(postalAddress({ ...POSTAL, ...blank })).sort()).toEqual(Object.keys(POSTAL).sort())
  const full = { ...POSTAL, label: 'Home', line2: 'Flat 2', phone: '+91 22 1234567' }
  expect(postalAddress(full)).toEqual(full)
})
