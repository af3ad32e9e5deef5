import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Charge } from '../payments/index.ts'
import { type CheckoutEvent, isFinal, nextState } from './checkout.machine.ts'
import { advanced, isPayable, isUnsettled, withAttempt } from './checkout.rules.ts'
import type { Attempt, CheckoutDocument } from './checkout.store.ts'

const EVENTS: CheckoutEvent['type'][] = ['PAY', 'AUTHORIZED', 'DECLINED', 'PLACED', 'CANCEL', 'EXPIRE']
const STATES: Attempt['state'][] = ['started', 'authorized', 'captured', 'declined', 'voided']
const START = new Date('2030-01-01T00:00:00Z')
const at = (seconds: number) => new Date(START.getTime() + seconds * 1_000)

const charge: Charge = { method: 'card', source: { type: 'token', token: 'tok' } }
const shippingAddress = {
  name: 'Asha Rao',
  line1: '1 Hill Road',
  city: 'Mumbai',
  state: 'MH',
  postalCode: '400050',
  country: 'IN',
}

function attemptIn(key: string, state: Attempt['state']): Attempt {
  return { key, charge, shippingAddress, state, startedAt: START }
}

const nothing = { amount: 0, currency: 'INR' }
const fresh: CheckoutDocument = {
  _id: 'c',
  userId: 'asha',
  state: 'open',
  active: true,
  unsettled: false,
  cart: {
    id: 'asha',
    items: [],
    pointsRedeemed: 0,
    version: 1,
    updatedAt: START.toISOString(),
    totals: {
      subtotal: nothing,
      tierDiscount: nothing,
      couponDiscount: nothing,
      pointsDiscount: nothing,
      shipping: nothing,
      tax: nothing,
      total: nothing,
      tier: 'bronze',
    },
  },
  pricing: {
    subtotal: 0,
    tierDiscount: 0,
    couponDiscount: 0,
    pointsDiscount: 0,
    pointsUsed: 0,
    shipping: 0,
    tax: 0,
    total: 0,
    lines: [],
  },
  attempts: [],
  version: 1,
  createdAt: START,
  expiresAt: at(600),
  updatedAt: START,
}

const anyAttempts = fc
  .array(fc.constantFrom(...STATES), { maxLength: 4 })
  .map((states) => states.map((state, index) => attemptIn(`c:${index + 1}`, state)))

describe('the next version of a checkout', () => {
  it('tells by itself whether it is over and whether money is unsettled, whatever happens', () => {
    const anyStep = fc.record({
      event: fc.constantFrom(...EVENTS, undefined),
      attempts: fc.option(anyAttempts, { nil: undefined }),
    })
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 12 }), (steps) => {
        let checkout = fresh
        for (const [index, { event, attempts }] of steps.entries()) {
          const change = attempts === undefined ? {} : { attempts }
          if (event !== undefined && nextState(checkout.state, event) === null) {
            const before = checkout
            expect(() => advanced(before, at(index), event, change)).toThrow(event)
            continue
          }
          const next = advanced(checkout, at(index), event, change)
          expect(next.version).toBe(checkout.version + 1)
          expect(next.active).toBe(!isFinal(next.state))
          expect(next.unsettled).toBe(next.attempts.some(isUnsettled))
          expect(next.updatedAt).toEqual(at(index))
          expect(next.endedAt === undefined).toBe(next.active)
          if (checkout.endedAt !== undefined) expect(next.endedAt).toEqual(checkout.endedAt)
          checkout = next
        }
      }),
    )
  })

  it('leaves the one before as it was', () => {
    const before = structuredClone(fresh)
    advanced(fresh, at(1), 'PAY', { attempts: [attemptIn('c:1', 'started')] })
    expect(fresh).toEqual(before)
  })
})

describe('a checkout', () => {
  it('can be paid while it is open or declined and its time is not over', () => {
    const states = [
      'open',
      'authorizing',
      'placing_order',
      'completed',
      'declined',
      'cancelled',
      'expired',
    ] as const
    const payable = states.filter((state) => isPayable({ ...fresh, state }, at(599)))
    expect(payable).toEqual(['open', 'declined'])
    expect(states.filter((state) => isPayable({ ...fresh, state }, at(600)))).toEqual([])
  })
})

describe('an attempt', () => {
  it('is changed by its key, and the others are left', () => {
    const attempts = [attemptIn('c:1', 'declined'), attemptIn('c:2', 'started')]
    expect(withAttempt({ ...fresh, attempts }, 'c:2', { state: 'authorized', reference: 'pay_1' })).toEqual([
      attempts[0],
      { ...attempts[1], state: 'authorized', reference: 'pay_1' },
    ])
  })

  it('is unsettled until its money is taken, let go of, or known not to have been there', () => {
    expect(STATES.filter((state) => isUnsettled(attemptIn('c:1', state)))).toEqual(['started', 'authorized'])
  })
})
