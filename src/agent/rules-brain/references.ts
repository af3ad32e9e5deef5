import type { RulesMemory, ShownProduct } from './memory.ts'
import type { Clause } from './understand.ts'
import { lemmasOf } from './words.ts'

type Described = {
  readonly name: string
  readonly brand?: string | null
  readonly category?: string
  readonly tags?: readonly string[]
  readonly colors?: readonly string[]
}

/**
 * The products of the conversation that a clause speaks of: by their place in the list, by a comparison, by
 * words of their name, brand or colour, or by a pronoun. Empty when it speaks of none that was shown.
 */
export function resolveProducts(clause: Clause, memory: RulesMemory): ShownProduct[] {
  const { shown } = memory
  if (shown.length === 0) return []
  const { ordinals } = clause.quantities
  if (ordinals.length > 0) {
    return ordinals.flatMap((ordinal) => shown.at(ordinal > 0 ? ordinal - 1 : ordinal) ?? [])
  }
  const named = bestDescribed(clause, shown, (product) => ({
    name: product.name,
    brand: product.brand,
    category: product.category,
    tags: product.tags,
    colors: product.variants.flatMap(({ color }) => color ?? []),
  }))
  if (clause.superlative !== undefined && (clause.pronoun || named.length !== 1)) {
    const chosen = extreme(named.length > 1 ? named : shown, clause.superlative)
    if (clause.pronoun || named.length > 1) return chosen === undefined ? [] : [chosen]
  }
  if (named.length === 1) return named
  if (named.length > 1) {
    const focused = named.find(({ id }) => id === memory.focus)
    return focused === undefined ? named : [focused]
  }
  if (clause.content.length > 0 && clause.terms.some(({ kind }) => kind !== 'color')) return []
  return clause.pronoun ? pointedAt(memory) : []
}

function pointedAt(memory: RulesMemory): ShownProduct[] {
  const focused = memory.shown.find(({ id }) => id === memory.focus)
  if (focused !== undefined) return [focused]
  return memory.shown.length === 1 ? memory.shown : []
}

function extreme(
  products: readonly ShownProduct[],
  by: 'cheapest' | 'dearest' | 'best',
): ShownProduct | undefined {
  const worth = (product: ShownProduct) =>
    by === 'cheapest' ? -product.price : by === 'dearest' ? product.price : (product.rating ?? 0)
  return products.reduce<ShownProduct | undefined>(
    (best, product) => (best === undefined || worth(product) > worth(best) ? product : best),
    undefined,
  )
}

/**
 * The candidates that the clause's words describe best: all that share the highest number of words, none when
 * no word fits. A candidate that a named brand or colour rules out is left out.
 */
export function bestDescribed<T>(
  clause: Clause,
  candidates: readonly T[],
  describe: (candidate: T) => Described,
): T[] {
  const wanted = clause.content.flatMap((word) => lemmasOf(word))
  if (wanted.length === 0) return []
  const scored = candidates.map((candidate) => {
    const { name, brand, category, tags, colors } = describe(candidate)
    const own = new Set(lemmasOf([name, brand ?? ''].join(' ')))
    const wider = new Set(lemmasOf([category ?? '', ...(tags ?? []), ...(colors ?? [])].join(' ')))
    let score = 0
    for (const word of wanted) score += own.has(word) ? 2 : wider.has(word) || sharesStem(own, word) ? 1 : 0
    return { candidate, score }
  })
  const best = Math.max(0, ...scored.map(({ score }) => score))
  return best === 0 ? [] : scored.filter(({ score }) => score === best).map(({ candidate }) => candidate)
}

/** "sunglass" of "Sunglasses" against "sun glass": words joined or apart. */
function sharesStem(own: ReadonlySet<string>, word: string): boolean {
  if (word.length < 5) return false
  for (const other of own)
    if (other.length >= 5 && (other.startsWith(word) || word.startsWith(other))) return true
  return false
}
