import { addressIn } from './address.ts'
import { dictionaryOf } from './dictionary.ts'
import type { Turn } from './flow.ts'
import type { Intent } from './intents.ts'
import { resolveProducts } from './references.ts'
import type { Clause } from './understand.ts'
import { lemmasOf } from './words.ts'

/** An address stands between commas: street, city, state. */
const LEAST_ADDRESS_PARTS = 3

/** Whether the message holds a postal address. */
export function isAddress(turn: Turn, name: string | undefined): boolean {
  const parts = turn.text.split(/[,\n]/).length
  return parts >= LEAST_ADDRESS_PARTS && addressIn(turn.text, name, 'IN') !== undefined
}

/** Words that mean something else after what was said before. */
export function inContext(clause: Clause, turn: Turn): Intent | undefined {
  const { intent, scores, mentions } = clause
  const { shown } = turn.memory
  if (isAddress(turn, turn.customerName) && !(intent === 'search' && clause.score > 4)) {
    const plain = clause.kinds.length === 0 && (intent === undefined || intent === 'search')
    if (plain || mentions.address !== undefined) return 'pay'
  }
  // "which one is cheaper?" asks for a choice only where there is something to choose from.
  const names = clause.terms.filter(({ kind }) => kind === 'name').length
  if ((intent === 'choose' || intent === 'details') && names > 1) return 'compare'
  const opens = intent === 'search' && clause.quantities.ordinals.length > 0 && clause.content.length === 0
  if (opens && shown.length > 0 && clause.sort === undefined) return 'details'
  const ofList =
    clause.kinds.length === 0 ||
    clause.pronoun ||
    resolveProducts({ ...clause, superlative: undefined }, turn.memory).length > 1
  if (intent === 'choose' && (shown.length < 2 || !ofList)) return 'search'
  const adds =
    /^(?:and|also|plus)$/.test(clause.words[0]?.normal ?? '') &&
    clause.terms.some(({ kind }) => kind === 'name')
  if (adds && intent === undefined && turn.memory.lastAdded !== undefined) return 'add'
  // "no sorry, 3" puts right what was just added.
  const { quantity, bare } = clause.quantities
  const counts = (quantity !== undefined || bare.length === 1) && clause.content.length === 0
  const corrects =
    counts && clause.words.length <= 5 && (intent === undefined || intent === 'no' || intent === 'yes')
  if (corrects && turn.memory.lastAdded !== undefined && turn.memory.question === undefined) return 'update'
  // Once an order is placed and nothing new was chosen, it is the order that is cancelled.
  const cancels = clause.words.some(({ lemma }) => lemma === 'cancel')
  const ordered = turn.memory.orders.length > 0 && turn.memory.lastAdded === undefined
  if (cancels && ordered && (intent === 'remove' || intent === 'no')) return 'return'
  if (intent === 'swap' && turn.memory.lastAdded === undefined && turn.memory.lastSearch !== undefined)
    return 'search'
  // "do you have it in red" asks about what is spoken of; without that it is a search.
  const named = resolveProducts(clause, turn.memory).length > 0
  if (intent === 'same' && turn.memory.focus === undefined && turn.memory.lastSearch !== undefined)
    return 'search'
  if (
    intent === 'details' &&
    !named &&
    !clause.terms.some(({ kind }) => kind === 'name') &&
    clause.kinds.length > 0 &&
    (scores.get('search') ?? 0) >= 2
  )
    return 'search'
  return undefined
}

/** Words without a cue: a product of the catalog is searched for, one that was shown is told about. */
export function guess(clause: Clause, turn: Turn): Intent | undefined {
  const { quantities, content, terms, sort } = clause
  if (quantities.ordinals.length > 0 && turn.memory.shown.length > 0) return 'details'
  const dictionary = dictionaryOf(turn.catalog)
  const known = content.some((word) => lemmasOf(word).some((lemma) => dictionary.knows(lemma)))
  if (known || terms.length > 0) return 'search'
  // A thing of which the shop knows nothing is looked for too: it then hears that there is none.
  const things = clause.words.filter(({ normal }) => content.includes(normal))
  if (things.length > 0 && things.length <= 3 && things.every(({ real }) => real)) return 'search'
  const wished =
    quantities.maxPrice !== undefined || quantities.minPrice !== undefined || quantities.size !== undefined
  if (wished) return 'search'
  return (sort !== undefined || clause.excluded.length > 0) && turn.memory.lastSearch !== undefined
    ? 'search'
    : undefined
}
