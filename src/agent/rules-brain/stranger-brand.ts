import type { Dictionary } from './dictionary.ts'
import { CUE_WORDS } from './intents.ts'
import { FILLER } from './lexicon.ts'
import type { Word } from './words.ts'

const OF_A_MAKER = new Set(['by', 'from', 'brand'])
const THINGS_OF_A_MAKER = new Set([
  'anything',
  'something',
  'stuff',
  'thing',
  'product',
  'item',
  'one',
  'brand',
])

/** The words behind "by" and "from" that nobody knows: "anything from Sonance", "headphones by Zorblax". */
export function strangerBrand(words: readonly Word[], dictionary: Dictionary): Word[] {
  const start = words.findIndex(
    ({ normal }, index) =>
      OF_A_MAKER.has(normal) &&
      (THINGS_OF_A_MAKER.has(words[index - 1]?.lemma ?? '') ||
        normal === 'brand' ||
        dictionary.isKind(words[index - 1]?.lemma ?? '')) &&
      isStranger(words[index + 1], dictionary),
  )
  if (start < 0) return []
  const rest = words.slice(start + 1)
  const end = rest.findIndex((word) => !isStranger(word, dictionary))
  return end < 0 ? rest : rest.slice(0, end)
}

function isStranger(word: Word | undefined, dictionary: Dictionary): boolean {
  if (word === undefined || word.kind !== 'word' || !word.naming) return false
  const { lemma, normal } = word
  return [lemma, normal].every((form) => !dictionary.knows(form) && !FILLER.has(form) && !CUE_WORDS.has(form))
}
