import { Inventory, WaitlistJoined } from '../../../contract/index.ts'
import type { ToolOutcome } from '../../brain.ts'
import { apology } from '../apology.ts'
import { type Call, type Flow, given, type Said, type Turn, use } from '../flow.ts'
import { focused, type ShownProduct, withFocus, withoutQuestion } from '../memory.ts'
import type { Clause } from '../understand.ts'
import { variantName } from '../wording.ts'
import { findProducts, notFound, offerChoice } from './products.ts'
import { stockOfProduct } from './stock.ts'

/** "tell me when it is back": where there is something to wait for, the customer is put on the list. */
export const waitlist: Flow = function* (clause, turn) {
  const products = yield* findProducts(clause, turn)
  const [product] = products
  if (product === undefined)
    return (
      notFound(clause) ?? { text: 'Which product are you waiting for? Name it, or its number in the list.' }
    )
  if (products.length > 1 && clause.quantities.ordinals.length === 0)
    return offerChoice(clause, turn, products)
  if (!wantsNews(clause)) return yield* stockOfProduct(product, clause, turn)
  return yield* waitFor(product, wantedSku(clause, product) ?? askedSku(turn, product), turn)
}

const TELLING = new Set([
  'tell',
  'notify',
  'let',
  'inform',
  'alert',
  'email',
  'mail',
  'message',
  'text',
  'ping',
  'remind',
  'add',
  'put',
  'join',
  'waitlist',
])

/** "will it be restocked?" only asks. */
function wantsNews(clause: Clause): boolean {
  return clause.words.some(({ lemma }) => TELLING.has(lemma))
}

/** "yes" to "shall I tell you when it is back?". */
export const waitAgreed: Flow = function* (clause, turn) {
  const product = focused(turn.memory)
  if (product === undefined) return yield* waitlist(clause, turn)
  return yield* waitFor(product, askedSku(turn, product), turn)
}

function askedSku({ memory: { question } }: Turn, product: ShownProduct): string | undefined {
  return question?.about === 'waitlist' && question.productId === product.id ? question.sku : undefined
}

/** The one variant that the clause names by colour and size. */
function wantedSku(clause: Clause, { variants }: ShownProduct): string | undefined {
  const color = clause.terms.find(({ kind }) => kind === 'color')?.value
  const { size } = clause.quantities
  if (color === undefined && size === undefined) return undefined
  const fitting = variants.filter(
    (variant) =>
      (color === undefined || variant.color === color) && (size === undefined || variant.size === size),
  )
  return fitting.length === 1 ? fitting[0]?.sku : undefined
}

function* waitFor(
  product: ShownProduct,
  sku: string | undefined,
  turn: Turn,
): Generator<Call, Said, ToolOutcome> {
  const outcome = yield* use('check_inventory', { productId: product.id }, Inventory)
  if (!outcome.ok) return apology(outcome.problem, product.name)
  turn.memory = withFocus(withoutQuestion(turn.memory), product)
  const { available, variants } = outcome.value
  const left =
    sku === undefined ? available : (variants.find((variant) => variant.sku === sku)?.available ?? 0)
  const variant = product.variants.find((candidate) => candidate.sku === sku)
  const name = `${product.name}${variant === undefined ? '' : variantName(variant)}`
  if (left > 0) {
    turn.memory = { ...turn.memory, question: { about: 'product', quantity: 1 } }
    return { text: `Good news: ${name} is in stock, ${left} of them. Shall I add it to your cart?` }
  }
  const joined = yield* use('join_waitlist', given({ productId: product.id, sku }), WaitlistJoined)
  if (!joined.ok) return apology(joined.problem, name)
  return {
    text: `I will let you know here as soon as ${name} is back. Meanwhile I can look for something similar.`,
  }
}
