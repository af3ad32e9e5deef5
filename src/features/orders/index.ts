import { orderCounter, ordersCollection } from './orders.store.ts'

export { createOrder, markPaid, type NewOrder, reserveOrder } from './create-order.ts'
export { getOrder, listOrders, type OrderFacts, orderFacts, trackOrder } from './orders.commands.ts'
export { orderRoutes } from './orders.routes.ts'
export type { ReturnedItem } from './refund.rules.ts'
export {
  previewReturn,
  type ReturnRequest,
  resumeReturns,
  resumeReturnsOf,
  returnOrder,
} from './returns.commands.ts'

/** What the composition root creates at start. */
export const orderCollections = [orderCounter, ordersCollection]
