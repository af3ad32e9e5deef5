/** Runs of fewer keys are sorted by plain comparison. */
const SMALL = 24

/**
 * The order of many keys: positions in `keys`, sorted by key and then by position. The first bytes in which keys differ
 * are packed into numbers together with their positions, so that the fast numeric sort does nearly all of the work.
 */
export function sortedOrder(keys: readonly string[]): Uint32Array {
  const order = new Uint32Array(keys.length)
  for (let index = 0; index < order.length; index += 1) order[index] = index
  if (!isSorted(keys)) sortRun(keys, order, 0, keys.length, 0)
  return order
}

function isSorted(keys: readonly string[]): boolean {
  for (let index = 1; index < keys.length; index += 1)
    if ((keys[index - 1] ?? '') > (keys[index] ?? '')) return false
  return true
}

function sortRun(keys: readonly string[], order: Uint32Array, from: number, to: number, depth: number): void {
  const size = to - from
  if (size < 2) return
  if (size < SMALL) {
    order.subarray(from, to).sort((a, b) => compareKeys(keys, a, b))
    return
  }
  const start = sharedPrefix(keys, order, from, to, depth)
  const positionBits = Math.ceil(Math.log2(size))
  // of the 52 bits that a double holds exactly, what the positions leave over in whole bytes
  const width = Math.floor((52 - positionBits) / 8)
  const scale = 2 ** positionBits
  const packed = new Float64Array(size)
  for (let index = 0; index < size; index += 1)
    packed[index] = digits(keys[order[from + index] ?? 0] ?? '', start, width) * scale + index
  packed.sort()
  const before = order.slice(from, to)
  let runStart = 0
  for (let index = 0; index < size; index += 1) {
    const value = packed[index] ?? 0
    order[from + index] = before[value % scale] ?? 0
    const next = index + 1 < size ? Math.floor((packed[index + 1] ?? 0) / scale) : -1
    if (next === Math.floor(value / scale)) continue
    finishRun(keys, order, from + runStart, from + index + 1, start + width)
    runStart = index + 1
  }
}

/** Sorts what the first bytes have left equal; keys that are equal in all of them stay in the order of positions. */
function finishRun(
  keys: readonly string[],
  order: Uint32Array,
  from: number,
  to: number,
  depth: number,
): void {
  if (to - from < 2) return
  const first = keys[order[from] ?? 0]
  for (let index = from + 1; index < to; index += 1) {
    if (keys[order[index] ?? 0] === first) continue
    sortRun(keys, order, from, to, depth)
    return
  }
}

function sharedPrefix(
  keys: readonly string[],
  order: Uint32Array,
  from: number,
  to: number,
  depth: number,
): number {
  const first = keys[order[from] ?? 0] ?? ''
  let length = first.length
  for (let index = from + 1; index < to && length > depth; index += 1) {
    const key = keys[order[index] ?? 0] ?? ''
    let same = depth
    while (same < length && same < key.length && key.charCodeAt(same) === first.charCodeAt(same)) same += 1
    length = same
  }
  return Math.max(depth, length)
}

/** The bytes from `start` on as one number. No key of an index is the beginning of another, so that an end may count as 0. */
function digits(key: string, start: number, width: number): number {
  let value = 0
  for (let at = start; at < start + width; at += 1)
    value = value * 256 + (at < key.length ? key.charCodeAt(at) : 0)
  return value
}

function compareKeys(keys: readonly string[], a: number, b: number): number {
  const left = keys[a] ?? ''
  const right = keys[b] ?? ''
  return left < right ? -1 : left > right ? 1 : a - b
}
