import type { Problem } from '../../contract/index.ts'
import type { Said } from './flow.ts'

/** What the customer hears when a tool could not do what she asked. */
export function apology(problem: Problem, what = 'that'): Said {
  return { text: sentence(problem, what) }
}

function sentence(problem: Problem, what: string): string {
  switch (problem.code) {
    case 'insufficient_stock':
      return problem.available === undefined || problem.available === 0
        ? `Sorry, ${what} is out of stock right now. Shall I tell you when it is back?`
        : `Sorry, only ${problem.available} of ${what} can be had right now. Shall I take ${problem.available === 1 ? 'that one' : 'those'} for you?`
    case 'cart_empty':
      return 'Your cart is empty, so there is nothing to check out yet. What are you looking for?'
    case 'not_found':
      return `Sorry, I could not find ${what}.`
    case 'coupon_not_applicable':
      return `That coupon cannot be used here: ${problem.detail}`
    case 'insufficient_points':
      return `You do not have that many points. ${problem.detail}`
    case 'checkout_expired':
      return 'That checkout has lapsed and its items are no longer held. Say "check out" and I will start a new one.'
    case 'checkout_closed':
      return 'That checkout is closed. Say "check out" and I will start a new one.'
    case 'payment_declined':
      return `The payment was declined${problem.reason === undefined ? '' : ` (${problem.reason.replaceAll('_', ' ')})`}. No money was taken and your cart is as it was. You can try another card, UPI or a gift card.`
    case 'payment_timeout':
      return 'The payment service did not answer in time. No money was taken and your cart is as it was. Shall I try again, or would you like to pay another way?'
    case 'not_returnable':
      return `That order cannot be returned: ${problem.detail}`
    case 'validation_failed':
      return `I could not do that: ${problem.errors?.map(({ message }) => message).join('; ') ?? problem.detail}`
    case 'rate_limited':
      return 'That was a little too fast for me. Please try again in a moment.'
    default:
      return 'Sorry, something went wrong on our side. Please try again in a moment, or ask me for a human.'
  }
}
