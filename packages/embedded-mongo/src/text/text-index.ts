import type { Doc, Value } from '../bson/document.ts'
import type { IndexSpec, RecordId } from '../engine/types.ts'
import { MongoServerFault } from '../errors.ts'
import { type Language, languageNamed } from './languages.ts'
import { parseTextQuery, type TextQuery } from './text-query.ts'
import { fold, wordsOf } from './words.ts'

export interface SearchOptions {
  readonly language?: string
  readonly caseSensitive: boolean
  readonly diacriticSensitive: boolean
}

/** A piece of text in a document, with what its field weighs. */
interface Passage {
  readonly text: string
  readonly weight: number
  readonly language: Language
}

/** An inverted index: stems, the documents that hold them, and how much each stem counts in each. */
export class TextIndex {
  readonly #weights: ReadonlyMap<string, number>
  readonly #wildcard: number | undefined
  readonly #language: Language
  readonly #override: string
  readonly #postings = new Map<string, Map<RecordId, number>>()
  readonly #stemsOf = new Map<RecordId, readonly string[]>()
  /** The texts themselves are asked for again where phrases, case or accents matter. */
  readonly #documentOf: ((id: RecordId) => Doc | undefined) | undefined

  constructor(spec: IndexSpec, documentOf?: (id: RecordId) => Doc | undefined) {
    this.#weights = spec.weights ?? new Map()
    this.#wildcard = this.#weights.get('$**')
    this.#language = requiredLanguage(spec.defaultLanguage ?? 'english')
    this.#override = spec.languageOverride ?? 'language'
    this.#documentOf = documentOf
  }

  add(id: RecordId, doc: Doc): void {
    const scores = this.#scores(doc)
    if (scores.size === 0) return
    for (const [stem, score] of scores) {
      const postings = this.#postings.get(stem)
      if (postings === undefined) this.#postings.set(stem, new Map([[id, score]]))
      else postings.set(id, score)
    }
    this.#stemsOf.set(id, [...scores.keys()])
  }

  remove(id: RecordId): void {
    for (const stem of this.#stemsOf.get(id) ?? []) {
      const postings = this.#postings.get(stem)
      postings?.delete(id)
      if (postings?.size === 0) this.#postings.delete(stem)
    }
    this.#stemsOf.delete(id)
  }

  /** The records that have any words. */
  records(): Iterable<RecordId> {
    return this.#stemsOf.keys()
  }

  /** Whether a record is found by the words of this document, and by no others. */
  agrees(id: RecordId, doc: Doc): boolean {
    const scores = this.#scores(doc)
    if ((this.#stemsOf.get(id)?.length ?? 0) !== scores.size) return false
    for (const [stem, score] of scores) if (this.#postings.get(stem)?.get(id) !== score) return false
    return true
  }

  /** The committed documents that a search finds, with their scores. */
  search(query: string, options: SearchOptions): ReadonlyMap<RecordId, number> {
    const parsed = this.#parse(query, options)
    const scores = new Map<RecordId, number>()
    for (const stem of parsed.stems) {
      for (const [id, score] of this.#postings.get(stem) ?? []) scores.set(id, (scores.get(id) ?? 0) + score)
    }
    for (const stem of parsed.negatedStems)
      for (const id of this.#postings.get(stem)?.keys() ?? []) scores.delete(id)
    if (parsed.needsText) {
      for (const id of scores.keys()) {
        const doc = this.#documentOf?.(id)
        if (doc === undefined || !this.#textPasses(doc, parsed, options)) scores.delete(id)
      }
    }
    return scores
  }

  /** The score of one document, whether it is in the index or not; undefined when the search does not find it. */
  scoreOf(doc: Doc, query: string, options: SearchOptions): number | undefined {
    const parsed = this.#parse(query, options)
    const scores = this.#scores(doc)
    if (parsed.negatedStems.some((stem) => scores.has(stem))) return undefined
    let total = 0
    for (const stem of parsed.stems) total += scores.get(stem) ?? 0
    return total === 0 || (parsed.needsText && !this.#textPasses(doc, parsed, options)) ? undefined : total
  }

  #parse(query: string, options: SearchOptions): TextQuery {
    const language = options.language === undefined ? this.#language : requiredLanguage(options.language)
    return parseTextQuery(query, language, options)
  }

  /** Phrases, case and accents are not in the stems: they are looked for in the text. */
  #textPasses(doc: Doc, query: TextQuery, options: SearchOptions): boolean {
    const texts = [...this.#passages(doc)].map(({ text }) => fold(text, options))
    const holds = (phrase: string): boolean => texts.some((text) => text.includes(phrase))
    if (!query.phrases.every(holds) || query.negatedPhrases.some(holds)) return false
    if (query.exactWords === null) return true
    const words = new Set(texts.flatMap((text) => wordsOf(text)))
    return query.exactWords.some((word) => words.has(word))
  }

  /**
   * MongoDB's formula (source: its repository, src/mongo/db/fts/fts_spec.cpp): each further occurrence of a stem in a
   * field counts half of the one before; the sum counts more where the field holds few different words.
   */
  #scores(doc: Doc): Map<string, number> {
    const scores = new Map<string, number>()
    for (const { text, weight, language } of this.#passages(doc)) {
      const found = new Map<string, { count: number; frequency: number; exponent: number }>()
      let total = 0
      for (const word of wordsOf(fold(text, FOLD_ALL))) {
        if (language.isStopWord(word)) continue
        const stem = language.stem(word)
        const at = found.get(stem) ?? { count: 0, frequency: 0, exponent: 0 }
        at.exponent = at.exponent === 0 ? 1 : at.exponent * 2
        at.frequency += 1 / at.exponent
        at.count += 1
        found.set(stem, at)
        total += 1
      }
      for (const [stem, { count, frequency }] of found) {
        const coefficient = (0.5 * count) / total + 0.5
        const exact = fold(text, FOLD_ALL) === stem ? 1.1 : 1
        scores.set(stem, (scores.get(stem) ?? 0) + weight * frequency * coefficient * exact)
      }
    }
    return scores
  }

  *#passages(doc: Doc): Generator<Passage> {
    yield* this.#walk(doc, '', this.#language)
  }

  *#walk(doc: Doc, prefix: string, inherited: Language): Generator<Passage> {
    const named = doc.get(this.#override)
    const language = typeof named === 'string' ? (languageNamed(named) ?? inherited) : inherited
    for (const [name, value] of doc) {
      const path = prefix + name
      if (this.#leadsOn(path)) yield* this.#passagesAt(value, path, language)
    }
  }

  *#passagesAt(value: Value, path: string, language: Language): Generator<Passage> {
    if (typeof value === 'string') {
      const weight = this.#weights.get(path) ?? this.#wildcard
      if (weight !== undefined) yield { text: value, weight, language }
    } else if (Array.isArray(value))
      for (const element of value) yield* this.#passagesAt(element, path, language)
    else if (value instanceof Map) yield* this.#walk(value, `${path}.`, language)
  }

  #leadsOn(path: string): boolean {
    if (this.#wildcard !== undefined || this.#weights.has(path)) return true
    for (const indexed of this.#weights.keys()) if (indexed.startsWith(`${path}.`)) return true
    return false
  }
}

const FOLD_ALL = { caseSensitive: false, diacriticSensitive: false }

function requiredLanguage(name: string): Language {
  const language = languageNamed(name)
  if (language === undefined)
    throw new MongoServerFault('BadValue', `unsupported language: "${name}" for text index version 3`)
  return language
}
