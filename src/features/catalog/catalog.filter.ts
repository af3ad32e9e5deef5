import type { Filter, Sort } from 'mongodb'
import type { ProductQuery, ProductSort } from '../../contract/index.ts'
import type { ProductDocument } from './catalog.store.ts'
import { fold } from './words.ts'

export type ProductFilters = Partial<
  Pick<ProductQuery, 'category' | 'brand' | 'minPrice' | 'maxPrice' | 'inStock' | 'color' | 'size'>
>

/**
 * The database's filter for a shopper's. Colour, size and stock are looked for in one and the same variant.
 * @param soldOut the skus of which nothing is left; only looked at where `inStock` is asked for
 */
export function toFilter(filters: ProductFilters, soldOut: readonly string[]): Filter<ProductDocument> {
  const { category, brand, minPrice, maxPrice, inStock, color, size } = filters
  const variant = {
    ...(color === undefined ? {} : { colorKey: fold(color) }),
    ...(size === undefined ? {} : { sizeKey: fold(size) }),
    ...(inStock === true ? { sku: { $nin: [...soldOut] } } : {}),
  }
  const noneLeft =
    inStock === false
      ? { $nor: [{ variants: { $elemMatch: { ...variant, sku: { $nin: [...soldOut] } } } }] }
      : {}
  const price = {
    ...(minPrice === undefined ? {} : { $gte: minPrice }),
    ...(maxPrice === undefined ? {} : { $lte: maxPrice }),
  }
  return {
    active: true,
    ...(category === undefined ? {} : { categoryKey: fold(category) }),
    ...(brand === undefined ? {} : { brandKey: fold(brand) }),
    ...(Object.keys(price).length === 0 ? {} : { price }),
    ...(Object.keys(variant).length === 0 ? {} : { variants: { $elemMatch: variant } }),
    ...noneLeft,
  }
}

const SORTS: Record<ProductSort, Sort> = {
  newest: { createdAt: -1, _id: 1 },
  price: { price: 1, _id: 1 },
  '-price': { price: -1, _id: 1 },
  rating: { rating: -1, _id: 1 },
  name: { name: 1, _id: 1 },
}

export function toSort(sort: ProductSort): Sort {
  return SORTS[sort]
}
