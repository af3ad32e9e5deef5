import { adjust, type LocationCount, type VariantCount } from './inventory.rules.ts'
import { DEFAULT_LOCATION_ID } from './locations.ts'

/** The parts of a product's books that can be changed by hand. */
export interface EditedStock {
  readonly available: number
  readonly variants: readonly VariantCount[]
}

/** Whether any of the changed fields (in dotted form) concerns the stock. */
export function concernsStock(changed: readonly string[]): boolean {
  return changed.some((path) => /^(?:available|variants)(?:\.|$)/.test(path))
}

/**
 * Brings the books into balance after somebody has changed the document by hand: the figure that was changed is taken
 * at its word (places before variants before the product's sum), the others follow, and `received` makes up for it.
 * @param changed the changed fields in dotted form
 */
export function balance(stock: EditedStock, changed: readonly string[]): VariantCount[] {
  const placesOf = new Set(
    changed.flatMap((path) => /^variants\.(\d+)\.locations/.exec(path)?.[1] ?? []).map(Number),
  )
  const variants = stock.variants.map((variant, index) =>
    placesOf.has(index) ? followPlaces(variant) : followSum(variant, variant.available),
  )
  const sumChanged = changed.includes('available') && !changed.some((path) => path.startsWith('variants'))
  return sumChanged ? spread(variants, stock.available) : variants
}

function followPlaces(variant: VariantCount): VariantCount {
  const locations = variant.locations.map((place) => ({ ...place, available: Math.max(0, place.available) }))
  return inBalance({ ...variant, available: sumOf(locations), locations })
}

/** Moves pieces into the first place, or out of the places in turn, until they add up. */
function followSum(variant: VariantCount, available: number): VariantCount {
  const sound = followPlaces(variant)
  const delta = Math.max(0, available) - sound.available
  if (delta >= 0) return addTo(sound, delta)
  let next = sound
  for (const place of sound.locations) {
    const surplus = next.available - Math.max(0, available)
    next = adjust(next, place.id, -Math.min(surplus, place.available)) ?? next
  }
  return next
}

function addTo(variant: VariantCount, delta: number): VariantCount {
  if (delta === 0) return variant
  return adjust(variant, variant.locations[0]?.id ?? DEFAULT_LOCATION_ID, delta) ?? variant
}

function spread(variants: readonly VariantCount[], available: number): VariantCount[] {
  let surplus = variants.reduce((sum, variant) => sum + variant.available, 0) - Math.max(0, available)
  return variants.map((variant) => {
    const taken = Math.min(surplus, variant.available)
    surplus -= taken
    return taken === 0 ? variant : followSum(variant, variant.available - taken)
  })
}

function sumOf(locations: readonly LocationCount[]): number {
  return locations.reduce((sum, { available }) => sum + available, 0)
}

function inBalance(variant: VariantCount): VariantCount {
  return { ...variant, received: variant.sold + variant.held + variant.available }
}
