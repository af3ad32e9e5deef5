import { describe, expect, it } from 'vitest'
import { addressIn, recipientIn, unnamedAddressIn } from './address.ts'

const ASHA = {
  name: 'Asha Rao',
  line1: '12 Marine Drive',
  city: 'Mumbai',
  state: 'Maharashtra',
  postalCode: '400001',
  country: 'IN',
}
const read = (text: string) => addressIn(text, 'Asha Rao', 'IN')

describe('addressIn', () => {
  it.each([
    'Asha Rao, 12 Marine Drive, Mumbai, Maharashtra 400001, India',
    'ship it to Asha Rao, 12 Marine Drive, Mumbai, Maharashtra, 400001',
    'deliver to: 12 Marine Drive, Mumbai, Maharashtra - 400001',
    'pay by UPI asha@upi and ship to Asha Rao, 12 Marine Drive, Mumbai, Maharashtra 400001, India',
    'Asha Rao, 12 Marine Drive, Mumbai, Maharashtra 400001 and I pay with UPI asha@upi',
    'Asha Rao, 12 Marine Drive, Mumbai, Maharashtra 400001, by card •••• 4242',
    'card •••• 4242, expiry 12/30, Asha Rao, 12 Marine Drive, Mumbai, Maharashtra 400001',
  ])('reads %s', (text) => {
    expect(read(text)).toEqual(ASHA)
  })

  it('takes the town for the state where none is said', () => {
    expect(read('Asha Rao, 12 Marine Drive, Mumbai 400001')).toEqual({ ...ASHA, state: 'Mumbai' })
  })

  it.each([
    'card •••• 4242, expiry 12/30, cvc •••',
    'card •••• 4242 12/30',
    'use my card, the number is •••• 4242, valid until 12/2030',
    'two lamps, 3 mugs, 4 vases, 5 rings',
    'hello',
  ])('finds no address in %s', (text) => {
    expect(read(text)).toBeUndefined()
  })
})

describe('an address without a name', () => {
  it.each([
    ['flat 4, Rose Apartments, Baner Road, Pune, Maharashtra 411045', 'flat 4'],
    ['221B, Lajpat Nagar, New Delhi, Delhi 110024', '221B'],
    ['12 MG Road, Bengaluru, Karnataka 560001', '12 MG Road'],
  ])('is read from %s', (text, line1) => {
    expect(addressIn(text, undefined, 'IN')).toBeUndefined()
    expect(unnamedAddressIn(text, 'IN')).toMatchObject({ line1, country: 'IN' })
  })

  it('is not what names somebody', () => {
    expect(unnamedAddressIn('Asha Rao, 12 Marine Drive, Mumbai, Maharashtra 400001', 'IN')).toBeUndefined()
  })

  it.each([
    ['Asha Rao', 'Asha Rao'],
    ["it's Léa O'Neill.", "Léa O'Neill"],
    ['my name is S. K. Iyer', 'S. K. Iyer'],
    ['remove 2 of them', undefined],
    ['what does it cost?', undefined],
  ])('is completed by %s', (text, name) => {
    expect(recipientIn(text)).toBe(name)
  })
})
