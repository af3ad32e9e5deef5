import type { RouteHandlers } from '../../transport/http/bind.ts'
import { adjustStock, getInventory } from './inventory.commands.ts'

export const inventoryRoutes = {
  getInventory: ({ ctx, params }) => getInventory(ctx, params.id),
  adjustInventory: ({ ctx, caller, params, body }) =>
    adjustStock(ctx, caller, { ...body, productId: params.productId }),
} satisfies RouteHandlers
