import { type CatalogWords, type Dictionary, dictionaryOf, type Term } from './dictionary.ts'
import { CUES, type Intent, OPENERS } from './intents.ts'
import { AROUND_WORDS, FILLER, LOWER_BOUND_WORDS, NEGATIONS, UPPER_BOUND_WORDS } from './lexicon.ts'
import { type Mentions, mentionsOf } from './mentions.ts'
import { type Quantities, quantitiesOf } from './quantities.ts'
import { lemmasOf, type Word, wordsOf } from './words.ts'

export type ProductSort = 'price' | '-price' | 'rating' | 'newest'

/** One request of an utterance, with everything that was found in its words. */
export interface Clause {
  readonly text: string
  readonly words: readonly Word[]
  readonly intent: Intent | undefined
  readonly score: number
  readonly scores: ReadonlyMap<Intent, number>
  readonly terms: readonly Term[]
  /** Phrases of the catalog that the customer does not want. */
  readonly excluded: readonly Term[]
  readonly quantities: Quantities
  readonly mentions: Mentions
  readonly sort: ProductSort | undefined
  /** "the cheaper one", "the best of them": a choice among what was shown. */
  readonly superlative: 'cheapest' | 'dearest' | 'best' | undefined
  /** "it", "this", "those", "the … one". */
  readonly pronoun: boolean
  /** Words that may describe a product, misspellings put right, in their order. */
  readonly content: readonly string[]
}

const CHEAP = new Set(['cheap', 'cheapest', 'cheaper', 'affordable', 'inexpensive'])
const DEAR = new Set(['expensive', 'dearest', 'premium', 'costliest', 'priciest', 'luxurious'])
const BEST = new Set(['best', 'top', 'popular', 'rated', 'highest'])
const NEW = new Set(['newest', 'latest', 'recent', 'new'])
const PRONOUNS = new Set(['it', 'this', 'that', 'these', 'those', 'them', 'they', 'one', 'ones', 'same'])

/** Reads an utterance: words -> phrases of the catalog, numbers, mentions -> an intent for each clause. */
export function understand(text: string, catalog: CatalogWords): Clause[] {
  const dictionary = dictionaryOf(catalog)
  return clausesOf(wordsOf(text)).map((words) => clauseOf(words, dictionary))
}

function clausesOf(words: readonly Word[]): Word[][] {
  const clauses: Word[][] = []
  let current: Word[] = []
  for (const [index, word] of words.entries()) {
    const joint = word.normal === 'and' || word.normal === 'then' || word.kind === 'punctuation'
    const follower = words
      .slice(index + 1)
      .find(({ normal }) => normal !== 'please' && normal !== 'also' && normal !== 'then')
    if (
      joint &&
      word.text !== '-' &&
      current.length > 0 &&
      follower !== undefined &&
      opens(words, follower)
    ) {
      clauses.push(current)
      current = []
    } else current.push(word)
  }
  if (current.length > 0) clauses.push(current)
  return clauses.map((clause) => clause.map((word, index) => ({ ...word, index })))
}

function opens(words: readonly Word[], follower: Word): boolean {
  if (!OPENERS.has(follower.lemma)) return false
  if (follower.lemma === 'check') return words[follower.index + 1]?.normal === 'out'
  return true
}

