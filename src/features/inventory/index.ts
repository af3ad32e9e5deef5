export { adjustmentsCollection } from './adjustments.store.ts'
export { countDrifts, type Drift, driftsCollection, recordDrift } from './drifts.store.ts'
export {
  extendHold,
  type HoldLapsed,
  heldBy,
  holdLapsed,
  holdStock,
  type NewHold,
  releaseLapsedHolds,
  releaseStock,
  returnStock,
  type StockLine,
  takeStock,
} from './holds.commands.ts'
export {
  adjustStock,
  getInventory,
  listLowStock,
  soldOutSkus,
  stockOf,
  stockSummaries,
} from './inventory.commands.ts'
export { type StockMoved, stockMoved } from './inventory.events.ts'
export { type InventoryFeed, startInventoryFeed } from './inventory.feed.ts'
export { inventoryRoutes } from './inventory.routes.ts'
export { inventoryEvents } from './inventory.socket.ts'
export { inventoryCollection } from './inventory.store.ts'
export { DEFAULT_LOCATION_ID, findLocation, LOCATIONS, type Location } from './locations.ts'
export { reservationsCollection } from './reservations.store.ts'
export { type CountsReport, takeOverCounts } from './source-counts.commands.ts'
export type { SourceCount } from './source-counts.rules.ts'
export { sourceCountsCollection } from './source-counts.store.ts'
export { inStockTurn } from './stock-turns.ts'
export { type StockStatement, setStock } from './stocktake.commands.ts'
export { type WaitingEnded, waitForStock, waitingEnded } from './waitlist.commands.ts'
export { waitlistCollection } from './waitlist.store.ts'
