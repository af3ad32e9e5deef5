import type { StockStatus } from '../../contract/index.ts'
import { DEFAULT_LOCATION_ID, locationRank } from './locations.ts'

/** Pieces of one variant at one place. */
export interface LocationCount {
  readonly id: string
  readonly available: number
  /** What the last stock statement (seed, import, sync) said of this place. */
  readonly stated?: number | undefined
}

/** The books of one variant: `received = sold + held + available`, and `available` is the sum of its places. */
export interface VariantCount {
  readonly sku: string
  readonly received: number
  readonly sold: number
  readonly held: number
  readonly available: number
  readonly locations: readonly LocationCount[]
}

/** From which places a hold was filled. */
export interface Allocation {
  readonly locationId: string
  readonly quantity: number
}

/** `low` is the greatest count that is still called low. */
export function stockStatus(available: number, low: number): StockStatus {
  if (available <= 0) return 'out_of_stock'
  return available <= low ? 'low_stock' : 'in_stock'
}

export function totalAvailable(variants: readonly VariantCount[]): number {
  return variants.reduce((sum, variant) => sum + variant.available, 0)
}

export function emptyVariant(sku: string): VariantCount {
  return { sku, received: 0, sold: 0, held: 0, available: 0, locations: [] }
}

/** Whether the books of a variant are right. */
export function isBalanced(variant: VariantCount): boolean {
  const counts = [
    variant.received,
    variant.sold,
    variant.held,
    ...variant.locations.map((place) => place.available),
  ]
  return (
    counts.every((count) => Number.isSafeInteger(count) && count >= 0) &&
    variant.available === sumOf(variant.locations) &&
    variant.received === variant.sold + variant.held + variant.available
  )
}

/**
 * Sets `quantity` pieces aside: from one place where one has enough, the earliest in the order of filling; else
 * from as few places as will do. Null when there are not enough.
 */
export function hold(
  variant: VariantCount,
  quantity: number,
): { variant: VariantCount; allocations: Allocation[] } | null {
  if (quantity < 1 || variant.available < quantity) return null
  const places = [...variant.locations].sort((a, b) => locationRank(a.id) - locationRank(b.id))
  const whole = places.find((place) => place.available >= quantity)
  const order = whole === undefined ? [...places].sort((a, b) => b.available - a.available) : [whole]
  const allocations: Allocation[] = []
  let missing = quantity
  for (const place of order) {
    const taken = Math.min(missing, place.available)
    if (taken > 0) allocations.push({ locationId: place.id, quantity: taken })
    missing -= taken
  }
  if (missing > 0) return null
  const locations = allocations.reduce(
    (current, { locationId, quantity: count }) => movePieces(current, locationId, -count),
    variant.locations,
  )
  return { variant: { ...withLocations(variant, locations), held: variant.held + quantity }, allocations }
}

/** A hold ends unsold: its pieces go back to where they came from. */
export function release(variant: VariantCount, allocations: readonly Allocation[]): VariantCount {
  const locations = allocations.reduce(
    (current, { locationId, quantity }) => movePieces(current, locationId, quantity),
    variant.locations,
  )
  return { ...withLocations(variant, locations), held: variant.held - countOf(allocations) }
}

/** A hold ends in a sale. */
export function sell(variant: VariantCount, allocations: readonly Allocation[]): VariantCount {
  const quantity = countOf(allocations)
  return { ...variant, held: variant.held - quantity, sold: variant.sold + quantity }
}

/** Sold pieces come back. Null when more come back than were sold. */
export function takeBack(
  variant: VariantCount,
  quantity: number,
  locationId = DEFAULT_LOCATION_ID,
): VariantCount | null {
  if (quantity < 1 || variant.sold < quantity) return null
  const locations = movePieces(variant.locations, locationId, quantity)
  return { ...withLocations(variant, locations), sold: variant.sold - quantity }
}

/** Pieces come in or are written off at a place. Null when the place has too few. */
export function adjust(variant: VariantCount, locationId: string, delta: number): VariantCount | null {
  const here = variant.locations.find((place) => place.id === locationId)?.available ?? 0
  if (here + delta < 0) return null
  return {
    ...withLocations(variant, movePieces(variant.locations, locationId, delta)),
    received: variant.received + delta,
  }
}

export interface StatedStock {
  readonly locationId: string
  readonly quantity: number
}

/**
 * What a file or another system says was delivered to each place. Saying the same again changes nothing, also when
 * pieces were sold or set aside since; another figure adds or takes the difference, down to what is still there.
 */
export function state(variant: VariantCount, statements: readonly StatedStock[]): VariantCount {
  return statements.reduce((current, { locationId, quantity }) => {
    const place = current.locations.find(({ id }) => id === locationId)
    const delta = Math.max(quantity - (place?.stated ?? 0), -(place?.available ?? 0))
    const moved = adjust(current, locationId, delta) ?? current
    const known = moved.locations.some(({ id }) => id === locationId)
      ? moved.locations
      : [...moved.locations, { id: locationId, available: 0 }]
    return {
      ...moved,
      locations: known.map((entry) => (entry.id === locationId ? { ...entry, stated: quantity } : entry)),
    }
  }, variant)
}

/** Fills each place up, or empties it, to exactly the given count; sold and held pieces stay as they are. */
export function restock(variant: VariantCount, statements: readonly StatedStock[]): VariantCount {
  const locations = statements.map(({ locationId, quantity }) => ({
    id: locationId,
    available: quantity,
    stated: quantity,
  }))
  const next = withLocations(variant, locations)
  return { ...next, received: next.sold + next.held + next.available }
}

/** Nothing of this variant is for sale any more; what is sold or set aside stays in the books. */
export function retire(variant: VariantCount): VariantCount {
  return restock(
    variant,
    variant.locations.map(({ id }) => ({ locationId: id, quantity: 0 })),
  )
}

function countOf(allocations: readonly Allocation[]): number {
  return allocations.reduce((sum, { quantity }) => sum + quantity, 0)
}

function sumOf(locations: readonly LocationCount[]): number {
  return locations.reduce((sum, { available }) => sum + available, 0)
}

function withLocations(variant: VariantCount, locations: readonly LocationCount[]): VariantCount {
  return { ...variant, locations, available: sumOf(locations) }
}

function movePieces(
  locations: readonly LocationCount[],
  id: string,
  delta: number,
): readonly LocationCount[] {
  if (!locations.some((place) => place.id === id)) return [...locations, { id, available: delta }]
  return locations.map((place) =>
    place.id === id ? { ...place, available: place.available + delta } : place,
  )
}
