import type { Inventory, InventoryAdjustment, StockSummary, StockUpdate } from '../../contract/index.ts'
import type { Caller } from '../../platform/caller.ts'
import type { Context } from '../../platform/context.ts'
import { notFound, ShopError } from '../../platform/errors.ts'
import { inTransaction } from '../../platform/transaction.ts'
import { insertAdjustment } from './adjustments.store.ts'
import { adjust } from './inventory.rules.ts'
import {
  loadInventories,
  loadInventory,
  loadScarce,
  loadSoldOutSkus,
  streamInventories,
} from './inventory.store.ts'
import { inventoryView, stockSummary, stockView } from './inventory.view.ts'
import { findLocation } from './locations.ts'
import { changeStock, replaceVariant } from './stock-change.ts'
import { inStockTurn } from './stock-turns.ts'

/** @throws ShopError `not_found` */
export async function getInventory(ctx: Context, productId: string): Promise<Inventory> {
  const document = await loadInventory(ctx, productId)
  if (document === null) throw notFound('product')
  return inventoryView(document, ctx.config.lowStockThreshold)
}

/** The stock of several products, by product id; unknown ones are missing. */
export async function stockOf(
  ctx: Context,
  productIds: readonly string[],
): Promise<Map<string, StockUpdate>> {
  const documents = await loadInventories(ctx, productIds)
  return new Map(
    documents.map((document) => [document._id, stockView(document, ctx.config.lowStockThreshold)]),
  )
}

/**
 * The short form for many products at once.
 * @param productIds none: all products
 * @throws ShopError `not_found` when one of those that are named does not exist
 */
export async function stockSummaries(ctx: Context, productIds?: readonly string[]): Promise<StockSummary[]> {
  const low = ctx.config.lowStockThreshold
  const summaries: StockSummary[] = []
  if (productIds === undefined) {
    for await (const document of streamInventories(ctx)) summaries.push(stockSummary(document, low))
    return summaries
  }
  const wanted = [...new Set(productIds)]
  for (const document of await loadInventories(ctx, wanted)) summaries.push(stockSummary(document, low))
  if (summaries.length < wanted.length) throw notFound('product')
  return summaries
}

/** The skus of which nothing is left. */
export async function soldOutSkus(ctx: Context): Promise<string[]> {
  return loadSoldOutSkus(ctx)
}

/** Products of which a variant is at or below LOW_STOCK_THRESHOLD, the emptiest first. */
export async function listLowStock(ctx: Context): Promise<StockUpdate[]> {
  const low = ctx.config.lowStockThreshold
  return (await loadScarce(ctx, low)).map((document) => stockView(document, low))
}

/**
 * Adds pieces to a place or writes them off, as an admin, and keeps a record of it.
 * @throws ShopError `not_found` (product, variant or place), `insufficient_stock` with what the place has
 */
export async function adjustStock(
  ctx: Context,
  caller: Caller,
  input: InventoryAdjustment & { readonly productId: string },
): Promise<Inventory> {
  const { productId, sku, locationId, delta, reason } = input
  if (findLocation(locationId) === undefined) throw notFound('location')
  const document = await inStockTurn(ctx, [productId], () =>
    inTransaction(ctx, async (session) => {
      const next = await changeStock(ctx, session, productId, (variants) =>
        replaceVariant(variants, sku, (variant) => {
          if (variant === undefined) throw notFound('variant')
          const adjusted = adjust(variant, locationId, delta)
          if (adjusted !== null) return adjusted
          const here = variant.locations.find(({ id }) => id === locationId)?.available ?? 0
          throw new ShopError('insufficient_stock', `There are only ${here} at this place.`, {
            available: here,
          })
        }),
      )
      const record = {
        productId,
        sku,
        locationId,
        delta,
        reason,
        adminId: caller.userId,
        at: ctx.clock.now(),
      }
      await insertAdjustment(ctx, session, { _id: ctx.ids.next(), ...record })
      return next
    }),
  )
  return inventoryView(document, ctx.config.lowStockThreshold)
}
