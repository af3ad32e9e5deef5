import type { FoundProduct, Page, ProductSearch, ProductSort } from '../../contract/index.ts'
import type { Context } from '../../platform/context.ts'
import { soldOutSkus, stockOf } from '../inventory/index.ts'
import { toFilter } from './catalog.filter.ts'
import { loadPage, loadTextMatches } from './catalog.reads.ts'
import type { ProductDocument } from './catalog.store.ts'
import { productView } from './catalog.view.ts'
import { type Ranked, rank, type Term } from './ranking.ts'
import { compoundsOf, guessWords, type KnownWord } from './spelling.ts'
import { isAudience, otherNames } from './synonyms.ts'
import { catalogDictionary } from './vocabulary.ts'
import { searchTerms, stem } from './words.ts'

/** More matches than this are cut at the text index's own order. */
const MOST_CANDIDATES = 1000
const SKU_SCORE = 100

/** Finds products by words, forgiving typing mistakes, best match first unless another order is asked for. */
export async function searchProducts(ctx: Context, query: ProductSearch): Promise<Page<FoundProduct>> {
  const { page, limit, sort } = query
  const found = await findMatches(ctx, query)
  const ordered = sort === undefined ? found : sortMatches(found, sort)
  const shown = ordered.slice((page - 1) * limit, page * limit)
  const stock = await stockOf(
    ctx,
    shown.map(({ document }) => document._id),
  )
  return {
    items: shown.map(({ document, score }) => ({ ...productView(document, stock.get(document._id)), score })),
    page,
    limit,
    total: found.length,
  }
}

interface Match {
  readonly document: ProductDocument
  readonly score: number
}

async function findMatches(ctx: Context, query: ProductSearch): Promise<Match[]> {
  const filter = toFilter(query, query.inStock === undefined ? [] : await soldOutSkus(ctx))
  const bySku = await loadPage(
    ctx,
    { $and: [filter, { 'variants.sku': query.q }] },
    { sort: 'newest', skip: 0, limit: 20 },
  )
  if (bySku.total > 0) return bySku.documents.map((document) => ({ document, score: SKU_SCORE }))
  const terms = toTerms(searchTerms(query.q), (await catalogDictionary(ctx)).words)
  const words = terms.flatMap((term) => [...term.words, ...term.guesses])
  if (words.length === 0) return []
  const matches = await loadTextMatches(ctx, words, filter, MOST_CANDIDATES)
  const documents = new Map(matches.map(({ document }) => [document._id, document]))
  const ranked = rank(
    query.q,
    terms,
    matches.map(({ document, textScore }) => ({ ...document, id: document._id, textScore })),
  )
  return ranked.flatMap(({ id, score }: Ranked) => {
    const document = documents.get(id)
    return document === undefined ? [] : [{ document, score }]
  })
}

/** Products with a compound must be so many times as frequent as the plain word to be meant by it. */
const COMPOUND_MAJORITY = 3

/**
 * Joins what was typed apart (`sun glasses`), thinks of the catalog's own names for things, and guesses at words that
 * no product has, or hardly any.
 */
export function toTerms(asked: readonly string[], known: ReadonlyMap<string, KnownWord>): Term[] {
  const terms: Term[] = []
  for (let index = 0; index < asked.length; index += 1) {
    const word = asked[index] ?? ''
    const joined = word + (asked[index + 1] ?? '')
    const plain = known.get(stem(word))
    if (joined !== word && known.has(stem(joined))) {
      terms.push({ words: [joined], guesses: [] })
      index += 1
    } else if (plain?.names !== true && otherNames(word, known).length > 0) {
      terms.push({ words: [], guesses: otherNames(word, known) })
    } else if (plain === undefined) {
      terms.push({ words: [], guesses: isAudience(word) ? [] : guessWords(word, known.values()) })
    } else if (isAudience(word)) {
      terms.push({ words: [word], guesses: [], audience: true })
    } else {
      const compounds = compoundsOf(plain.stem, known.values())
      terms.push({
        // The database stems by rules of its own, by which "knives" are no "knife".
        words: plain.word === word ? [word] : [word, plain.word],
        guesses: compounds
          .filter(({ count }) => count > COMPOUND_MAJORITY * plain.count)
          .map((found) => found.word),
      })
    }
  }
  return terms
}

const COMPARE: Record<ProductSort, (a: ProductDocument, b: ProductDocument) => number> = {
  newest: (a, b) => b.createdAt.getTime() - a.createdAt.getTime(),
  price: (a, b) => a.price - b.price,
  '-price': (a, b) => b.price - a.price,
  rating: (a, b) => (b.rating ?? -1) - (a.rating ?? -1),
  name: (a, b) => collator.compare(a.name, b.name),
}
const collator = new Intl.Collator('en', { sensitivity: 'accent' })

function sortMatches(matches: readonly Match[], sort: ProductSort): Match[] {
  return [...matches].sort(
    (a, b) => COMPARE[sort](a.document, b.document) || (a.document._id < b.document._id ? -1 : 1),
  )
}
