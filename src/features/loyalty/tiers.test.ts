import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Tier } from '../../contract/index.ts'
import { pointsEarned, TIERS, termsOf, tierAbove, tierFor } from './tiers.ts'

test('the tiers fit the contract and rise', () => {
  expect(TIERS.map((tier) => Tier.parse(tier).name)).toEqual(['bronze', 'silver', 'gold', 'platinum'])
  expect(TIERS[0]?.minPoints).toBe(0)
  for (const [index, tier] of TIERS.slice(1).entries()) {
    const below = TIERS[index]
    expect(tier.minPoints).toBeGreaterThan(below?.minPoints ?? 0)
    expect(tier.discountPercent).toBeGreaterThan(below?.discountPercent ?? 0)
    expect(tier.pointsPerUnit).toBeGreaterThan(below?.pointsPerUnit ?? 0)
  }
})

test.each(TIERS)('$name begins at its own points', ({ name, minPoints }) => {
  expect(tierFor(minPoints)).toBe(name)
  if (minPoints > 0) expect(tierAbove(tierFor(minPoints - 1))?.name).toBe(name)
})

test('points below zero are bronze, and nothing is above platinum', () => {
  expect(tierFor(-1)).toBe('bronze')
  expect(tierAbove('platinum')).toBeNull()
})

test('more points never mean a lower tier', () => {
  const rank = (points: number) => TIERS.findIndex(({ name }) => name === tierFor(points))
  fc.assert(
    fc.property(fc.nat(100_000), fc.nat(100_000), (points, more) => {
      expect(rank(points + more)).toBeGreaterThanOrEqual(rank(points))
    }),
  )
})

test('a purchase earns by whole hundreds, rounded up once', () => {
  expect(pointsEarned('bronze', 0)).toBe(0)
  expect(pointsEarned('bronze', 99)).toBe(0)
  expect(pointsEarned('bronze', 100)).toBe(1)
  expect(pointsEarned('bronze', 5_000)).toBe(1)
  expect(pointsEarned('platinum', 100_000)).toBe(50)
  fc.assert(
    fc.property(fc.constantFrom(...TIERS), fc.nat(1_000_000_000), ({ name }, spent) => {
      const earned = pointsEarned(name, spent)
      expect(Number.isInteger(earned)).toBe(true)
      expect(earned).toBeLessThan((spent * termsOf(name).rate) / 10_000 + 1)
    }),
  )
})
