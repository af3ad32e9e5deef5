import { contentOf, nameNumbers } from './content.ts'
import type { Slot } from './cues/cue.ts'
import { type CatalogWords, type Dictionary, dictionaryOf, type Term } from './dictionary.ts'
import { meantInHindi } from './hindi-senses.ts'
import { indifferenceOf } from './indifference.ts'
import { type Intent, scoresOf } from './intents.ts'
import { type Mentions, mentionsOf } from './mentions.ts'
import { excludedWords, isNegated } from './negation.ts'
import { type Quantities, quantitiesOf } from './quantities.ts'
import { requestsOf } from './requests.ts'
import { corrected } from './spelling.ts'
import { strangerBrand } from './stranger-brand.ts'
import { type ProductSort, type Superlative, sortOf, superlativeOf } from './superlatives.ts'
import type { Indifference } from './variants.ts'
import { type Word, wordsOf } from './words.ts'

/** One request of an utterance, with everything that was found in its words. */
export interface Clause {
  readonly text: string
  readonly words: readonly Word[]
  readonly intent: Intent | undefined
  readonly score: number
  readonly scores: ReadonlyMap<Intent, number>
  readonly terms: readonly Term[]
  /** What the customer does not want: phrases of the catalog, and words that it does not know. */
  readonly excluded: readonly string[]
  readonly quantities: Quantities
  readonly mentions: Mentions
  readonly sort: ProductSort | undefined
  /** "the cheaper one", "the best of them": a choice among what was shown. */
  readonly superlative: Superlative | undefined
  /** "it", "this", "those", "the … one". */
  readonly pronoun: boolean
  /** Words that may describe a product, misspellings put right, in their order. */
  readonly content: readonly string[]
  /** What is all the same to the customer: "in any colour". */
  readonly free: Indifference
  /** Whether the catalog knows none of the describing words: "is it in stock in Mumbai". */
  readonly strange: boolean
  /** A brand that the customer names and the catalog does not have: "anything from Sonance". */
  readonly strangerBrand: string | undefined
  /** The things of the catalog's kinds that are named, in their dictionary form: "shoe", "mug". */
  readonly kinds: readonly string[]
}

const LEAST_SCORE = 1.5
const PRONOUNS = new Set([
  ...['it', 'this', 'that', 'these', 'those', 'them', 'they', 'one', 'ones', 'same', 'other', 'both'],
])

/** Reads an utterance: words -> phrases of the catalog, numbers, mentions -> an intent for each request. */
export function understand(text: string, catalog: CatalogWords): Clause[] {
  const dictionary = dictionaryOf(catalog)
  const words = wordsOf(text, (lower) => dictionary.knows(lower))
    .map((word) => corrected(word, dictionary.spellings))
    .map(shoppingBag)
    .map(meantInHindi)
  const clauses = requestsOf(words, (part) => clauseOf(part, dictionary), dictionary)
  // Whoever writes nothing but signs is answered too.
  return clauses.length === 0 ? [clauseOf([], dictionary)] : clauses
}

/** "my bag", "from the bag": what she shops into, not what she shops for. */
function shoppingBag(word: Word, index: number, words: readonly Word[]): Word {
  const [second, first] = [words[index - 1]?.normal ?? '', words[index - 2]?.normal ?? '']
  const meant =
    /^(?:my|your|shopping|to|into)$/.test(second) ||
    (second === 'the' && /^(?:in|into|to|from|of)$/.test(first))
  return word.normal === 'bag' && meant ? { ...word, normal: 'cart', lemma: 'cart' } : word
}

const OF_BRAND = new Set(['by', 'from', 'brand', 'product', 'item', 'stuff', 'one'])

/** "Apple" may be the fruit or the brand: with other words beside it, it is the brand. */
function brandOrName(term: Term, words: readonly Word[], terms: number, dictionary: Dictionary): Term {
  const word = words[term.start]
  if (term.kind !== 'name' || term.end !== term.start + 1 || word === undefined) return term
  const brand = dictionary.brand(word.lemma)
  const [before, after] = [words[term.start - 1]?.lemma ?? '', words[term.end]?.lemma ?? '']
  const plural = word.normal !== word.lemma
  const meant = terms > 1 || OF_BRAND.has(before) || OF_BRAND.has(after)
  return brand === undefined || plural || !meant ? term : { ...term, kind: 'brand', value: brand }
}

