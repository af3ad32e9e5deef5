import { z } from 'zod'
import type { Product } from '../../contract/index.ts'
import { UnnamedAddress } from './address.ts'

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

/** A search as the customer meant it: more than the tool can be asked for. */
const Search = z.object({
  filters: SearchFilters,
  /** The amount of "around 2000", in minor units. */
  around: z.int().optional(),
  excluded: z.array(z.string()).default([]),
  /** Colours that do as well as that of the filters: "red or maroon". */
  colors: z.array(z.string()).default([]),
  minRating: z.number().optional(),
  /** "in any colour": what she will not be asked. */
  free: z.object({ color: z.boolean(), size: z.boolean() }).default({ color: false, size: false }),
})
export type Search = z.infer<typeof Search>

/** What is to be added as soon as a question is settled. */
const Waiting = z.object({
  productId: z.string(),
  quantity: z.int(),
  color: z.string().optional(),
  size: z.string().optional(),
})
export type Waiting = z.infer<typeof Waiting>

const VariantQuestion = z.object({
  about: z.literal('variant'),
  productId: z.string(),
  quantity: z.int(),
  color: z.string().optional(),
  size: z.string().optional(),
  /** What else is to be added once this is settled. */
  next: z.array(Waiting).default([]),
})

/** What the agent has asked and waits to hear. */
const Question = z.discriminatedUnion('about', [
  VariantQuestion,
  z.object({
    about: z.literal('product'),
    quantity: z.int(),
    /** The variant that was spoken of. */
    color: z.string().optional(),
    size: z.string().optional(),
  }),
  z.object({ about: z.literal('details') }),
  z.object({ about: z.literal('waitlist'), productId: z.string(), sku: z.string().optional() }),
  z.object({ about: z.literal('search') }),
  /** Which of the coupons that were listed. */
  z.object({
    about: z.literal('coupon'),
    coupons: z.array(z.object({ code: z.string(), description: z.string() })),
  }),
  z.object({ about: z.literal('payment'), checkoutId: z.string() }),
  z.object({ about: z.literal('address'), checkoutId: z.string() }),
  z.object({ about: z.literal('recipient'), checkoutId: z.string() }),
  z.object({ about: z.literal('hand_off') }),
])
export type Question = z.infer<typeof Question>

/** What the offline brain remembers of a conversation between two messages. */
export const RulesMemory = z.object({
  /** The products last shown, in the order in which the customer saw them. */
  shown: z.array(ShownProduct).default([]),
  /** The product that "it" stands for. */
  focus: z.string().optional(),
  /** The product that was spoken of before that one: "the other one". */
  before: z.string().optional(),
  /** Every product that the conversation has come by, the latest first. */
  known: z.array(ShownProduct).default([]),
  lastSearch: Search.optional(),
  /** The products that the last search has shown so far: "more" are others. */
  seen: z.array(z.string()).default([]),
  /** Of which variant the customer last put how many into the cart. */
  lastAdded: z.object({ productId: z.string(), sku: z.string(), quantity: z.int() }).optional(),
  checkoutId: z.string().optional(),
  /** How to pay and where to ship, as far as the customer has said so for the order at hand. */
  told: z
    .object({ payment: z.unknown(), shippingAddress: z.unknown(), unnamedAddress: UnnamedAddress.optional() })
    .partial()
    .optional(),
  /** Orders last listed or placed, newest first. */
  orders: z.array(z.object({ id: z.string(), number: z.string(), status: z.string() })).default([]),
  question: Question.optional(),
  /** A question for a colour or size that the customer has talked past. */
  aside: VariantQuestion.optional(),
  /** How many messages in a row were not understood. */
  lost: z.int().default(0),
})
export type RulesMemory = z.infer<typeof RulesMemory>

const MOST_SHOWN = 12
const MOST_KNOWN = 30

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
  const [only] = shown
  const { focus: _focus, before: _before, ...rest } = memory
  return {
    ...rest,
    shown,
    known: knownWith(memory, shown),
    ...(shown.length === 1 && only !== undefined ? { focus: only.id } : {}),
  }
}

/** What the agent offered of itself is what a yes is meant for. */
export function withOffer(memory: RulesMemory, offered: readonly Product[]): RulesMemory {
  if (offered.length === 0) return memory
  return { ...withShown(memory, offered), question: { about: 'product', quantity: 1 } }
}

/** Makes a product the one that "it" stands for, keeping the list it was chosen from. */
export function withFocus(memory: RulesMemory, product: ShownProduct): RulesMemory {
  const isShown = memory.shown.some(({ id }) => id === product.id)
  const before = memory.focus === product.id ? memory.before : memory.focus
  return {
    ...memory,
    shown: isShown ? memory.shown : [product],
    known: knownWith(memory, [product]),
    focus: product.id,
    before,
  }
}

function knownWith({ known }: RulesMemory, products: readonly ShownProduct[]): ShownProduct[] {
  const ids = new Set(products.map(({ id }) => id))
  return [...products, ...known.filter(({ id }) => !ids.has(id))].slice(0, MOST_KNOWN)
}

/** The product that "it" stands for. */
export function focused({ known, shown, focus }: RulesMemory): ShownProduct | undefined {
  return [...shown, ...known].find(({ id }) => id === focus)
}

export function withoutQuestion(memory: RulesMemory): RulesMemory {
  const { question: _, ...rest } = memory
  return rest
}
