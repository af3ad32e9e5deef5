import model from 'wink-eng-lite-web-model'
import winkNLP, { type ItsFunction } from 'wink-nlp'
import { INFORMAL, SPELLINGS } from './informal.ts'

/** One word of an utterance. */
export interface Word {
  /** As the customer wrote it. */
  readonly text: string
  /** Lower case, with a foreign or short form replaced by its English word. */
  readonly normal: string
  /** The dictionary form: `shoes` -> `shoe`, `added` -> `add`. */
  readonly lemma: string
  readonly kind: 'word' | 'number' | 'punctuation' | 'other'
  /** Whether it may name or describe a thing: a noun, an adjective, or what wink takes for a name. */
  readonly naming: boolean
  /** Whether English has this word, so that it is no slip of the hand. */
  readonly real: boolean
  readonly index: number
}

const nlp = winkNLP(model, ['sbd', 'pos'])
const { its } = nlp
// wink's types do not say that `lemma` fits `out`, though its documentation does
const lemmaOf: ItsFunction<string> = (index, rdd, addons) => its.lemma(index, rdd, addons ?? {})

/** wink numbers the words of its lexicon first: this one, which nobody knows, is the first beyond it. */
const [FIRST_UNKNOWN = 0] = nlp.readDoc('qzxvkkw').tokens().out(its.uniqueId)

const KEPT_WHOLE =
  /[\p{L}\p{N}._-]+@[\p{L}\p{N}.-]+|\b(?!(?:size|uk|us|eu|rs)-)\p{L}{2,}\p{N}*(?:-\p{L}+)*-\p{N}[\p{L}\p{N}]*|\w+_\w+/giu
const PLURAL_OF_SIBILANT = /(?:ss|sh|ch|x|z)es$/
const PLURAL_IN_IES = /[^aeiou]ies$/
const FORMS_OF_BE = new Set(['is', 'are', 'was', 'were', 'am', "'s", "'re", "'m"])
/** What wink takes for another word in a shop. */
const LEMMAS: ReadonlyMap<string, string> = new Map([
  ['left', 'left'],
  ['does', 'do'],
  ['did', 'do'],
  ['has', 'have'],
  ['had', 'have'],
  ['knives', 'knife'],
  ['scarves', 'scarf'],
  ['shelves', 'shelf'],
  ['got', 'get'],
  ['bought', 'buy'],
  ['meant', 'mean'],
  ['paid', 'pay'],
  ['men', 'man'],
  ['mens', 'man'],
  ['women', 'woman'],
  ['womens', 'woman'],
])
/** A message may be long; what it asks for stands in so many characters. */
const LONGEST_READ = 1000

/**
 * Splits an utterance into words. wink-nlp finds the words and their lemmas; addresses such as `name@bank` and
 * codes such as `FW-100001` stay whole.
 * @param isTaken words that are what they are, whatever they mean in another tongue
 */
export function wordsOf(text: string, isTaken: (lower: string) => boolean = () => false): Word[] {
  const words: Word[] = []
  const read = text.slice(0, LONGEST_READ)
  let end = 0
  for (const match of read.matchAll(KEPT_WHOLE)) {
    pushPlain(words, read.slice(end, match.index), isTaken)
    pushWord(
      words,
      { text: match[0], lemma: match[0].toLowerCase(), kind: 'word', real: true, naming: true },
      isTaken,
    )
    end = match.index + match[0].length
  }
  pushPlain(words, read.slice(end), isTaken)
  return words
}

