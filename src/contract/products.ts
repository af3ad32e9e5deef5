import { z } from 'zod'
import { Id, line, Money, PageQuery, pageOf, QueryAmount, QueryFlag, Time } from './primitives.ts'

export const StockStatus = z.enum(['in_stock', 'low_stock', 'out_of_stock'])
export type StockStatus = z.infer<typeof StockStatus>

export const Image = z.object({ url: z.string(), alt: z.string() })

export const Variant = z
  .object({
    sku: z.string(),
    color: z.string().optional(),
    size: z.string().optional(),
    price: Money,
    available: z.int().min(0),
  })
  .meta({ id: 'Variant' })
export type Variant = z.infer<typeof Variant>

export const Product = z
  .object({
    id: Id,
    slug: z.string(),
    name: z.string(),
    /** Null where the shop says nothing of it. */
    description: z.string().nullable(),
    brand: z.string().nullable(),
    category: z.string(),
    price: Money,
    compareAtPrice: Money.optional(),
    images: z.array(Image),
    variants: z.array(Variant),
    /** 0 to 5; null where nobody has rated it. */
    rating: z.number().min(0).max(5).nullable(),
    tags: z.array(z.string()),
    stock: z.object({ available: z.int().min(0), status: StockStatus }),
    createdAt: Time,
    updatedAt: Time,
  })
  .meta({ id: 'Product' })
export type Product = z.infer<typeof Product>

export const FoundProduct = Product.extend({ score: z.number() }).meta({ id: 'FoundProduct' })
export type FoundProduct = z.infer<typeof FoundProduct>

export const ProductSort = z.enum(['newest', 'price', '-price', 'rating', 'name'])
export type ProductSort = z.infer<typeof ProductSort>

export const ProductQuery = PageQuery.extend({
  category: line(120).optional(),
  brand: line(120).optional(),
  minPrice: QueryAmount.optional(),
  maxPrice: QueryAmount.optional(),
  inStock: QueryFlag.optional(),
  color: line(60).optional(),
  size: line(60).optional(),
  sort: ProductSort.optional(),
})
export type ProductQuery = z.infer<typeof ProductQuery>

export const ProductSearch = ProductQuery.extend({ q: line(200) })
export type ProductSearch = z.infer<typeof ProductSearch>

export const ProductPage = pageOf(Product).meta({ id: 'ProductPage' })
export const FoundProductPage = pageOf(FoundProduct).meta({ id: 'FoundProductPage' })
