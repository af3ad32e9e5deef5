import { describe, expect, it } from 'vitest'
import { minorDigits, parsePrice } from './currency.ts'

describe('minorDigits', () => {
  it('knows the currencies', () => {
    expect(['INR', 'JPY', 'KWD'].map(minorDigits)).toEqual([2, 0, 3])
  })
})

describe('parsePrice', () => {
  it('gives minor units without the errors of floating point', () => {
    expect(parsePrice('12.99', 'INR')).toBe(1299)
    expect(parsePrice('8.2', 'USD')).toBe(820)
    expect(parsePrice('1.005', 'KWD')).toBe(1005)
    expect(parsePrice('1,299.00', 'INR')).toBe(129_900)
    expect(parsePrice('.5', 'INR')).toBe(50)
  })

  it('rounds what is finer than the currency', () => {
    expect(parsePrice('9.99', 'JPY')).toBe(10)
    expect(parsePrice('1200.00', 'JPY')).toBe(1200)
    expect(parsePrice('1.994', 'INR')).toBe(199)
    expect(parsePrice('1.995', 'INR')).toBe(200)
  })

  it('refuses what is no price', () => {
    for (const text of ['', '-1', 'abc', '12,99', '1.2.3', '1e3', '$5', '.'])
      expect(parsePrice(text, 'INR')).toBeNull()
  })
})
