import type { Cart, Product } from '../../contract/index.ts'

type Line = Pick<Cart['items'][number], 'sku' | 'color' | 'size'>

/**
 * The variant of a product that comes nearest to one that cannot be had: the same size in another colour before the same
 * colour in another size, and of sizes the one beside it.
 */
export function nearestVariant(
  { variants }: Pick<Product, 'variants'>,
  line: Line,
): Product['variants'][number] | undefined {
  const sizes = [...new Set(variants.map(({ size }) => size))]
  const place = sizes.indexOf(line.size)
  const distance = (variant: Product['variants'][number]) =>
    (variant.size === line.size ? 0 : 10 + Math.abs(sizes.indexOf(variant.size) - place)) +
    (variant.color === line.color ? 0 : 5)
  const others = variants.filter(({ sku, available }) => sku !== line.sku && available > 0)
  return others.sort((a, b) => distance(a) - distance(b))[0]
}
