import type { RouteHandlers } from '../../transport/http/bind.ts'
import { getOrder, listOrders, trackOrder } from './orders.commands.ts'
import { returnOrder } from './returns.commands.ts'

export const orderRoutes = {
  listOrders: ({ ctx, caller, query }) => listOrders(ctx, caller, query),
  getOrder: ({ ctx, caller, params }) => getOrder(ctx, caller, params.id),
  trackOrder: ({ ctx, caller, params }) => trackOrder(ctx, caller, params.id),
  returnOrder: ({ ctx, caller, params, body, claim }) =>
    returnOrder(ctx, caller, { ...body, orderId: params.id, ...(claim === undefined ? {} : { claim }) }),
} satisfies RouteHandlers
