import type { RouteHandlers } from '../../transport/http/bind.ts'
import { getProduct, listProducts } from './catalog.commands.ts'
import { searchProducts } from './catalog.search.ts'

export const catalogRoutes = {
  listProducts: ({ ctx, query }) => listProducts(ctx, query),
  searchProducts: ({ ctx, query }) => searchProducts(ctx, query),
  getProduct: ({ ctx, params }) => getProduct(ctx, params.id),
} satisfies RouteHandlers
