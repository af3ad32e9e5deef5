import type { Word } from './words.ts'

const BEFORE_MORE = new Set(['something', 'little', 'any', 'one', 'two', 'three', 'other'])
const AFTER_MORE = new Set([
  'show',
  'give',
  'tell',
  'see',
  'option',
  'options',
  'cheap',
  'expensive',
  'good',
  'what',
])
const COUNTED = new Set(['piece', 'more', 'packet', 'box', 'set', 'pair', 'unit'])

/** Words of Hindi that stand for two things, by the words beside them. */
export function meantInHindi(word: Word, index: number, words: readonly Word[]): Word {
  const written = word.text.toLowerCase()
  const [before, after] = [words[index - 1], words[index + 1]]
  // "aur dikhao", "kuch aur": the word for "and" is the one for "more".
  if (written === 'aur') {
    const leads = before === undefined || after?.normal === 'what'
    const more =
      BEFORE_MORE.has(before?.normal ?? '') ||
      (leads && AFTER_MORE.has(after?.normal ?? '')) ||
      (before !== undefined && after === undefined)
    return more ? { ...word, normal: 'more', lemma: 'more' } : word
  }
  // "do piece", "do aur": the helping verb of English is the number two.
  const counts = COUNTED.has(after?.lemma ?? '') || after?.text.toLowerCase() === 'aur'
  return written === 'do' && counts ? { ...word, normal: 'two', lemma: 'two' } : word
}
