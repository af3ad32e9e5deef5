import { describe, expect, it } from 'vitest'
import { addressIn } from './address.ts'

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
