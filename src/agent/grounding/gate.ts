import { type Claim, claimsIn } from './claims.ts'
import type { Evidence } from './evidence.ts'
import { plainText } from './plain-text.ts'
import { saidNumbers } from './said-numbers.ts'

/** What an answer is held against. */
export interface Grounds {
  readonly evidence: Evidence
  /** All that the customer has said: an answer may repeat amounts, names and numbers of hers. */
  readonly said: string
  /** The catalog's names; one that appears in an answer must have come from a tool. */
  readonly names: readonly string[]
  /** How many minor units make a major one. */
  readonly minorPerMajor: number
}

export interface Checked {
  readonly text: string
  /** What had to be left out, by its kind. */
  readonly refused: readonly Claim['type'][]
}

/** What is said where nothing of an answer could be let through. */
export const NOTHING_LEFT =
  'I would rather not name a figure that I have not looked up. Ask me to show the product, your cart or your order, and I will.'

/** A full stop ends a sentence, but not after "Rs", nor after the number of a line. */
const SENTENCES = /[^\n]*?(?:(?<!\b(?:[Rr]s|[Nn]o|approx)|(?:^|\n)\s*\d{1,2})[.!?]+(?=\s|$)|\n|$)\s*/g
const WORDS = /[\p{L}\p{N}]+/gu
/** Names of one word are everyday words too often. */
const SHORTEST_NAME_WORDS = 2
const SHORTEST_PART = 4

/**
 * Lets through of an answer what tools or the customer have said; a sentence that claims anything else is left out
 * whole. It knows nothing of the brain that made it.
 */
export function checkAnswer(text: string, grounds: Grounds): Checked {
  const refused: Claim['type'][] = []
  const allowed = new Allowed(grounds)
  const parts = plainText(text).match(SENTENCES) ?? []
  const kept = parts.filter((sentence) => {
    const wrong = [...claimsIn(sentence), ...namesIn(sentence, grounds)].filter(
      (claim) => !allowed.has(claim),
    )
    refused.push(...wrong.map(({ type }) => type))
    return wrong.length === 0
  })
  return { text: kept.join(''), refused }
}

/** The names of a catalog by their first words, made once for each list: a big catalog has more than can be tried each time. */
const indexes = new WeakMap<readonly string[], ReadonlyMap<string, readonly string[]>>()

function indexOf(names: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const made = indexes.get(names)
  if (made !== undefined) return made
  const index = new Map<string, string[]>()
  for (const name of names) {
    if (name.split(' ').length < SHORTEST_NAME_WORDS) continue
    const [first = ''] = name.match(WORDS) ?? []
    const alike = index.get(first)
    if (alike === undefined) index.set(first, [name])
    else alike.push(name)
  }
  indexes.set(names, index)
  return index
}

function namesIn(sentence: string, { names }: Grounds): Claim[] {
  const index = indexOf(names)
  const candidates = new Set((sentence.match(WORDS) ?? []).flatMap((word) => index.get(word) ?? []))
  return [...candidates].filter((name) => sentence.includes(name)).map((value) => ({ type: 'name', value }))
}

class Allowed {
  readonly #evidence: Evidence
  readonly #amounts: ReadonlySet<number>
  readonly #numbers: ReadonlySet<number>
  readonly #names: ReadonlySet<string>
  readonly #said: string
  readonly #saidNumbers: ReadonlySet<number>
  readonly #minorPerMajor: number

  constructor({ evidence, said, minorPerMajor }: Grounds) {
    this.#evidence = evidence
    this.#amounts = new Set(evidence.amounts)
    this.#numbers = new Set(evidence.numbers)
    this.#names = new Set(evidence.names.map((name) => name.toLowerCase()))
    this.#said = said.toLowerCase()
    this.#saidNumbers = saidNumbers(said)
    this.#minorPerMajor = minorPerMajor
  }

  has(claim: Claim): boolean {
    switch (claim.type) {
      case 'amount':
        return (
          this.#amounts.has(Math.round(claim.major * this.#minorPerMajor)) ||
          (claim.discount ? this.#numbers.has(claim.major) : this.#saidNumbers.has(claim.major))
        )
      case 'percent':
        return (
          this.#evidence.percents.includes(claim.value) ||
          (!claim.discount && this.#evidence.stated.includes(claim.value))
        )
      case 'stock':
        return this.#evidence.stock.includes(claim.value)
      case 'points':
        return this.#evidence.points.includes(claim.value)
      case 'rating':
        return this.#evidence.ratings.includes(claim.value)
      case 'code':
        return this.#evidence.codes.includes(claim.value) || this.#said.includes(claim.value.toLowerCase())
      case 'name':
        return this.#isNamed(claim.value.toLowerCase())
      case 'link':
        return false
    }
  }

  #isNamed(name: string): boolean {
    if (this.#names.has(name) || this.#said.includes(name)) return true
    // "the Aviator Gold", "Aviator Gold x 2" and "Aviator" are it as well.
    const bare = name.replace(/^the /, '')
    return [...this.#names].some(
      (known) => bare.startsWith(known) || (bare.length >= SHORTEST_PART && known.startsWith(bare)),
    )
  }
}
