import type { Dictionary, Term } from './dictionary.ts'
import { CUE_WORDS } from './intents.ts'
import { AUDIENCES, FILLER, NEGATIONS, NUMBER_WORDS, ORDINAL_WORDS } from './lexicon.ts'
import { deniesVerb, isNegated } from './negation.ts'
import { isSuperlativeWord } from './superlatives.ts'
import { JOINTS, type Word } from './words.ts'

/** Numbers that belong to a product's name, such as the 13 of "iPhone 13", by their places. */
export function nameNumbers(words: readonly Word[], dictionary: Dictionary): ReadonlySet<number> {
  const found = words.filter(({ kind, lemma, index }) => {
    if (kind !== 'number') return false
    const before = words[index - 1]
    const after = words[index + 1]
    const follows = before !== undefined && dictionary.areNeighbours(before.lemma, lemma)
    const begins =
      dictionary.areNeighbours('undefined', lemma) && dictionary.areNeighbours(lemma, after?.lemma ?? '')
    const unit =
      after !== undefined && after.lemma.length === 1 && dictionary.areNeighbours(lemma, after.lemma)
    return follows || begins || unit
  })
  return new Set(found.map(({ index }) => index))
}

/** The words that may describe a product: not those that carry the request, nor what is not wanted. */
export function contentOf(
  words: readonly Word[],
  dictionary: Dictionary,
  used: ReadonlyArray<ReadonlySet<number>>,
  terms: readonly Term[],
  excluded: readonly Term[],
  names: ReadonlySet<number>,
): Word[] {
  const within = (term: Term, index: number) => index >= term.start && index < term.end
  const denial = words.findIndex(({ normal }, index) => NEGATIONS.has(normal) && deniesVerb(words, index))
  const denied = denial < 0 ? words.length : denial
  return words
    .filter((word) => {
      const { kind, normal, lemma, index } = word
      if (index >= denied) return false
      if (names.has(index)) return true
      if (JOINTS.has(normal)) return false
      if (kind !== 'word' || normal.includes('_') || used.some((set) => set.has(index))) return false
      if (excluded.some((term) => within(term, index))) return false
      if (terms.some((term) => within(term, index))) return true
      if (FILLER.has(normal) || FILLER.has(lemma) || NEGATIONS.has(normal) || isSuperlativeWord(word))
        return false
      if (
        NUMBER_WORDS.has(normal) ||
        ORDINAL_WORDS.has(normal) ||
        AUDIENCES.has(lemma) ||
        isNegated(words, index, index + 1)
      )
        return false
      return (
        dictionary.knows(lemma) ||
        (word.naming && !ADVERB.test(normal) && !CUE_WORDS.has(lemma) && !isImperative(words, index))
      )
    })
    .map((word) => word)
}

/** "preferably": how it is wished, not what. */
const ADVERB = /[^aeiou]ly$/

const POINTING = new Set(['it', 'this', 'that', 'these', 'those', 'them', 'the', 'my', 'both'])

/** "chuck those in": an unknown word in front of what it is done to is a verb. */
function isImperative(words: readonly Word[], index: number): boolean {
  return (
    POINTING.has(words[index + 1]?.normal ?? '') &&
    !words.slice(0, index).some(({ normal }) => POINTING.has(normal))
  )
}
