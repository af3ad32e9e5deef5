import type { Page, Product, ProductQuery } from '../../contract/index.ts'
import type { Context } from '../../platform/context.ts'
import { notFound } from '../../platform/errors.ts'
import { soldOutSkus, stockOf } from '../inventory/index.ts'
import { toFilter } from './catalog.filter.ts'
import { loadById, loadBySlug, loadMany, loadPage } from './catalog.reads.ts'
import type { ProductDocument } from './catalog.store.ts'
import { productView } from './catalog.view.ts'

/**
 * A product that is sold, by its id or its slug.
 * @throws ShopError `not_found`
 */
export async function getProduct(ctx: Context, idOrSlug: string): Promise<Product> {
  const document = (await loadById(ctx, idOrSlug)) ?? (await loadBySlug(ctx, idOrSlug))
  if (document === null) throw notFound('product')
  const [view] = await withStock(ctx, [document])
  if (view === undefined) throw notFound('product')
  return view
}

/** A page of the products that fit the filters, newest first unless another order is asked for. */
export async function listProducts(ctx: Context, query: ProductQuery): Promise<Page<Product>> {
  const { page, limit, sort = 'newest' } = query
  const filter = toFilter(query, query.inStock === undefined ? [] : await soldOutSkus(ctx))
  const { documents, total } = await loadPage(ctx, filter, { sort, skip: (page - 1) * limit, limit })
  return { items: await withStock(ctx, documents), page, limit, total }
}

/** Several products by id; those that are not sold (any more) are missing. */
export async function findProducts(ctx: Context, ids: readonly string[]): Promise<Map<string, Product>> {
  const products = await withStock(ctx, await loadMany(ctx, [...new Set(ids)]))
  return new Map(products.map((product) => [product.id, product]))
}

async function withStock(ctx: Context, documents: readonly ProductDocument[]): Promise<Product[]> {
  const stock = await stockOf(
    ctx,
    documents.map(({ _id }) => _id),
  )
  return documents.map((document) => productView(document, stock.get(document._id)))
}
