import { type ProductInput, saveProducts, slugOf } from '../../src/features/catalog/index.ts'
import { DEFAULT_LOCATION_ID, setStock } from '../../src/features/inventory/index.ts'
import type { Context } from '../../src/platform/context.ts'

export interface ShelfVariant {
  readonly sku?: string
  readonly color?: string
  readonly size?: string
  /** Minor units; the product's when it is left out. */
  readonly price?: number
  /** Pieces at the first warehouse; 10 when it is left out. */
  readonly quantity?: number
}

/** A product as a test wants it; what does not matter to the test is left out. */
export interface ShelfProduct extends Partial<Omit<ProductInput, 'variants'>> {
  readonly name: string
  readonly price?: number
  readonly variants?: readonly ShelfVariant[]
}

/** Puts products into the shop and returns their ids in the given order. */
export async function shelve(ctx: Context, products: readonly ShelfProduct[]): Promise<string[]> {
  const inputs = products.map(toInput)
  const { ids } = await saveProducts(
    ctx,
    inputs.map(({ input }) => input),
  )
  const idOf = (slug: string) => ids.get(slug) ?? ''
  await setStock(
    ctx,
    inputs.map(({ input, quantities }) => ({
      productId: idOf(input.slug),
      variants: input.variants.map(({ sku }, index) => ({
        sku,
        stock: [{ locationId: DEFAULT_LOCATION_ID, quantity: quantities[index] ?? 0 }],
      })),
    })),
  )
  return inputs.map(({ input }) => idOf(input.slug))
}

function toInput(product: ShelfProduct): { input: ProductInput; quantities: number[] } {
  const { name, price = 100_000, variants = [{}], ...facts } = product
  const slug = facts.slug ?? slugOf(name)
  const input: ProductInput = {
    slug,
    name,
    description: '',
    brand: null,
    category: 'Things',
    currency: 'INR',
    images: [],
    rating: null,
    tags: [],
    active: true,
    source: 'import',
    ...facts,
    variants: variants.map(({ sku, color, size, price: own }, index) => ({
      sku: sku ?? `${slug.toUpperCase()}-${index + 1}`,
      ...(color === undefined ? {} : { color }),
      ...(size === undefined ? {} : { size }),
      price: own ?? price,
    })),
  }
  return { input, quantities: variants.map(({ quantity = 10 }) => quantity) }
}
