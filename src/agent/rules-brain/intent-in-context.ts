import { holdsAddress } from './address.ts'
import { dictionaryOf } from './dictionary.ts'
import type { Turn } from './flow.ts'
import { wantsMore } from './flows/search.ts'
import type { Intent } from './intents.ts'
import { neighbourOf, resolveProducts } from './references.ts'
import type { Clause } from './understand.ts'
import { lemmasOf } from './words.ts'

/** An address stands between commas: street, city, state. */
const LEAST_ADDRESS_PARTS = 3

/** Whether the message holds a postal address. */
export function isAddress({ text }: Turn): boolean {
  return text.split(/[,\n]/).length >= LEAST_ADDRESS_PARTS && holdsAddress(text, 'IN')
}

/** Words that mean something else after what was said before. */
export function inContext(clause: Clause, turn: Turn): Intent | undefined {
  const { intent, scores, mentions } = clause
  const { shown } = turn.memory
  if (isAddress(turn) && !(intent === 'search' && clause.score > 4)) {
    const plain = clause.kinds.length === 0 && (intent === undefined || intent === 'search')
    if (plain || mentions.address !== undefined) return 'pay'
  }
  // "which one is cheaper?" asks for a choice only where there is something to choose from.
  const names = clause.terms.filter(({ kind }) => kind === 'name').length
  if (intent === 'compare' && clause.superlative !== undefined && names < 2 && clause.score < 4)
    return 'choose'
  if ((intent === 'choose' || intent === 'details') && names > 1) return 'compare'
  const says = (...words: string[]) => clause.words.some(({ lemma }) => words.includes(lemma))
  const anyBrand = says('brand') && says('any', 'whatever', 'whichever')
  if (anyBrand && turn.memory.lastSearch !== undefined && clause.score < 4) return 'search'
  const points = clause.words.some(({ normal }) => /^(?:other|next|previous)$/.test(normal))
  if (intent === 'search' && points && clause.content.length === 0 && clause.sort === undefined) {
    if (resolveProducts(clause, turn.memory).length === 1 && clause.pronoun) return 'details'
  }
  const { size } = clause.quantities
  const color = clause.terms.some(({ kind }) => kind === 'color')
  const varies = color || size !== undefined
  const unpointed = clause.quantities.ordinals.length === 0 && clause.kinds.length === 0
  // "what about size 10?", "which ones are silver?": with nothing spoken of, the list is narrowed.
  const narrows = intent === 'details' || intent === 'stock' || intent === 'same' || intent === 'choose'
  const anyone = clause.words.some(({ normal }) => /^(?:anything|something|any)$/.test(normal))
  if (intent === 'details' && anyone && clause.sort !== undefined && unpointed) return 'search'
  if (narrows && varies && unpointed && clause.superlative === undefined && shown.length > 1) {
    const plural = clause.words.some(({ normal }) => /^(?:ones|any|these|those)$/.test(normal))
    if (turn.memory.focus === undefined || plural) return 'search'
  }
  // "is the Saffron Backpack waterproof?" asks of one product.
  const opensAsking = /^(?:be|do|have|can|what|how)$/.test(clause.words[0]?.lemma ?? '')
  if (
    (intent === 'search' || intent === undefined) &&
    opensAsking &&
    names === 1 &&
    clause.sort === undefined &&
    !sells(clause)
  )
    return 'details'
  // "I want to buy a phone" looks for one; "add a phone" takes one.
  if (intent === 'add' && seeks(clause) && resolveProducts(clause, turn.memory).length === 0) return 'search'
  const orders = clause.words.some(({ lemma }) => lemma === 'order' || lemma === 'buy')
  const goesOn = turn.memory.lastAdded?.productId === turn.memory.focus && clause.content.length === 0
  if (intent === 'add' && orders && goesOn && clause.pronoun && turn.memory.lastAdded !== undefined)
    return 'checkout'
  const agrees = clause.words.some(({ normal }) => normal === 'do') && clause.pronoun
  if (intent === 'yes' && agrees && turn.memory.lastAdded !== undefined && turn.memory.question === undefined)
    return 'checkout'
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

/** "do you have the …" asks whether it is here at all. */
function sells({ words }: Clause): boolean {
  return words.some(({ normal }) => normal === 'you') || words.some(({ normal }) => normal === 'there')
}

const SEEKING = new Set(['want', 'need', 'like', 'look', 'buy', 'purchase', 'get'])

/** "I want to buy a phone", "need a gift": a thing of a kind that is not yet pointed at. */
function seeks({ words, kinds, terms, quantities, pronoun, intent }: Clause): boolean {
  const named = terms.some(({ kind }) => kind === 'name')
  if (intent !== 'add' || kinds.length === 0 || named || pronoun || quantities.ordinals.length > 0)
    return false
  const verb = words.find(({ lemma }) => SEEKING.has(lemma) || ADDING.has(lemma))
  const article = words.some(({ normal }) => normal === 'a' || normal === 'an' || normal === 'some')
  return verb !== undefined && SEEKING.has(verb.lemma) && article && quantities.quantity === undefined
}

const ADDING = new Set(['add', 'put', 'throw', 'include', 'take', 'grab', 'order', 'cart', 'basket'])

/** "iphones": by itself it is a thing, whether or not anybody knows it. */
const PLURAL = /[aeiouy].{2,}[^s]s$/

/** Words without a cue: a product of the catalog is searched for, one that was shown is told about. */
export function guess(clause: Clause, turn: Turn): Intent | undefined {
  const { quantities, content, terms, sort } = clause
  if (neighbourOf(clause, turn.memory) !== undefined) return 'details'
  if (turn.memory.lastSearch !== undefined && wantsMore(clause)) return 'search'
  if (quantities.ordinals.length > 0 && turn.memory.shown.length > 0) return 'details'
  const dictionary = dictionaryOf(turn.catalog)
  const known = content.some((word) => lemmasOf(word).some((lemma) => dictionary.knows(lemma)))
  if (known || terms.length > 0) return 'search'
  // A thing of which the shop knows nothing is looked for too: it then hears that there is none.
  const things = clause.words.filter(({ normal }) => content.includes(normal))
  const narrows =
    /^(?:only|just)$/.test(clause.words[0]?.normal ?? '') && turn.memory.lastSearch !== undefined
  const asked = narrows || turn.memory.question?.about === 'search' || /\?\s*$/.test(clause.text)
  const [thing] = things
  const plural =
    things.length === 1 && clause.words.length <= 2 && thing !== undefined && PLURAL.test(thing.normal)
  const meant = asked || plural || things.every(({ real }) => real)
  if (things.length > 0 && things.length <= 3 && meant) return 'search'
  if (clause.strangerBrand !== undefined) return 'search'
  const wished =
    quantities.maxPrice !== undefined || quantities.minPrice !== undefined || quantities.size !== undefined
  if (wished) return 'search'
  return (sort !== undefined || clause.excluded.length > 0) && turn.memory.lastSearch !== undefined
    ? 'search'
    : undefined
}
