import { dictionaryOf } from '../dictionary.ts'
import type { Flow, Turn } from '../flow.ts'
import type { ShownProduct } from '../memory.ts'
import { bestDescribed } from '../references.ts'
import type { Clause } from '../understand.ts'
import { chooseVariant } from '../variants.ts'
import { add, addWaiting } from './add.ts'
import { addOne, askedAgain } from './add-one.ts'

/** Whether a clause names a colour or size of the product that the agent asked about. */
export function namesVariant(clause: Clause, turn: Turn): boolean {
  const wishes = variantWishes(clause, turn)
  return wishes !== undefined && (wishes.color !== undefined || wishes.size !== undefined)
}

export function asked(
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

/** "ok 2", "actually make it two" while a colour or size is asked for: how many are wished. */
export function countsOnly(clause: Clause, turn: Turn): boolean {
  const count = countIn(clause)
  const wishes = variantWishes(clause, turn)
  if (count === undefined || wishes === undefined || namesAnother(clause, turn)) return false
  const others: ReadonlyArray<Clause['intent']> = [
    'view_cart',
    'remove',
    'checkout',
    'pay',
    'search',
    'clear',
  ]
  if (others.includes(clause.intent) || clause.quantities.ordinals.length > 0) return false
  return wishes.color === undefined && wishes.size === undefined
}

/** "make the mugs three" counts them; "3 candles too" is something else. */
function namesAnother(clause: Clause, turn: Turn): boolean {
  const question = asked(turn)
  if (clause.content.length === 0 || question === undefined) return false
  return (
    clause.intent !== 'update' || bestDescribed(clause, [question.product], (product) => product).length === 0
  )
}

function countIn({ quantities, words }: Clause): number | undefined {
  const { quantity, bare, maxPrice } = quantities
  const named = quantity ?? bare[0] ?? (words.length <= 2 ? maxPrice : undefined)
  if (named !== undefined) return Number.isInteger(named) && named >= 1 && named <= 99 ? named : undefined
  const one = words.find(({ normal }) => normal === 'one' || normal === 'single')
  const before = words[(one?.index ?? 0) - 1]?.normal ?? ''
  return one !== undefined && /^(?:just|only|it|that|to|actually|no|)$/.test(before) ? 1 : undefined
}

export const counted: Flow = function* (clause, turn) {
  const { question } = turn.memory
  const quantity = countIn(clause)
  if (question?.about !== 'variant' || quantity === undefined) return yield* add(clause, turn)
  turn.memory = { ...turn.memory, question: { ...question, quantity } }
  const again = askedAgain(turn)
  return again === undefined ? yield* add(clause, turn) : { text: `All right, ${quantity} of them. ${again}` }
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
    { color: wishes?.color ?? question.color, size: wishes?.size ?? question.size, free: clause.free },
    turn,
  )
  return yield* addWaiting(said, waiting, turn)
}

/** The answer to a question that was left open for another. */
export const asideAnswered: Flow = function* (clause, turn) {
  turn.memory = { ...turn.memory, question: turn.memory.aside, aside: undefined }
  return yield* variantNamed(clause, turn)
}