/** Puts spaces where a reader sees two words: `2000-3000`, `cat-eye`, `uk9`. */
function spaced(text: string): string {
  return text
    .replace(/[’`]/g, "'")
    .replace(/\bi'?m\b/gi, 'I am')
    .replace(/(\d\s?k?)\s*[-–—]\s*(?=[₹$€£]?\d)/gi, '$1 - ')
    .replace(/(\p{L})-(?=\p{L})/gu, '$1 ')
    .replace(/\b(size|uk|us|eu|rs)[-.]?(?=\d)/gi, '$1 ')
    .replace(/(?<=[\p{L}\p{N}])([,;])(?=\p{L})/gu, '$1 ')
}

type Token = Pick<Word, 'text' | 'lemma' | 'kind' | 'real' | 'naming'>

const NAMING = new Set(['NOUN', 'PROPN', 'ADJ', 'X', 'NUM'])

function pushPlain(words: Word[], text: string, isTaken: (lower: string) => boolean): void {
  if (text.trim() === '') return
  const tokens = nlp.readDoc(spaced(text)).tokens()
  const lemmas = tokens.out(lemmaOf)
  const types = tokens.out(its.type)
  const ids = tokens.out(its.uniqueId)
  const parts = tokens.out(its.pos)
  for (const [position, value] of tokens.out().entries()) {
    const type = types[position]
    const kind = type === 'word' || type === 'number' || type === 'punctuation' ? type : 'other'
    const real = kind !== 'word' || (ids[position] ?? 0) < FIRST_UNKNOWN
    const naming = !real || NAMING.has(parts[position] ?? '')
    pushWord(words, { text: value, lemma: lemmas[position] ?? value, kind, real, naming }, isTaken)
  }
}

function pushWord(words: Word[], token: Token, isTaken: (lower: string) => boolean): void {
  const lower = token.text.toLowerCase().replace(/^(\p{L}{1,3})\.$/u, '$1')
  const spelt = SPELLINGS.get(lower)
  const meant = spelt ?? (isTaken(lower) ? undefined : INFORMAL.get(lower))
  for (const normal of meant?.split(' ') ?? [lower]) {
    words.push({
      text: token.text.replace(/^(\p{L}{1,3})\.$/u, '$1'),
      normal,
      lemma: lemmaFor(normal, meant === undefined ? token.lemma.toLowerCase() : normal),
      kind: /^\d+(?:[.,]\d+)*$/.test(normal) ? 'number' : token.kind,
      real: token.real || meant !== undefined,
      naming: token.naming && (meant === undefined || spelt !== undefined),
      index: words.length,
    })
  }
}

function lemmaFor(normal: string, lemma: string): string {
  if (FORMS_OF_BE.has(normal)) return 'be'
  return LEMMAS.get(normal) ?? singular(lemma)
}

/** wink's lemmas leave some plurals as they are (brand-like or rare nouns), which the catalog then would not match. */
function singular(lemma: string): string {
  if (lemma.length < 4 || !lemma.endsWith('s') || lemma.endsWith('ss') || lemma.endsWith('us')) return lemma
  if (PLURAL_IN_IES.test(lemma)) return `${lemma.slice(0, -3)}y`
  if (PLURAL_OF_SIBILANT.test(lemma)) return lemma.slice(0, -2)
  return lemma.slice(0, -1)
}

/** The words of a catalog's phrase, without what only joins them: `Stride & Stone` is `stride`, `stone`. */
export function phraseWords(phrase: string): Word[] {
  return wordsOf(phrase, () => true).filter(
    ({ kind, normal }) => kind !== 'punctuation' && !JOINTS.has(normal),
  )
}

const MOST_REMEMBERED = 5000
const remembered = new Map<string, readonly string[]>()

/** The lemmas of a phrase, for comparing it with an utterance. */
export function lemmasOf(phrase: string): readonly string[] {
  const known = remembered.get(phrase)
  if (known !== undefined) return known
  const lemmas = phraseWords(phrase).map(({ lemma }) => lemma)
  if (remembered.size >= MOST_REMEMBERED) remembered.clear()
  remembered.set(phrase, lemmas)
  return lemmas
}

/** Words that may stand or be left out between the words of a phrase. */
export const JOINTS: ReadonlySet<string> = new Set(['&', '+', '/', '-', 'and', "'s", "'", '’s'])
