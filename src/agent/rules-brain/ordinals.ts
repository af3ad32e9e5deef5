import { NUMBER_WORDS, ORDINAL_WORDS } from './lexicon.ts'
import { isSuperlativeWord } from './superlatives.ts'
import type { Word } from './words.ts'

const MOST_ORDINAL = 20
const LIST_WORDS = new Set(['number', 'option', 'no', 'no.', 'item', 'product', '#'])
/** Things of which there is an own first and last: "my last order" is none of the list's. */
const OWN_ORDER = new Set([
  'order',
  'purchase',
  'time',
  'name',
  'parcel',
  'package',
  'step',
  'delivery',
  'week',
  'month',
  'night',
  'year',
])

/** Places in a list that are named, 1 for the first, -1 for the last; their words are taken. */
export function takeOrdinals(words: readonly Word[], used: Set<number>): number[] {
  const ordinals: number[] = []
  for (const [index, word] of words.entries()) {
    if (used.has(index)) continue
    const named = ORDINAL_WORDS.get(word.normal)
    if (named !== undefined) {
      if (OWN_ORDER.has(words[index + 1]?.lemma ?? '') || isAdverb(words, index)) continue
      const several = countAfter(words, index)
      used.add(index)
      if (several === undefined) ordinals.push(named)
      else {
        used.add(index + 1)
        for (let place = 0; place < several; place += 1)
          ordinals.push(named > 0 ? named + place : place - several)
      }
    } else {
      const value = numberedPlace(words, index)
      if (value === undefined) continue
      ordinals.push(value, ...furtherPlaces(words, index, used))
      used.add(index)
      if (index > 0) used.add(index - 1)
    }
  }
  return ordinals
}

/** "first, show me …", "at first". */
function isAdverb(words: readonly Word[], index: number): boolean {
  const after = words[index + 1]
  const before = words[index - 1]
  const last = words[index]?.normal === 'first' && before !== undefined
  if (last && (isSuperlativeWord(before) || before.normal === 'more')) return true
  return (
    (index === 0 && (after?.kind === 'punctuation' || after?.normal === 'of')) ||
    words[index - 1]?.normal === 'at'
  )
}

/** "the first two": 2. */
function countAfter(words: readonly Word[], index: number): number | undefined {
  const after = words[index + 1]
  if (after === undefined) return undefined
  const value = /^[2-5]$/.test(after.normal) ? Number(after.normal) : NUMBER_WORDS.get(after.normal)
  return value !== undefined && value > 1 && value <= 5 ? value : undefined
}

/** "numbers 1 and 3": what is joined to a place is one too. */
function furtherPlaces(words: readonly Word[], index: number, used: Set<number>): number[] {
  const places: number[] = []
  for (let next = index + 1; /^(?:and|,|&)$/.test(words[next]?.normal ?? ''); next += 2) {
    const word = words[next + 1]
    const value = word?.kind === 'number' ? Number(word.normal) : NUMBER_WORDS.get(word?.normal ?? '')
    if (word === undefined || value === undefined || value > MOST_ORDINAL) break
    places.push(value)
    used.add(word.index)
  }
  return places
}

/** "number 2", "option 3", "#2", "no. 2". */
function numberedPlace(words: readonly Word[], index: number): number | undefined {
  const word = words[index]
  if (word === undefined) return undefined
  const hash = /^#(\d{1,2})$/.exec(word.text)
  if (hash !== null) return Number(hash[1])
  const before = words[index - 1]
  const opener = before?.text === '.' ? words[index - 2] : before
  if (opener === undefined || !(LIST_WORDS.has(opener.normal) || LIST_WORDS.has(opener.lemma)))
    return undefined
  const value = word.kind === 'number' ? Number(word.normal) : NUMBER_WORDS.get(word.normal)
  return value !== undefined && Number.isInteger(value) && value >= 1 && value <= MOST_ORDINAL
    ? value
    : undefined
}
