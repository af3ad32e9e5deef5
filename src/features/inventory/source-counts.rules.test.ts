import { describe, expect, it } from 'vitest'
import { emptyVariant, isBalanced, type VariantCount } from './inventory.rules.ts'
import { recount, revisionOf, standingOf } from './source-counts.rules.ts'

const count = (available: number, revision?: number) => ({
  sku: 'tee-red-m',
  locationId: 'wh-mumbai',
  available,
  revision,
})

describe('how a count stands to the last one', () => {
  const last = { available: 5, revision: 3 }

  it.each([
    [count(5, 4), 'newer'],
    [count(9, 4), 'newer'],
    [count(5, 3), 'known'],
    [count(6, 3), 'conflict'],
    [count(6, 2), 'older'],
    [count(5), 'known'],
    [count(6), 'newer'],
  ])('%j: %s', (given, standing) => {
    expect(standingOf(given, last)).toBe(standing)
    expect(standingOf(given, undefined)).toBe('newer')
  })

  it('without revisions another figure is the next one', () => {
    expect(revisionOf(count(1), undefined)).toBe(1)
    expect(revisionOf(count(6), last)).toBe(4)
    expect(revisionOf(count(5), last)).toBe(3)
  })
})

describe('a place that is brought to a count', () => {
  const shelf: VariantCount = {
    ...emptyVariant('tee-red-m'),
    received: 12,
    sold: 2,
    held: 3,
    available: 7,
    locations: [
      { id: 'wh-mumbai', available: 5 },
      { id: 'st-delhi', available: 2 },
    ],
  }

  it.each([
    [8, 0, 0],
    [10, 2, 0],
    [4, -4, 0],
    [3, -5, 0],
    [1, -5, 2],
    [0, -5, 3],
  ])('of %i with 3 held: %i more for sale, %i held pieces missing', (available, delta, missing) => {
    const found = recount(shelf, count(available), 3)
    expect(found).toMatchObject({ before: 8, delta, missing })
    expect(found.variant.held).toBe(3)
    expect(found.variant.locations).toContainEqual({ id: 'st-delhi', available: 2 })
    expect(isBalanced(found.variant)).toBe(true)
  })

  it('where it had nothing yet', () => {
    const { variant, delta } = recount(shelf, { ...count(4), locationId: 'st-bandra' }, 0)
    expect(delta).toBe(4)
    expect(variant.available).toBe(11)
    expect(isBalanced(variant)).toBe(true)
  })
})
