import type { ClientSession } from 'mongodb'
import { inventoryCollection } from '../../src/features/inventory/index.ts'
import type { Context } from '../../src/platform/context.ts'

export interface StockBooks {
  readonly received: number
  readonly sold: number
  readonly held: number
  readonly available: number
}

/** The books of a product, all variants together. Throws when those of a variant do not add up or are below zero. */
export async function stockBooks(
  ctx: Pick<Context, 'db'>,
  productId: string,
  session?: ClientSession,
): Promise<StockBooks> {
  const document = await inventoryCollection
    .in(ctx.db)
    .findOne({ _id: productId }, session === undefined ? {} : { session })
  const { available: total, variants } = inventoryCollection.parse(document)
  const sum = { received: 0, sold: 0, held: 0, available: 0 }
  for (const { sku, received, sold, held, available, locations } of variants) {
    const placed = locations.reduce((pieces, place) => pieces + place.available, 0)
    if (received !== sold + held + available || available !== placed) {
      throw new Error(
        `the books of ${sku} do not add up: ${JSON.stringify({ received, sold, held, locations })}`,
      )
    }
    sum.received += received
    sum.sold += sold
    sum.held += held
    sum.available += available
  }
  if (sum.available !== total) throw new Error(`${productId} shows ${total} pieces and has ${sum.available}`)
  return sum
}
