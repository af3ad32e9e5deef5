import type { RecordId } from './types.ts'

const PAGE_BITS = 8
const PAGE_SIZE = 1 << PAGE_BITS
/** So many changed documents are kept apart before their page is packed anew. */
const LOOSE_LIMIT = 64
/** Larger documents always stay apart: copying them costs more than their overhead. */
const PACKED_LIMIT = 4096

/** The documents of 256 neighbouring record ids: most in one piece of memory, the recently changed ones apart. */
interface Page {
  packed: Buffer | null
  /** Where each document begins in `packed`; the next one's beginning is its end. Empty: not there. */
  offsets: Uint32Array | null
  readonly loose: Map<number, Uint8Array | null>
  looseToPack: number
  count: number
}

/**
 * The committed documents of a collection, by record id. A million small documents cost little more than their BSON,
 * because the garbage collector sees a few thousand buffers and not a million.
 */
export class RecordTable {
  #pages: Array<Page | undefined> = []
  /** The number of the first page in `#pages`: those before it are empty for good. */
  #firstPage = 0
  #size = 0
  #bytes = 0

  /** How many documents there are. */
  get size(): number {
    return this.#size
  }

  /** What their BSON weighs. */
  get bytes(): number {
    return this.#bytes
  }

  get(id: RecordId): Uint8Array | undefined {
    const page = this.#pages[(id >>> PAGE_BITS) - this.#firstPage]
    return page === undefined ? undefined : lookUp(page, id & (PAGE_SIZE - 1))
  }

  set(id: RecordId, bytes: Uint8Array): void {
    const page = this.#pageFor(id >>> PAGE_BITS)
    const slot = id & (PAGE_SIZE - 1)
    const before = lookUp(page, slot)
    if (before === undefined) {
      page.count += 1
      this.#size += 1
    } else this.#bytes -= before.length
    this.#bytes += bytes.length
    const small = bytes.length <= PACKED_LIMIT
    if (small && !page.loose.has(slot)) page.looseToPack += 1
    page.loose.set(slot, bytes)
    if (page.looseToPack >= LOOSE_LIMIT) pack(page)
  }

  /**
   * Takes in documents that follow each other in one piece of memory. Where they are the first of one page, and in
   * order, that piece becomes the page's own.
   */
  load(ids: readonly RecordId[], bytes: Buffer): void {
    const [first = 0] = ids
    const number = first >>> PAGE_BITS
    const page = this.#pageFor(number)
    const offsets = page.count === 0 ? offsetsOf(ids, bytes, number) : null
    if (offsets !== null) {
      page.packed = bytes
      page.offsets = offsets
      page.count = ids.length
      this.#size += ids.length
      this.#bytes += bytes.length
      return
    }
    let position = 0
    for (const id of ids) {
      const end = position + bytes.readInt32LE(position)
      this.set(id, Uint8Array.from(bytes.subarray(position, end)))
      position = end
    }
  }

  delete(id: RecordId): void {
    const pageNumber = (id >>> PAGE_BITS) - this.#firstPage
    const page = this.#pages[pageNumber]
    const slot = id & (PAGE_SIZE - 1)
    const before = page === undefined ? undefined : lookUp(page, slot)
    if (page === undefined || before === undefined) return
    this.#size -= 1
    this.#bytes -= before.length
    page.count -= 1
    if (page.count === 0) {
      this.#pages[pageNumber] = undefined
      this.#trim()
    } else page.loose.set(slot, null)
  }

