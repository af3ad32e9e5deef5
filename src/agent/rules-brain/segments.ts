import { OPENERS } from './intents.ts'
import type { Word } from './words.ts'

const JOINTS = new Set(['and', 'then', ',', 'plus', 'also', '&', 'but', ';'])
const SENTENCE_ENDS = new Set(['.', '!', '?', ';'])
const POLITE = new Set(['please', 'also', 'then', 'just', 'now', 'maybe', 'instead', 'finally'])

/** Cuts at the ends of sentences, and where a joint is followed by a word that opens a request. */
export function segmentsOf(words: readonly Word[]): Word[][] {
  const segments: Word[][] = []
  let current: Word[] = []
  const cut = () => {
    if (current.some(({ kind }) => kind !== 'punctuation')) segments.push(current)
    current = []
  }
  for (const [index, word] of words.entries()) {
    if (breaksOff(words, index)) cut()
    const ends = SENTENCE_ENDS.has(word.text) && !/^\d/.test(words[index + 1]?.text ?? '')
    const joint = JOINTS.has(word.normal) && opensAfter(words, index)
    if (ends) {
      current.push(word)
      cut()
    } else if (joint && current.length > 0) cut()
    else current.push(word)
  }
  cut()
  return segments
}

/** "the vega ... no, the rio one": she puts right what she has just said. */
function breaksOff(words: readonly Word[], index: number): boolean {
  const [before, word, after] = [words[index - 1], words[index], words[index + 1]]
  if (before === undefined || word?.normal !== 'no' || word.text.toLowerCase() !== 'no') return false
  const pause = before.kind === 'punctuation' || before.text.includes('.')
  return (
    /^(?:wait|sorry|,)$/.test(after?.normal ?? '') || (pause && /^(?:the|make|i)$/.test(after?.normal ?? ''))
  )
}

function opensAfter(words: readonly Word[], index: number): boolean {
  const follower = words.slice(index + 1).find(({ normal }) => !POLITE.has(normal) && !JOINTS.has(normal))
  if (follower === undefined || !OPENERS.has(follower.lemma)) return false
  return follower.lemma !== 'check' || words[follower.index + 1]?.normal !== 'shirt'
}
