import type { Inventory, StockSummary, StockUpdate } from '../../contract/index.ts'
import { stockStatus } from './inventory.rules.ts'
import type { InventoryDocument } from './inventory.store.ts'
import { findLocation, LOCATIONS } from './locations.ts'

/** What every door and the live feed tell of a product's stock. `low` is LOW_STOCK_THRESHOLD. */
export function stockView(document: InventoryDocument, low: number): StockUpdate {
  return { ...stockSummary(document, low), variants: variantViews(document, low) }
}

export function stockSummary(document: InventoryDocument, low: number): StockSummary {
  return {
    productId: document._id,
    available: document.available,
    status: stockStatus(document.available, low),
    revision: document.revision,
    updatedAt: document.updatedAt.toISOString(),
  }
}

/** The stock of a product with its places; the shop's own places are listed also when they are empty. */
export function inventoryView(document: InventoryDocument, low: number): Inventory {
  const counts = new Map(LOCATIONS.map(({ id }) => [id, 0]))
  for (const variant of document.variants) {
    for (const { id, available } of variant.locations) counts.set(id, (counts.get(id) ?? 0) + available)
  }
  const locations = [...counts].map(([id, available]) => {
    const location = findLocation(id)
    return { id, name: location?.name ?? id, kind: location?.kind ?? ('warehouse' as const), available }
  })
  return { ...stockView(document, low), locations }
}

function variantViews(document: InventoryDocument, low: number) {
  return document.variants.map(({ sku, available }) => ({
    sku,
    available,
    status: stockStatus(available, low),
  }))
}
