import { defineEvent } from '../../platform/domain-events.ts'

/** A product's stock as this instance has just heard of it; every instance hears of every change. */
export interface StockMoved {
  readonly productId: string
  readonly variants: ReadonlyArray<{ readonly sku: string; readonly available: number }>
}
export const stockMoved = defineEvent<StockMoved>('inventory.stock-moved')
