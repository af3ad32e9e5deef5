import type { ClientSession } from 'mongodb'
import type { Context } from '../../platform/context.ts'
import { notFound } from '../../platform/errors.ts'
import { totalAvailable, type VariantCount } from './inventory.rules.ts'
import { type InventoryDocument, loadInventory, saveInventory } from './inventory.store.ts'

/**
 * Changes the books of one product within a transaction, as one revision.
 * @param change gives the new variants; it may throw to refuse
 * @throws ShopError `not_found`
 */
export async function changeStock(
  ctx: Context,
  session: ClientSession,
  productId: string,
  change: (variants: readonly VariantCount[]) => readonly VariantCount[],
): Promise<InventoryDocument> {
  const current = await loadInventory(ctx, productId, session)
  if (current === null) throw notFound('product')
  const next = nextRevision(current, change(current.variants), ctx.clock.now())
  // Within a snapshot the document cannot have moved on: a rival's write is a conflict, which the driver retries.
  if (!(await saveInventory(ctx, current.revision, next, session))) {
    throw new Error(`inventory ${productId} moved on within a transaction`)
  }
  return next
}

export function nextRevision(
  current: InventoryDocument,
  variants: readonly VariantCount[],
  now: Date,
): InventoryDocument {
  return {
    _id: current._id,
    revision: current.revision + 1,
    updatedAt: now,
    available: totalAvailable(variants),
    variants: variants.map((variant) => ({
      ...variant,
      locations: variant.locations.map(({ id, available, stated }) => ({
        id,
        available,
        ...(stated === undefined ? {} : { stated }),
      })),
    })),
  }
}

/** Replaces the variant of a sku. */
export function replaceVariant(
  variants: readonly VariantCount[],
  sku: string,
  change: (variant: VariantCount | undefined) => VariantCount,
): VariantCount[] {
  if (!variants.some((variant) => variant.sku === sku)) return [...variants, change(undefined)]
  return variants.map((variant) => (variant.sku === sku ? change(variant) : variant))
}

/** Groups lines by product, in the order of the product ids, so that rivals meet in the same order. */
export function byProduct<T extends { readonly productId: string }>(lines: readonly T[]): [string, T[]][] {
  const groups = new Map<string, T[]>()
  for (const line of lines) groups.set(line.productId, [...(groups.get(line.productId) ?? []), line])
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1))
}
