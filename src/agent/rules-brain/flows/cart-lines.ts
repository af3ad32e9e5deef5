import { Cart, Product } from '../../../contract/index.ts'
import type { ToolOutcome } from '../../brain.ts'
import { apology } from '../apology.ts'
import { type Call, given, type Said, type Turn, use } from '../flow.ts'
import { CUE_WORDS } from '../intents.ts'
import { shownProduct, withoutQuestion } from '../memory.ts'
import { bestDescribed, extreme } from '../references.ts'
import type { Clause } from '../understand.ts'
import { cartLines } from '../wording.ts'

type Line = Cart['items'][number]
const MOST_LOOKED_UP = 6
const NOT_ADDED = 'All right, I have not added it.'

/** The lines of the cart that a clause speaks of, or a question where it leaves a choice. */
export function* findLines(clause: Clause, turn: Turn): Generator<Call, Line[] | Said, ToolOutcome> {
  const outcome = yield* use('view_cart', {}, Cart)
  if (!outcome.ok) return apology(outcome.problem, 'your cart')
  const cart = outcome.value
  const { items } = cart
  const about = turn.memory.question?.about
  // "drop the vase" while it is still to be chosen: there is nothing to take out yet
  const choosing = about === 'product' || about === 'variant'
  turn.memory = withoutQuestion(turn.memory)
  if (items.length === 0)
    return { text: choosing ? `${NOT_ADDED} Your cart is empty.` : 'Your cart is empty.', attach: { cart } }
  const placed = linesAt(clause, items)
  if (placed.length > 0) return placed
  const described = yield* describedLines(clause, items, turn)
  const best = narrowed(clause, described)
  if (best.length === 1) return best
  if (best.length > 1 && isPlural(clause)) return best
  if (best.length === 0 && isPlural(clause) && clause.content.length === 0) return items
  const [only] = items
  // "set" may be a dumbbell set as well as what to do with the quantity.
  const telling = clause.content.filter((word) => !CUE_WORDS.has(word))
  const silent = clause.pronoun || telling.length === 0
  if (best.length === 0 && silent) {
    const dearest = clause.superlative === undefined ? undefined : extremeLine(clause, items)
    if (dearest !== undefined) return [dearest]
    const added = items.filter(({ sku }) => sku === turn.memory.lastAdded?.sku)
    const focus = items.filter(({ productId }) => productId === turn.memory.focus)
    const pointed = focus.some(({ sku }) => sku === turn.memory.lastAdded?.sku) ? added : focus
    const meant = narrowed(clause, pointed.length > 0 ? pointed : added)
    if (meant.length === 1) return meant
  }
  if (items.length === 1 && only !== undefined && silent) return [only]
  if (best.length === 0 && telling.length > 0) {
    const opening = choosing
      ? `${NOT_ADDED} In your cart:`
      : `I see no ${clause.content.join(' ')} in your cart:`
    return { text: `${opening}\n${cartLines(cart)}`, attach: { cart } }
  }
  const options = best.length > 1 ? best : items
  return { text: `Which one do you mean?\n${cartLines({ ...cart, items: options })}` }
}

/** "the second one" of the cart. */
function linesAt(clause: Clause, items: readonly Line[]): Line[] {
  return clause.quantities.ordinals.flatMap((ordinal) => items.at(ordinal > 0 ? ordinal - 1 : ordinal) ?? [])
}

function* describedLines(
  clause: Clause,
  items: readonly Line[],
  turn: Turn,
): Generator<Call, Line[], ToolOutcome> {
  const describe = (item: Line) => ({
    name: item.name,
    colors: [item.color, item.size].filter((fact) => fact !== undefined),
    ...knownFacts(turn, item.productId),
  })
  const found = bestDescribed(clause, items, describe)
  if (found.length > 0 || clause.content.length === 0) return found
  const strangers = items.filter(({ productId }) => !turn.memory.known.some(({ id }) => id === productId))
  for (const { productId } of strangers.slice(0, MOST_LOOKED_UP)) {
    const outcome = yield* use('get_product', { productId }, Product)
    if (!outcome.ok) continue
    turn.memory = { ...turn.memory, known: [...turn.memory.known, shownProduct(outcome.value)] }
  }
  return bestDescribed(clause, items, describe)
}

function narrowed(clause: Clause, lines: readonly Line[]): Line[] {
  const colors = new Set(clause.terms.flatMap(({ kind, value }) => (kind === 'color' ? [value] : [])))
  const { size } = clause.quantities
  const fitting = lines.filter(
    (line) =>
      (colors.size === 0 || (line.color !== undefined && colors.has(line.color))) &&
      (size === undefined || line.size === size),
  )
  return fitting.length > 0 ? fitting : [...lines]
}

function extremeLine({ superlative }: Clause, items: readonly Line[]): Line | undefined {
  if (superlative === undefined) return undefined
  const priced = items.map((line) => ({
    id: line.id,
    name: line.name,
    brand: null,
    category: '',
    tags: [],
    price: line.unitPrice.amount,
    rating: null,
    variants: [],
  }))
  const found = extreme(priced, superlative)
  return items.find(({ id }) => id === found?.id)
}

/** "remove both shirts", "all the mugs". */
function isPlural(clause: Clause): boolean {
  return clause.words.some(({ normal }) => normal === 'both' || normal === 'all')
}

function knownFacts(turn: Turn, productId: string) {
  const known = turn.memory.known.find(({ id }) => id === productId)
  return known === undefined ? {} : given({ brand: known.brand, category: known.category, tags: known.tags })
}
