import { setTimeout as pause } from 'node:timers/promises'
import type { Context } from '../../platform/context.ts'
import { catalogFingerprint, type ProductWords, streamProductWords } from './catalog.reads.ts'
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

/** What this process knows of one database's catalog. */
interface Known {
  dictionary?: Dictionary
  fingerprint?: string
  checkedAt: number
  /** Rises when this process has saved products: what was begun before does not count as checked. */
  generation: number
  renewal?: { readonly generation: number; readonly done: Promise<Dictionary> }
}

const CHECK_EVERY_MS = 1000
/** A question waits so long for the words of a changed catalog before it makes do with those it had. */
const PATIENCE_MS = 500
const knownByDatabase = new WeakMap<object, Known>()

/** The catalog's words, as a rule at most a second old; read again only when products have changed. */
export async function catalogVocabulary(ctx: Context): Promise<CatalogVocabulary> {
  return catalogDictionary(ctx)
}

/** As `catalogVocabulary`, with every word of every product. */
export async function catalogDictionary(ctx: Context): Promise<Dictionary> {
  const known = knownOf(ctx)
  const { dictionary } = known
  if (dictionary === undefined) return renewed(ctx, known)
  if (ctx.clock.now().getTime() - known.checkedAt < CHECK_EVERY_MS) return dictionary
  return Promise.race([renewed(ctx, known), pause(PATIENCE_MS, dictionary, { ref: false })])
}

/** Products were saved by this process: the next question reads them again. */
export function forgetVocabulary(ctx: Context): void {
  const known = knownOf(ctx)
  known.generation += 1
  known.checkedAt = Number.NEGATIVE_INFINITY
  // A save within the same millisecond as the last one does not show in it.
  delete known.fingerprint
}

function knownOf({ db }: Context): Known {
  const known = knownByDatabase.get(db) ?? { checkedAt: Number.NEGATIVE_INFINITY, generation: 0 }
  knownByDatabase.set(db, known)
  return known
}

/** One renewal at a time, shared by all who ask: each may read the whole catalog. */
function renewed(ctx: Context, known: Known): Promise<Dictionary> {
  const { generation, renewal } = known
  if (renewal?.generation === generation) return renewal.done
  const renew = () => renewNow(ctx, known, generation)
  const done = (renewal === undefined ? renew() : renewal.done.then(renew, renew)).finally(() => {
    if (known.renewal?.done === done) delete known.renewal
  })
  known.renewal = { generation, done }
  return done
}

async function renewNow(ctx: Context, known: Known, generation: number): Promise<Dictionary> {
  const now = ctx.clock.now().getTime()
  const fingerprint = await catalogFingerprint(ctx)
  const current = known.fingerprint === fingerprint ? known.dictionary : undefined
  const dictionary = current ?? (await readDictionary(ctx))
  known.dictionary = dictionary
  if (known.generation === generation) {
    known.fingerprint = fingerprint
    known.checkedAt = now
  }
  return dictionary
}

async function readDictionary(ctx: Context): Promise<Dictionary> {
  const words = new Map<string, KnownWord>()
  const lists = {
    brands: new Set<string>(),
    categories: new Set<string>(),
    colors: new Set<string>(),
    sizes: new Set<string>(),
    tags: new Set<string>(),
    names: new Set<string>(),
  }
  for await (const product of streamProductWords(ctx)) {
    addWords(words, product)
    const { name, brand, category, tags, colors, variants } = product
    lists.names.add(name)
    lists.categories.add(category)
    if (brand !== null) lists.brands.add(brand)
    for (const tag of tags) lists.tags.add(tag)
    for (const color of colors) lists.colors.add(color)
    for (const { size } of variants) if (size !== undefined) lists.sizes.add(size)
  }
  return {
    brands: sorted(lists.brands),
    categories: sorted(lists.categories),
    colors: sorted(lists.colors),
    sizes: sorted(lists.sizes),
    tags: sorted(lists.tags),
    names: sorted(lists.names),
    words,
  }
}

function addWords(words: Map<string, KnownWord>, product: ProductWords): void {
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

function sorted(values: ReadonlySet<string>): string[] {
  return [...values].sort()
}
