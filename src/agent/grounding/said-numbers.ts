const UNITS: ReadonlyMap<string, number> = new Map(
  Object.entries({
    ...{ one: 1, two: 2, three: 3, four: 4, five: 5, six: 6, seven: 7, eight: 8, nine: 9, ten: 10 },
    ...{ eleven: 11, twelve: 12, fifteen: 15, twenty: 20, thirty: 30, forty: 40, fifty: 50, sixty: 60 },
    ...{ a: 1, an: 1, ek: 1, do: 2, teen: 3, char: 4, chaar: 4, paanch: 5, das: 10 },
  }),
)
const FACTORS: ReadonlyMap<string, number> = new Map(
  Object.entries({
    ...{ k: 1000, thousand: 1000, grand: 1000, hazar: 1000, hazaar: 1000, hajar: 1000 },
    ...{ hundred: 100, sau: 100, lakh: 100_000, lac: 100_000 },
  }),
)
const PARTS = /\d+(?:,\d+)*(?:\.\d+)?|\p{L}+/gu

/** The numbers that a customer has named, in figures or in words: "4,000", "4k", "five thousand". */
export function saidNumbers(text: string): ReadonlySet<number> {
  const found = new Set<number>()
  let open: number | undefined
  for (const [part] of text.toLowerCase().matchAll(PARTS)) {
    const factor = FACTORS.get(part)
    if (factor !== undefined && open !== undefined) {
      open *= factor
      found.add(open)
      continue
    }
    open = /^\d/.test(part) ? Number(part.replaceAll(',', '')) : UNITS.get(part)
    if (open !== undefined) found.add(open)
  }
  return addRangeThousands(text, found)
}

/** "between 2 and 3k": the thousand belongs to both. */
function addRangeThousands(text: string, found: Set<number>): ReadonlySet<number> {
  for (const [, low = '', factor = ''] of text
    .toLowerCase()
    .matchAll(/(\d+(?:\.\d+)?)\s?(?:-|–|to|and|se)\s?\d+(?:\.\d+)?\s?(k|thousand|hazaa?r|lakh)\b/g)) {
    found.add(Number(low) * (FACTORS.get(factor) ?? 1))
  }
  return found
}
