import { z } from 'zod'
import { defineCollection } from '../../platform/collection.ts'

const VariantDocument = z.object({
  sku: z.string(),
  color: z.string().optional(),
  colorKey: z.string().optional(),
  size: z.string().optional(),
  sizeKey: z.string().optional(),
  /** In the product's currency, minor units. */
  price: z.int().min(0),
})

/** Keys are the same words folded for comparison, see `fold`. */
export const ProductDocument = z.object({
  _id: z.string(),
  slug: z.string(),
  name: z.string(),
  description: z.string(),
  brand: z.string().nullable(),
  brandKey: z.string().nullable(),
  category: z.string(),
  categoryKey: z.string(),
  currency: z.string(),
  /** The lowest of the variants' prices, in minor units. */
  price: z.int().min(0),
  compareAtPrice: z.int().min(0).optional(),
  images: z.array(z.object({ url: z.string(), alt: z.string() })),
  variants: z.array(VariantDocument).min(1),
  rating: z.number().min(0).max(5).nullable(),
  tags: z.array(z.string()),
  /** The colours' names once each, for the text index. */
  colors: z.array(z.string()),
  /** Whether it is sold: drafts and archived products are kept but not shown. */
  active: z.boolean(),
  source: z.enum(['demo', 'import']),
  createdAt: z.date(),
  updatedAt: z.date(),
})
export type ProductDocument = z.infer<typeof ProductDocument>

/** How much a word counts by the field in which it stands. */
const TEXT_WEIGHTS = { name: 10, brand: 6, category: 6, tags: 4, colors: 3, description: 1 } as const

/** Names sort by the locale `en`, ignoring case. */
export const NAME_COLLATION = { locale: 'en', strength: 2 } as const

export const productsCollection = defineCollection({
  name: 'products',
  schema: ProductDocument,
  indexes: [
    { key: { slug: 1 }, name: 'slug', unique: true },
    { key: { active: 1, categoryKey: 1, price: 1 }, name: 'category_price' },
    { key: { active: 1, brandKey: 1, price: 1 }, name: 'brand_price' },
    { key: { active: 1, price: 1, _id: 1 }, name: 'price' },
    { key: { active: 1, createdAt: -1, _id: 1 }, name: 'newest' },
    { key: { active: 1, rating: -1, _id: 1 }, name: 'rating' },
    { key: { active: 1, name: 1, _id: 1 }, name: 'name', collation: NAME_COLLATION },
    { key: { 'variants.sku': 1 }, name: 'sku' },
    { key: { updatedAt: -1 }, name: 'updated' },
    {
      key: {
        name: 'text',
        brand: 'text',
        category: 'text',
        tags: 'text',
        colors: 'text',
        description: 'text',
      },
      name: 'words',
      weights: TEXT_WEIGHTS,
      default_language: 'english',
    },
  ],
})
