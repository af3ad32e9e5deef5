import { z } from 'zod'
import { Cart, Checkout, Order, Product } from '../../contract/index.ts'
import type { Attachments, BrainTurn, DialogueMemory, ToolOutcome } from '../brain.ts'
import { RulesMemory, shownProduct, withFocus, withShown } from '../rules-brain/memory.ts'
import { Note, noteOf } from './digest.ts'

const Kept = z.looseObject({ llm: z.object({ notes: z.array(Note) }).optional() })
const MOST_NOTES = 12

/** What tools told in earlier runs. */
export function notesOf(memory: DialogueMemory): readonly Note[] {
  const parsed = Kept.safeParse(memory)
  return parsed.success ? (parsed.data.llm?.notes ?? []) : []
}

/**
 * What is remembered once a model has answered: its notes, and all that the offline brain needs to go on with the
 * conversation should it have to.
 */
export function remembered(turn: BrainTurn, attach: Attachments): DialogueMemory {
  const parsed = RulesMemory.safeParse(turn.memory)
  let memory = parsed.success ? parsed.data : RulesMemory.parse({})
  const { question: _, ...answered } = memory
  memory = { ...answered, lost: 0 }
  for (const outcome of turn.results) memory = afterOutcome(memory, outcome)
  if (attach.products !== undefined) memory = withShown(memory, attach.products)
  const notes = [...notesOf(turn.memory), ...turn.results.map(noteOf)].slice(-MOST_NOTES)
  return { ...memory, llm: { notes } }
}

const Placed = z.looseObject({ productId: z.string(), quantity: z.int().nullish() })
const Orders = z.object({ items: z.array(Order) })

function afterOutcome(memory: RulesMemory, outcome: ToolOutcome): RulesMemory {
  if (!outcome.ok) return memory
  const { name, args, result } = outcome
  if (name === 'get_product') {
    const product = Product.safeParse(result)
    return product.success ? withFocus(memory, shownProduct(product.data)) : memory
  }
  if (name === 'start_checkout') {
    const checkout = Checkout.safeParse(result)
    return checkout.success ? { ...memory, checkoutId: checkout.data.id } : memory
  }
  if (name === 'list_orders') {
    const orders = Orders.safeParse(result)
    return orders.success
      ? { ...memory, orders: orders.data.items.map(({ id, number, status }) => ({ id, number, status })) }
      : memory
  }
  return name === 'add_to_cart' ? afterAdding(memory, args, result) : memory
}

function afterAdding(memory: RulesMemory, args: unknown, result: unknown): RulesMemory {
  const placed = Placed.safeParse(args)
  const cart = Cart.safeParse(result)
  if (!placed.success || !cart.success) return memory
  const { productId, quantity } = placed.data
  const line = cart.data.items.findLast((item) => item.productId === productId)
  if (line === undefined) return memory
  return { ...memory, focus: productId, lastAdded: { productId, sku: line.sku, quantity: quantity ?? 1 } }
}

/** What is shown beside an answer: the products that it names, in its order, and the cart, checkout or order as they are now. */
export function attachmentsOf(text: string, outcomes: readonly ToolOutcome[]): Attachments {
  const results = outcomes.flatMap((outcome) => (outcome.ok ? [outcome.result] : []))
  const products = namedProducts(text, results)
  const reversed = results.toReversed()
  const lastOf = <S extends z.ZodType>(schema: S): z.output<S> | undefined => {
    for (const result of reversed) {
      const parsed = schema.safeParse(result)
      if (parsed.success) return parsed.data
    }
    return undefined
  }
  const cart = lastOf(Cart)
  const checkout = lastOf(Checkout)
  const order = lastOf(Order)
  return {
    ...(products.length === 0 ? {} : { products }),
    ...(cart === undefined ? {} : { cart }),
    ...(checkout === undefined ? {} : { checkout }),
    ...(order === undefined ? {} : { order }),
  }
}

const Found = z.object({ items: z.array(Product) })

function namedProducts(text: string, results: readonly unknown[]): Product[] {
  const all = results.flatMap((result) => {
    const one = Product.safeParse(result)
    if (one.success) return [one.data]
    const several = Found.safeParse(result)
    return several.success ? several.data.items : []
  })
  const named = new Map(all.filter(({ name }) => text.includes(name)).map((product) => [product.id, product]))
  return [...named.values()].sort((a, b) => text.indexOf(a.name) - text.indexOf(b.name))
}
