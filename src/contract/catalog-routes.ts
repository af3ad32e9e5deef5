import { z } from 'zod'
import { HandoffPage, HandoffQuery } from './chat.ts'
import { Inventory, InventoryAdjustment } from './inventory.ts'
import { Id } from './primitives.ts'
import { FoundProductPage, Product, ProductPage, ProductQuery, ProductSearch } from './products.ts'
import { ById, ok, type Route } from './route.ts'

/** The routes of the catalog, its stock and what an admin does. */
export const CATALOG_ROUTES = {
  listProducts: {
    method: 'GET',
    path: '/products',
    auth: 'none',
    tag: 'products',
    summary: 'List products',
    query: ProductQuery,
    success: ok(ProductPage),
    errors: [],
  },
  searchProducts: {
    method: 'GET',
    path: '/products/search',
    auth: 'none',
    tag: 'products',
    summary: 'Search products, best match first',
    query: ProductSearch,
    success: ok(FoundProductPage),
    errors: [],
  },
  getInventory: {
    method: 'GET',
    path: '/products/inventory/:id',
    auth: 'none',
    tag: 'products',
    summary: 'Stock of one product by location and variant',
    params: ById,
    success: ok(Inventory),
    errors: ['not_found'],
  },
  getProduct: {
    method: 'GET',
    path: '/products/:id',
    auth: 'none',
    tag: 'products',
    summary: 'One product, by id or slug',
    params: ById,
    success: ok(Product),
    errors: ['not_found'],
  },
  adjustInventory: {
    method: 'POST',
    path: '/admin/inventory/:productId/adjust',
    auth: 'admin',
    tag: 'admin',
    summary: 'Add to or take from the stock of a variant at a location',
    params: z.object({ productId: Id }),
    body: InventoryAdjustment,
    success: ok(Inventory),
    errors: ['not_found', 'insufficient_stock'],
  },
  listHandoffs: {
    method: 'GET',
    path: '/admin/handoffs',
    auth: 'admin',
    tag: 'admin',
    summary: 'Conversations that wait for a human',
    query: HandoffQuery,
    success: ok(HandoffPage),
    errors: [],
  },
} as const satisfies Record<string, Route>
