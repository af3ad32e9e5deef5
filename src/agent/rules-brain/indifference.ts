import type { Indifference } from './variants.ts'
import type { Word } from './words.ts'

const ANY = new Set(['any', 'either', 'whichever', 'whatever', 'random'])
const CARING = new Set(['matter', 'care', 'mind', 'preference', 'bother'])
const CHOOSING = new Set(['choose', 'pick', 'decide', 'choice', 'call', 'surprise', 'wish'])
const DENYING = new Set(['no', 'not', "n't", 'nahi', 'without'])
const NEAR = 3

/** "in any colour", "size doesn't matter", "you choose": what the customer leaves to the shop. */
export function indifferenceOf(words: readonly Word[]): Indifference {
  const leaves = (...about: string[]) =>
    words.some(
      ({ lemma, index }) =>
        about.includes(lemma) &&
        words
          .slice(Math.max(0, index - NEAR), index + NEAR + 2)
          .some((word) => ANY.has(word.normal) || isCareless(words, word)),
    )
  const color = leaves('color', 'shade')
  const size = leaves('size')
  const neither = !words.some(({ lemma }) => lemma === 'color' || lemma === 'size' || lemma === 'shade')
  const wholly = neither && words.some((word) => isCareless(words, word) || isYours(words, word))
  return { color: color || wholly, size: size || wholly }
}

/** "doesn't matter", "no preference". */
function isCareless(words: readonly Word[], { lemma, index }: Word): boolean {
  return (
    CARING.has(lemma) &&
    words.slice(Math.max(0, index - NEAR), index).some(({ normal }) => DENYING.has(normal))
  )
}

/** "you choose", "up to you", "your pick", "surprise me". */
function isYours(words: readonly Word[], { lemma, index }: Word): boolean {
  const before = words[index - 1]?.normal ?? ''
  if (lemma === 'surprise') return words[index + 1]?.normal === 'me'
  if (before === 'your' || before === 'you') return CHOOSING.has(lemma)
  return lemma === 'you' && before === 'to' && words[index - 2]?.normal === 'up'
}
