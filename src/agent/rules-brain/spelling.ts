import { CUE_WORDS } from './intents.ts'
import {
  AROUND_WORDS,
  AUDIENCES,
  FILLER,
  LOWER_BOUND_WORDS,
  NUMBER_WORDS,
  ORDINAL_WORDS,
  UPPER_BOUND_WORDS,
} from './lexicon.ts'
import type { Word } from './words.ts'

const SHORTEST_CORRECTED = 4
const TWO_ERRORS_FROM = 8

/** Words of a request, by which it is understood; the catalog's words are the dictionary's. */
const TALK: ReadonlySet<string> = new Set([
  ...CUE_WORDS,
  ...FILLER,
  ...UPPER_BOUND_WORDS,
  ...LOWER_BOUND_WORDS,
  ...AROUND_WORDS,
  ...NUMBER_WORDS.keys(),
  ...ORDINAL_WORDS.keys(),
  ...AUDIENCES.keys(),
  'between',
])
const SPELT: readonly string[] = [...TALK].filter((word) => word.length >= SHORTEST_CORRECTED)

/** The catalog's words as they are written there, each with its dictionary form. */
export type Spellings = ReadonlyMap<string, string>

/**
 * Puts a slip of the hand right: a word that neither English nor the catalog knows becomes the one nearest to it, of
 * the words of a request or of the catalog. Words that are known stay as they are.
 */
export function corrected(word: Word, catalog: Spellings): Word {
  const { normal, lemma, kind } = word
  const plain =
    kind === 'word' && word.real && !catalog.has(normal) && !catalog.has(lemma) ? plainForm(word) : undefined
  if (plain !== undefined) return { ...word, lemma: plain }
  const settled =
    kind !== 'word' ||
    TALK.has(normal) ||
    TALK.has(lemma) ||
    catalog.has(normal) ||
    catalog.has(lemma) ||
    /[@\d_]/.test(normal)
  if (settled || normal.length < SHORTEST_CORRECTED) return word
  if (word.real) return word.naming ? word : slipOfVerb(word, catalog)
  const found = nearest(normal, catalog) ?? (lemma === normal ? undefined : nearest(lemma, catalog))
  return found === undefined ? word : { ...word, ...found, real: true }
}

/** English has "shoos", but a verb that no request knows is more likely a slip for a word of the catalog. */
function slipOfVerb(word: Word, catalog: Spellings): Word {
  const found = nearestOf([], catalog, word.normal, 1)
  return found?.normal[0] === word.normal[0] ? { ...word, ...found } : word
}

/** The verb of a request without its ending, where wink has left it: `arriving` is `arrive`. */
function plainForm({ normal, lemma }: Word): string | undefined {
  if (TALK.has(normal) || TALK.has(lemma)) return undefined
  const root = /^(.{2,})(?:ing|ed)$/.exec(normal)?.[1] ?? /^(.{3,})[sd]$/.exec(normal)?.[1]
  if (root === undefined) return undefined
  return [root, `${root}e`, root.at(-1) === root.at(-2) ? root.slice(0, -1) : root].find((form) =>
    CUE_WORDS.has(form),
  )
}

function nearest(word: string, catalog: Spellings): Pick<Word, 'normal' | 'lemma'> | undefined {
  return nearestOf(SPELT, catalog, word, word.length >= TWO_ERRORS_FROM ? 2 : 1)
}

function nearestOf(
  talk: readonly string[],
  catalog: Spellings,
  word: string,
  allowed: number,
): Pick<Word, 'normal' | 'lemma'> | undefined {
  let best: { normal: string; lemma: string; cost: number } | undefined
  const judge = (normal: string, lemma: string, handicap: number) => {
    if (normal.length < SHORTEST_CORRECTED || Math.abs(normal.length - word.length) > allowed) return
    if (beginsEarlier(word, normal)) return
    const distance = typingDistance(word, normal, allowed)
    if (distance > allowed || (word.length <= SHORTEST_CORRECTED && isOtherWord(word, normal))) return
    // A letter is left out more often than typed too much.
    const shorter = normal.length < word.length ? 0.2 : 0
    const cost = distance + (normal[0] === word[0] ? 0 : 0.5) + shorter + handicap
    if (best === undefined || cost < best.cost || (cost === best.cost && normal < best.normal))
      best = { normal, lemma, cost }
  }
  for (const normal of talk) judge(normal, normal, 0)
  for (const [normal, lemma] of catalog) judge(normal, lemma, 0.1)
  return best === undefined ? undefined : { normal: best.normal, lemma: best.lemma }
}

/** Nobody types a wrong letter too much in front: "iphones" is no slip for "phones", as "sshoes" is for "shoes". */
function beginsEarlier(word: string, other: string): boolean {
  return word.slice(1) === other && word[0] !== word[1]
}

/** Among short words one letter in another's place makes another word: "nike" is no slip for "nice". */
function isOtherWord(word: string, other: string): boolean {
  return word.length === other.length && [...word].sort().join('') !== [...other].sort().join('')
}

/** Damerau-Levenshtein distance (insert, delete, replace, swap of neighbours), given up at `limit`. */
export function typingDistance(a: string, b: string, limit: number): number {
  let beforePrevious: number[] = []
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row]
    let smallest = row
    for (let column = 1; column <= b.length; column += 1) {
      const same = a[row - 1] === b[column - 1]
      let cost = Math.min(
        (previous[column] ?? limit) + 1,
        (current[column - 1] ?? limit) + 1,
        (previous[column - 1] ?? limit) + (same ? 0 : 1),
      )
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        cost = Math.min(cost, (beforePrevious[column - 2] ?? limit) + 1)
      }
      current.push(cost)
      smallest = Math.min(smallest, cost)
    }
    if (smallest > limit) return limit + 1
    beforePrevious = previous
    previous = current
  }
  return previous[b.length] ?? limit + 1
}
