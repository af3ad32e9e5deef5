import { inventoryCollection, reservationsCollection } from '../features/inventory/index.ts'
import type { Context } from '../platform/context.ts'
import { inTransaction } from '../platform/transaction.ts'

/** A figure that does not follow from the ones it is made of. */
export interface Drift {
  readonly productId: string
  readonly sku?: string
  readonly what: 'books' | 'locations' | 'summary' | 'holds'
  readonly expected: number
  readonly found: number
}

/**
 * Compares every product's figures with each other and with the open reservations, in one snapshot. Repairs nothing.
 * The snapshot is a transaction's: in a snapshot session the driver asks for one with each further batch too, which
 * the server refuses.
 */
export async function auditStock(ctx: Context): Promise<Drift[]> {
  return inTransaction(ctx, async (session) => {
    const held = new Map<string, number>()
    const open = reservationsCollection.in(ctx.db).find({ state: 'held' }, { session })
    for await (const document of open) {
      for (const { sku, quantity } of reservationsCollection.parse(document).lines) {
        held.set(sku, (held.get(sku) ?? 0) + quantity)
      }
    }
    const drifts: Drift[] = []
    for await (const document of inventoryCollection.in(ctx.db).find({}, { session })) {
      drifts.push(...driftsOf(inventoryCollection.parse(document), held))
    }
    return drifts
  })
}

type Books = ReturnType<typeof inventoryCollection.parse>

function driftsOf(product: Books, held: ReadonlyMap<string, number>): Drift[] {
  const productId = product._id
  const found: Drift[] = []
  const expect = (what: Drift['what'], expected: number, actual: number, sku?: string): void => {
    if (expected === actual) return
    found.push({ productId, what, expected, found: actual, ...(sku === undefined ? {} : { sku }) })
  }
  for (const { sku, received, sold, held: set, available, locations } of product.variants) {
    expect('books', received, sold + set + available, sku)
    expect('locations', sum(locations.map((location) => location.available)), available, sku)
    expect('holds', held.get(sku) ?? 0, set, sku)
  }
  expect('summary', sum(product.variants.map((variant) => variant.available)), product.available)
  return found
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
