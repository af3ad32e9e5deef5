import type { Filter, FindOptions } from 'mongodb'
import { z } from 'zod'
import type { ProductSort } from '../../contract/index.ts'
import type { Context } from '../../platform/context.ts'
import { toSort } from './catalog.filter.ts'
import { NAME_COLLATION, ProductDocument, productsCollection } from './catalog.store.ts'

type Database = Pick<Context, 'db'>

/** One page of the products that match, and how many match in all. */
export async function loadPage(
  ctx: Database,
  filter: Filter<ProductDocument>,
  { sort, skip, limit }: { sort: ProductSort; skip: number; limit: number },
): Promise<{ documents: ProductDocument[]; total: number }> {
  const options: FindOptions = {
    sort: toSort(sort),
    skip,
    limit,
    ...(sort === 'name' ? { collation: NAME_COLLATION } : {}),
  }
  const products = productsCollection.in(ctx.db)
  const [documents, total] = await Promise.all([
    products.find(filter, options).toArray(),
    products.countDocuments(filter),
  ])
  return { documents: documents.map((document) => productsCollection.parse(document)), total }
}

export async function loadById(ctx: Database, id: string): Promise<ProductDocument | null> {
  return productsCollection.parseOrNull(
    await productsCollection.in(ctx.db).findOne({ _id: id, active: true }),
  )
}

export async function loadBySlug(ctx: Database, slug: string): Promise<ProductDocument | null> {
  return productsCollection.parseOrNull(await productsCollection.in(ctx.db).findOne({ slug, active: true }))
}

export async function loadMany(ctx: Database, ids: readonly string[]): Promise<ProductDocument[]> {
  if (ids.length === 0) return []
  const documents = await productsCollection
    .in(ctx.db)
    .find({ _id: { $in: [...ids] }, active: true })
    .toArray()
  return documents.map((document) => productsCollection.parse(document))
}

/** Products by slug, those that are not sold included. */
export async function loadBySlugs(ctx: Database, slugs: readonly string[]): Promise<ProductDocument[]> {
  const documents = await productsCollection
    .in(ctx.db)
    .find({ slug: { $in: [...slugs] } })
    .toArray()
  return documents.map((document) => productsCollection.parse(document))
}

/** So few at a time that reading and taking in a batch keeps nobody waiting. */
const WORDS_BATCH = 100

const ProductWords = ProductDocument.pick({
  name: true,
  description: true,
  brand: true,
  category: true,
  tags: true,
  colors: true,
}).extend({ variants: z.array(ProductDocument.shape.variants.element.pick({ size: true })) })
/** The texts of a product in which words are looked for. */
export type ProductWords = z.infer<typeof ProductWords>

/** The texts of all products that are sold, as a stream: a big catalog neither fills the memory nor holds up the process. */
export async function* streamProductWords(ctx: Database): AsyncGenerator<ProductWords> {
  const cursor = productsCollection.in(ctx.db).find({ active: true }, { batchSize: WORDS_BATCH }).project({
    _id: 0,
    name: 1,
    description: 1,
    brand: 1,
    category: 1,
    tags: 1,
    colors: 1,
    'variants.size': 1,
  })
  for await (const document of cursor) yield ProductWords.parse(document)
}

export async function hasProducts(ctx: Database): Promise<boolean> {
  return (await productsCollection.in(ctx.db).findOne({}, { projection: { _id: 1 } })) !== null
}

/** Changes whenever products are saved. */
export async function catalogFingerprint(ctx: Database): Promise<string> {
  const products = productsCollection.in(ctx.db)
  const [newest, count] = await Promise.all([
    products.findOne({}, { sort: { updatedAt: -1 }, projection: { updatedAt: 1 } }),
    products.estimatedDocumentCount(),
  ])
  return `${count}:${newest?.updatedAt.getTime() ?? 0}`
}

/** The products that the text index finds for any of the words, by its score, `most` at the most. */
export async function loadTextMatches(
  ctx: Database,
  words: readonly string[],
  filter: Filter<ProductDocument>,
  most: number,
): Promise<{ document: ProductDocument; textScore: number }[]> {
  const found = await productsCollection
    .in(ctx.db)
    .find({ ...filter, $text: { $search: words.join(' ') } })
    .project({ textScore: { $meta: 'textScore' } })
    .sort({ textScore: { $meta: 'textScore' } })
    .limit(most)
    .toArray()
  return found.map(({ textScore, ...document }) => ({
    document: productsCollection.parse(document),
    textScore: Number(textScore),
  }))
}
