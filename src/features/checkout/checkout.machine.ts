import { setup, transition } from 'xstate'
import type { CheckoutState } from '../../contract/index.ts'

export type CheckoutEvent =
  /** The customer pays: an attempt begins. */
  | { readonly type: 'PAY' }
  /** The money is set aside. */
  | { readonly type: 'AUTHORIZED' }
  /** No money was had, or it was let go of. */
  | { readonly type: 'DECLINED' }
  /** Order, stock, points and cart were written in one go. */
  | { readonly type: 'PLACED' }
  /** Given up: by the customer, a change of the cart, or another checkout. */
  | { readonly type: 'CANCEL' }
  /** Its time is over. */
  | { readonly type: 'EXPIRE' }

const ENDS = { CANCEL: 'cancelled', EXPIRE: 'expired' } as const

/** The life of a checkout. Once `completed` nothing leads back; until then it can end without a trace at any time. */
const checkoutMachine = setup({ types: { events: {} as CheckoutEvent } }).createMachine({
  id: 'checkout',
  initial: 'open',
  states: {
    open: { on: { PAY: 'authorizing', ...ENDS } },
    authorizing: { on: { AUTHORIZED: 'placing_order', DECLINED: 'declined', ...ENDS } },
    placing_order: { on: { PLACED: 'completed', DECLINED: 'declined', ...ENDS } },
    declined: { on: { PAY: 'authorizing', ...ENDS } },
    completed: { type: 'final' },
    cancelled: { type: 'final' },
    expired: { type: 'final' },
  },
})

/** The state that an event leads to; null where it means nothing. */
export function nextState(state: CheckoutState, type: CheckoutEvent['type']): CheckoutState | null {
  const snapshot = checkoutMachine.resolveState({ value: state })
  if (!snapshot.can({ type })) return null
  const [next] = transition(checkoutMachine, snapshot, { type })
  return next.value
}

/** Whether nothing can happen to it any more. */
export function isFinal(state: CheckoutState): boolean {
  return checkoutMachine.resolveState({ value: state }).status === 'done'
}
