import { Cart } from '../../../contract/index.ts'
import type { ToolOutcome } from '../../brain.ts'
import { apology } from '../apology.ts'
import { type Call, type Flow, type Said, type Turn, use } from '../flow.ts'
import { focused, type ShownProduct } from '../memory.ts'
import type { Clause } from '../understand.ts'
import { chooseVariant } from '../variants.ts'
import { joined, price, variantName } from '../wording.ts'
import { addOne } from './add-one.ts'
import { findLines } from './cart-lines.ts'
import { search } from './search.ts'
import { stockOfProduct } from './stock.ts'

/** "same in blue": another one of what was added last, else a look at that variant, else the same search in blue. */
export const same: Flow = function* (clause, turn) {
  const { lastAdded } = turn.memory
  const product = focused(turn.memory)
  if (product === undefined) return yield* search(clause, turn)
  const color = clause.terms.find(({ kind }) => kind === 'color')?.value
  const { size, quantity } = clause.quantities
  if (color === undefined && size === undefined)
    return (
      missingVariant(clause, product) ?? otherColors(clause, product, turn) ?? (yield* search(clause, turn))
    )
  if (lastAdded?.productId !== product.id) return yield* stockOfProduct(product, clause, turn)
  const added = product.variants.find(({ sku }) => sku === lastAdded.sku)
  const wishes = { color: color ?? added?.color, size: size ?? added?.size, free: clause.free }
  return yield* addOne(product, quantity ?? lastAdded.quantity, wishes, turn)
}

/** "the same in another colour": which one, of those that were not taken. */
function otherColors({ words }: Clause, product: ShownProduct, turn: Turn): Said | undefined {
  const { lastAdded } = turn.memory
  const taken = product.variants.find(({ sku }) => sku === lastAdded?.sku)?.color
  const colors = [...new Set(product.variants.flatMap(({ color }) => color ?? []))]
  if (!words.some(({ lemma }) => lemma === 'color') || colors.length === 0) return undefined
  const quantity = lastAdded?.productId === product.id ? lastAdded.quantity : 1
  turn.memory = { ...turn.memory, question: { about: 'variant', productId: product.id, quantity, next: [] } }
  const others = colors.filter((color) => color !== taken)
  return { text: `Which colour of ${product.name} would you like? There is ${joined(others, 'or')}.` }
}

/** A colour that the whole catalog does not know. */
function missingVariant({ content }: Clause, product: ShownProduct): Said | undefined {
  if (content.length === 0) return undefined
  const colors = [...new Set(product.variants.flatMap(({ color }) => color ?? []))]
  if (colors.length === 0) return { text: `${product.name} comes in one version only.` }
  return { text: `${product.name} does not come in ${content.join(' ')}. There is ${joined(colors, 'or')}.` }
}

/** "make it blue", "change the size to 9": the line's variant is exchanged for another of the same product. */
export const swap: Flow = function* (clause, turn) {
  // "the black for navy": the last colour is the one that is wished for.
  const colors = clause.terms.filter(({ kind }) => kind === 'color').map(({ value }) => value)
  const color = colors.at(-1)
  const { size } = clause.quantities
  if (color === undefined && size === undefined) {
    return { text: 'What shall I change it to? Name the colour or the size.' }
  }
  const lines = yield* findLines(withoutVariant(clause), turn)
  if ('text' in lines) return turn.memory.focus === undefined ? lines : yield* same(clause, turn)
  const [line] = lines
  const product = [...turn.memory.shown, ...turn.memory.known].find(({ id }) => id === line?.productId)
  if (line === undefined || product === undefined) return { text: 'Which one shall I change?' }
  const choice = chooseVariant(product, color ?? line.color, size ?? line.size)
  if (choice.kind !== 'chosen')
    return { text: `${product.name} does not come so. There is ${joined(choice.options, 'or')}.` }
  if (choice.sku === line.sku) return { text: `It is ${product.name}${variantName(line)} already.` }
  return yield* exchange(line, product, choice, turn)
}

function* exchange(
  line: Cart['items'][number],
  product: ShownProduct,
  choice: { readonly sku: string; readonly color?: string; readonly size?: string },
  turn: Turn,
): Generator<Call, Said, ToolOutcome> {
  const { quantity } = line
  const added = yield* use('add_to_cart', { productId: product.id, sku: choice.sku, quantity }, Cart)
  if (!added.ok) return apology(added.problem, `${product.name}${variantName(choice)}`)
  const removed = yield* use('remove_from_cart', { itemId: line.id }, Cart)
  if (!removed.ok) return apology(removed.problem, product.name)
  turn.memory = { ...turn.memory, lastAdded: { productId: product.id, sku: choice.sku, quantity } }
  return {
    text: `Changed: you now have ${quantity} × ${product.name}${variantName(choice)} instead. The total is ${price(removed.value.totals.total)}.`,
    attach: { cart: removed.value },
  }
}

/** The colour that is wished for says nothing of which line is meant. */
function withoutVariant(clause: Clause): Clause {
  const colored = new Set(
    clause.terms.flatMap(({ kind, value }) => (kind === 'color' ? [value.toLowerCase()] : [])),
  )
  return {
    ...clause,
    terms: clause.terms.filter(({ kind }) => kind !== 'color'),
    content: clause.content.filter((word) => ![...colored].some((color) => color.split(' ').includes(word))),
    quantities: { ...clause.quantities, size: undefined },
  }
}
