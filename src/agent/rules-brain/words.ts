import model from 'wink-eng-lite-web-model'
import winkNLP, { type ItsFunction } from 'wink-nlp'
import { EQUIVALENTS } from './lexicon.ts'

/** One word of an utterance. */
export interface Word {
  /** As the customer wrote it. */
  readonly text: string
  /** Lower case, with a foreign or short form replaced by its English word. */
  readonly normal: string
  /** The dictionary form: `shoes` -> `shoe`, `added` -> `add`. */
  readonly lemma: string
  readonly kind: 'word' | 'number' | 'punctuation' | 'other'
  readonly index: number
}

const nlp = winkNLP(model, ['sbd', 'pos'])
const { its } = nlp
// wink's types do not say that `lemma` fits `out`, though its documentation does
const lemmaOf: ItsFunction<string> = (index, rdd, addons) => its.lemma(index, rdd, addons ?? {})

const KEPT_WHOLE = /[\p{L}\p{N}._-]+@[\p{L}\p{N}.-]+|\p{L}{2,}[\p{L}\p{N}]*(?:-[\p{L}\p{N}]+)+/gu
const PLURAL_OF_SIBILANT = /(?:ss|sh|ch|x|z)es$/
const FORMS_OF_BE = new Set(['is', 'are', 'was', 'were', 'am', "'s", "'re", "'m"])
const PLURAL_IN_IES = /[^aeiou]ies$/

/**
 * Splits an utterance into words. wink-nlp finds the words and their lemmas; addresses such as `name@bank` and
 * codes such as `FW-100001` stay whole.
 */
export function wordsOf(text: string): Word[] {
  const words: Word[] = []
  let end = 0
  for (const match of text.matchAll(KEPT_WHOLE)) {
    pushPlain(words, text.slice(end, match.index))
    pushWord(words, match[0], match[0].toLowerCase(), 'word')
    end = match.index + match[0].length
  }
  pushPlain(words, text.slice(end))
  return words
}

function pushPlain(words: Word[], text: string): void {
  if (text.trim() === '') return
  const tokens = nlp.readDoc(text.replace(/[’`]/g, "'")).tokens()
  const values = tokens.out()
  const lemmas = tokens.out(lemmaOf)
  const types = tokens.out(its.type)
  for (const [position, value] of values.entries()) {
    const type = types[position]
    const kind = type === 'word' || type === 'number' || type === 'punctuation' ? type : 'other'
    pushWord(words, value, lemmas[position] ?? value, kind)
  }
}

function pushWord(words: Word[], text: string, lemma: string, kind: Word['kind']): void {
  const lower = text.toLowerCase()
  const equivalent = EQUIVALENTS.get(lower)
  const normals = equivalent === undefined ? [lower] : equivalent.split(' ')
  for (const normal of normals) {
    words.push({
      text,
      normal,
      lemma: FORMS_OF_BE.has(normal)
        ? 'be'
        : equivalent === undefined
          ? singular(lemma.toLowerCase())
          : normal,
      kind: /^\d/.test(normal) && kind !== 'number' && /^\d+([.,]\d+)*$/.test(normal) ? 'number' : kind,
      index: words.length,
    })
  }
}

/** wink's lemmas leave some plurals as they are (brand-like or rare nouns), which the catalog then would not match. */
function singular(lemma: string): string {
  if (lemma.length < 4 || !lemma.endsWith('s') || lemma.endsWith('ss') || lemma.endsWith('us')) return lemma
  if (PLURAL_IN_IES.test(lemma)) return `${lemma.slice(0, -3)}y`
  if (PLURAL_OF_SIBILANT.test(lemma)) return lemma.slice(0, -2)
  return lemma.slice(0, -1)
}

/** The lemmas of a phrase, for comparing it with an utterance. */
export function lemmasOf(phrase: string): string[] {
  return wordsOf(phrase)
    .filter(({ kind }) => kind !== 'punctuation')
    .map(({ lemma }) => lemma)
}
