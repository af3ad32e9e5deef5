import { focused, type RulesMemory, type ShownProduct } from './memory.ts'
import type { Superlative } from './superlatives.ts'
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
 * words of their name, brand or kind, or by a pronoun. Empty when it speaks of none that was shown.
 */
export function resolveProducts(clause: Clause, memory: RulesMemory): ShownProduct[] {
  const { shown } = memory
  const { ordinals } = clause.quantities
  if (ordinals.length > 0) {
    // "the first dumbbell" of a list of mats and dumbbells.
    const ofKind = clause.content.length === 0 ? [] : bestDescribed(clause, shown, describe)
    const listed = ofKind.length > 0 ? shown.filter((product) => ofKind.includes(product)) : shown
    return ordinals.flatMap((ordinal) => listed.at(ordinal > 0 ? ordinal - 1 : ordinal) ?? [])
  }
  const has = (word: string) => clause.words.some(({ normal }) => normal === word)
  if (has('other') && clause.pronoun && clause.kinds.length === 0 && memory.focus !== undefined) {
    const other =
      shown.length === 2
        ? shown.find(({ id }) => id !== memory.focus)
        : memory.known.find(({ id }) => id === memory.before)
    return other === undefined ? [] : [other]
  }
  const neighbour = neighbourOf(clause, memory)
  if (neighbour !== undefined) return [neighbour]
  const called = clause.terms.find(({ kind }) => kind === 'name')
  if (called !== undefined) {
    return [...shown, ...memory.known].filter(({ name }) => name === called.value).slice(0, 1)
  }
  const named = bestDescribed(clause, shown, describe)
  if (clause.superlative !== undefined && shown.length > 1 && pointsIntoList(clause, named)) {
    const chosen = extreme(named.length > 1 ? named : shown, clause.superlative)
    return chosen === undefined ? [] : [chosen]
  }
  const onlyColor = clause.terms.length > 0 && clause.terms.every(({ kind }) => kind === 'color')
  if (clause.pronoun && onlyColor && memory.focus !== undefined && clause.kinds.length === 0)
    return pointedAt(memory)
  if (named.length === 1) return named
  if (named.length > 1) {
    const chosen = named.find(({ id }) => id === memory.focus)
    return chosen === undefined ? named : [chosen]
  }
  const asks = ASKING_OF.has(clause.words[0]?.lemma ?? '') && clause.kinds.length === 0
  if (clause.pronoun && saysIt(clause) && (clause.strange || asks)) return pointedAt(memory)
  if (clause.content.length > 0 && !onlyColor) {
    const earlier = bestDescribed(clause, memory.known, describe)
    return earlier.length === 1 && isWhollyNamed(clause, earlier[0]) ? earlier : []
  }
  return clause.pronoun ? pointedAt(memory) : []
}

/** "is it the best?" speaks of the one, "the best one" of all that were shown. */
export function saysOnlyIt(clause: Clause): boolean {
  return (
    saysIt(clause) && !clause.words.some(({ normal }) => /^(?:ones?|these|those|them|both)$/.test(normal))
  )
}

/** "is it waterproof?" asks of the one that was spoken of. */
const ASKING_OF = new Set(['be', 'do', 'can', 'have', 'will', 'what', 'how'])

/** "it", "this": something that was spoken of, whatever else is said of it. */
function saysIt({ words }: Clause): boolean {
  return words.some(({ normal }) => /^(?:it|this|that|them|these|those)$/.test(normal))
}

/** "the next one", "the previous one": beside the one that is spoken of. */
export function neighbourOf(clause: Clause, { shown, focus }: RulesMemory): ShownProduct | undefined {
  const at = shown.findIndex(({ id }) => id === focus)
  const step = clause.words.some(({ normal }) => normal === 'next')
    ? 1
    : clause.words.some(({ normal }) => normal === 'previous')
      ? -1
      : 0
  if (step === 0 || at < 0 || shown.length < 2 || clause.content.length > 0) return undefined
  return shown[at + step]
}

const describe = (product: ShownProduct): Described => ({
  name: product.name,
  brand: product.brand,
  category: product.category,
  tags: product.tags,
  colors: product.variants.flatMap(({ color }) => color ?? []),
})

/** "the cheapest one", "the best of these", "the cheaper shoes" among shoes. */
function pointsIntoList(clause: Clause, named: readonly ShownProduct[]): boolean {
  return (clause.pronoun && !saysOnlyIt(clause)) || named.length > 1 || clause.content.length === 0
}

function pointedAt(memory: RulesMemory): ShownProduct[] {
  const focus = focused(memory)
  if (focus !== undefined) return [focus]
  return memory.shown.length === 1 ? memory.shown : []
}

/** A product from further back counts when all that the customer says of it is true. */
function isWhollyNamed(clause: Clause, product: ShownProduct | undefined): boolean {
  if (product === undefined) return false
  const own = factsOf(describe(product))
  return clause.content
    .flatMap((word) => lemmasOf(word))
    .every((word) => own.name.has(word) || own.wider.has(word))
}

/** The product that lies at one end of a list. */
export function extreme(products: readonly ShownProduct[], by: Superlative): ShownProduct | undefined {
  const worth = (product: ShownProduct) =>
    by === 'cheapest' ? -product.price : by === 'dearest' ? product.price : (product.rating ?? 0)
  return products.reduce<ShownProduct | undefined>(
    (best, product) => (best === undefined || worth(product) > worth(best) ? product : best),
    undefined,
  )
}

function factsOf({ name, brand, category, tags, colors }: Described) {
  return {
    name: new Set(lemmasOf([name, brand ?? ''].join(' '))),
    wider: new Set(lemmasOf([category ?? '', ...(tags ?? []), ...(colors ?? [])].join(' '))),
  }
}

/**
 * The candidates that the clause's words describe best: all that share the highest number of words, none when
 * no word fits.
 */
export function bestDescribed<T>(
  clause: Clause,
  candidates: readonly T[],
  describeIt: (candidate: T) => Described,
): T[] {
  const wanted = clause.content.flatMap((word) => lemmasOf(word))
  if (wanted.length === 0) return []
  const scored = candidates.map((candidate) => {
    const { name, wider } = factsOf(describeIt(candidate))
    const isKind = (kind: string) => name.has(kind) || wider.has(kind) || sharesStem(name, kind)
    if (clause.kinds.length > 0 && !clause.kinds.some(isKind)) return { candidate, score: 0 }
    let score = 0
    for (const word of wanted) score += name.has(word) ? 2 : wider.has(word) || sharesStem(name, word) ? 1 : 0
    return { candidate, score }
  })
  const exact = candidates.filter((candidate) => isWholeName(describeIt(candidate), wanted))
  if (exact.length > 0) return exact
  const best = Math.max(0, ...scored.map(({ score }) => score))
  return best === 0 ? [] : scored.filter(({ score }) => score === best).map(({ candidate }) => candidate)
}

/** Whether the words are a name and nothing else: "eggs" is not the "Egg Slicer". */
function isWholeName({ name }: Described, wanted: readonly string[]): boolean {
  const own = lemmasOf(name)
  return (
    own.length > 0 && own.every((word) => wanted.includes(word)) && wanted.every((word) => own.includes(word))
  )
}

/** "sunglass" of "Sunglasses" against "sun glass": words joined or apart. */
function sharesStem(own: ReadonlySet<string>, word: string): boolean {
  if (word.length < 5) return false
  for (const other of own)
    if (other.length >= 5 && (other.startsWith(word) || word.startsWith(other))) return true
  return false
}
