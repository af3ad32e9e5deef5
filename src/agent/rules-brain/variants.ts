import type { ShownProduct } from './memory.ts'

export type VariantChoice =
  | { readonly kind: 'chosen'; readonly sku: string; readonly color?: string; readonly size?: string }
  | { readonly kind: 'ask'; readonly by: 'color' | 'size'; readonly options: readonly string[] }
  | { readonly kind: 'none'; readonly by: 'color' | 'size'; readonly options: readonly string[] }

/** The variant of a product that the wishes leave over, or what must be asked to choose one. */
export function chooseVariant(
  product: ShownProduct,
  color: string | undefined,
  size: string | undefined,
): VariantChoice {
  const same = (a: string | undefined, b: string | undefined) => a?.toLowerCase() === b?.toLowerCase()
  const colored =
    color === undefined ? product.variants : product.variants.filter((variant) => same(variant.color, color))
  const hasColors = product.variants.some((variant) => variant.color !== undefined)
  const hasSizes = product.variants.some((variant) => variant.size !== undefined)
  if (color !== undefined && hasColors && colored.length === 0)
    return { kind: 'none', by: 'color', options: distinct(product, 'color') }
  const pool = hasColors ? colored : product.variants
  const sized = size === undefined || !hasSizes ? pool : pool.filter((variant) => same(variant.size, size))
  if (sized.length === 0)
    return { kind: 'none', by: 'size', options: distinct({ ...product, variants: pool }, 'size') }
  const [only] = sized
  if (sized.length === 1 && only !== undefined) {
    return {
      kind: 'chosen',
      sku: only.sku,
      ...(only.color === undefined ? {} : { color: only.color }),
      ...(only.size === undefined ? {} : { size: only.size }),
    }
  }
  const remaining = { ...product, variants: sized }
  const colors = distinct(remaining, 'color')
  return colors.length > 1
    ? { kind: 'ask', by: 'color', options: colors }
    : { kind: 'ask', by: 'size', options: distinct(remaining, 'size') }
}

/** What is all the same to the customer. */
export interface Indifference {
  readonly color: boolean
  readonly size: boolean
}

/** The variant of a product where the customer leaves its colour or size to the shop: of what there is the most. */
export function chooseFreely(
  product: ShownProduct,
  color: string | undefined,
  size: string | undefined,
  free: Indifference,
): VariantChoice {
  const choice = chooseVariant(product, color, size)
  if (choice.kind !== 'ask' || !free[choice.by]) return choice
  const plenty = plentiest(product, choice.by, choice.options, { color, size })
  return choice.by === 'color'
    ? chooseFreely(product, plenty, size, { ...free, color: false })
    : chooseFreely(product, color, plenty, { ...free, size: false })
}

function plentiest(
  { variants }: ShownProduct,
  by: 'color' | 'size',
  options: readonly string[],
  { color, size }: { color: string | undefined; size: string | undefined },
): string | undefined {
  const left = (option: string) =>
    variants
      .filter((variant) => variant[by] === option)
      .filter((variant) => by === 'color' || color === undefined || variant.color === color)
      .filter((variant) => by === 'size' || size === undefined || variant.size === size)
      .reduce((sum, { available }) => sum + available, 0)
  return [...options].sort((a, b) => left(b) - left(a))[0]
}

/** Whether a product comes in a colour or size. */
export function hasVariant(
  { variants }: ShownProduct,
  wish: { readonly color?: string | undefined; readonly size?: string | undefined },
): boolean {
  return variants.some(
    ({ color, size }) =>
      (wish.color === undefined || wish.color === color) && (wish.size === undefined || wish.size === size),
  )
}

/** The colours or sizes that are in stock; all of them when none is. */
function distinct(product: ShownProduct, by: 'color' | 'size'): string[] {
  const of = (variants: ShownProduct['variants']) => [
    ...new Set(variants.flatMap((variant) => variant[by] ?? [])),
  ]
  const stocked = of(product.variants.filter(({ available }) => available > 0))
  return stocked.length > 0 ? stocked : of(product.variants)
}
