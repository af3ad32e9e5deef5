import { type ProductInput, picturePath, slugOf } from '../features/catalog/index.ts'
import { DEFAULT_LOCATION_ID, LOCATIONS } from '../features/inventory/index.ts'
import { ACCESSORIES } from './accessory-blueprints.ts'
import type { Blueprint, Kind } from './blueprint.ts'
import { type Chance, createChance } from './chance.ts'
import { CLOTHES } from './clothes-blueprints.ts'
import { LIVING } from './living-blueprints.ts'
import { fromRupees } from './rupees.ts'

export const BLUEPRINTS: readonly Blueprint[] = [...ACCESSORIES, ...CLOTHES, ...LIVING]

/** So many products the demo has unless another number is asked for. */
export const DEMO_PRODUCTS = 280

const NEWEST = Date.UTC(2025, 9, 1)
const BETWEEN_MS = 97 * 60_000
const COLORS_EACH: readonly [number, number] = [2, 4]

const MODELS = [
  'Solstice',
  'Harbour',
  'Juno',
  'Monsoon',
  'Alder',
  'Cobalt',
  'Saffron',
  'Drift',
  'Ember',
  'Fjord',
  'Gale',
  'Indigo',
  'Jasper',
  'Kite',
  'Lagoon',
  'Mesa',
  'Nova',
  'Orchid',
  'Prairie',
  'Quartz',
  'Raven',
  'Sierra',
  'Tango',
  'Umber',
  'Vega',
  'Willow',
  'Zephyr',
  'Aster',
  'Boulder',
  'Cedar',
  'Delta',
  'Echo',
  'Fable',
  'Grove',
  'Halo',
  'Isla',
  'Jade',
  'Koa',
  'Lyra',
  'Marin',
  'Nomad',
  'Opal',
  'Pico',
  'Quill',
  'Rio',
  'Sable',
  'Terra',
  'Ursa',
  'Vale',
  'Wisp',
] as const

/** A demo product with the pieces that each place has of each variant. */
export interface DemoProduct {
  readonly product: ProductInput
  readonly stock: readonly {
    readonly sku: string
    readonly stock: readonly { locationId: string; quantity: number }[]
  }[]
}

/**
 * Makes up the demo catalog: the same products each time, and the first ones the same whatever the number.
 * @param currency the shop's; prices are thought of in rupees and converted roughly
 */
export function demoProducts(count: number, currency: string): DemoProduct[] {
  return Array.from({ length: count }, (_, index) => demoProduct(index, currency))
}

function demoProduct(index: number, currency: string): DemoProduct {
  const blueprint = at(BLUEPRINTS, index)
  const round = Math.floor(index / BLUEPRINTS.length)
  const kind = at(blueprint.kinds, round)
  const chance = createChance(0x51ed + index * 7919)
  const name = nameOf(kind, Math.floor(round / blueprint.kinds.length), index)
  const slug = slugOf(name)
  const rupees = charming(kind.price[0] + (kind.price[1] - kind.price[0]) * chance.fraction() ** 1.7)
  const material = chance.pick(kind.materials ?? blueprint.materials)
  const colors = chance.some(
    kind.colors ?? blueprint.colors,
    chance.between(...(blueprint.colorsEach ?? COLORS_EACH)),
  )
  const sku = `${blueprint.code}-${String(index + 1).padStart(4, '0')}`
  const variants = variantsOf({ ...blueprint, ...kind }, colors, sku, rupees, currency)
  const dearer = charming(rupees * (1.15 + chance.fraction() * 0.4))
  const product: ProductInput = {
    slug,
    name,
    description: [
      kind.intro.replace('{material}', material),
      ...chance.some(blueprint.features, chance.between(2, 3)),
    ].join(' '),
    brand: chance.pick(blueprint.brands),
    category: blueprint.category,
    currency,
    ...(chance.fraction() < 0.35 ? { compareAtPrice: fromRupees(dearer, currency) } : {}),
    images: picturesOf(kind, name, slug, colors, chance.pick(blueprint.colors)),
    variants,
    rating:
      round === 0 && chance.fraction() < 0.2
        ? null
        : Math.round((3.4 + chance.fraction() ** 0.7 * 1.6) * 10) / 10,
    tags: [...new Set([...kind.tags, ...blueprint.tags])],
    active: true,
    source: 'demo',
    createdAt: new Date(NEWEST - index * BETWEEN_MS),
  }
  return {
    product,
    stock: stockOf(
      chance,
      variants.map((variant) => variant.sku),
    ),
  }
}

function nameOf(kind: Kind, series: number, index: number): string {
  const model = at(MODELS, series * 13 + index * 3)
  const edition = Math.floor(series / MODELS.length)
  return `${model} ${kind.noun}${edition === 0 ? '' : ` Mark ${edition + 1}`}`
}

/** One picture for each colour; what comes in one colour only is painted in `tint`. */
function picturesOf(
  kind: Kind,
  name: string,
  slug: string,
  colors: readonly string[],
  tint: string,
): ProductInput['images'] {
  if (colors.length === 0) return [{ url: picturePath(kind.shape, tint, slug), alt: name }]
  return colors.map((color) => ({ url: picturePath(kind.shape, color, slug), alt: `${name} in ${color}` }))
}

function variantsOf(
  { sizes, sizeStep = 0 }: { readonly sizes: readonly string[]; readonly sizeStep?: number },
  colors: readonly string[],
  sku: string,
  rupees: number,
  currency: string,
): ProductInput['variants'] {
  const shades = colors.length === 0 ? [undefined] : colors
  const grades = sizes.length === 0 ? [undefined] : sizes
  return shades.flatMap((color) =>
    grades.map((size, step) => ({
      sku: [sku, color, size]
        .flatMap((part) => (part === undefined ? [] : slugOf(part).toUpperCase()))
        .join('-'),
      ...(color === undefined ? {} : { color }),
      ...(size === undefined ? {} : { size }),
      price: fromRupees(rupees + step * sizeStep, currency),
    })),
  )
}

/** Most variants are there in plenty, some are scarce, a few are gone; now and then a whole product is. */
function stockOf(chance: Chance, skus: readonly string[]): DemoProduct['stock'] {
  const gone = chance.fraction() < 0.03
  return skus.map((sku) => {
    const luck = chance.fraction()
    const sparse = luck < 0.1
    if (gone || luck < 0.03) return { sku, stock: [{ locationId: DEFAULT_LOCATION_ID, quantity: 0 }] }
    const stock = LOCATIONS.map(({ id, kind }) => ({
      locationId: id,
      quantity: sparse
        ? chance.between(0, 1)
        : kind === 'warehouse'
          ? chance.between(8, 40)
          : chance.between(0, 6),
    }))
    return { sku, stock }
  })
}

/** The nearest price below that ends in 99 or 49. */
function charming(rupees: number): number {
  const step = rupees < 1000 ? 50 : 100
  return Math.max(step, Math.round(rupees / step) * step) - 1
}

function at<T>(values: readonly [T, ...T[]] | readonly T[], index: number): T {
  const value = values[index % values.length]
  if (value === undefined) throw new Error('a list of the demo data is empty')
  return value
}
