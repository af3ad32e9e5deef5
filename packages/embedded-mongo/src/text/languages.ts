import { createRequire } from 'node:module'
import { ENGLISH_STOP_WORDS } from './stop-words.ts'

interface Stemmer {
  stem(word: string): string
}

interface SnowballStemmers {
  newStemmer(algorithm: string): Stemmer
}

/** How the words of a language are brought to the stems that an index holds. */
export interface Language {
  readonly name: string
  stem(word: string): string
  isStopWord(word: string): boolean
}

/** MongoDB's languages of text indexes, by all names that it takes (source: its manual, "Text Search Languages"). */
const NAMES: ReadonlyMap<string, string> = new Map([
  ['da', 'danish'],
  ['nl', 'dutch'],
  ['en', 'english'],
  ['fi', 'finnish'],
  ['fr', 'french'],
  ['de', 'german'],
  ['hu', 'hungarian'],
  ['it', 'italian'],
  ['nb', 'norwegian'],
  ['pt', 'portuguese'],
  ['ro', 'romanian'],
  ['ru', 'russian'],
  ['es', 'spanish'],
  ['sv', 'swedish'],
  ['tr', 'turkish'],
])
const LANGUAGES: ReadonlySet<string> = new Set([...NAMES.values(), 'none'])

const snowball = loadSnowball()
const known = new Map<string, Language>()

/** Whether a text index can be in this language. */
export function isKnownLanguage(name: string): boolean {
  return canonical(name) !== undefined
}

/** The language of this name; undefined where MongoDB has none of it. */
export function languageNamed(name: string): Language | undefined {
  const language = canonical(name)
  if (language === undefined) return undefined
  const made = known.get(language) ?? make(language)
  known.set(language, made)
  return made
}

function canonical(name: string): string | undefined {
  const lower = name.toLowerCase()
  const full = NAMES.get(lower) ?? lower
  return LANGUAGES.has(full) ? full : undefined
}

function make(name: string): Language {
  if (name === 'none') return { name, stem: (word) => word, isStopWord: () => false }
  const stemmer = snowball.newStemmer(name)
  const stems = new Map<string, string>()
  const stem = (word: string): string => {
    const found = stems.get(word)
    if (found !== undefined) return found
    // words are many but mostly the same: a bounded memory of stems saves most of the work
    if (stems.size >= 20_000) stems.clear()
    const made = stemmer.stem(word)
    stems.set(word, made)
    return made
  }
  return { name, stem, isStopWord: (word) => name === 'english' && ENGLISH_STOP_WORDS.has(word) }
}

function loadSnowball(): SnowballStemmers {
  const module: unknown = createRequire(import.meta.url)('snowball-stemmers')
  if (!isSnowball(module)) throw new TypeError('snowball-stemmers is not what it was')
  return module
}

function isSnowball(module: unknown): module is SnowballStemmers {
  return (
    typeof module === 'object' &&
    module !== null &&
    'newStemmer' in module &&
    typeof module.newStemmer === 'function'
  )
}
