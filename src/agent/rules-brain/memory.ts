import { z } from 'zod'
import type { Cart, Product } from '../../contract/index.ts'

const ShownVariant = z.object({
  sku: z.string(),
  color: z.string().optional(),
  size: z.string().optional(),
  available: z.int(),
})

const ShownProduct = z.object({
  id: z.string(),
  name: z.string(),
  brand: z.string().nullable(),
  category: z.string(),
  tags: z.array(z.string()),
  /** Minor units. */
  price: z.int(),
  rating: z.number().nullable(),
  variants: z.array(ShownVariant),
})
export type ShownProduct = z.infer<typeof ShownProduct>

const SearchFilters = z.object({
  q: z.string().optional(),
  category: z.string().optional(),
  brand: z.string().optional(),
  color: z.string().optional(),
  size: z.string().optional(),
  minPrice: z.int().optional(),
  maxPrice: z.int().optional(),
  inStock: z.boolean().optional(),
  sort: z.enum(['newest', 'price', '-price', 'rating', 'name']).optional(),
  limit: z.int().optional(),
})
export type SearchFilters = z.infer<typeof SearchFilters>

/** What the agent has asked and waits to hear. */
const Question = z.discriminatedUnion('about', [
  z.object({
    about: z.literal('variant'),
    productId: z.string(),
    quantity: z.int(),
    color: z.string().optional(),
    size: z.string().optional(),
  }),
  z.object({ about: z.literal('product'), quantity: z.int() }),
  z.object({ about: z.literal('payment'), checkoutId: z.string() }),
  z.object({ about: z.literal('address'), checkoutId: z.string(), payment: z.unknown() }),
  z.object({ about: z.literal('return_order') }),
  z.object({ about: z.literal('checkout') }),
  z.object({ about: z.literal('hand_off') }),
])
export type Question = z.infer<typeof Question>

/** What the offline brain remembers of a conversation between two messages. */
export const RulesMemory = z.object({
  /** The products last shown, in the order in which the customer saw them. */
  shown: z.array(ShownProduct).default([]),
  /** The product that "it" stands for. */
  focus: z.string().optional(),
  lastSearch: SearchFilters.optional(),
  checkoutId: z.string().optional(),
  /** Orders last listed or placed, newest first. */
  orders: z.array(z.object({ id: z.string(), number: z.string(), status: z.string() })).default([]),
  question: Question.optional(),
  /** How many messages in a row were not understood. */
  lost: z.int().default(0),
})
export type RulesMemory = z.infer<typeof RulesMemory>

const MOST_SHOWN = 12

export function shownProduct(product: Product): ShownProduct {
  return {
    id: product.id,
    name: product.name,
    brand: product.brand,
    category: product.category,
    tags: product.tags,
    price: product.price.amount,
    rating: product.rating,
    variants: product.variants.map(({ sku, color, size, available }) => ({
      sku,
      available,
      ...(color === undefined ? {} : { color }),
      ...(size === undefined ? {} : { size }),
    })),
  }
}

/** Remembers what was shown; a single product becomes what "it" stands for. */
export function withShown(memory: RulesMemory, products: readonly Product[]): RulesMemory {
  const shown = products.slice(0, MOST_SHOWN).map(shownProduct)
  const { focus: _, ...rest } = memory
  return { ...rest, shown, ...(shown.length === 1 && shown[0] !== undefined ? { focus: shown[0].id } : {}) }
}

/** Makes a product the one that "it" stands for, keeping the list it was chosen from. */
export function withFocus(memory: RulesMemory, product: ShownProduct): RulesMemory {
  const known = memory.shown.some(({ id }) => id === product.id)
  return {
    ...memory,
    shown: known ? memory.shown : [product, ...memory.shown].slice(0, MOST_SHOWN),
    focus: product.id,
  }
}

export function withoutQuestion(memory: RulesMemory): RulesMemory {
  const { question: _, ...rest } = memory
  return rest
}

/** The line of the cart that a product of the conversation stands in, if it does. */
export function lineOf(cart: Cart, productId: string): Cart['items'][number] | undefined {
  return cart.items.find((item) => item.productId === productId)
}
