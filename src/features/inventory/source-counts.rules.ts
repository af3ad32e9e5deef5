import { adjust, type VariantCount } from './inventory.rules.ts'

/** What another system says is at a place: the pieces on its shelves, those included that are held for a checkout here. */
export interface SourceCount {
  readonly sku: string
  readonly locationId: string
  readonly available: number
  /** Rises with each change at the source; one that numbers nothing leaves it out. */
  readonly revision?: number | undefined
}

/** The last figure that was taken over for a sku and a place. */
export interface KnownCount {
  readonly available: number
  readonly revision: number
}

/** `known`: it was taken over before; `older`: a newer one was; `conflict`: it contradicts the one of the same revision. */
export type Standing = 'newer' | 'known' | 'older' | 'conflict'

/** The revision of a count. Of a source without revisions, another figure than the last one is a newer one. */
export function revisionOf({ available, revision }: SourceCount, last: KnownCount | undefined): number {
  if (revision !== undefined) return revision
  if (last === undefined) return 1
  return available === last.available ? last.revision : last.revision + 1
}

export function standingOf(count: SourceCount, last: KnownCount | undefined): Standing {
  const revision = revisionOf(count, last)
  if (last === undefined || revision > last.revision) return 'newer'
  if (revision < last.revision) return 'older'
  return count.available === last.available ? 'known' : 'conflict'
}

export interface Recount {
  readonly variant: VariantCount
  /** What the shop had at the place, held pieces included. */
  readonly before: number
  /** By how much what is for sale there has changed. */
  readonly delta: number
  /** Held pieces that are not there, by the count. */
  readonly missing: number
}

/** Brings a place to a count. What is held there stays held, even when the count says that there is less. */
export function recount(
  variant: VariantCount,
  { locationId, available }: SourceCount,
  held: number,
): Recount {
  const here = variant.locations.find(({ id }) => id === locationId)?.available ?? 0
  const delta = Math.max(0, available - held) - here
  return {
    variant: delta === 0 ? variant : (adjust(variant, locationId, delta) ?? variant),
    before: here + held,
    delta,
    missing: Math.max(0, held - available),
  }
}
