import type { AnyBulkWriteOperation } from 'mongodb'
import type { Context } from '../../platform/context.ts'
import { isDuplicateKey } from '../../platform/transaction.ts'
import {
  emptyVariant,
  restock,
  retire,
  type StatedStock,
  state,
  type VariantCount,
} from './inventory.rules.ts'
import { type InventoryDocument, inventoryCollection, loadInventories } from './inventory.store.ts'
import { nextRevision } from './stock-change.ts'

export interface StockStatement {
  readonly productId: string
  /** All variants that are for sale: what else is in the books is retired. */
  readonly variants: readonly { readonly sku: string; readonly stock: readonly StatedStock[] }[]
}

const TRIES = 20

/**
 * Writes what was delivered, product by product, in bulk.
 * `state`: the same statement again changes nothing, whatever was sold since, and another one counts by its
 * difference. `restock`: the places have exactly so many pieces for sale again. Sold and held pieces stay in the books.
 */
export async function setStock(
  ctx: Context,
  statements: readonly StockStatement[],
  mode: 'state' | 'restock' = 'state',
): Promise<void> {
  const productIds = statements.map(({ productId }) => productId)
  // A sale or a second writer at the same moment makes a conditional write miss: then all are looked at again.
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const known = await loadInventories(ctx, productIds)
    const byId = new Map(known.map((document) => [document._id, document]))
    const writes = statements.flatMap((statement) =>
      writeFor(ctx, byId.get(statement.productId), statement, mode),
    )
    if (writes.length === 0 || (await writeAll(ctx, writes))) return
  }
  throw new Error('the stock is changing too fast to be stated')
}

function writeFor(
  ctx: Context,
  current: InventoryDocument | undefined,
  statement: StockStatement,
  mode: 'state' | 'restock',
): AnyBulkWriteOperation<InventoryDocument>[] {
  const now = ctx.clock.now()
  const before = new Map(
    (current?.variants ?? []).map((variant): [string, VariantCount] => [variant.sku, variant]),
  )
  const apply = mode === 'state' ? state : restock
  const named = statement.variants.map(({ sku, stock }) => apply(before.get(sku) ?? emptyVariant(sku), stock))
  const forSale = new Set(named.map(({ sku }) => sku))
  const retired = [...before.values()].filter(({ sku }) => !forSale.has(sku)).map(retire)
  const base = current ?? {
    _id: statement.productId,
    revision: 0,
    updatedAt: now,
    available: 0,
    variants: [],
  }
  const next = nextRevision(base, [...named, ...retired], now)
  if (current === undefined) return [{ insertOne: { document: next } }]
  if (JSON.stringify(next.variants) === JSON.stringify(current.variants)) return []
  const { _id, ...fields } = next
  return [{ updateOne: { filter: { _id, revision: current.revision }, update: { $set: fields } } }]
}

/** Whether every write found its document as it was read. */
async function writeAll(ctx: Context, writes: AnyBulkWriteOperation<InventoryDocument>[]): Promise<boolean> {
  try {
    const { insertedCount, matchedCount } = await inventoryCollection
      .in(ctx.db)
      .bulkWrite(writes, { ordered: false })
    return insertedCount + matchedCount === writes.length
  } catch (error) {
    if (isDuplicateKey(error)) return false
    throw error
  }
}
