import type { LocationKind } from '../../contract/index.ts'

export interface Location {
  readonly id: string
  readonly name: string
  readonly kind: LocationKind
}

/** Where the shop keeps its goods, in the order in which an order is filled from them. */
export const LOCATIONS: readonly Location[] = [
  { id: 'wh-mumbai', name: 'Mumbai Warehouse', kind: 'warehouse' },
  { id: 'wh-bengaluru', name: 'Bengaluru Warehouse', kind: 'warehouse' },
  { id: 'st-delhi', name: 'Connaught Place Store, Delhi', kind: 'store' },
  { id: 'st-bandra', name: 'Bandra Store, Mumbai', kind: 'store' },
  { id: 'st-indiranagar', name: 'Indiranagar Store, Bengaluru', kind: 'store' },
]

/** Where goods go that come without a place: imports, returns. */
export const DEFAULT_LOCATION_ID = 'wh-mumbai'

const byId = new Map(LOCATIONS.map((location, rank) => [location.id, { location, rank }]))

export function findLocation(id: string): Location | undefined {
  return byId.get(id)?.location
}

/** The place of a location in the order of filling; unknown ones come last. */
export function locationRank(id: string): number {
  return byId.get(id)?.rank ?? LOCATIONS.length
}
