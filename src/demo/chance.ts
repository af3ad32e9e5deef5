/** A source of repeatable chance: the same seed gives the same sequence (mulberry32). */
export interface Chance {
  /** From 0 up to but not including 1. */
  fraction(): number
  /** A whole number from `min` to `max`, both included. */
  between(min: number, max: number): number
  pick<T>(values: readonly [T, ...T[]]): T
  /** `count` different values, in the order of the list. */
  some<T>(values: readonly T[], count: number): T[]
}

export function createChance(seed: number): Chance {
  let state = seed >>> 0
  const fraction = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  const between = (min: number, max: number) => min + Math.floor(fraction() * (max - min + 1))
  return {
    fraction,
    between,
    pick: (values) => values[between(0, values.length - 1)] ?? values[0],
    some(values, count) {
      const drawn = values.map((value, index) => ({ value, index, order: fraction() }))
      return drawn
        .sort((a, b) => a.order - b.order)
        .slice(0, count)
        .sort((a, b) => a.index - b.index)
        .map(({ value }) => value)
    },
  }
}