  /** Record ids in use after `after`, rising; what is changed meanwhile may or may not be seen. */
  *ids(after: RecordId = 0): Generator<RecordId> {
    let id = Math.max(after + 1, this.#firstPage << PAGE_BITS)
    for (;;) {
      const pageNumber = (id >>> PAGE_BITS) - this.#firstPage
      if (pageNumber >= this.#pages.length) return
      const page = this.#pages[pageNumber]
      if (page === undefined) id = ((id >>> PAGE_BITS) + 1) << PAGE_BITS
      else {
        if (isThere(page, id & (PAGE_SIZE - 1))) yield id
        id += 1
      }
    }
  }

  /** Record ids in use, falling. */
  *idsBackwards(): Generator<RecordId> {
    let id = ((this.#firstPage + this.#pages.length) << PAGE_BITS) - 1
    while (id >= this.#firstPage << PAGE_BITS && id > 0) {
      const page = this.#pages[(id >>> PAGE_BITS) - this.#firstPage]
      if (page === undefined) id = ((id >>> PAGE_BITS) << PAGE_BITS) - 1
      else {
        if (isThere(page, id & (PAGE_SIZE - 1))) yield id
        id -= 1
      }
    }
  }

  #pageFor(number: number): Page {
    if (this.#pages.length === 0) this.#firstPage = number
    while (number < this.#firstPage) {
      this.#pages.unshift(undefined)
      this.#firstPage -= 1
    }
    while (number - this.#firstPage >= this.#pages.length) this.#pages.push(undefined)
    const page = this.#pages[number - this.#firstPage]
    if (page !== undefined) return page
    const fresh: Page = { packed: null, offsets: null, loose: new Map(), looseToPack: 0, count: 0 }
    this.#pages[number - this.#firstPage] = fresh
    return fresh
  }

  #trim(): void {
    let empty = 0
    while (empty < this.#pages.length && this.#pages[empty] === undefined) empty += 1
    if (empty === 0) return
    this.#pages.splice(0, empty)
    this.#firstPage += empty
  }
}

function lookUp(page: Page, slot: number): Uint8Array | undefined {
  if (page.loose.size > 0) {
    const loose = page.loose.get(slot)
    if (loose !== undefined) return loose ?? undefined
  }
  const { packed, offsets } = page
  if (packed === null || offsets === null) return undefined
  const start = offsets[slot] ?? 0
  const end = offsets[slot + 1] ?? 0
  return end > start ? packed.subarray(start, end) : undefined
}

function isThere(page: Page, slot: number): boolean {
  const loose = page.loose.get(slot)
  if (loose !== undefined) return loose !== null
  return page.offsets !== null && (page.offsets[slot + 1] ?? 0) > (page.offsets[slot] ?? 0)
}

/** Where the documents of a page begin in their piece of memory; null when they cannot stay as they lie there. */
function offsetsOf(ids: readonly RecordId[], bytes: Buffer, page: number): Uint32Array | null {
  const offsets = new Uint32Array(PAGE_SIZE + 1)
  let position = 0
  let next = 0
  for (const id of ids) {
    const slot = id & (PAGE_SIZE - 1)
    const length = bytes.readInt32LE(position)
    if (id >>> PAGE_BITS !== page || slot < next || length > PACKED_LIMIT) return null
    offsets.fill(position, next, slot + 1)
    next = slot + 1
    position += length
  }
  offsets.fill(position, next)
  return offsets
}

/** Brings the small documents of a page together in one new buffer; readers of the old one keep it as long as they like. */
function pack(page: Page): void {
  const documents: Array<Uint8Array | undefined> = []
  let total = 0
  for (let slot = 0; slot < PAGE_SIZE; slot += 1) {
    const bytes = lookUp(page, slot)
    const small = bytes !== undefined && bytes.length <= PACKED_LIMIT
    documents.push(small ? bytes : undefined)
    if (small) total += bytes.length
  }
  const packed = Buffer.allocUnsafeSlow(total)
  const offsets = new Uint32Array(PAGE_SIZE + 1)
  let position = 0
  for (const [slot, bytes] of documents.entries()) {
    offsets[slot] = position
    if (bytes === undefined) continue
    packed.set(bytes, position)
    position += bytes.length
  }
  offsets[PAGE_SIZE] = position
  page.packed = packed
  page.offsets = offsets
  for (const [slot, bytes] of page.loose)
    if (bytes === null || bytes.length <= PACKED_LIMIT) page.loose.delete(slot)
  page.looseToPack = 0
}
