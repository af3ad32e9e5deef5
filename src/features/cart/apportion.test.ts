import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { apportion, percentOf, scaleDown } from './apportion.ts'

const amount = fc.integer({ min: 0, max: 10_000_000_000 })
const weights = fc.array(amount, { minLength: 1, maxLength: 30 })

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)

describe('apportion', () => {
  it('shares out exactly, never above a weight', () => {
    fc.assert(
      fc.property(weights, fc.nat(1000), (parts, permille) => {
        const total = scaleDown(sum(parts), permille, 1000)
        const shares = apportion(total, parts)
        expect(sum(shares)).toBe(total)
        shares.forEach((share, index) => {
          expect(share).toBeGreaterThanOrEqual(0)
          expect(share).toBeLessThanOrEqual(parts[index] ?? 0)
        })
      }),
    )
  })

  it('is never more than one unit off the exact share', () => {
    fc.assert(
      fc.property(weights, amount, (parts, total) => {
        fc.pre(sum(parts) > 0)
        apportion(total, parts).forEach((share, index) => {
          const floor = scaleDown(total, parts[index] ?? 0, sum(parts))
          expect([floor, floor + 1]).toContain(share)
        })
      }),
    )
  })

  it('gives what is left over to the largest remainder, the earlier among equals', () => {
    expect(apportion(100, [1, 1, 1])).toEqual([34, 33, 33])
    expect(apportion(10, [19, 61, 20])).toEqual([2, 6, 2])
    expect(apportion(1, [1, 3])).toEqual([0, 1])
    expect(apportion(0, [0, 0])).toEqual([0, 0])
    expect(() => apportion(1, [0])).toThrow(RangeError)
  })
})

describe('percentOf', () => {
  it('rounds halves up', () => {
    expect(percentOf(150, 1)).toBe(2)
    expect(percentOf(149, 1)).toBe(1)
    expect(percentOf(99_999, 18)).toBe(18_000)
    expect(percentOf(0, 18)).toBe(0)
  })
})
