import type { Context } from '../../platform/context.ts'
import { catalogFingerprint, loadAllActive } from './catalog.reads.ts'
import type { ProductDocument } from './catalog.store.ts'
import type { KnownWord } from './spelling.ts'
import { stem, wordsOf } from './words.ts'

/** The words in which this shop speaks of its products, each once, as they are written in the catalog. */
export interface CatalogVocabulary {
  readonly brands: readonly string[]
  readonly categories: readonly string[]
  readonly colors: readonly string[]
  readonly sizes: readonly string[]
  readonly tags: readonly string[]
  readonly names: readonly string[]
}

interface Dictionary extends CatalogVocabulary {
  /** Every word of every product, by its stem. */
  readonly words: ReadonlyMap<string, KnownWord>
}

interface Cached {
  readonly fingerprint: string
  readonly checkedAt: number
  readonly dictionary: Promise<Dictionary>
}

const CHECK_EVERY_MS = 1000
const caches = new WeakMap<object, Cached>()

/** The catalog's words, at most a second old; read again only when products have changed. */
export async function catalogVocabulary(ctx: Context): Promise<CatalogVocabulary> {
  return catalogDictionary(ctx)
}

export async function catalogDictionary(ctx: Context): Promise<Dictionary> {
  const now = ctx.clock.now().getTime()
  const cached = caches.get(ctx.db)
  if (cached !== undefined && now - cached.checkedAt < CHECK_EVERY_MS) return cached.dictionary
  const fingerprint = await catalogFingerprint(ctx)
  const dictionary =
    cached?.fingerprint === fingerprint
      ? cached.dictionary
      : loadAllActive(ctx).then((all) => toDictionary(all))
  caches.set(ctx.db, { fingerprint, checkedAt: now, dictionary })
  dictionary.catch(() => caches.delete(ctx.db))
  return dictionary
}

/** Products were saved by this process: the next question reads them again. */
export function forgetVocabulary(ctx: Context): void {
  caches.delete(ctx.db)
}

export function toDictionary(products: readonly ProductDocument[]): Dictionary {
  const words = new Map<string, KnownWord>()
  for (const product of products) {
    const texts = [product.name, product.brand ?? '', product.category, ...product.tags, ...product.colors]
    const naming = new Set(texts.flatMap(wordsOf).map(stem))
    const seen = new Map([...texts, product.description].flatMap(wordsOf).map((word) => [stem(word), word]))
    for (const [key, word] of seen) {
      const known = words.get(key)
      words.set(key, {
        stem: key,
        word: known?.word ?? word,
        count: (known?.count ?? 0) + 1,
        names: naming.has(key) || known?.names === true,
      })
    }
  }
  return {
    brands: distinct(products.map(({ brand }) => brand ?? undefined)),
    categories: distinct(products.map(({ category }) => category)),
    colors: distinct(products.flatMap(({ colors }) => colors)),
    sizes: distinct(products.flatMap(({ variants }) => variants.map(({ size }) => size))),
    tags: distinct(products.flatMap(({ tags }) => tags)),
    names: distinct(products.map(({ name }) => name)),
    words,
  }
}

function distinct(values: readonly (string | undefined)[]): string[] {
  return [...new Set(values.filter((value) => value !== undefined))].sort()
}
