import {
  Binary,
  BSONRegExp,
  BSONSymbol,
  Code,
  Decimal128,
  Double,
  Int32,
  Long,
  MaxKey,
  MinKey,
  ObjectId,
  Timestamp,
} from 'bson'
import { MongoServerFault } from '../errors.ts'
import { BsonUndefined, DbPointer, type Doc, type Value } from './document.ts'

const INVALID_BSON = 22
/** MongoDB's limit of nesting. */
const DEEPEST = 200

function invalid(why: string): MongoServerFault {
  return new MongoServerFault(INVALID_BSON, `invalid BSON: ${why}`)
}

/** Reads position by position; one reader for each document keeps the recursion free of tuples. */
class Reader {
  readonly bytes: Buffer
  position: number
  private depth = 0

  constructor(bytes: Buffer, position: number) {
    this.bytes = bytes
    this.position = position
  }

  document(): Doc {
    const end = this.enter()
    const doc: Doc = new Map()
    for (let type = this.byte(); type !== 0; type = this.byte()) {
      const name = this.cstring()
      doc.set(name, this.value(type))
    }
    this.leave(end)
    return doc
  }

  private array(): Value[] {
    const end = this.enter()
    const values: Value[] = []
    for (let type = this.byte(); type !== 0; type = this.byte()) {
      this.skipCstring()
      values.push(this.value(type))
    }
    this.leave(end)
    return values
  }

  private enter(): number {
    const start = this.position
    const size = this.int32()
    const end = start + size
    if (size < 5 || end > this.bytes.length) throw invalid('a document is longer than its frame')
    this.depth += 1
    if (this.depth > DEEPEST) throw invalid('a document is nested too deeply')
    return end
  }

  private leave(end: number): void {
    this.depth -= 1
    if (this.position !== end) throw invalid('a document does not end where it says')
  }

  private byte(): number {
    const byte = this.bytes[this.position]
    if (byte === undefined) throw invalid('unexpected end')
    this.position += 1
    return byte
  }

  private int32(): number {
    if (this.position + 4 > this.bytes.length) throw invalid('unexpected end')
    const value = this.bytes.readInt32LE(this.position)
    this.position += 4
    return value
  }

  private int64(unsigned: boolean): Long {
    const low = this.int32()
    return Long.fromBits(low, this.int32(), unsigned)
  }

  private take(length: number): Buffer {
    const end = this.position + length
    if (length < 0 || end > this.bytes.length) throw invalid('unexpected end')
    const slice = this.bytes.subarray(this.position, end)
    this.position = end
    return slice
  }

  private skipCstring(): void {
    const end = this.bytes.indexOf(0, this.position)
    if (end < 0) throw invalid('a name without an end')
    this.position = end + 1
  }

  private cstring(): string {
    const { bytes } = this
    let end = this.position
    let ascii = true
    for (let byte = bytes[end]; byte !== 0; byte = bytes[end]) {
      if (byte === undefined) throw invalid('a name without an end')
      if (byte > 127) ascii = false
      end += 1
    }
    const text = ascii
      ? bytes.toString('latin1', this.position, end)
      : bytes.toString('utf8', this.position, end)
    this.position = end + 1
    return text
  }

  private string(): string {
    const length = this.int32()
    if (length < 1) throw invalid('a string without a length')
    const start = this.position
    const end = start + length - 1
    if (this.bytes[end] !== 0) throw invalid('a string that does not end where it says')
    this.position = end + 1
    return this.bytes.toString('utf8', start, end)
  }

  private value(type: number): Value {
    switch (type) {
      case 0x01: {
        if (this.position + 8 > this.bytes.length) throw invalid('unexpected end')
        const value = this.bytes.readDoubleLE(this.position)
        this.position += 8
        return new Double(value)
      }
      case 0x02:
        return this.string()
      case 0x03:
        return this.document()
      case 0x04:
        return this.array()
      case 0x05:
        return this.binary()
      case 0x06:
        return new BsonUndefined()
      case 0x07:
        return new ObjectId(Uint8Array.from(this.take(12)))
      case 0x08:
        return this.boolean()
      case 0x09:
        return new Date(this.int64(false).toNumber())
      case 0x0a:
        return null
      case 0x0b: {
        const pattern = this.cstring()
        return new BSONRegExp(pattern, this.cstring())
      }
      case 0x0c: {
        const namespace = this.string()
        return new DbPointer(namespace, new ObjectId(Uint8Array.from(this.take(12))))
      }
      case 0x0d:
        return new Code(this.string())
      case 0x0e:
        return new BSONSymbol(this.string())
      case 0x0f:
        return this.scopedCode()
      case 0x10:
        return new Int32(this.int32())
      case 0x11:
        return new Timestamp(this.int64(true))
      case 0x12:
        return this.int64(false)
      case 0x13:
        return new Decimal128(Uint8Array.from(this.take(16)))
      case 0x7f:
        return new MaxKey()
      case 0xff:
        return new MinKey()
      default:
        throw invalid(`there is no type ${type}`)
    }
  }

  private boolean(): boolean {
    const byte = this.byte()
    if (byte > 1) throw invalid('a boolean that is neither true nor false')
    return byte === 1
  }

  private scopedCode(): Code {
    const end = this.position + this.int32()
    const code = this.string()
    const scope = this.document()
    if (this.position !== end) throw invalid('code with a scope that does not end where it says')
    return new Code(code, Object.fromEntries(scope))
  }

  private binary(): Binary {
    const length = this.int32()
    const subtype = this.byte()
    const bytes = this.take(length)
    const inner = subtype === Binary.SUBTYPE_BYTE_ARRAY ? bytes.subarray(4) : bytes
    if (inner !== bytes && (length < 4 || bytes.readInt32LE(0) !== inner.length))
      throw invalid('a binary value whose two lengths differ')
    return new Binary(Uint8Array.from(inner), subtype)
  }
}

/**
 * Reads one BSON document that begins at `offset`. Values are copied: nothing keeps `bytes` alive.
 * @throws MongoServerFault 22 when the bytes are not BSON
 */
export function decode(bytes: Uint8Array, offset = 0): Doc {
  const buffer = Buffer.isBuffer(bytes)
    ? bytes
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return new Reader(buffer, offset).document()
}
