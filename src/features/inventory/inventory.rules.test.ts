import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Allocation,
  adjust,
  emptyVariant,
  hold,
  isBalanced,
  release,
  restock,
  retire,
  sell,
  state,
  stockStatus,
  takeBack,
  type VariantCount,
} from './inventory.rules.ts'
import { LOCATIONS } from './locations.ts'

const WAREHOUSE = 'wh-mumbai'
const SECOND = 'wh-bengaluru'
const STORE = 'st-delhi'

function stocked(places: Readonly<Record<string, number>>): VariantCount {
  return state(
    emptyVariant('A'),
    Object.entries(places).map(([locationId, quantity]) => ({ locationId, quantity })),
  )
}

function placesOf(variant: VariantCount | undefined): Record<string, number> {
  return Object.fromEntries((variant?.locations ?? []).map(({ id, available }) => [id, available]))
}

describe('stockStatus', () => {
  it('calls the threshold itself low', () => {
    expect([0, 1, 5, 6].map((count) => stockStatus(count, 5))).toEqual([
      'out_of_stock',
      'low_stock',
      'low_stock',
      'in_stock',
    ])
  })
})

describe('hold', () => {
  it('fills from the first place that has enough', () => {
    const held = hold(stocked({ [STORE]: 9, [SECOND]: 4, [WAREHOUSE]: 2 }), 3)
    expect(held?.allocations).toEqual([{ locationId: SECOND, quantity: 3 }])
    expect(placesOf(held?.variant)).toEqual({ [STORE]: 9, [SECOND]: 1, [WAREHOUSE]: 2 })
    expect(held?.variant).toMatchObject({ received: 15, held: 3, available: 12, sold: 0 })
  })

  it('gathers from the fullest places where none has enough', () => {
    const held = hold(stocked({ [WAREHOUSE]: 1, [SECOND]: 3, [STORE]: 2 }), 5)
    expect(held?.allocations).toEqual([
      { locationId: SECOND, quantity: 3 },
      { locationId: STORE, quantity: 2 },
    ])
  })

  it('takes all or nothing', () => {
    expect(hold(stocked({ [WAREHOUSE]: 2 }), 3)).toBeNull()
    expect(hold(stocked({ [WAREHOUSE]: 2 }), 0)).toBeNull()
  })
})

describe('state', () => {
  it('says the same twice without effect, whatever was sold since', () => {
    const held = hold(stocked({ [WAREHOUSE]: 10 }), 4)
    const sold = held === null ? undefined : sell(held.variant, held.allocations)
    expect(sold && state(sold, [{ locationId: WAREHOUSE, quantity: 10 }])).toEqual(sold)
  })

  it('counts another figure by its difference', () => {
    const held = hold(stocked({ [WAREHOUSE]: 10 }), 4)
    const more = held && state(held.variant, [{ locationId: WAREHOUSE, quantity: 12 }])
    expect(more).toMatchObject({ received: 12, held: 4, available: 8 })
    const none = more && state(more, [{ locationId: WAREHOUSE, quantity: 0 }])
    expect(none).toMatchObject({ received: 4, held: 4, available: 0 })
  })
})

describe('restock', () => {
  it('fills the places up and leaves sold and held pieces in the books', () => {
    const held = hold(stocked({ [WAREHOUSE]: 10 }), 4)
    const full = held && restock(held.variant, [{ locationId: WAREHOUSE, quantity: 10 }])
    expect(full).toMatchObject({ received: 14, held: 4, available: 10 })
  })
})

interface Books {
  variant: VariantCount
  open: Allocation[][]
}

const quantity = fc.integer({ min: 0, max: 12 })
const place = fc.constantFrom(...LOCATIONS.map(({ id }) => id), 'somewhere-else')
const step = fc.oneof(
  fc.record({ kind: fc.constant('hold' as const), quantity }),
  fc.record({ kind: fc.constantFrom('release' as const, 'sell' as const), nth: fc.nat(5) }),
  fc.record({ kind: fc.constant('return' as const), quantity, place }),
  fc.record({ kind: fc.constant('adjust' as const), delta: fc.integer({ min: -12, max: 12 }), place }),
  fc.record({ kind: fc.constantFrom('state' as const, 'restock' as const), quantity, place }),
  fc.record({ kind: fc.constant('retire' as const) }),
)
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

function take(books: Books, next: Step): void {
  if (next.kind === 'hold') {
    const held = hold(books.variant, next.quantity)
    if (held === null) return
    books.variant = held.variant
    books.open.push(held.allocations)
  } else if ('nth' in next) {
    const [allocations] = books.open.splice(next.nth, 1)
    if (allocations === undefined) return
    books.variant = (next.kind === 'sell' ? sell : release)(books.variant, allocations)
  } else if (next.kind === 'return') {
    books.variant = takeBack(books.variant, next.quantity, next.place) ?? books.variant
  } else if (next.kind === 'adjust') {
    books.variant = adjust(books.variant, next.place, next.delta) ?? books.variant
  } else if (next.kind === 'retire') {
    books.variant = retire(books.variant)
  } else {
    const statement = [{ locationId: next.place, quantity: next.quantity }]
    books.variant = (next.kind === 'state' ? state : restock)(books.variant, statement)
  }
}

describe('the books of a variant', () => {
  it('are in balance after any sequence of steps: received = sold + held + available, nothing below zero', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const books: Books = { variant: emptyVariant('A'), open: [] }
        for (const next of steps) {
          take(books, next)
          if (!isBalanced(books.variant)) return false
          const held = books.open.flat().reduce((sum, allocation) => sum + allocation.quantity, 0)
          if (held !== books.variant.held) return false
        }
        return true
      }),
      { numRuns: 500 },
    )
  })

  it('never promise more pieces than there were, however buyers come and go', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 20 }),
        fc.array(quantity, { maxLength: 40 }),
        (pieces, wishes) => {
          let variant = stocked({ [WAREHOUSE]: pieces })
          for (const wish of wishes) variant = hold(variant, wish)?.variant ?? variant
          return variant.held + variant.available === pieces && variant.held <= pieces
        },
      ),
    )
  })

  it('give a released hold back to the places that it came from', () => {
    fc.assert(
      fc.property(quantity, quantity, quantity, (first, second, wish) => {
        const before = stocked({ [WAREHOUSE]: first, [STORE]: second })
        const held = hold(before, wish)
        if (held !== null) expect(release(held.variant, held.allocations)).toEqual(before)
      }),
    )
  })
})
