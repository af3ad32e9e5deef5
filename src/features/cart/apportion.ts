/** `amount * part / whole`, rounded down, exact for any safe integers. */
export function scaleDown(amount: number, part: number, whole: number): number {
  return whole === 0 ? 0 : Number((BigInt(amount) * BigInt(part)) / BigInt(whole))
}

/** So many percent of an amount in minor units, rounded to the nearest unit, halves up. */
export function percentOf(amount: number, percent: number): number {
  return Number((BigInt(amount) * BigInt(percent) * 2n + 100n) / 200n)
}

/**
 * Shares an amount out in proportion to weights so that the shares add up to it exactly: each is rounded down, and
 * what is left over goes, one unit each, to the largest remainders, the earlier first among equals. No share is above
 * its weight when the amount is not above their sum.
 */
export function apportion(amount: number, weights: readonly number[]): number[] {
  const whole = weights.reduce((sum, weight) => sum + weight, 0)
  if (whole === 0) {
    if (amount !== 0) throw new RangeError('nothing to share the amount out on')
    return weights.map(() => 0)
  }
  const shares = weights.map((weight) => scaleDown(amount, weight, whole))
  const left = amount - shares.reduce((sum, share) => sum + share, 0)
  const remainders = weights.map((weight, index) => ({
    index,
    remainder: (BigInt(amount) * BigInt(weight)) % BigInt(whole),
  }))
  remainders.sort((a, b) =>
    a.remainder === b.remainder ? a.index - b.index : a.remainder > b.remainder ? -1 : 1,
  )
  const favoured = new Set(remainders.slice(0, left).map(({ index }) => index))
  return shares.map((share, index) => share + (favoured.has(index) ? 1 : 0))
}
