import { listLowStock } from '../features/inventory/index.ts'
import type { Context } from '../platform/context.ts'
import { enqueue } from '../platform/outbox.ts'

/** Puts one alert for each product that runs low into the outbox; the same stock is reported once. Returns how many run low. */
export async function alertLowStock(ctx: Context): Promise<number> {
  const low = await listLowStock(ctx)
  for (const { productId, revision, available, variants } of low) {
    await enqueue(ctx, undefined, {
      kind: 'stock.low',
      dedupeKey: `stock.low:${productId}:${revision}`,
      payload: {
        productId,
        available,
        skus: variants
          .filter((variant) => variant.available <= ctx.config.lowStockThreshold)
          .map(({ sku }) => sku),
      },
    })
  }
  return low.length
}
