/** Bytes that make a token, on the cautious side for English and for prices. */
const BYTES_PER_TOKEN = 3.2
/** What a message costs besides its words. */
const PER_MESSAGE = 4

/** About how many tokens a text takes; no tokenizer fits every model. */
export function tokensIn(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / BYTES_PER_TOKEN) + PER_MESSAGE
}

/** The latest of the items that fit into a budget, oldest first; always the last one. */
export function withinBudget<T>(items: readonly T[], budget: number, cost: (item: T) => number): T[] {
  const kept: T[] = []
  let left = budget
  for (const item of items.toReversed()) {
    left -= cost(item)
    if (left < 0 && kept.length > 0) break
    kept.unshift(item)
  }
  return kept
}
