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
