import { dictionaryOf } from '../dictionary.ts'
import type { Flow, Turn } from '../flow.ts'
import { focused, type ShownProduct } from '../memory.ts'
import type { Clause } from '../understand.ts'
import { chooseVariant } from '../variants.ts'
import { add, addOne, addWaiting, wishesOf } from './add.ts'

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
  const { question, shown, known } = turn.memory
  if (question?.about !== 'variant') return undefined
  const product = [...shown, ...known].find(({ id }) => id === question.productId)
  return product === undefined
    ? undefined
    : { product, quantity: question.quantity, color: question.color, size: question.size }
}

interface VariantWishes {
  readonly color: string | undefined
  readonly size: string | undefined
  /** A number that was not the size counts pieces. */
  readonly quantity: number | undefined
}

function variantWishes(clause: Clause, turn: Turn): VariantWishes | undefined {
  const question = asked(turn)
  if (question === undefined) return undefined
  const { variants } = question.product
  const words = new Set(clause.words.flatMap(({ text, normal }) => [text.toLowerCase(), normal]))
  const named = (options: ReadonlyArray<string | undefined>, test: 'every' | 'some') =>
    options.find((option) =>
      option
        ?.toLowerCase()
        .split(/\s+/)
        [test]((part) => words.has(part)),
    )
  const colors = variants.map(({ color }) => color)
  const picked = pickedOption(clause, question)
  const color =
    named(colors, 'every') ??
    clause.terms.find(({ kind }) => kind === 'color')?.value ??
    named(colors, 'some') ??
    (picked?.by === 'color' ? picked.value : undefined)
  const number = clause.quantities.quantity ?? clause.quantities.bare[0]
  const spelled = number === undefined ? undefined : dictionaryOf(turn.catalog).size(String(number))
  const own =
    clause.quantities.size ??
    named(
      variants.map(({ size }) => size),
      'every',
    )
  const size = own ?? spelled ?? (picked?.by === 'size' ? picked.value : undefined)
  const counts = clause.quantities.size !== undefined || (spelled === undefined && own !== String(number))
  return { color, size, quantity: counts ? clause.quantities.quantity : undefined }
}

const ANY = new Set(['any', 'either', 'whatever', 'whichever', 'anything'])

/** "the first", "any is fine": one of the options that were named. */
function pickedOption(
  clause: Clause,
  { product, color, size }: NonNullable<ReturnType<typeof asked>>,
): { by: 'color' | 'size'; value: string | undefined } | undefined {
  const choice = chooseVariant(product, color, size)
  if (choice.kind === 'chosen') return undefined
  const [ordinal] = clause.quantities.ordinals
  const any = clause.words.some(({ normal }) => ANY.has(normal))
  if (ordinal !== undefined)
    return { by: choice.by, value: choice.options.at(ordinal > 0 ? ordinal - 1 : ordinal) }
  return any ? { by: choice.by, value: choice.options[0] } : undefined
}

/** "M", "the blue one in 9": the answer to "which size / colour". */
export const variantNamed: Flow = function* (clause, turn) {
  const question = asked(turn)
  if (question === undefined) return yield* add(clause, turn)
  const wishes = variantWishes(clause, turn)
  const waiting = turn.memory.question?.about === 'variant' ? turn.memory.question.next : []
  const said = yield* addOne(
    question.product,
    wishes?.quantity ?? question.quantity,
    { color: wishes?.color ?? question.color, size: wishes?.size ?? question.size },
    turn,
  )
  return yield* addWaiting(said, waiting, turn)
}

/** "yes" to "shall I add it?". */
export const productAgreed: Flow = function* (clause, turn) {
  const product = focused(turn.memory)
  if (product === undefined) return yield* add(clause, turn)
  const { question } = turn.memory
  const kept = question?.about === 'product' ? question.quantity : 1
  const count = clause.quantities.quantity ?? kept
  return yield* addOne(product, count, wishesOf(clause, product, turn), turn)
}

/** "2" to "which one do you mean?". */
export const productNumbered: Flow = function* (clause, turn) {
  const { question, shown } = turn.memory
  const { quantity, bare } = clause.quantities
  const product = shown[(quantity ?? bare[0] ?? 0) - 1]
  if (product === undefined) return yield* add(clause, turn)
  const count = question?.about === 'product' ? question.quantity : 1
  return yield* addOne(
    product,
    count,
    wishesOf({ ...clause, quantities: { ...clause.quantities, size: undefined } }, product, turn),
    turn,
  )
}