/** "how long will it take?" takes nothing; "what about adding it?" does. */
function onlyAsks(words: readonly Word[]): boolean {
  const [first, second] = words.filter(({ kind }) => kind !== 'punctuation')
  return /^(?:how|when|where|why|what|who)$/.test(first?.normal ?? '') && second?.normal !== 'about'
}

const NEVER_ASKED: ReadonlySet<Intent> = new Set(['add', 'update'])

/** A yes or a no is only that where nothing else is named. */
function ranked(scores: ReadonlyMap<Intent, number>, names: boolean, asks: boolean): Array<[Intent, number]> {
  return [...scores]
    .filter(([intent]) => !asks || !NEVER_ASKED.has(intent))
    .filter(([intent]) => !names || (intent !== 'yes' && intent !== 'no'))
    .sort((a, b) => b[1] - a[1])
}

function clauseOf(part: readonly Word[], dictionary: Dictionary): Clause {
  const words = part.map((word, index) => ({ ...word, index }))
  const mentions = mentionsOf(words, dictionary)
  const inNames = nameNumbers(words, dictionary)
  const quantities = quantitiesOf(words, dictionary, new Set([...mentions.used, ...inNames]))
  const found = dictionary
    .terms(words)
    .filter(({ start, end }) => !overlaps(start, end, quantities.used, mentions.used))
    .map((term, _index, all) => brandOrName(term, words, all.length, dictionary))
  const negated = found.filter((term) => isNegated(words, term.start, term.end))
  const terms = found.filter((term) => !negated.includes(term))
  const superlative = superlativeOf(words)
  const stranger = strangerBrand(words, dictionary)
  const taken = [quantities.used, mentions.used, new Set(stranger.map(({ index }) => index))]
  const content = contentOf(words, dictionary, taken, terms, negated, inNames)
  const pronoun = words.some(({ normal }) => PRONOUNS.has(normal))
  const kinds = content.map(({ lemma }) => lemma).filter((lemma) => dictionary.isKind(lemma))
  const kind = kinds.length > 0
  const { minPrice, maxPrice, quantity, bare, ordinals, size, percent } = quantities
  const slots: Readonly<Record<Slot, boolean>> = {
    product: terms.some((term) => term.kind !== 'color') || negated.length > 0 || kind || stranger.length > 0,
    kind,
    name: terms.some((term) => term.kind === 'name'),
    reference: pronoun || ordinals.length > 0 || terms.some((term) => term.kind === 'name'),
    price: minPrice !== undefined || maxPrice !== undefined,
    count: quantity !== undefined || bare.length > 0,
    size: size !== undefined,
    color: terms.some((term) => term.kind === 'color'),
    percent: percent !== undefined,
    code: mentions.code !== undefined,
    order: mentions.orderNumber !== undefined,
    payment: mentions.upi !== undefined || mentions.card || mentions.giftCard !== undefined,
    address: mentions.address !== undefined,
  }
  const scores = scoresOf(words, slots)
  const excluded = [...negated.map(({ value }) => value), ...excludedWords(words, dictionary, found)]
  const names =
    superlative !== undefined ||
    content.length > 0 ||
    stranger.length > 0 ||
    excluded.length > 0 ||
    ordinals.length > 0
  const [best] = ranked(scores, names, onlyAsks(words))
  return {
    text: words.map(({ text }) => text).join(' '),
    words,
    intent: best !== undefined && best[1] >= LEAST_SCORE ? best[0] : undefined,
    score: best?.[1] ?? 0,
    scores,
    terms,
    excluded,
    quantities,
    mentions,
    sort: sortOf(words, superlative),
    superlative,
    pronoun,
    free: indifferenceOf(words),
    strange: content.every(({ lemma, normal }) => !dictionary.knows(lemma) && !dictionary.knows(normal)),
    content: content.map(({ normal }) => normal),
    strangerBrand: stranger.length === 0 ? undefined : stranger.map(({ text }) => text).join(' '),
    kinds,
  }
}

function overlaps(start: number, end: number, ...sets: ReadonlyArray<ReadonlySet<number>>): boolean {
  for (let index = start; index < end; index += 1) {
    if (sets.some((set) => set.has(index))) return true
  }
  return false
}
