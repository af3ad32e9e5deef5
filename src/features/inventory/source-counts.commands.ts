import type { ClientSession } from 'mongodb'
import type { Context } from '../../platform/context.ts'
import { inTransaction } from '../../platform/transaction.ts'
import { type AdjustmentDocument, insertAdjustment } from './adjustments.store.ts'
import { type Drift, type DriftKind, noDrifts, recordDrift } from './drifts.store.ts'
import type { VariantCount } from './inventory.rules.ts'
import { loadInventory, loadProductsBySku } from './inventory.store.ts'
import { findLocation } from './locations.ts'
import { heldAt } from './reservations.store.ts'
import { type Recount, recount, revisionOf, type SourceCount, standingOf } from './source-counts.rules.ts'
import { countId, loadCounts, saveCount } from './source-counts.store.ts'
import { changeStock, replaceVariant } from './stock-change.ts'
import { inStockTurn } from './stock-turns.ts'

/** Whose adjustments those of the source are. */
const SOURCE = 'inventory-source'

export interface CountsReport {
  /** Counts that were newer than what was known, also where the shop's figure was right. */
  readonly takenOver: number
  /** Counts that were known, or older than what is known. */
  readonly leftAlone: number
  readonly drifts: Readonly<Record<DriftKind, number>>
}

/**
 * Takes over what another system counts, each sku and place by its revision: a newer count replaces the shop's figure, an
 * older or known one changes nothing, and whatever differs is written down. One transaction for each product, so that what
 * was cut short goes on where it stood, and two at once take each count over once.
 */
export async function takeOverCounts(
  ctx: Context,
  counts: readonly SourceCount[],
  signal?: AbortSignal,
): Promise<CountsReport> {
  const report = { takenOver: 0, leftAlone: 0, drifts: noDrifts() }
  const note = async (drift: Drift): Promise<void> => {
    report.drifts[drift.kind] += 1
    await recordDrift(ctx, drift)
  }
  const newer = new Map<string, SourceCount[]>()
  const products = await loadProductsBySku(ctx)
  const known = await loadCounts(ctx, counts.map(countId))
  for (const count of counts) {
    const productId = products.get(count.sku)
    const last = known.get(countId(count))
    const standing = standingOf(count, last)
    if (productId === undefined) await note(unplaced(count, 'unknown_sku'))
    else if (findLocation(count.locationId) === undefined) await note(unplaced(count, 'unknown_location'))
    else if (standing === 'newer') newer.set(productId, [...(newer.get(productId) ?? []), count])
    else if (standing === 'conflict') await note(contradiction(count, productId, last?.available))
    else report.leftAlone += 1
  }
  for (const [productId, group] of newer) {
    if (signal?.aborted === true) break
    const { drifts, takenOver } = await inStockTurn(ctx, [productId], () =>
      inTransaction(ctx, (session) => takeOver(ctx, session, productId, group)),
    )
    report.takenOver += takenOver
    report.leftAlone += group.length - takenOver - drifts.filter(({ kind }) => kind === 'conflict').length
    for (const { kind } of drifts) report.drifts[kind] += 1
  }
  return report
}

interface TakenOver {
  readonly takenOver: number
  readonly drifts: readonly Drift[]
}

async function takeOver(
  ctx: Context,
  session: ClientSession,
  productId: string,
  counts: readonly SourceCount[],
): Promise<TakenOver> {
  const document = await loadInventory(ctx, productId, session)
  if (document === null) return { takenOver: 0, drifts: [] }
  const known = await loadCounts(ctx, counts.map(countId), session)
  const held = await heldAt(ctx, productId, session)
  const drifts: Drift[] = []
  let variants: readonly VariantCount[] = document.variants
  let takenOver = 0
  for (const count of counts) {
    const id = countId(count)
    const last = known.get(id)
    const standing = standingOf(count, last)
    const variant = variants.find(({ sku }) => sku === count.sku)
    if (standing === 'conflict') drifts.push(contradiction(count, productId, last?.available))
    if (standing !== 'newer' || variant === undefined) continue
    const revision = revisionOf(count, last)
    const found = recount(variant, count, held.get(id) ?? 0)
    const taken = { _id: id, available: count.available, revision, takenOverAt: ctx.clock.now() }
    await saveCount(ctx, session, taken)
    known.set(id, taken)
    takenOver += 1
    if (found.delta !== 0) {
      variants = replaceVariant(variants, count.sku, () => found.variant)
      await insertAdjustment(ctx, session, adjustmentFor(ctx, productId, { ...count, revision }, found.delta))
    }
    if (count.available !== found.before) drifts.push(difference(productId, { ...count, revision }, found))
  }
  if (variants !== document.variants) await changeStock(ctx, session, productId, () => variants)
  for (const drift of drifts) await recordDrift(ctx, drift, session)
  return { takenOver, drifts }
}

function adjustmentFor(
  ctx: Context,
  productId: string,
  { sku, locationId, revision }: SourceCount,
  delta: number,
): AdjustmentDocument {
  const reason = `revision ${revision} of the inventory source`
  const at = ctx.clock.now()
  return { _id: ctx.ids.next(), productId, sku, locationId, delta, reason, adminId: SOURCE, at }
}

function difference(
  productId: string,
  { sku, locationId, revision, available }: SourceCount,
  { before, missing }: Recount,
): Drift {
  return {
    kind: missing > 0 ? 'short' : 'corrected',
    sku,
    locationId,
    productId,
    ...(revision === undefined ? {} : { revision }),
    source: available,
    shop: before,
    difference: available - before,
    ...(missing > 0 ? { missing } : {}),
    done: 'taken_over',
  }
}

function unplaced(count: SourceCount, kind: 'unknown_sku' | 'unknown_location'): Drift {
  const { sku, locationId, available, revision } = count
  return {
    kind,
    sku,
    locationId,
    ...(revision === undefined ? {} : { revision }),
    source: available,
    done: 'nothing',
  }
}

/** `shop` is here what was taken over under that revision. */
function contradiction(count: SourceCount, productId: string, takenOver = 0): Drift {
  const { sku, locationId, available, revision } = count
  return {
    kind: 'conflict',
    sku,
    locationId,
    productId,
    ...(revision === undefined ? {} : { revision }),
    source: available,
    shop: takenOver,
    difference: available - takenOver,
    done: 'nothing',
  }
}
