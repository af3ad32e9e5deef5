import type { Language } from './languages.ts'
import { fold, wordsOf } from './words.ts'

/** A search, taken apart. */
export interface TextQuery {
  /** A document must hold at least one of these. */
  readonly stems: readonly string[]
  /** And none of these. */
  readonly negatedStems: readonly string[]
  readonly phrases: readonly string[]
  readonly negatedPhrases: readonly string[]
  /** Where case or accents matter: words of which one must be in the text as it is written. */
  readonly exactWords: readonly string[] | null
  /** The stems alone do not decide. */
  readonly needsText: boolean
}

const PART = /(-?)"([^"]*)"|(\S+)/gu

/** Reads `red "running shoes" -leather`: words, phrases, and with a minus before them what must not be there. */
export function parseTextQuery(
  query: string,
  language: Language,
  options: { readonly caseSensitive: boolean; readonly diacriticSensitive: boolean },
): TextQuery {
  const words: string[] = []
  const negatedWords: string[] = []
  const phrases: string[] = []
  const negatedPhrases: string[] = []
  for (const [, minus, phrase, plain] of query.matchAll(PART)) {
    if (phrase !== undefined) {
      if (minus === '-') negatedPhrases.push(fold(phrase, options))
      else {
        phrases.push(fold(phrase, options))
        words.push(...wordsOf(phrase))
      }
    } else if (plain !== undefined) {
      const negated = plain.startsWith('-') && plain.length > 1
      const found = wordsOf(negated ? plain.slice(1) : plain)
      if (negated) negatedWords.push(...found.slice(0, 1))
      words.push(...(negated ? found.slice(1) : found))
    }
  }
  const searched = words.filter((word) => !language.isStopWord(lower(word)))
  const exactWords =
    options.caseSensitive || options.diacriticSensitive ? searched.map((word) => fold(word, options)) : null
  return {
    stems: stemsOf(searched, language),
    negatedStems: stemsOf(negatedWords, language),
    phrases,
    negatedPhrases,
    exactWords,
    needsText: phrases.length > 0 || negatedPhrases.length > 0 || exactWords !== null,
  }
}

function stemsOf(words: readonly string[], language: Language): string[] {
  return [...new Set(words.map((word) => language.stem(lower(word))))]
}

function lower(word: string): string {
  return fold(word, { caseSensitive: false, diacriticSensitive: false })
}
