import type { Entry, Term, TermKind } from './dictionary.ts'
import { FILLER } from './lexicon.ts'
import { JOINTS, type Word } from './words.ts'

export function findTerms(
  byFirst: ReadonlyMap<string, readonly Entry[]>,
  words: readonly Word[],
  kinds: ReadonlySet<string>,
): Term[] {
  const terms: Term[] = []
  let start = 0
  while (start < words.length) {
    const found = termAt(byFirst, words, start, kinds)
    if (found !== undefined) terms.push(found)
    start = found === undefined ? start + 1 : found.end
  }
  return terms
}

function termAt(
  byFirst: ReadonlyMap<string, readonly Entry[]>,
  words: readonly Word[],
  start: number,
  kinds: ReadonlySet<string>,
): Term | undefined {
  for (const { kind, value, lemmas, beside } of byFirst.get(words[start]?.lemma ?? '') ?? []) {
    if (isEveryday(kind, lemmas)) continue
    const end = endOf(lemmas, words, start)
    const next = words[end ?? 0]?.lemma ?? ''
    if (beside === true && !kinds.has(next) && next !== 'color') continue
    if (end !== undefined) return { kind, value, start, end }
  }
  return undefined
}

/** A product called "The One" or a tag "best" must not swallow everyday words. */
function isEveryday(kind: TermKind, lemmas: readonly string[]): boolean {
  return kind !== 'brand' && kind !== 'color' && lemmas.every((lemma) => FILLER.has(lemma))
}

/** Where a phrase that begins at `start` ends; words that only join may stand between its words. */
function endOf(lemmas: readonly string[], words: readonly Word[], start: number): number | undefined {
  let index = start
  for (const [position, lemma] of lemmas.entries()) {
    while (position > 0 && JOINTS.has(words[index]?.normal ?? '')) index += 1
    if (words[index]?.lemma !== lemma) return undefined
    index += 1
  }
  return index
}