function clauseOf(words: readonly Word[], dictionary: Dictionary): Clause {
  const corrected = words.map((word) => correctedWord(word, dictionary))
  const mentions = mentionsOf(corrected)
  const quantities = quantitiesOf(
    corrected.map((word) =>
      mentions.used.has(word.index) ? { ...word, normal: '', lemma: '', kind: 'other' as const } : word,
    ),
    dictionary,
  )
  const found = dictionary
    .terms(corrected)
    .filter(
      ({ start, end, kind, value }) =>
        !overlaps(start, end, quantities.used, mentions.used) && !isOnlyFiller(kind, value),
    )
  const excluded = found.filter((term) => isNegated(corrected, term))
  const terms = found.filter((term) => !excluded.includes(term))
  const lemmas = new Set(
    corrected.map(({ lemma, normal }) => (CHEAP.has(normal) || DEAR.has(normal) ? normal : lemma)),
  )
  const superlative = superlativeOf(corrected)
  const pronoun = corrected.some(({ normal }) => PRONOUNS.has(normal))
  const reference = pronoun || quantities.ordinals.length > 0
  const scores = scoresOf(corrected, {
    product: terms.some(({ kind }) => kind !== 'color') || excluded.length > 0,
    reference: reference || terms.length > 0,
    price: quantities.minPrice !== undefined || quantities.maxPrice !== undefined,
    count: quantities.quantity !== undefined || quantities.bare.length > 0,
    code: mentions.code !== undefined,
    order: mentions.orderNumber !== undefined,
    payment: mentions.upi !== undefined || mentions.card || mentions.giftCard !== undefined,
    address: mentions.address !== undefined,
  })
  const [best] = [...scores].sort((a, b) => b[1] - a[1])
  return {
    text: words.map(({ text }) => text).join(' '),
    words: corrected,
    intent: best !== undefined && best[1] >= 1.5 ? best[0] : undefined,
    score: best?.[1] ?? 0,
    scores,
    terms,
    excluded,
    quantities,
    mentions,
    sort: sortOf(lemmas, superlative),
    superlative,
    pronoun,
    content: contentOf(corrected, quantities, mentions, terms, excluded),
  }
}

function correctedWord(word: Word, dictionary: Dictionary): Word {
  const settled =
    word.kind !== 'word' ||
    FILLER.has(word.normal) ||
    FILLER.has(word.lemma) ||
    CUE_LEMMAS.has(word.lemma) ||
    word.text.includes('@') ||
    word.text.includes('-')
  if (settled || dictionary.knows(word.lemma)) return word
  const cue = nearestCue(word.lemma)
  if (cue !== undefined) return { ...word, normal: cue, lemma: cue }
  const correct = dictionary.correct(word.lemma)
  return correct === undefined ? word : { ...word, normal: correct, lemma: correct }
}

const CUE_LEMMAS: ReadonlySet<string> = new Set(
  Object.values(CUES).flatMap((cues) =>
    cues.flatMap(([cue]) => cue.split(/[ |]/).filter((part) => !part.startsWith('<'))),
  ),
)

/** Every word whose misspelling is worth putting right though the catalog does not use it. */
const SPELT_WORDS: ReadonlySet<string> = new Set(
  [...CUE_LEMMAS, ...UPPER_BOUND_WORDS, ...LOWER_BOUND_WORDS, ...AROUND_WORDS, 'between'].filter(
    (word) => word.length >= 5,
  ),
)

/** The commonest slips of the hand in words that carry a request ("chekout", "retrun", "avialable"). */
function nearestCue(lemma: string): string | undefined {
  if (lemma.length < 4) return undefined
  const letters = [...lemma].sort().join('')
  for (const cue of SPELT_WORDS) {
    if (cue[0] !== lemma[0]) continue
    if (cue.length === lemma.length && [...cue].sort().join('') === letters) return cue
    if (Math.abs(cue.length - lemma.length) === 1 && isOneLetterOff(cue, lemma)) return cue
  }
  return undefined
}

function isOneLetterOff(a: string, b: string): boolean {
  const [longer, shorter] = a.length > b.length ? [a, b] : [b, a]
  for (let index = 0; index < longer.length; index += 1) {
    if (longer.slice(0, index) + longer.slice(index + 1) === shorter) return true
  }
  return false
}

function overlaps(start: number, end: number, ...sets: ReadonlyArray<ReadonlySet<number>>): boolean {
  for (let index = start; index < end; index += 1) {
    if (sets.some((set) => set.has(index))) return true
  }
  return false
}

/** A product called "The One" or a tag "best" must not swallow everyday words. */
function isOnlyFiller(kind: Term['kind'], value: string): boolean {
  return kind !== 'brand' && lemmasOf(value).every((lemma) => FILLER.has(lemma))
}

