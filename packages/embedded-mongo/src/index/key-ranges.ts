import type { Collation } from '../bson/collation.ts'
import type { IndexRange } from '../engine/types.ts'
import { encodeKey } from './key-string.ts'
import type { KeyPart } from './keys.ts'
import { isPoint } from './ranges.ts'
import type { KeyRange } from './sorted-index.ts'

/** More combinations of leading values than this are not spelt out: the index is read by fewer fields instead. */
const MOST_RANGES = 10_000
/** Above every byte that a key can go on with. */
const ABOVE = '\xff'

/** What the ranges are to be looked up in. */
export interface KeyLayout {
  readonly fields: readonly KeyPart[]
  readonly collation: Collation | undefined
}

/**
 * The parts of an index to read for a list of ranges of each leading field: every combination of single values, and the
 * ranges of the first field that has wider ones. In the order of the index and apart from each other.
 */
export function keyRanges(layout: KeyLayout, ranges: ReadonlyArray<readonly IndexRange[]>): KeyRange[] {
  let prefixes = ['']
  for (const [position, list] of ranges.entries()) {
    const direction = layout.fields[position]?.direction ?? 1
    const keys = list
      .map((range) => keyRange(range, direction, layout.collation))
      .sort((a, b) => (a.low < b.low ? -1 : a.low > b.low ? 1 : 0))
    if (prefixes.length * keys.length > MOST_RANGES) break
    const single = list.every(isPoint)
    if (!single || position === ranges.length - 1) {
      return prefixes.flatMap((prefix) =>
        keys.map(({ low, high }) => ({ low: prefix + low, high: prefix + high })),
      )
    }
    prefixes = prefixes.flatMap((prefix) => keys.map(({ low }) => prefix + low))
  }
  return prefixes.map((prefix) => ({ low: prefix, high: prefix + ABOVE }))
}

function keyRange(
  { lower, upper }: IndexRange,
  direction: 1 | -1,
  collation: Collation | undefined,
): KeyRange {
  const [from, to] = direction === 1 ? [lower, upper] : [upper, lower]
  const low = from === null ? '' : encodeKey(from.value, direction, collation) + (from.inclusive ? '' : ABOVE)
  const high = to === null ? ABOVE : encodeKey(to.value, direction, collation) + (to.inclusive ? ABOVE : '')
  return { low, high }
}
