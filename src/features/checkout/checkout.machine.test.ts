import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CheckoutState } from '../../contract/index.ts'
import { type CheckoutEvent, isFinal, nextState } from './checkout.machine.ts'

const EVENTS: CheckoutEvent['type'][] = ['PAY', 'AUTHORIZED', 'DECLINED', 'PLACED', 'CANCEL', 'EXPIRE']

describe('the life of a checkout', () => {
  it('goes from the hold to the order', () => {
    expect(nextState('open', 'PAY')).toBe('authorizing')
    expect(nextState('authorizing', 'AUTHORIZED')).toBe('placing_order')
    expect(nextState('placing_order', 'PLACED')).toBe('completed')
  })

  it('can be paid again after a decline', () => {
    expect(nextState('authorizing', 'DECLINED')).toBe('declined')
    expect(nextState('placing_order', 'DECLINED')).toBe('declined')
    expect(nextState('declined', 'PAY')).toBe('authorizing')
  })

  it('does not leave an end', () => {
    for (const state of ['completed', 'cancelled', 'expired'] as const) {
      expect(isFinal(state)).toBe(true)
      for (const event of EVENTS) expect(nextState(state, event)).toBeNull()
    }
  })

  it('reaches an order only by way of an authorization, whatever happens', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...EVENTS), { maxLength: 30 }), (events) => {
        let state: CheckoutState = 'open'
        let authorized = false
        for (const event of events) {
          const next = nextState(state, event)
          if (next === null) continue
          if (next === 'authorizing') authorized = false
          if (event === 'AUTHORIZED') authorized = true
          if (next === 'completed') expect(authorized).toBe(true)
          state = next
        }
      }),
    )
  })
})
