import { sortedOrder } from './key-sort.ts'

/** Half-open range of keys: from `low` up to but not including `high`. */
export interface KeyRange {
  readonly low: string
  readonly high: string
}

const LEAF = 256

interface Leaf {
  keys: string[]
  ids: number[]
}

/**
 * Keys in order, each with the record it belongs to; equal keys are ordered by record. Leaves of a few hundred
 * entries keep an insertion cheap and a million entries lean.
 */
export class SortedIndex {
  #leaves: Leaf[] = [{ keys: [], ids: [] }]
  #size = 0
  /** Rises with each change, so that a scan that was left alone knows that it must find its place again. */
  #version = 0

  get size(): number {
    return this.#size
  }

  insert(key: string, id: number): void {
    const at = this.#leafFor(key, id)
    const leaf = this.#leaves[at]
    if (leaf === undefined) return
    const position = lowerBound(leaf, key, id)
    if (leaf.keys[position] === key && leaf.ids[position] === id) return
    this.#version += 1
    this.#size += 1
    if (position === leaf.keys.length) {
      leaf.keys.push(key)
      leaf.ids.push(id)
    } else {
      leaf.keys.splice(position, 0, key)
      leaf.ids.splice(position, 0, id)
    }
    if (leaf.keys.length > LEAF) this.#split(at, leaf)
  }

