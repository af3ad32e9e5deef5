import type { Product, StockUpdate } from '../../contract/index.ts'
import type { ProductDocument } from './catalog.store.ts'

/** A product as every door shows it. Without books it counts as sold out. */
export function productView(document: ProductDocument, stock: StockUpdate | undefined): Product {
  const money = (amount: number) => ({ amount, currency: document.currency })
  const available = new Map(stock?.variants.map((variant) => [variant.sku, variant.available]))
  return {
    id: document._id,
    slug: document.slug,
    name: document.name,
    description: document.description === '' ? null : document.description,
    brand: document.brand,
    category: document.category,
    price: money(document.price),
    ...(document.compareAtPrice === undefined ? {} : { compareAtPrice: money(document.compareAtPrice) }),
    images: document.images,
    variants: document.variants.map(({ sku, color, size, price }) => ({
      sku,
      ...(color === undefined ? {} : { color }),
      ...(size === undefined ? {} : { size }),
      price: money(price),
      available: available.get(sku) ?? 0,
    })),
    rating: document.rating,
    tags: document.tags,
    stock: { available: stock?.available ?? 0, status: stock?.status ?? 'out_of_stock' },
    createdAt: document.createdAt.toISOString(),
    updatedAt: document.updatedAt.toISOString(),
  }
}
