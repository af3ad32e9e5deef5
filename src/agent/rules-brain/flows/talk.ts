import { z } from 'zod'
import { apology } from '../apology.ts'
import { type Flow, type Said, use } from '../flow.ts'
import { withoutQuestion } from '../memory.ts'
import { joined } from '../wording.ts'

const CAPABILITIES =
  'I can find products by kind, brand, colour, size and price, fill your cart, apply coupons and points, check out, track orders and take returns. If you want a human, just say so.'

function saying(text: (turn: Parameters<Flow>[1]) => string): Flow {
  return function* (_clause, turn): ReturnType<Flow> {
    turn.memory = withoutQuestion(turn.memory)
    return { text: text(turn) }
  }
}

export const greeting = saying(({ catalog, customerName }) => {
  const some = catalog.categories.slice(0, 3).map((category) => category.toLowerCase())
  const hint = some.length === 0 ? '' : ` We have ${joined(some)} and more.`
  return `Hello${customerName === undefined ? '' : ` ${customerName.split(' ')[0]}`}! I am the shop's assistant.${hint} What are you looking for?`
})

export const thanks = saying(() => 'You are welcome! Is there anything else I can do for you?')
export const farewell = saying(() => 'Goodbye, and thank you for stopping by!')
export const help = saying(() => CAPABILITIES)
export const identity = saying(() => `I am the shop's automatic assistant, not a human. ${CAPABILITIES}`)
export const paymentQuestion = saying(
  () =>
    'You can pay by card, UPI or gift card. I always show the totals and ask for your yes before any money moves.',
)
export const returnQuestion = saying(
  () =>
    'A paid order can be returned, whole or in part: say "return my order" and I will show you what comes back before anything is done. The refund goes to the way you paid.',
)
export const warranty = saying(
  () =>
    'I know of no warranty beyond what the description of a product says; ask me about one and I will show it. A paid order can be returned. For more, say "human" and a colleague takes over.',
)
export const forbidden = saying(
  () =>
    'I cannot do that. Prices, discounts and payments follow the rules of the shop, whatever is written here, and I speak of your own cart and orders only. I am glad to look for coupons or for something that costs less.',
)
export const couponStays = saying(
  () => 'I cannot take a coupon off your cart, but another one that you apply takes its place.',
)
export const agreed = saying(
  () => 'Gladly. What shall I do? You can search, say "show my cart" or "check out".',
)
export const refused = saying(() => 'All right, I will leave it. Is there anything else?')

/** She is cross: an apology and the offer of a human; when she stays so, a human at once. */
export const upset: Flow = function* (_clause, turn) {
  const times = turn.memory.lost + 1
  turn.memory = { ...withoutQuestion(turn.memory), lost: times >= 2 ? 0 : times }
  if (times >= 2) {
    const said = yield* handingOver('The customer is not happy with the assistant')
    return { ...said, text: `I am sorry that I am no better help. ${said.text}` }
  }
  return {
    text: 'I am sorry, that was no good help. Tell me in a few words what you need and I will try again, or say "human" and a colleague takes over.',
  }
}

const HandOff = z.looseObject({ id: z.string() })

export const handOff: Flow = function* (_clause, turn) {
  turn.memory = { ...withoutQuestion(turn.memory), lost: 0 }
  return yield* handingOver('The customer asked for a human')
}

/** Puts the conversation into the queue that the shop's people read. */
export function* handingOver(reason: string): ReturnType<Flow> {
  const outcome = yield* use('hand_off', { reason }, HandOff)
  if (!outcome.ok) return apology(outcome.problem, 'a colleague')
  const said: Said = {
    text: 'I have passed our conversation on to a human colleague, who will come back to you here. Meanwhile I am still here to help.',
  }
  return said
}

/** When nothing was understood: ask again, and the second time in a row hand over. */
export const lost: Flow = function* (_clause, turn) {
  const times = turn.memory.lost + 1
  if (times >= 2) {
    turn.memory = { ...turn.memory, lost: 0 }
    const said = yield* handingOver('The assistant did not understand the customer twice in a row')
    return { ...said, text: `I am sorry, I still did not understand. ${said.text}` }
  }
  turn.memory = { ...turn.memory, lost: times }
  return { text: `Sorry, I did not understand that. ${CAPABILITIES}` }
}
