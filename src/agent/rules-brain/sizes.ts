import type { Dictionary } from './dictionary.ts'
import { SIZE_WORDS } from './lexicon.ts'
import type { Word } from './words.ts'

const LETTERS = /^(?:xxs|xs|s|m|l|xl|xxl|xxxl|\dxl)$/i
const SYSTEMS = new Set(['uk', 'us', 'eu', 'eur', 'ind'])
const LARGEST_BARE = 60

/** The size that an utterance names, as the catalog spells it where it has it; its words are taken. */
export function takeSize(
  words: readonly Word[],
  dictionary: Dictionary,
  used: Set<number>,
): string | undefined {
  return (
    inSeveralWords(words, dictionary, used) ??
    besideTheWord(words, dictionary, used) ??
    inItsSystem(words, dictionary, used) ??
    alone(words, dictionary, used)
  )
}

/** "256 GB", "the 2 x 8 kg one". */
function inSeveralWords(
  words: readonly Word[],
  dictionary: Dictionary,
  used: Set<number>,
): string | undefined {
  for (const { index } of words) {
    const found = dictionary.sizeAt(words, index)
    if (found === undefined) continue
    for (let at = index; at < found.end; at += 1) used.add(at)
    return found.size
  }
  return undefined
}

/** "size 9", "size is M", "9 size", "large size". */
function besideTheWord(
  words: readonly Word[],
  dictionary: Dictionary,
  used: Set<number>,
): string | undefined {
  for (const [index, word] of words.entries()) {
    if (word.lemma !== 'size') continue
    const skips = new Set(['be', ':', '=', 'no', 'number', 'of', 'in', 'uk', 'us', 'eu', 'a', 'to', 'for'])
    let next = index + 1
    while (next < index + 4 && skips.has(words[next]?.lemma ?? '')) next += 1
    const after = sizeNamed(words[next], dictionary)
    if (after !== undefined) return take(after, used, index, next)
    const before = sizeNamed(words[index - 1], dictionary)
    if (before !== undefined) return take(before, used, index, index - 1)
  }
  return undefined
}

function inItsSystem(words: readonly Word[], dictionary: Dictionary, used: Set<number>): string | undefined {
  for (const [index, { normal, text }] of words.entries()) {
    const number = words[index + 1]
    if (!SYSTEMS.has(normal) || number?.kind !== 'number') continue
    const named = dictionary.size(`${text} ${number.text}`) ?? dictionary.size(number.text) ?? number.text
    return take(named, used, index, index + 1)
  }
  return undefined
}

/** "an M", "in large", "in 9": only a size that the catalog has. */
function alone(words: readonly Word[], dictionary: Dictionary, used: Set<number>): string | undefined {
  for (const [index, word] of words.entries()) {
    const before = words[index - 1]
    const spelt = SIZE_WORDS.get(word.normal)
    const doubled = spelt === 'L' && (before?.normal === 'extra' || before?.normal === 'x')
    if (doubled && dictionary.size('XL') !== undefined) return take('XL', used, index, index - 1)
    const letters = LETTERS.test(word.text) && !(before?.text.endsWith("'") ?? false)
    const named = letters ? word.text : spelt
    const known = named === undefined ? undefined : dictionary.size(named)
    if (known !== undefined) return take(known, used, index)
    if (word.kind === 'number' && isBareSize(words, index)) {
      const number = dictionary.size(word.text)
      if (number !== undefined) return take(number, used, index)
    }
  }
  return undefined
}

/** "in 9", "in a 10": not "in 2 days", "in 10 minutes". */
function isBareSize(words: readonly Word[], index: number): boolean {
  const value = Number(words[index]?.normal)
  const before = words[index - 1]
  const opener = before?.normal === 'a' || before?.normal === 'an' ? words[index - 2] : before
  const after = words[index + 1]
  const ends =
    after === undefined ||
    after.kind === 'punctuation' ||
    !/^(?:day|hour|minute|week|k|piece)$/.test(after.lemma)
  return value <= LARGEST_BARE && (opener?.normal === 'in' || opener?.normal === 'wear') && ends
}

/** The size that a word names: as the catalog spells it where it has it, else as the customer does. */
function sizeNamed(word: Word | undefined, dictionary: Dictionary): string | undefined {
  if (word === undefined) return undefined
  const spelt = SIZE_WORDS.get(word.normal)
  if (spelt !== undefined) return dictionary.size(spelt) ?? spelt
  const known = dictionary.size(word.text)
  if (known !== undefined) return known
  if (word.kind === 'number') return word.text
  return LETTERS.test(word.text) ? word.text.toUpperCase() : undefined
}

function take(size: string, used: Set<number>, ...indexes: readonly number[]): string {
  for (const index of indexes) used.add(index)
  return size
}
