import { Inventory } from '../../../contract/index.ts'
import type { ToolOutcome } from '../../brain.ts'
import { apology } from '../apology.ts'
import { type Call, type Flow, given, type Said, type Turn, use } from '../flow.ts'
import { type ShownProduct, withFocus, withoutQuestion } from '../memory.ts'
import type { Clause } from '../understand.ts'
import { joined, variantName } from '../wording.ts'
import { findProducts, notFound } from './products.ts'
import { search } from './search.ts'

export const stock: Flow = function* (clause, turn) {
  const products = yield* findProducts(clause, turn)
  const [product] = products
  if (product === undefined)
    return turn.memory.lastSearch !== undefined && clause.quantities.ordinals.length === 0
      ? yield* search(clause, turn)
      : (notFound(clause) ?? { text: 'Which product shall I check? Name it, or its number in the list.' })
  if (products.length > 1 && turn.found !== undefined) return yield* search(clause, turn)
  return yield* stockOfProduct(product, clause, turn)
}

export function* stockOfProduct(
  product: ShownProduct,
  clause: Clause,
  turn: Turn,
): Generator<Call, Said, ToolOutcome> {
  const outcome = yield* use('check_inventory', { productId: product.id }, Inventory)
  if (!outcome.ok) return apology(outcome.problem, product.name)
  const inventory = outcome.value
  turn.memory = {
    ...withFocus(withoutQuestion(turn.memory), product),
    question: {
      about: 'product',
      quantity: clause.quantities.quantity ?? 1,
      ...given({
        color: clause.terms.find(({ kind }) => kind === 'color')?.value,
        size: clause.quantities.size,
      }),
    },
  }
  const color = clause.terms.find(({ kind }) => kind === 'color')?.value
  const { size } = clause.quantities
  const left = (sku: string) => inventory.variants.find((variant) => variant.sku === sku)?.available ?? 0
  if (color !== undefined || size !== undefined) {
    const wanted = product.variants.filter(
      (variant) =>
        (color === undefined || variant.color === undefined || variant.color === color) &&
        (size === undefined || variant.size === undefined || variant.size === size),
    )
    const wish = variantName({ color, size }).trim()
    if (wanted.length === 0)
      return { text: `${product.name} does not come as ${wish.slice(1, -1)}.${otherVariants(product)}` }
    const lines = wanted.map((variant) => {
      const count = left(variant.sku)
      return `${product.name}${variantName(variant)}: ${count === 0 ? 'out of stock' : `${count} in stock`}`
    })
    const any = wanted.some(({ sku }) => left(sku) > 0)
    return { text: [...lines, any ? 'Shall I add it to your cart?' : WAIT].join('\n') }
  }
  if (inventory.available === 0) {
    turn.memory = { ...turn.memory, question: { about: 'waitlist', productId: product.id } }
    return { text: `Sorry, ${product.name} is out of stock right now. ${WAIT}` }
  }
  const places = inventory.locations
    .filter(({ available }) => available > 0)
    .map(({ name, available }) => `${name} (${available})`)
  return { text: `Yes, ${product.name} is in stock: ${inventory.available} in all, at ${joined(places)}.` }
}

const WAIT = 'Shall I tell you when it is back?'

function otherVariants(product: ShownProduct): string {
  const colors = [...new Set(product.variants.flatMap(({ color }) => color ?? []))]
  const sizes = [...new Set(product.variants.flatMap(({ size }) => size ?? []))]
  const parts = [
    colors.length === 0 ? undefined : `Colours: ${joined(colors)}.`,
    sizes.length === 0 ? undefined : `Sizes: ${joined(sizes)}.`,
  ].filter((part) => part !== undefined)
  return parts.length === 0 ? '' : ` ${parts.join(' ')}`
}
