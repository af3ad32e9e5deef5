import { dictionaryOf } from '../dictionary.ts'
import type { Flow, Turn } from '../flow.ts'
import type { ShownProduct } from '../memory.ts'
import type { Clause } from '../understand.ts'
import { add, addOne } from './cart.ts'

/** Whether a clause names a colour or size of the product that the agent asked about. */
export function namesVariant(clause: Clause, turn: Turn): boolean {
  const wishes = variantWishes(clause, turn)
  return wishes !== undefined && (wishes.color !== undefined || wishes.size !== undefined)
}

function asked(
  turn: Turn,
):
  | { product: ShownProduct; quantity: number; color?: string | undefined; size?: string | undefined }
  | undefined {
  const { question, shown } = turn.memory
  if (question?.about !== 'variant') return undefined
  const product = shown.find(({ id }) => id === question.productId)
  return product === undefined
    ? undefined
    : { product, quantity: question.quantity, color: question.color, size: question.size }
}

function variantWishes(
  clause: Clause,
  turn: Turn,
): { color: string | undefined; size: string | undefined } | undefined {
  const question = asked(turn)
  if (question === undefined) return undefined
  const words = new Set(clause.words.flatMap(({ text, normal }) => [text.toLowerCase(), normal]))
  const named = (options: ReadonlyArray<string | undefined>) =>
    options.find((option) =>
      option
        ?.toLowerCase()
        .split(/\s+/)
        .every((part) => words.has(part)),
    )
  const color =
    named(question.product.variants.map((variant) => variant.color)) ??
    clause.terms.find(({ kind }) => kind === 'color')?.value
  const size =
    clause.quantities.size ??
    named(question.product.variants.map((variant) => variant.size)) ??
    spelledSize(clause, turn)
  return { color, size }
}

function spelledSize(clause: Clause, turn: Turn): string | undefined {
  const [number] = clause.quantities.bare
  return number === undefined ? undefined : dictionaryOf(turn.catalog).size(String(number))
}

/** "M", "the blue one in 9": the answer to "which size / colour". */
export const variantNamed: Flow = function* (clause, turn) {
  const question = asked(turn)
  if (question === undefined) return yield* add(clause, turn)
  const wishes = variantWishes(clause, turn)
  return yield* addOne(
    question.product,
    question.quantity,
    { color: wishes?.color ?? question.color, size: wishes?.size ?? question.size },
    turn,
  )
}

/** "yes" to "shall I add it?". */
export const productAgreed: Flow = function* (clause, turn) {
  const product = turn.memory.shown.find(({ id }) => id === turn.memory.focus)
  if (product === undefined) return yield* add(clause, turn)
  return yield* addOne(
    product,
    clause.quantities.quantity ?? 1,
    { color: turn.memory.lastSearch?.color, size: turn.memory.lastSearch?.size },
    turn,
  )
}

/** "2" to "which one do you mean?". */
export const productNumbered: Flow = function* (clause, turn) {
  const { question, shown } = turn.memory
  const product = shown[(clause.quantities.bare[0] ?? 0) - 1]
  if (product === undefined) return yield* add(clause, turn)
  return yield* addOne(
    product,
    question?.about === 'product' ? question.quantity : 1,
    { color: undefined, size: undefined },
    turn,
  )
}
