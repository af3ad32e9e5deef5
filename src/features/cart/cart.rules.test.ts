import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Product } from '../../contract/index.ts'
import { ShopError } from '../../platform/errors.ts'
import type { CartFacts } from './cart.facts.ts'
import {
  availableTo,
  chooseVariant,
  MAX_LINES,
  MAX_QUANTITY,
  mergedLines,
  withAdded,
  without,
  withQuantity,
} from './cart.rules.ts'
import type { CartLine } from './cart.store.ts'

const TIME = '2030-01-01T00:00:00.000Z'

function product(id: string, variants: Readonly<Record<string, number>>, currency = 'INR'): Product {
  const price = { amount: 1_000, currency }
  return {
    id,
    slug: id,
    name: id,
    description: '',
    brand: null,
    category: 'Things',
    price,
    images: [],
    variants: Object.entries(variants).map(([sku, available]) => ({ sku, price, available })),
    rating: null,
    tags: [],
    stock: { available: 0, status: 'in_stock' },
    createdAt: TIME,
    updatedAt: TIME,
  }
}

function facts(products: readonly Product[], held: Readonly<Record<string, number>> = {}): CartFacts {
  return {
    now: new Date(TIME),
    currency: 'INR',
    shipping: { fee: 0, freeFrom: 0 },
    products: new Map(products.map((one) => [one.id, one])),
    held: new Map(Object.entries(held)),
    tier: 'bronze',
    points: 0,
    coupon: null,
  }
}

const line = (sku: string, quantity: number, productId = 'shirt'): CartLine => ({
  id: `line-${sku}`,
  productId,
  sku,
  quantity,
})

function refusal(work: () => unknown): Pick<ShopError, 'code' | 'details'> | undefined {
  try {
    work()
  } catch (error) {
    if (error instanceof ShopError) return { code: error.code, details: error.details }
    throw error
  }
  return undefined
}

const SHIRT = product('shirt', { S: 5, M: 200, L: 0 })

describe('the variant that is meant', () => {
  test('is the named one', () => expect(chooseVariant(SHIRT, 'M').sku).toBe('M'))

  test('is the only one when none is named', () => {
    expect(chooseVariant(product('mug', { MUG: 1 }), undefined).sku).toBe('MUG')
  })

  test('must be named when there are several, and must exist', () => {
    expect(refusal(() => chooseVariant(SHIRT, undefined))).toMatchObject({
      code: 'validation_failed',
      details: { errors: [{ path: 'sku' }] },
    })
    expect(refusal(() => chooseVariant(SHIRT, 'XXL'))).toMatchObject({ code: 'not_found' })
    expect(refusal(() => chooseVariant(product('none', {}), undefined))).toMatchObject({ code: 'not_found' })
  })
})

describe('what this shopper can still buy', () => {
  test("is what is for sale and what the shopper's own checkout holds", () => {
    expect(availableTo(line('S', 1), facts([SHIRT]))).toBe(5)
    expect(availableTo(line('S', 1), facts([SHIRT], { S: 2 }))).toBe(7)
  })

  test('is nothing of what is gone or sold in another currency', () => {
    expect(availableTo(line('S', 1), facts([]))).toBe(0)
    expect(availableTo(line('S', 1), facts([product('shirt', { S: 5 }, 'EUR')]))).toBe(0)
  })
})

describe('changing lines', () => {
  test('the same variant again adds up, another one is a new line', () => {
    const once = withAdded([], line('S', 2), facts([SHIRT]))
    expect(withAdded(once, { ...line('S', 3), id: 'second' }, facts([SHIRT]))).toEqual([line('S', 5)])
    expect(withAdded(once, line('M', 1), facts([SHIRT]))).toEqual([line('S', 2), line('M', 1)])
  })

  test('the sum is what the stock must reach', () => {
    expect(refusal(() => withAdded([line('S', 4)], line('S', 2), facts([SHIRT])))).toMatchObject({
      code: 'insufficient_stock',
      details: { available: 5 },
    })
  })

  test(`a line has at most ${MAX_QUANTITY} pieces and a cart at most ${MAX_LINES} lines`, () => {
    const tooMany = () => withAdded([line('M', MAX_QUANTITY)], line('M', 1), facts([SHIRT]))
    expect(refusal(tooMany)).toMatchObject({ code: 'validation_failed' })
    const full = Array.from({ length: MAX_LINES }, (_, index) => line(`X${index}`, 1, 'other'))
    expect(refusal(() => withAdded(full, line('S', 1), facts([SHIRT])))).toMatchObject({
      code: 'validation_failed',
    })
  })

  test('a quantity is set within the stock, and lowered in any case', () => {
    expect(withQuantity([line('S', 1)], 'line-S', 5, facts([SHIRT]))).toEqual([line('S', 5)])
    expect(refusal(() => withQuantity([line('S', 1)], 'line-S', 6, facts([SHIRT])))).toMatchObject({
      code: 'insufficient_stock',
      details: { available: 5 },
    })
    expect(withQuantity([line('L', 4)], 'line-L', 3, facts([SHIRT]))).toEqual([line('L', 3)])
  })

  test('a line that is not there cannot be changed or taken out', () => {
    expect(refusal(() => withQuantity([], 'line-S', 1, facts([SHIRT])))).toMatchObject({ code: 'not_found' })
    expect(refusal(() => without([line('S', 1)], 'line-M'))).toMatchObject({ code: 'not_found' })
    expect(without([line('S', 1), line('M', 1)], 'line-S')).toEqual([line('M', 1)])
  })
})

