import type { RouteHandlers } from '../../transport/http/bind.ts'
import { addPaymentMethod, listPaymentMethods, removePaymentMethod } from './payment-methods.commands.ts'

export const paymentRoutes = {
  listPaymentMethods: async ({ ctx, caller }) => ({ items: await listPaymentMethods(ctx, caller) }),
  addPaymentMethod: ({ ctx, caller, body }) => addPaymentMethod(ctx, caller, body),
  removePaymentMethod: ({ ctx, caller, params }) => removePaymentMethod(ctx, caller, params.id),
} satisfies RouteHandlers
