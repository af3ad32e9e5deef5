/** A known word, by its stem, and in how many products it stands. */
export interface KnownWord {
  readonly stem: string
  readonly word: string
  readonly count: number
  /** Whether it says what some product is; else it only stands in descriptions. */
  readonly names: boolean
}

const MOST_GUESSES = 3
const SHORTEST_PART = 3
const FIRST_LETTER_FREE_FROM = 8

/**
 * What a shopper may have meant by a word that no product has: known words that begin with it or end in it, else
 * those that name products and differ by a typing mistake or two. The best guesses first, three at most.
 */
export function guessWords(term: string, known: Iterable<KnownWord>): string[] {
  const parts: KnownWord[] = []
  const slips: { known: KnownWord; distance: number }[] = []
  const allowed = term.length >= 8 ? 2 : term.length >= 4 ? 1 : 0
  for (const entry of known) {
    if (term.length >= SHORTEST_PART && entry.word.startsWith(term)) parts.push(entry)
    else if (term.length > SHORTEST_PART && entry.word.endsWith(term)) parts.push(entry)
    else if (entry.names && allowed > 0 && Math.abs(entry.stem.length - term.length) <= allowed + 2) {
      // The known word may be the plural of what was meant.
      const distance = Math.min(
        typingDistance(term, entry.word, allowed),
        typingDistance(term, entry.stem, allowed),
      )
      if (distance <= allowed && mayBegin(term, entry.word)) slips.push({ known: entry, distance })
    }
  }
  if (parts.length > 0) {
    return parts
      .sort((a, b) => b.count - a.count || (a.word < b.word ? -1 : 1))
      .map(({ word }) => word)
      .slice(0, MOST_GUESSES)
  }
  const sameStart = (word: string) => (word[0] === term[0] ? 0 : 1)
  return slips
    .sort(
      (a, b) =>
        a.distance - b.distance ||
        sameStart(a.known.word) - sameStart(b.known.word) ||
        b.known.count - a.known.count,
    )
    .map((slip) => slip.known.word)
    .slice(0, MOST_GUESSES)
}

/** Whether a short word begins as another does: whoever types it hardly ever gets the first letter wrong. */
function mayBegin(term: string, word: string): boolean {
  if (term.length >= FIRST_LETTER_FREE_FROM || term[0] === word[0]) return true
  return term[0] === word[1] && term[1] === word[0]
}

/** Known words of which the given stem is the last part: `smartphone` for `phone`. */
export function compoundsOf(part: string, known: Iterable<KnownWord>): KnownWord[] {
  if (part.length <= SHORTEST_PART) return []
  return [...known].filter(({ stem }) => stem !== part && stem.endsWith(part))
}

/**
 * How many letters have to be typed, left out, exchanged or swapped with their neighbour to get from one word to
 * the other; anything above `limit` counts as `limit + 1`.
 */
export function typingDistance(from: string, to: string, limit: number): number {
  if (Math.abs(from.length - to.length) > limit) return limit + 1
  let older: number[] = []
  let previous = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row]
    for (let column = 1; column <= to.length; column += 1) {
      const same = from[row - 1] === to[column - 1]
      let best = Math.min(
        (previous[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (previous[column - 1] ?? 0) + (same ? 0 : 1),
      )
      if (row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]) {
        best = Math.min(best, (older[column - 2] ?? 0) + 1)
      }
      current.push(best)
    }
    if (Math.min(...current) > limit) return limit + 1
    older = previous
    previous = current
  }
  return Math.min(previous[to.length] ?? 0, limit + 1)
}
