import { z } from 'zod'
import type { CardSource, UpiSource } from './gateway.ts'

/** How the mock treats a card or a UPI address; all that it remembers of a number. */
export const Outcome = z.discriminatedUnion('type', [
  z.object({ type: z.literal('approve') }),
  z.object({ type: z.literal('decline'), reason: z.string() }),
  /** Fails for a moment, the first two times. */
  z.object({ type: z.literal('falter') }),
  /** Never answers. */
  z.object({ type: z.literal('silence') }),
])
export type Outcome = z.infer<typeof Outcome>

const APPROVE: Outcome = { type: 'approve' }

const CARDS: ReadonlyMap<string, Outcome> = new Map<string, Outcome>([
  ['4242424242424242', APPROVE],
  ['4000000000000002', { type: 'decline', reason: 'card_declined' }],
  ['4000000000009995', { type: 'decline', reason: 'insufficient_funds' }],
  ['4000000000000119', { type: 'falter' }],
  ['4000000000000259', { type: 'silence' }],
])

const UPI_ADDRESSES: ReadonlyMap<string, Outcome> = new Map<string, Outcome>([
  ['success@upi', APPROVE],
  ['declined@upi', { type: 'decline', reason: 'upi_declined' }],
  ['timeout@upi', { type: 'silence' }],
])

/** What is not in the tables is approved. */
export function outcomeFor(source: CardSource | UpiSource): Outcome {
  const found = source.kind === 'card' ? CARDS.get(source.number) : UPI_ADDRESSES.get(source.vpa)
  return found ?? APPROVE
}

/** A card is good to the end of the month that is printed on it. */
export function hasExpired(card: { expMonth?: number | undefined; expYear?: number | undefined }, now: Date) {
  if (card.expMonth === undefined || card.expYear === undefined) return false
  return now.getTime() >= Date.UTC(card.expYear, card.expMonth, 1)
}
