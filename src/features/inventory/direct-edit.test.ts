import { describe, expect, it } from 'vitest'
import { balance, concernsStock } from './direct-edit.ts'
import { isBalanced, type VariantCount } from './inventory.rules.ts'

const variant = (sku: string, available: number, places: readonly number[]): VariantCount => ({
  sku,
  received: 20,
  sold: 2,
  held: 1,
  available,
  locations: places.map((count, index) => ({ id: `place-${index}`, available: count })),
})

describe('concernsStock', () => {
  it('looks only at the stock', () => {
    expect(concernsStock(['note', 'updatedAt'])).toBe(false)
    expect(concernsStock(['available'])).toBe(true)
    expect(concernsStock(['variants.0.locations.1.available'])).toBe(true)
  })
})

describe('balance', () => {
  it('follows a place that was changed', () => {
    const [edited] = balance({ available: 10, variants: [variant('A', 10, [3, 4])] }, [
      'variants.0.locations.0.available',
    ])
    expect(edited).toMatchObject({ available: 7, received: 10 })
  })

  it('follows a variant that was changed, up and down', () => {
    const [more] = balance({ available: 10, variants: [variant('A', 12, [6, 4])] }, ['variants.0.available'])
    expect(more).toMatchObject({
      available: 12,
      received: 15,
      locations: [{ available: 8 }, { available: 4 }],
    })
    const [less] = balance({ available: 10, variants: [variant('A', 3, [6, 4])] }, ['variants.0.available'])
    expect(less).toMatchObject({ available: 3, received: 6, locations: [{ available: 0 }, { available: 3 }] })
  })

  it('follows the sum of the product when only that was changed', () => {
    const variants = [variant('A', 5, [5]), variant('B', 5, [5])]
    expect(balance({ available: 4, variants }, ['available']).map(({ available }) => available)).toEqual([
      0, 4,
    ])
    expect(balance({ available: 13, variants }, ['available']).map(({ available }) => available)).toEqual([
      8, 5,
    ])
    expect(balance({ available: 0, variants }, ['available']).map(({ available }) => available)).toEqual([
      0, 0,
    ])
  })

  it('leaves balanced books in any case', () => {
    const variants = [variant('A', 9, [1, 2]), variant('B', 0, [])]
    for (const changed of [['variants'], ['available'], ['variants.1.available'], ['variants.0.locations']]) {
      expect(balance({ available: 7, variants }, changed).every(isBalanced)).toBe(true)
    }
  })
})
