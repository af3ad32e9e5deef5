import { z } from 'zod'
import { type StockStatement, setStock } from '../features/inventory/index.ts'
import type { Context } from '../platform/context.ts'

const TIMEOUT_MS = 30_000

/** What INVENTORY_SOURCE_URL answers: for each product everything that was delivered, by variant and place. */
const StockSource = z.object({
  items: z.array(
    z.object({
      productId: z.string(),
      variants: z.array(
        z.object({
          sku: z.string(),
          stock: z.array(z.object({ locationId: z.string(), quantity: z.int().min(0) })),
        }),
      ),
    }),
  ),
})

/** Fetches the stock statements of the outside world and takes them over. Returns for how many products. */
export async function takeOverStock(ctx: Context, url: string): Promise<number> {
  const response = await fetch(url, {
    headers: { Accept: 'application/json' },
    signal: AbortSignal.timeout(TIMEOUT_MS),
  })
  if (!response.ok) throw new Error(`the inventory source answered ${response.status}`)
  const statements: StockStatement[] = StockSource.parse(await response.json()).items
  await setStock(ctx, statements, 'state')
  return statements.length
}
