import { decode } from '../bson/decode.ts'
import type { Doc } from '../bson/document.ts'
import { MongoServerFault } from '../errors.ts'

/** How many bytes a value of each type takes; types that are not here say it themselves. */
const FIXED_SIZES: ReadonlyMap<number, number> = new Map([
  [0x01, 8],
  [0x06, 0],
  [0x07, 12],
  [0x08, 1],
  [0x09, 8],
  [0x0a, 0],
  [0x10, 4],
  [0x11, 8],
  [0x12, 8],
  [0x13, 16],
  [0x7f, 0],
  [0xff, 0],
])

/** Reads some top-level fields of documents, passing over the others without decoding them. */
export class FieldReader {
  readonly #names: readonly Buffer[]
  /** Used again for each document: what is decoded from it keeps nothing of it. */
  #small = Buffer.alloc(1024)

  constructor(names: Iterable<string>) {
    this.#names = [...new Set(names)].map((name) => Buffer.from(`${name}\0`))
  }

  read(bytes: Uint8Array): Doc {
    const buffer = Buffer.isBuffer(bytes)
      ? bytes
      : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const places: Array<readonly [from: number, to: number]> = []
    let size = 5
    let at = 4
    while (at < buffer.length - 1 && places.length < this.#names.length) {
      const nameEnd = endOfName(buffer, at + 1)
      const end = nameEnd + 1 + sizeOf(buffer, buffer[at] ?? 0, nameEnd + 1)
      if (this.#isWanted(buffer, at + 1, nameEnd + 1)) {
        places.push([at, end])
        size += end - at
      }
      at = end
    }
    if (this.#small.length < size) this.#small = Buffer.alloc(size * 2)
    const small = this.#small
    small.writeInt32LE(size, 0)
    let position = 4
    // byte by byte: for so few of them a call of the runtime costs more
    for (const [from, to] of places)
      for (let byte = from; byte < to; byte += 1) {
        small[position] = buffer[byte] ?? 0
        position += 1
      }
    small[position] = 0
    return decode(small)
  }

  #isWanted(buffer: Buffer, from: number, to: number): boolean {
    for (const name of this.#names) if (name.length === to - from && isAt(name, buffer, from)) return true
    return false
  }
}

function isAt(name: Buffer, buffer: Buffer, from: number): boolean {
  for (let index = 0; index < name.length; index += 1) if (name[index] !== buffer[from + index]) return false
  return true
}

function endOfName(buffer: Buffer, from: number): number {
  let at = from
  while (at < buffer.length && buffer[at] !== 0) at += 1
  return at
}

function sizeOf(buffer: Buffer, type: number, at: number): number {
  const fixed = FIXED_SIZES.get(type)
  if (fixed !== undefined) return fixed
  switch (type) {
    case 0x02:
    case 0x0d:
    case 0x0e:
      return 4 + buffer.readInt32LE(at)
    case 0x03:
    case 0x04:
    case 0x0f:
      return buffer.readInt32LE(at)
    case 0x05:
      return 5 + buffer.readInt32LE(at)
    case 0x0b: {
      const patternEnd = endOfName(buffer, at)
      return endOfName(buffer, patternEnd + 1) + 1 - at
    }
    case 0x0c:
      return 4 + buffer.readInt32LE(at) + 12
    default:
      throw new MongoServerFault('InvalidBSON', `invalid BSON: there is no type ${type}`)
  }
}
