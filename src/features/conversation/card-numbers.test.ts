import { describe, expect, it } from 'vitest'
import { maskCards } from './card-numbers.ts'

describe('masking cards in what a customer types', () => {
  it('keeps the last four digits and masks the security code', () => {
    const masked = maskCards('pay with 4242 4242 4242 4242 12/30 123 please')
    expect(masked.text).toBe('pay with •••• 4242 12/30 ••• please')
    expect(masked.cards).toEqual([{ number: '4242424242424242', expMonth: 12, expYear: 2030, cvc: '123' }])
  })

  it.each([
    ['4242424242424242', '•••• 4242'],
    ['my card: 4000-0000-0000-0002, exp 01/2031, cvv 999', 'my card: •••• 0002, exp 01/2031, cvv •••'],
    ['4242.4242.4242.4242', '•••• 4242'],
    ['4242 4242 4242 4243', '•••• 4243'],
    ['٤٢٤٢٤٢٤٢٤٢٤٢٤٢٤٢', '•••• 4242'],
  ])('masks %s', (text, masked) => {
    expect(maskCards(text).text).toBe(masked)
  })

  it('finds a card without a date or code', () => {
    expect(maskCards('use 4242424242424242').cards).toEqual([{ number: '4242424242424242' }])
  })

  it('masks two cards in one message', () => {
    const { text, cards } = maskCards('4242424242424242 or 4000000000000002')
    expect(text).toBe('•••• 4242 or •••• 0002')
    expect(cards).toHaveLength(2)
  })

  it.each([
    'call me at 98765 43210',
    'order FW-100001',
    'under 4,000 rupees',
    'size 9, 12/30',
    '560001',
  ])('leaves %s alone', (text) => {
    expect(maskCards(text)).toEqual({ text, cards: [] })
  })
})
