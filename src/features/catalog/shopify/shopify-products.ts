import type { StockStatement } from '../../inventory/index.ts'
import { picturePath, shapeFor } from '../pictures/picture.ts'
import type { ProductInput, VariantInput } from '../save.commands.ts'
import { fold, slugOf, wordsOf } from '../words.ts'
import { htmlToText } from './html-text.ts'
import type { HeadFacts, ImageFacts, ShopifyRow, VariantFacts } from './shopify-row.ts'

/** A product of the file, with the pieces of each variant. */
export interface ImportedProduct {
  readonly product: ProductInput
  readonly stock: readonly { readonly sku: string; readonly quantity: number }[]
}

interface Draft {
  readonly handle: string
  head: HeadFacts
  /** By the values of their options. */
  readonly variants: Map<string, VariantFacts>
  readonly images: ImageFacts[]
}

const LONGEST_DESCRIPTION = 5000
const MOST_IMAGES = 20

/** Gathers the rows of a file into products, whatever their order. */
export interface ProductGatherer {
  /** Takes a row in; gives the reason when it cannot be used. */
  add(row: ShopifyRow): string | undefined
  /** All products that have something to sell. */
  products(): ImportedProduct[]
  /** Handles of products of which no variant could be used. */
  empty(): string[]
}

/**
 * Rows with the same handle are one product. A row that brings its own title, and a variant whose options are taken by
 * another sku, begins a second product of that handle: two listings that happen to be called the same are both sold,
 * each with its own price, pictures and stock.
 */
export function createGatherer(currency: string): ProductGatherer {
  const byHandle = new Map<string, Draft[]>()

  const open = (handle: string, head: HeadFacts): Draft => {
    const draft: Draft = { handle, head, variants: new Map(), images: [] }
    byHandle.set(handle, [...(byHandle.get(handle) ?? []), draft])
    return draft
  }

  const draftFor = (row: ShopifyRow, handle: string): Draft | undefined => {
    const latest = byHandle.get(handle)?.at(-1)
    if (row.head === undefined) return latest
    if (latest === undefined || (row.variant !== undefined && collides(latest, row.variant))) {
      return open(handle, row.head)
    }
    return latest
  }

  const all = () => [...byHandle.values()].flat()

  return {
    add(row) {
      if (row.head === undefined && row.variant === undefined && row.image === undefined) return row.problem
      const handle = row.handle || slugOf(row.head?.title ?? '')
      const draft = draftFor(row, handle)
      if (draft === undefined) return row.problem ?? 'no row before it gives its product a Title'
      if (row.variant !== undefined) draft.variants.set(optionKey(row.variant), row.variant)
      if (row.image !== undefined) draft.images.push(row.image)
      return row.problem
    },
    products() {
      const skus = new Set<string>()
      const slugs = new Set(byHandle.keys())
      return [...byHandle].flatMap(([handle, drafts]) =>
        drafts
          .filter(({ variants }) => variants.size > 0)
          .map((draft, index) =>
            toProduct(draft, index === 0 ? handle : unused(handle, slugs), skus, currency),
          ),
      )
    },
    empty: () => [
      ...new Set(
        all()
          .filter(({ variants }) => variants.size === 0)
          .map(({ handle }) => handle),
      ),
    ],
  }
}

function collides(draft: Draft, variant: VariantFacts): boolean {
  const taken = draft.variants.get(optionKey(variant))
  return taken !== undefined && taken.sku !== variant.sku
}

function optionKey({ values }: VariantFacts): string {
  return values.map(fold).join('|')
}

function toProduct(draft: Draft, slug: string, skus: Set<string>, currency: string): ImportedProduct {
  const { head } = draft
  const category = head.category || 'Other'
  const listed = [...draft.variants.values()].map((facts): { variant: VariantInput; quantity: number } => {
    const options = nameOptions(head.optionNames, facts.values)
    const wish =
      facts.sku ||
      [slug, options.color, options.size].flatMap((part) => slugOf(part ?? '').toUpperCase() || []).join('-')
    return { variant: { sku: unused(wish, skus), ...options, price: facts.price }, quantity: facts.quantity }
  })
  const lowest = Math.min(...listed.map(({ variant }) => variant.price))
  const before = Math.max(
    ...[...draft.variants.values()].map(({ price, compareAt = 0 }) => (price === lowest ? compareAt : 0)),
  )
  const product: ProductInput = {
    slug,
    name: head.title,
    description: htmlToText(head.body).slice(0, LONGEST_DESCRIPTION),
    brand: head.vendor || null,
    category,
    currency,
    ...(before > lowest ? { compareAtPrice: before } : {}),
    images: imagesOf(draft, slug, listed[0]?.variant.color),
    variants: listed.map(({ variant }) => variant),
    rating: null,
    tags: [...new Set(head.tags)],
    active: head.sold,
    source: 'import',
  }
  return { product, stock: listed.map(({ variant: { sku }, quantity }) => ({ sku, quantity })) }
}

const COLOR_NAMES = new Set(['color', 'colour', 'colors', 'colours', 'shade', 'farbe', 'couleur'])

/** Options are a colour and a size; whatever else a product is chosen by is named beside the size. */
function nameOptions(names: readonly string[], values: readonly string[]): { color?: string; size?: string } {
  const chosen = values.map((value, index) => ({ name: fold(names[index] ?? ''), value }))
  const real = chosen.filter(
    ({ name, value }) => value !== '' && !(name === 'title' || fold(value) === 'default title'),
  )
  const color = real.find(({ name }) => COLOR_NAMES.has(name))
  const size = real
    .filter((option) => option !== color)
    .map(({ value }) => value)
    .join(' / ')
  return {
    ...(color === undefined ? {} : { color: color.value }),
    ...(size === '' ? {} : { size }),
  }
}

/** The pictures in their order; one of our own drawings where the file has none. */
function imagesOf({ head, images }: Draft, slug: string, color = 'Slate'): ProductInput['images'] {
  const ordered = [...new Map(images.map((image) => [image.url, image])).values()]
    .sort((a, b) => a.position - b.position)
    .slice(0, MOST_IMAGES)
    .map(({ url, alt }) => ({ url, alt: alt || head.title }))
  if (ordered.length > 0) return ordered
  const shape = shapeFor(wordsOf(`${head.title} ${head.category} ${head.tags.join(' ')}`))
  return [{ url: picturePath(shape, color, slugOf(slug) || 'product'), alt: head.title }]
}

/** The name itself, or with the first free number from 2 on; it is taken from then on. */
function unused(name: string, taken: Set<string>): string {
  let free = name
  for (let number = 2; taken.has(free); number += 1) free = `${name}-${number}`
  taken.add(free)
  return free
}

/** The stock of imported products at one place, given the products' ids by slug. */
export function toStatements(
  products: readonly ImportedProduct[],
  ids: ReadonlyMap<string, string>,
  locationId: string,
): StockStatement[] {
  return products.flatMap(({ product, stock }) => {
    const productId = ids.get(product.slug)
    if (productId === undefined) return []
    return [
      { productId, variants: stock.map(({ sku, quantity }) => ({ sku, stock: [{ locationId, quantity }] })) },
    ]
  })
}
