import { describe, expect, it } from 'vitest'
import type { OrderStatus } from '../../contract/index.ts'
import { eventsUntil, paidBetween, statusAt } from './fulfilment.rules.ts'

const HOUR_MS = 60 * 60 * 1000
const paidAt = new Date('2030-01-01T00:00:00Z')
const at = (hours: number) => new Date(paidAt.getTime() + hours * HOUR_MS)
const STATUSES: OrderStatus[] = ['paid', 'processing', 'shipped', 'delivered']

describe('the way of an order', () => {
  it('moves on with time once it is paid', () => {
    const seen = [0, 0.9, 1, 23, 24, 71, 72, 1000].map((hours) =>
      statusAt({ state: 'paid', paidAt }, at(hours)),
    )
    expect(seen).toEqual([
      'paid',
      'paid',
      'processing',
      'processing',
      'shipped',
      'shipped',
      'delivered',
      'delivered',
    ])
  })

  it('stays where it is before it is paid and after it came back', () => {
    expect(statusAt({ state: 'pending', paidAt: null }, at(100))).toBe('pending')
    expect(statusAt({ state: 'refunded', paidAt }, at(100))).toBe('refunded')
  })

  it('is found by exactly the status that it shows', () => {
    for (const hours of [0, 0.5, 1, 12, 24, 40, 72, 500]) {
      const now = at(hours)
      const found = STATUSES.filter((status) => {
        const range = paidBetween(status, now)
        return (
          range !== undefined && paidAt <= range.upTo && (range.after === undefined || paidAt > range.after)
        )
      })
      expect(found).toEqual([statusAt({ state: 'paid', paidAt }, now)])
    }
    expect(paidBetween('refunded', paidAt)).toBeUndefined()
  })

  it('tells what has happened so far and no more', () => {
    expect(eventsUntil(paidAt, at(0)).map(({ status }) => status)).toEqual(['paid'])
    expect(eventsUntil(paidAt, at(24)).map(({ status }) => status)).toEqual(['paid', 'processing', 'shipped'])
    expect(eventsUntil(paidAt, at(72)).at(-1)).toMatchObject({ status: 'delivered', at: at(72) })
  })
})
