import { z } from 'zod'
import { Email } from './accounts.ts'
import { Id, line, optional, Time } from './primitives.ts'
import { StockStatus } from './products.ts'

export const LocationKind = z.enum(['warehouse', 'store'])
export type LocationKind = z.infer<typeof LocationKind>

export const VariantStock = z.object({ sku: z.string(), available: z.int().min(0), status: StockStatus })
export type VariantStock = z.infer<typeof VariantStock>

/** What `/inventory` tells of a product; `revision` rises by one with each change. */
export const StockSummary = z
  .object({
    productId: Id,
    available: z.int().min(0),
    status: StockStatus,
    revision: z.int().min(0),
    updatedAt: Time,
  })
  .meta({ id: 'StockSummary' })
export type StockSummary = z.infer<typeof StockSummary>

export const StockUpdate = StockSummary.extend({ variants: z.array(VariantStock) }).meta({
  id: 'StockUpdate',
})
export type StockUpdate = z.infer<typeof StockUpdate>

export const LocationStock = z.object({
  id: Id,
  name: z.string(),
  kind: LocationKind,
  available: z.int().min(0),
})

export const Inventory = StockUpdate.extend({ locations: z.array(LocationStock) }).meta({ id: 'Inventory' })
export type Inventory = z.infer<typeof Inventory>

export const InventoryAdjustment = z.strictObject({
  sku: line(128),
  locationId: Id,
  /** Pieces to add, or to take away when negative. */
  delta: z
    .int()
    .min(-1_000_000)
    .max(1_000_000)
    .refine((value) => value !== 0, 'must not be zero'),
  reason: line(200),
})
export type InventoryAdjustment = z.infer<typeof InventoryAdjustment>

const ProductIds = optional(z.array(Id).min(1).max(500))

export const InventorySubscribe = z.strictObject({ productIds: ProductIds })
export const InventorySubscribed = z.object({ items: z.array(StockSummary) })
export const InventoryUnsubscribed = z.object({ unsubscribed: z.literal(true) })
export const WaitlistJoin = z.strictObject({
  productId: Id,
  sku: optional(line(128)),
  email: optional(Email),
})
export type WaitlistJoin = z.infer<typeof WaitlistJoin>
export const WaitlistJoined = z.object({ waiting: z.literal(true) })
export const StockBack = z.object({ productId: Id, sku: z.string() })
export type StockBack = z.infer<typeof StockBack>