function isNegated(words: readonly Word[], term: Term): boolean {
  for (let index = term.start - 1; index >= 0 && index >= term.start - 3; index -= 1) {
    const word = words[index]
    if (word === undefined || word.kind === 'punctuation') return false
    if (NEGATIONS.has(word.normal)) return true
    if (!FILLER.has(word.normal) && word.normal !== 'or') return false
  }
  return false
}

function superlativeOf(words: readonly Word[]): Clause['superlative'] {
  const has = (set: ReadonlySet<string>) =>
    words.some(({ normal, lemma }) => set.has(normal) || set.has(lemma))
  if (has(CHEAP)) return 'cheapest'
  if (has(DEAR)) return 'dearest'
  return has(BEST) ? 'best' : undefined
}

function sortOf(lemmas: ReadonlySet<string>, superlative: Clause['superlative']): ProductSort | undefined {
  if (superlative === 'cheapest') return 'price'
  if (superlative === 'dearest') return '-price'
  if (superlative === 'best') return 'rating'
  return ['newest', 'latest'].some((word) => lemmas.has(word) && NEW.has(word)) ? 'newest' : undefined
}

function contentOf(
  words: readonly Word[],
  quantities: Quantities,
  mentions: Mentions,
  terms: readonly Term[],
  excluded: readonly Term[],
): string[] {
  const within = (term: Term, index: number) => index >= term.start && index < term.end
  return words
    .filter(
      ({ kind, normal, lemma, index }) =>
        kind === 'word' &&
        !FILLER.has(normal) &&
        !FILLER.has(lemma) &&
        !CHEAP.has(normal) &&
        !DEAR.has(normal) &&
        !BEST.has(normal) &&
        normal !== 'newest' &&
        normal !== 'latest' &&
        !NEGATIONS.has(normal) &&
        !quantities.used.has(index) &&
        !mentions.used.has(index) &&
        (!CUE_LEMMAS.has(lemma) || terms.some((term) => within(term, index))) &&
        !excluded.some((term) => within(term, index)),
    )
    .map(({ normal }) => normal)
}

type Class = 'product' | 'reference' | 'price' | 'count' | 'code' | 'order' | 'payment' | 'address'

function scoresOf(words: readonly Word[], found: Readonly<Record<Class, boolean>>): Map<Intent, number> {
  const scores = new Map<Intent, number>()
  for (const [intent, cues] of Object.entries(CUES) as Array<[Intent, (typeof CUES)[Intent]]>) {
    let score = 0
    for (const [cue, weight] of cues) if (matchesCue(words, cue, found)) score += weight
    if (score > 0) scores.set(intent, score)
  }
  return scores
}

const WIDEST_GAP = 3

function matchesCue(words: readonly Word[], cue: string, found: Readonly<Record<Class, boolean>>): boolean {
  const slots = cue.split(' ')
  if (slots.length > 0 && slots.every((slot) => slot.startsWith('<') && !slot.includes('|'))) {
    return slots.every((slot) => found[slot.slice(1, -1) as Class])
  }
  return words.some((_, start) => matchesFrom(words, start, slots, found))
}

function matchesFrom(
  words: readonly Word[],
  start: number,
  slots: readonly string[],
  found: Readonly<Record<Class, boolean>>,
): boolean {
  let position = start
  let gap = 1
  for (const slot of slots) {
    if (slot === '*') {
      gap = words.length
      continue
    }
    const options = slot.split('|')
    if (options.some((option) => option.startsWith('<') && found[option.slice(1, -1) as Class])) {
      gap = WIDEST_GAP
      continue
    }
    const reach = position + gap
    let hit = -1
    for (let index = position; index < reach && index < words.length; index += 1) {
      const word = words[index]
      if (word !== undefined && (options.includes(word.lemma) || options.includes(word.normal))) {
        hit = index
        break
      }
    }
    if (hit < 0) return false
    position = hit + 1
    gap = WIDEST_GAP
  }
  return true
}