describe("merging a guest's lines", () => {
  test('adds quantities up as far as the stock reaches', () => {
    const merged = mergedLines([line('S', 2)], [line('S', 9), line('M', 1)], facts([SHIRT]))
    expect(merged).toEqual([line('S', 5), line('M', 1)])
  })

  test('keeps what the user had, even beyond the stock, and leaves out what is sold out', () => {
    expect(mergedLines([line('S', 8)], [line('S', 1), line('L', 1)], facts([SHIRT]))).toEqual([line('S', 8)])
  })

  test(`stops at ${MAX_QUANTITY} pieces`, () => {
    expect(mergedLines([line('M', 60)], [line('M', 60)], facts([SHIRT]))).toEqual([line('M', MAX_QUANTITY)])
  })
})

describe('whatever is done to a cart', () => {
  const anyStock = fc.record({ S: fc.nat(150), M: fc.nat(150), L: fc.nat(150) })
  const anySku = fc.constantFrom('S', 'M', 'L')
  const anyQuantity = fc.integer({ min: 1, max: MAX_QUANTITY })
  const anyLines = fc
    .uniqueArray(fc.record({ sku: anySku, quantity: anyQuantity }), { selector: ({ sku }) => sku })
    .map((lines) => lines.map(({ sku, quantity }) => line(sku, quantity)))
  const anyStep = fc.record({
    act: fc.constantFrom('add', 'set', 'drop'),
    sku: anySku,
    quantity: anyQuantity,
  })

  const orRefused = (lines: CartLine[], work: () => CartLine[]): CartLine[] => {
    let next = lines
    refusal(() => {
      next = work()
    })
    return next
  }

  test('a variant has one line, of 1 to the most pieces, and never more than there are', () => {
    fc.assert(
      fc.property(anyStock, fc.array(anyStep, { maxLength: 30 }), (stock, steps) => {
        const known = facts([product('shirt', stock)])
        let lines: CartLine[] = []
        for (const { act, sku, quantity } of steps) {
          lines = orRefused(lines, () => {
            if (act === 'add') return withAdded(lines, line(sku, quantity), known)
            return act === 'set'
              ? withQuantity(lines, `line-${sku}`, quantity, known)
              : without(lines, `line-${sku}`)
          })
          expect(new Set(lines.map((one) => one.sku)).size).toBe(lines.length)
          for (const one of lines) {
            expect(one.quantity).toBeGreaterThanOrEqual(1)
            expect(one.quantity).toBeLessThanOrEqual(Math.min(MAX_QUANTITY, availableTo(one, known)))
          }
        }
      }),
    )
  })

  test('a merge takes nothing away, adds up to the sum at the most, and grows no line beyond the stock', () => {
    fc.assert(
      fc.property(anyStock, anyLines, anyLines, (stock, own, guests) => {
        const known = facts([product('shirt', stock)])
        const merged = mergedLines(own, guests, known)
        const of = (lines: readonly CartLine[], sku: string) =>
          lines.find((one) => one.sku === sku)?.quantity ?? 0
        expect(new Set(merged.map(({ sku }) => sku)).size).toBe(merged.length)
        for (const sku of ['S', 'M', 'L']) {
          const after = of(merged, sku)
          const before = of(own, sku)
          expect(after).toBeGreaterThanOrEqual(before)
          expect(after).toBeLessThanOrEqual(before + of(guests, sku))
          if (after > before) {
            expect(after).toBeLessThanOrEqual(Math.min(MAX_QUANTITY, availableTo(line(sku, 1), known)))
          }
        }
        expect(merged.slice(0, own.length).map(({ id }) => id)).toEqual(own.map(({ id }) => id))
        expect(mergedLines(merged, [], known)).toEqual(merged)
      }),
    )
  })
})
