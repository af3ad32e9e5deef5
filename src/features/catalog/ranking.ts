import { fold, stem, wordsOf } from './words.ts'

/** The facts of a product by which it is found. */
export interface Candidate {
  readonly id: string
  readonly name: string
  readonly brand: string | null
  readonly category: string
  readonly tags: readonly string[]
  readonly colors: readonly string[]
  readonly description: string
  readonly rating: number | null
  /** What the database's text index gave it. */
  readonly textScore: number
}

/** A word of the query with what it stands for, and what it may stand for besides. */
export interface Term {
  readonly words: readonly string[]
  readonly guesses: readonly string[]
  /** Whether it only says for whom: less than any word that says what is wanted. */
  readonly audience?: boolean
}

export interface Ranked {
  readonly id: string
  readonly score: number
}

const FIELD_WEIGHTS = { name: 10, brand: 8, category: 8, tags: 5, colors: 5, description: 2 } as const
const GUESS_FACTOR = 0.7
const SAME_NAME = 20
const NAME_HAS_QUERY = 5
const NAME_BEGINS_SO = 2
const NAME_IS_ABOUT = 3
const KIND_NAMED = 4
const BRAND_NAMED = 3
const RATING_FACTOR = 0.05
const TEXT_FACTOR = 0.2

/**
 * Orders candidates, best match first. Only those stay that meet as many of the query's words as the best of them,
 * of the words for whom only after the others.
 */
export function rank(query: string, terms: readonly Term[], candidates: readonly Candidate[]): Ranked[] {
  const judged = candidates.map((candidate) => judge(fold(query), terms, candidate))
  const most = judged.reduce((best, { met }) => Math.max(best, met), 0)
  if (most === 0) return []
  return judged
    .filter(({ met }) => met === most)
    .map(({ id, score }) => ({ id, score: Math.round(score * 10_000) / 10_000 }))
    .sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1))
}

function judge(query: string, terms: readonly Term[], candidate: Candidate): Ranked & { met: number } {
  const fields = stemsOf(candidate)
  let met = 0
  let points = 0
  for (const { words, guesses, audience } of terms) {
    const best = Math.max(bestField(fields, words), GUESS_FACTOR * bestField(fields, guesses))
    if (best > 0) met += audience === true ? 1 / (terms.length + 1) : 1
    points += best
  }
  const asked = new Set(terms.flatMap(({ words, guesses }) => [...words, ...guesses].map(stem)))
  const name = fold(candidate.name)
  const inName = [...fields.name].filter((word) => asked.has(word)).length
  const bonus =
    (name === query ? SAME_NAME : name.includes(query) ? NAME_HAS_QUERY : 0) +
    (asked.has(stem(wordsOf(name)[0] ?? '')) ? NAME_BEGINS_SO : 0) +
    (NAME_IS_ABOUT * inName) / Math.max(1, fields.name.size) +
    (isSubset(fields.category, asked) || asked.has(headOf(candidate.name)) ? KIND_NAMED : 0) +
    (fields.brand.size > 0 && isSubset(fields.brand, asked) ? BRAND_NAMED : 0)
  const extra = (candidate.rating ?? 0) * RATING_FACTOR + candidate.textScore * TEXT_FACTOR
  return { id: candidate.id, met, score: points / Math.max(1, terms.length) + bonus + extra }
}

type Fields = Record<keyof typeof FIELD_WEIGHTS, ReadonlySet<string>>

const weights = Object.entries(FIELD_WEIGHTS) as [keyof typeof FIELD_WEIGHTS, number][]

/** The weight of the best field in which one of the words stands; 0 when none does. */
function bestField(fields: Fields, words: readonly string[]): number {
  const wanted = words.map(stem)
  return weights.reduce(
    (best, [field, weight]) =>
      weight > best && wanted.some((word) => fields[field].has(word)) ? weight : best,
    0,
  )
}

function stemsOf(candidate: Candidate): Fields {
  return {
    name: stems(candidate.name),
    brand: stems(candidate.brand ?? ''),
    category: stems(candidate.category),
    tags: stems(candidate.tags.join(' ')),
    colors: stems(candidate.colors.join(' ')),
    description: stems(candidate.description),
  }
}

function stems(text: string): ReadonlySet<string> {
  return new Set(wordsOf(text).map(stem))
}

/** English names what a thing is at the end, before what it comes with: `Aviator Sunglasses with Case`. */
function headOf(name: string): string {
  const words = wordsOf(name)
  const end = words.findIndex(
    (word, index) => index > 0 && ['with', 'for', 'in', 'from', 'by', 'of'].includes(word),
  )
  return stem(words.at(end === -1 ? -1 : end - 1) ?? '')
}

function isSubset(part: ReadonlySet<string>, whole: ReadonlySet<string>): boolean {
  return part.size > 0 && [...part].every((word) => whole.has(word))
}
