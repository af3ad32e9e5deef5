import type { RouteHandlers } from '../../transport/http/bind.ts'
import { listHandoffs } from './conversation.commands.ts'

export const conversationRoutes = {
  listHandoffs: ({ ctx, query }) => listHandoffs(ctx, query),
} satisfies RouteHandlers
