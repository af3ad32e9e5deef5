import { type CheckoutEvent, isFinal, nextState } from './checkout.machine.ts'
import type { Attempt, CheckoutDocument } from './checkout.store.ts'

/** Whether nobody knows for certain yet that an attempt's money was taken or let go of. */
export function isUnsettled({ state }: Attempt): boolean {
  return state === 'started' || state === 'authorized'
}

/** The key of a checkout's next attempt. */
export function attemptKey({ _id, attempts }: Pick<CheckoutDocument, '_id' | 'attempts'>): string {
  return `${_id}:${attempts.length + 1}`
}

/** The id of the checkout whose attempt has that key. */
export function checkoutOfAttempt(key: string): string {
  return key.slice(0, Math.max(0, key.lastIndexOf(':')))
}

export type CheckoutChange = Partial<Pick<CheckoutDocument, 'attempts' | 'order'>>

/** The next version of a checkout, after an event if one is given. Throws when the event means nothing in its state. */
export function advanced(
  checkout: CheckoutDocument,
  now: Date,
  event: CheckoutEvent['type'] | undefined,
  change: CheckoutChange = {},
): CheckoutDocument {
  const state = event === undefined ? checkout.state : nextState(checkout.state, event)
  if (state === null) throw new Error(`${event} means nothing to a checkout that is ${checkout.state}`)
  const attempts = change.attempts ?? checkout.attempts
  const ended = isFinal(state)
  return {
    ...checkout,
    ...change,
    state,
    active: !ended,
    unsettled: attempts.some(isUnsettled),
    version: checkout.version + 1,
    updatedAt: now,
    ...(ended ? { endedAt: checkout.endedAt ?? now } : {}),
  }
}

/** The attempts with the one of that key changed. */
export function withAttempt(
  checkout: CheckoutDocument,
  key: string,
  change: Partial<Pick<Attempt, 'state' | 'reference' | 'failure'>>,
): Attempt[] {
  return checkout.attempts.map((attempt) => (attempt.key === key ? { ...attempt, ...change } : attempt))
}

/** Whether it waits for a payment and there is time left for one. */
export function isPayable({ state, expiresAt }: CheckoutDocument, now: Date): boolean {
  return (state === 'open' || state === 'declined') && expiresAt > now
}
