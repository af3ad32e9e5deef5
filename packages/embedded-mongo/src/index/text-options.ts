import { Int32 } from 'bson'
import type { Doc, Value } from '../bson/document.ts'
import { isNumber, toDouble } from '../bson/numbers.ts'
import { MongoServerFault } from '../errors.ts'
import { isKnownLanguage } from '../text/languages.ts'

/** What a text index is told beside its fields. */
export interface TextOptions {
  readonly weights: ReadonlyMap<string, number>
  readonly defaultLanguage: string
  readonly languageOverride: string
  /** The fields of the definition that MongoDB adds to what was asked for. */
  readonly source: Doc
}

const HEAVIEST = 99999

/** @throws MongoServerFault CannotCreateIndex for weights and languages that there are not */
export function readTextOptions(
  doc: Doc,
  key: ReadonlyArray<readonly [string, 1 | -1 | 'text']>,
): TextOptions {
  const texts = key.flatMap(([path, kind], at) => (kind === 'text' ? [{ path, at }] : []))
  const [first] = texts
  const last = texts.at(-1)
  if (first !== undefined && last !== undefined && last.at - first.at + 1 !== texts.length) {
    throw new MongoServerFault('CannotCreateIndex', "'text' fields in index must all be adjacent")
  }
  const weights = new Map<string, number>()
  for (const { path } of texts) if (path !== '_fts') weights.set(path, 1)
  for (const [path, value] of givenWeights(doc)) {
    const weight = isNumber(value) ? toDouble(value) : Number.NaN
    if (!(weight > 0 && weight < HEAVIEST))
      throw new MongoServerFault(
        'CannotCreateIndex',
        `text index weight must be in the exclusive interval (0,${HEAVIEST}) but found: ${String(value)}`,
      )
    weights.set(path, weight)
  }
  const defaultLanguage = textOption(doc, 'default_language', 'english')
  if (!isKnownLanguage(defaultLanguage))
    throw new MongoServerFault('CannotCreateIndex', `default_language is not valid: ${defaultLanguage}`)
  const languageOverride = textOption(doc, 'language_override', 'language')
  return {
    weights,
    defaultLanguage,
    languageOverride,
    source: sourceOf(key, weights, defaultLanguage, languageOverride),
  }
}

function givenWeights(doc: Doc): Doc {
  const weights = doc.get('weights')
  if (weights === undefined) return new Map()
  if (weights instanceof Map) return weights
  throw new MongoServerFault('CannotCreateIndex', 'weights must be a document')
}

function textOption(doc: Doc, name: string, standard: string): string {
  const value = doc.get(name)
  if (value === undefined) return standard
  if (typeof value === 'string' && value !== '') return value
  throw new MongoServerFault('CannotCreateIndex', `${name} must be a string`)
}

function sourceOf(
  key: ReadonlyArray<readonly [string, 1 | -1 | 'text']>,
  weights: ReadonlyMap<string, number>,
  language: string,
  override: string,
): Doc {
  const shownKey: Doc = new Map()
  for (const [path, kind] of key) {
    if (kind !== 'text') shownKey.set(path, new Int32(kind))
    else shownKey.set('_fts', 'text').set('_ftsx', new Int32(1))
  }
  const sorted = [...weights].sort(([a], [b]) => (a < b ? -1 : 1))
  return new Map<string, Value>([
    ['key', shownKey],
    ['weights', new Map(sorted.map(([path, weight]) => [path, new Int32(weight)]))],
    ['default_language', language],
    ['language_override', override],
    ['textIndexVersion', new Int32(3)],
  ])
}
