import { z } from 'zod'

const OrderNotice = z.object({ orderId: z.string() })

/** What the outbox tells of, by its kinds. */
export const NOTICES = {
  'order.confirmed': OrderNotice,
  'order.shipped': OrderNotice,
  'order.refunded': OrderNotice.extend({ returnId: z.string() }),
  'stock.low': z.object({ productId: z.string(), available: z.int(), skus: z.array(z.string()) }),
  'stock.back': z.object({ productId: z.string(), sku: z.string(), email: z.email() }),
} as const
export type NoticeKind = keyof typeof NOTICES

export function isNoticeKind(kind: string): kind is NoticeKind {
  return Object.hasOwn(NOTICES, kind)
}