  remove(key: string, id: number): void {
    const at = this.#leafFor(key, id)
    const leaf = this.#leaves[at]
    if (leaf === undefined) return
    const position = lowerBound(leaf, key, id)
    if (leaf.keys[position] !== key || leaf.ids[position] !== id) return
    this.#version += 1
    this.#size -= 1
    leaf.keys.splice(position, 1)
    leaf.ids.splice(position, 1)
    if (leaf.keys.length === 0 && this.#leaves.length > 1) this.#leaves.splice(at, 1)
  }

  has(key: string, id: number): boolean {
    const leaf = this.#leaves[this.#leafFor(key, id)]
    if (leaf === undefined) return false
    const position = lowerBound(leaf, key, id)
    return leaf.keys[position] === key && leaf.ids[position] === id
  }

  /** The first record under exactly this key. */
  first(key: string): number | undefined {
    let at = this.#leafFor(key, 0)
    let leaf = this.#leaves[at]
    let position = leaf === undefined ? 0 : lowerBound(leaf, key, 0)
    if (leaf !== undefined && position === leaf.keys.length) {
      at += 1
      leaf = this.#leaves[at]
      position = 0
    }
    return leaf?.keys[position] === key ? leaf.ids[position] : undefined
  }

  /** About how many entries lie in a range; exact for small ones. */
  estimate({ low, high }: KeyRange): number {
    const [fromLeaf, from] = this.#seek(low, -1)
    const [toLeaf, to] = this.#seek(high, -1)
    if (fromLeaf === toLeaf) return Math.max(0, to - from)
    const between = Math.max(0, toLeaf - fromLeaf - 1) * (this.#size / this.#leaves.length)
    return Math.round((this.#leaves[fromLeaf]?.keys.length ?? 0) - from + between + to)
  }

  /** Adds an entry behind all others; false when it does not belong there. */
  append(key: string, id: number): boolean {
    const leaf = this.#leaves.at(-1)
    if (leaf === undefined) return false
    const lastKey = leaf.keys.at(-1)
    if (lastKey !== undefined && (key < lastKey || (key === lastKey && id <= (leaf.ids.at(-1) ?? 0))))
      return false
    this.#size += 1
    this.#version += 1
    if (leaf.keys.length < LEAF / 2) {
      leaf.keys.push(key)
      leaf.ids.push(id)
      return true
    }
    // copies, because an array that has grown holds room for more
    leaf.keys = leaf.keys.slice()
    leaf.ids = leaf.ids.slice()
    this.#leaves.push({ keys: [key], ids: [id] })
    return true
  }

  /** Fills an empty index with keys in any order, each with its record; much faster than single insertions. */
  load(keys: readonly string[], ids: readonly number[]): void {
    const order = sortedOrder(keys)
    this.#leaves = []
    for (let start = 0; start < order.length; start += LEAF / 2) {
      const leaf: Leaf = { keys: [], ids: [] }
      for (const position of order.subarray(start, start + LEAF / 2)) {
        leaf.keys.push(keys[position] ?? '')
        leaf.ids.push(ids[position] ?? 0)
      }
      // copies, because an array that has grown holds room for more
      this.#leaves.push({ keys: leaf.keys.slice(), ids: leaf.ids.slice() })
    }
    if (this.#leaves.length === 0) this.#leaves.push({ keys: [], ids: [] })
    this.#size = order.length
    this.#version += 1
  }

  /** The records of a range in the order of their keys, or against it. Changes made meanwhile do no harm. */
  *scan({ low, high }: KeyRange, direction: 1 | -1): Generator<number> {
    for (const { id } of this.entries({ low, high }, direction)) yield id
  }

  *entries(
    { low, high }: KeyRange,
    direction: 1 | -1,
  ): Generator<{ readonly key: string; readonly id: number }> {
    let version = -1
    let leafAt = 0
    let position = 0
    let lastKey = direction === 1 ? low : high
    let lastId = -1
    for (;;) {
      if (version !== this.#version) {
        ;[leafAt, position] = direction === 1 ? this.#seek(lastKey, lastId) : this.#seekBack(lastKey, lastId)
        version = this.#version
      }
      const leaf = this.#leaves[leafAt]
      if (leaf === undefined) return
      const key = leaf.keys[position]
      const id = leaf.ids[position]
      if (key === undefined || id === undefined) {
        leafAt += direction
        position = direction === 1 ? 0 : (this.#leaves[leafAt]?.keys.length ?? 0) - 1
        continue
      }
      if (direction === 1 ? key >= high : key < low) return
      lastKey = key
      lastId = id
      position += direction
      yield { key, id }
    }
  }

  /** The place of the first entry after (key, id). */
  #seek(key: string, id: number): [number, number] {
    const at = this.#leafFor(key, id + 1)
    const leaf = this.#leaves[at]
    return [at, leaf === undefined ? 0 : lowerBound(leaf, key, id + 1)]
  }

  /** The place of the last entry before (key, id); an id of -1 stands for before all records of the key. */
  #seekBack(key: string, id: number): [number, number] {
    const at = this.#leafFor(key, id)
    const leaf = this.#leaves[at]
    const position = leaf === undefined ? 0 : lowerBound(leaf, key, id)
    if (position > 0) return [at, position - 1]
    return [at - 1, (this.#leaves[at - 1]?.keys.length ?? 0) - 1]
  }

  #split(at: number, leaf: Leaf): void {
    const half = leaf.keys.length >> 1
    this.#leaves.splice(at + 1, 0, { keys: leaf.keys.splice(half), ids: leaf.ids.splice(half) })
  }

  /** The leaf in which (key, id) stands or would stand. */
  #leafFor(key: string, id: number): number {
    let low = 0
    let high = this.#leaves.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      const leaf = this.#leaves[middle]
      const firstKey = leaf?.keys[0]
      const firstId = leaf?.ids[0]
      if (
        firstKey === undefined ||
        firstId === undefined ||
        firstKey > key ||
        (firstKey === key && firstId > id)
      )
        high = middle - 1
      else low = middle
    }
    return low
  }
}

function lowerBound(leaf: Leaf, key: string, id: number): number {
  let low = 0
  let high = leaf.keys.length
  while (low < high) {
    const middle = (low + high) >> 1
    const middleKey = leaf.keys[middle] ?? ''
    if (middleKey < key || (middleKey === key && (leaf.ids[middle] ?? 0) < id)) low = middle + 1
    else high = middle
  }
  return low
}
