import type { Product } from '../../../contract/index.ts'
import { dictionaryOf } from '../dictionary.ts'
import type { Turn } from '../flow.ts'
import type { Search, SearchFilters } from '../memory.ts'
import type { Clause } from '../understand.ts'
import { lemmasOf } from '../words.ts'

/** What only mentions the words somewhere is no match beside what is called so. */
export function relevant(products: readonly Product[], q: string | undefined): Product[] {
  const wanted = lemmasOf(q ?? '')
  const called = products.filter((product) => wanted.some((lemma) => hasWord(calledBy(product), lemma)))
  return called.length > 0 ? called : [...products]
}

/** In an order of their own, products that only belong to the same shelf do not stand before the thing itself. */
export function ofTheKind(products: readonly Product[], filters: SearchFilters, turn: Turn): Product[] {
  const dictionary = dictionaryOf(turn.catalog)
  const kinds = lemmasOf(filters.q ?? '').filter((lemma) => dictionary.isKind(lemma))
  const named = products.filter(({ name }) => {
    const own = new Set(lemmasOf(name))
    return kinds.some((kind) => hasWord(own, kind))
  })
  return filters.sort === undefined || named.length === 0 ? [...products] : named
}

function calledBy({ name, brand, category, tags }: Product): ReadonlySet<string> {
  return new Set(lemmasOf([name, brand ?? '', category, ...tags].join(' ')))
}

function hasWord(own: ReadonlySet<string>, lemma: string): boolean {
  return own.has(lemma) || hasCompound(own, lemma)
}

/** "phone" is met by "smartphone". */
function hasCompound(own: ReadonlySet<string>, lemma: string): boolean {
  if (lemma.length < 4) return false
  for (const word of own)
    if (word.endsWith(lemma) || lemma.endsWith(word) || word.startsWith(lemma)) return true
  return false
}

/** What cannot be had stands behind what can. */
export function inStockFirst(filters: SearchFilters): (a: Product, b: Product) => number {
  return (a, b) => Number(leftOf(a, filters) === 0) - Number(leftOf(b, filters) === 0)
}

/** How many there are in the colour and size that are looked for; of all where the product has no such variant. */
export function leftOf({ variants, stock }: Product, { color, size }: SearchFilters): number {
  const wanted = variants.filter(
    (variant) =>
      (color === undefined || variant.color === color) && (size === undefined || variant.size === size),
  )
  if (wanted.length === 0) return stock.available
  return wanted.reduce((sum, { available }) => sum + available, 0)
}

/** The words of the clause that none of the products has. */
export function unmet(clause: Clause, q: string | undefined, products: readonly Product[]): string[] {
  const facts = products.map((product) => {
    const { name, brand, category, tags, variants, description } = product
    const colors = variants.flatMap(({ color }) => color ?? [])
    return new Set(lemmasOf([name, brand ?? '', category, ...tags, ...colors, description].join(' ')))
  })
  const called = products.map(calledBy)
  const [last] = clause.content.slice(-1)
  const filtered = new Set(
    clause.terms.flatMap(({ kind, start, end }) =>
      kind === 'brand' || kind === 'color' ? clause.words.slice(start, end).map(({ normal }) => normal) : [],
    ),
  )
  const asked = new Set([...clause.content, ...(q?.split(' ') ?? []).filter((word) => !isAudience(word))])
  return [...asked].filter((word) => {
    if (filtered.has(word)) return false
    const among = word === last && clause.content.length === 1 ? called : facts
    return !lemmasOf(word).every((lemma) => among.some((own) => hasWord(own, lemma)))
  })
}

const isAudience = (word: string) => word === 'women' || word === 'men'

/** Whether a product is rated well enough and has nothing that the customer does not want. */
export function isWanted(product: Product, { excluded, minRating }: Search): boolean {
  if (minRating !== undefined && (product.rating ?? 0) < minRating) return false
  const { name, brand, category, tags, variants } = product
  const facts = [brand ?? '', category, ...tags].map((fact) => fact.toLowerCase())
  const inName = new Set(lemmasOf(name))
  const colors = variants.map(({ color }) => color?.toLowerCase())
  return !excluded.some((value) => {
    const lower = value.toLowerCase()
    const onlySo = colors.length > 0 && colors.every((color) => color === lower)
    return onlySo || facts.includes(lower) || lemmasOf(value).every((lemma) => inName.has(lemma))
  })
}
