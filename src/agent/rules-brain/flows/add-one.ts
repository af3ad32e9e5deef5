import { Cart } from '../../../contract/index.ts'
import type { ToolOutcome } from '../../brain.ts'
import { apology } from '../apology.ts'
import { type Call, type Said, type Turn, use } from '../flow.ts'
import { type ShownProduct, withFocus, withoutQuestion } from '../memory.ts'
import { chooseFreely, chooseVariant, type Indifference, type VariantChoice } from '../variants.ts'
import type { Wishes } from '../wishes.ts'
import { joined, price, variantName } from '../wording.ts'

const NOT_FREE: Indifference = { color: false, size: false }

/** Adds one product, or asks which of its variants. */
export function* addOne(
  product: ShownProduct,
  quantity: number,
  wishes: Wishes,
  turn: Turn,
): Generator<Call, Said, ToolOutcome> {
  turn.memory = withFocus(withoutQuestion(turn.memory), product)
  const choice = chooseFreely(product, wishes.color, wishes.size, wishes.free)
  if (choice.kind !== 'chosen') return askForVariant(product, quantity, wishes, choice, turn)
  const outcome = yield* use('add_to_cart', { productId: product.id, sku: choice.sku, quantity }, Cart)
  if (!outcome.ok) {
    if (outcome.problem.code === 'insufficient_stock') {
      const available = outcome.problem.available ?? 0
      const question =
        available === 0
          ? { about: 'waitlist' as const, productId: product.id, sku: choice.sku }
          : { about: 'product' as const, quantity: available }
      turn.memory = { ...turn.memory, question }
    }
    return apology(outcome.problem, `${product.name}${variantName(choice)}`)
  }
  turn.memory = { ...turn.memory, lastAdded: { productId: product.id, sku: choice.sku, quantity } }
  const cart = outcome.value
  const line = cart.items.find(({ sku }) => sku === choice.sku)
  const inAll =
    line === undefined || line.quantity === quantity ? '' : ` You now have ${line.quantity} of them.`
  return {
    text: `Added ${quantity} × ${product.name}${variantName(choice)} to your cart.${inAll} The total is ${price(cart.totals.total)}. Say "check out" when you are ready.`,
    attach: { cart },
  }
}

/** The open question for a colour or size, once more. */
export function askedAgain(turn: Turn): string | undefined {
  const { memory } = turn
  const { question, shown, known } = memory
  if (question?.about !== 'variant') return undefined
  const { productId, quantity, color, size, next } = question
  const product = [...shown, ...known].find(({ id }) => id === productId)
  const choice = product === undefined ? undefined : chooseVariant(product, color, size)
  if (product === undefined || choice === undefined || choice.kind === 'chosen') return undefined
  const { text } = askForVariant(product, quantity, { color, size, free: NOT_FREE }, choice, turn)
  turn.memory = { ...memory, question: { ...question, next } }
  return text
}

/** What is said in place of "your cart is empty" where something is still to be chosen. */
export function stillToChoose(turn: Turn): Said | undefined {
  const text = askedAgain(turn)
  if (text === undefined) return undefined
  return {
    text: `Your cart is empty until I know one thing. ${text} If it is all the same to you, say "any".`,
  }
}

function askForVariant(
  product: ShownProduct,
  quantity: number,
  { color, size }: Wishes,
  choice: Exclude<VariantChoice, { kind: 'chosen' }>,
  turn: Turn,
): Said {
  const lacks = (by: 'color' | 'size') => choice.kind === 'none' && choice.by === by
  turn.asking = true
  turn.memory = {
    ...turn.memory,
    question: {
      about: 'variant',
      productId: product.id,
      quantity,
      next: [],
      ...(color === undefined || lacks('color') ? {} : { color }),
      ...(size === undefined || lacks('size') ? {} : { size }),
    },
  }
  const missing =
    choice.kind === 'none'
      ? `${product.name} does not come in ${choice.by === 'color' ? color : `size ${size}`}. `
      : ''
  const question = choice.by === 'color' ? 'Which colour' : 'Which size'
  return {
    text: `${missing}${question} of ${product.name} would you like? There is ${joined(choice.options, 'or')}.`,
  }
}
