import type { Context } from '../../platform/context.ts'
import { isDuplicateKey } from '../../platform/transaction.ts'
import { loadBySlugs } from './catalog.reads.ts'
import { ProductDocument, productsCollection } from './catalog.store.ts'
import { forgetVocabulary } from './vocabulary.ts'
import { fold } from './words.ts'

export interface VariantInput {
  readonly sku: string
  readonly color?: string
  readonly size?: string
  /** Minor units of the product's currency. */
  readonly price: number
}

/** A product as a seed or an import brings it; `slug` is what it is known by when it comes again. */
export interface ProductInput {
  readonly slug: string
  readonly name: string
  readonly description: string
  readonly brand: string | null
  readonly category: string
  readonly currency: string
  readonly compareAtPrice?: number
  readonly images: readonly { readonly url: string; readonly alt: string }[]
  readonly variants: readonly VariantInput[]
  readonly rating: number | null
  readonly tags: readonly string[]
  readonly active: boolean
  readonly source: 'demo' | 'import'
  /** Default: now, when it is new. */
  readonly createdAt?: Date
}

export interface SavedProducts {
  /** By slug, those that were the same already included. */
  readonly ids: ReadonlyMap<string, string>
  readonly created: number
  readonly changed: number
}

const TRIES = 5

/**
 * Saves products in bulk, by slug: new ones get an id, known ones keep theirs, and what is the same already is not
 * written. Stock is not touched.
 */
export async function saveProducts(ctx: Context, inputs: readonly ProductInput[]): Promise<SavedProducts> {
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const known = new Map(
      (
        await loadBySlugs(
          ctx,
          inputs.map(({ slug }) => slug),
        )
      ).map((entry) => [entry.slug, entry]),
    )
    const documents = inputs.map((input) => toDocument(ctx, input, known.get(input.slug)))
    const changed = documents.filter((document) => !isSame(document, known.get(document.slug)))
    if (changed.length > 0 && !(await writeAll(ctx, changed, known))) continue
    forgetVocabulary(ctx)
    const created = changed.filter(({ slug }) => !known.has(slug)).length
    return {
      ids: new Map(documents.map(({ slug, _id }) => [slug, _id])),
      created,
      changed: changed.length - created,
    }
  }
  throw new Error('products are being saved by too many at once')
}

/** Takes the demo products off sale whose slugs are not among the given ones; returns their ids. */
export async function retireDemoProducts(ctx: Context, keep: readonly string[]): Promise<string[]> {
  const products = productsCollection.in(ctx.db)
  const filter = { source: 'demo', active: true, slug: { $nin: [...keep] } } as const
  const ids = (await products.find(filter).project({ _id: 1 }).toArray()).map(({ _id }) => String(_id))
  if (ids.length === 0) return []
  await products.updateMany({ _id: { $in: ids } }, { $set: { active: false, updatedAt: ctx.clock.now() } })
  forgetVocabulary(ctx)
  return ids
}

async function writeAll(
  ctx: Context,
  documents: readonly ProductDocument[],
  known: ReadonlyMap<string, ProductDocument>,
): Promise<boolean> {
  const operations = documents.map((document) =>
    known.has(document.slug)
      ? { replaceOne: { filter: { _id: document._id }, replacement: document } }
      : { insertOne: { document } },
  )
  try {
    await productsCollection.in(ctx.db).bulkWrite(operations, { ordered: false })
    return true
  } catch (error) {
    // Another writer brought the same slug at the same moment; next time round it is known.
    if (isDuplicateKey(error)) return false
    throw error
  }
}

function toDocument(ctx: Context, input: ProductInput, known: ProductDocument | undefined): ProductDocument {
  const now = ctx.clock.now()
  return ProductDocument.parse({
    _id: known?._id ?? ctx.ids.next(),
    slug: input.slug,
    name: input.name,
    description: input.description,
    brand: input.brand,
    brandKey: input.brand === null ? null : fold(input.brand),
    category: input.category,
    categoryKey: fold(input.category),
    currency: input.currency,
    price: Math.min(...input.variants.map(({ price }) => price)),
    ...(input.compareAtPrice === undefined ? {} : { compareAtPrice: input.compareAtPrice }),
    images: input.images,
    variants: input.variants.map(({ sku, color, size, price }) => ({
      sku,
      ...(color === undefined ? {} : { color, colorKey: fold(color) }),
      ...(size === undefined ? {} : { size, sizeKey: fold(size) }),
      price,
    })),
    rating: input.rating,
    tags: input.tags,
    colors: [...new Set(input.variants.flatMap(({ color }) => (color === undefined ? [] : [color])))],
    active: input.active,
    source: input.source,
    createdAt: known?.createdAt ?? input.createdAt ?? now,
    updatedAt: now,
  })
}

function isSame(document: ProductDocument, known: ProductDocument | undefined): boolean {
  return (
    known !== undefined &&
    JSON.stringify({ ...document, updatedAt: known.updatedAt }) === JSON.stringify(known)
  )
}
