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
import { toDoc } from './convert.ts'
import { BsonUndefined, DbPointer, type Doc, type Value } from './document.ts'

const FIRST_SIZE = 64 * 1024
const INDEX_NAMES = Array.from({ length: 1000 }, (_, index) => String(index))

/** A buffer that grows and is used again for each document. */
class Writer {
  private bytes = Buffer.allocUnsafe(FIRST_SIZE)
  private position = 0

  finish(): Buffer {
    const copy = Buffer.from(this.bytes.subarray(0, this.position))
    this.position = 0
    return copy
  }

  restart(): void {
    this.position = 0
  }

  document(doc: Doc): void {
    const start = this.open()
    for (const [name, value] of doc) this.field(name, value)
    this.close(start)
  }

  private array(values: readonly Value[]): void {
    const start = this.open()
    for (let index = 0; index < values.length; index += 1) {
      const value = values[index]
      if (value !== undefined) this.field(INDEX_NAMES[index] ?? String(index), value)
    }
    this.close(start)
  }

  private open(): number {
    this.reserve(5)
    const start = this.position
    this.position += 4
    return start
  }

  private close(start: number): void {
    this.reserve(1)
    this.bytes[this.position] = 0
    this.position += 1
    this.bytes.writeInt32LE(this.position - start, start)
  }

  private reserve(size: number): void {
    const needed = this.position + size
    if (needed <= this.bytes.length) return
    const larger = Buffer.allocUnsafe(Math.max(this.bytes.length * 2, needed))
    this.bytes.copy(larger, 0, 0, this.position)
    this.bytes = larger
  }

  private cstring(text: string): void {
    if (text.includes('\0')) throw new MongoServerFault('BadValue', 'a name must not hold a NUL byte')
    this.reserve(text.length * 3 + 1)
    this.position += this.bytes.write(text, this.position, 'utf8')
    this.bytes[this.position] = 0
    this.position += 1
  }

  private string(text: string): void {
    this.reserve(text.length * 3 + 5)
    const written = this.bytes.write(text, this.position + 4, 'utf8')
    this.bytes.writeInt32LE(written + 1, this.position)
    this.position += 4 + written
    this.bytes[this.position] = 0
    this.position += 1
  }

  private head(type: number, name: string): void {
    this.reserve(1)
    this.bytes[this.position] = type
    this.position += 1
    this.cstring(name)
  }

  private int32(value: number): void {
    this.reserve(4)
    this.position = this.bytes.writeInt32LE(value, this.position)
  }

  private long(value: { readonly low: number; readonly high: number }): void {
    this.int32(value.low)
    this.int32(value.high)
  }

  private raw(bytes: Uint8Array): void {
    this.reserve(bytes.length)
    this.bytes.set(bytes, this.position)
    this.position += bytes.length
  }

  private field(name: string, value: Value): void {
    if (typeof value === 'string') {
      this.head(0x02, name)
      this.string(value)
    } else if (value === null) this.head(0x0a, name)
    else if (typeof value === 'boolean') {
      this.head(0x08, name)
      this.reserve(1)
      this.bytes[this.position] = value ? 1 : 0
      this.position += 1
    } else if (value instanceof Int32) {
      this.head(0x10, name)
      this.int32(value.value)
    } else if (value instanceof Map) {
      this.head(0x03, name)
      this.document(value)
    } else if (Array.isArray(value)) {
      this.head(0x04, name)
      this.array(value)
    } else this.rare(name, value)
  }

  private rare(name: string, value: Exclude<Value, string | boolean | null | Int32 | Doc | Value[]>): void {
    if (value instanceof Double) {
      this.head(0x01, name)
      this.reserve(8)
      this.position = this.bytes.writeDoubleLE(value.value, this.position)
    } else if (value instanceof Date) {
      this.head(0x09, name)
      this.long(Long.fromNumber(value.getTime()))
    } else if (value instanceof ObjectId) {
      this.head(0x07, name)
      this.raw(value.id)
    } else if (value instanceof Timestamp) {
      this.head(0x11, name)
      this.long(value)
    } else if (value instanceof Long) {
      this.head(0x12, name)
      this.long(value)
    } else if (value instanceof Decimal128) {
      this.head(0x13, name)
      this.raw(value.bytes)
    } else if (value instanceof Binary) this.binary(name, value)
    else if (value instanceof BSONRegExp) {
      this.head(0x0b, name)
      this.cstring(value.pattern)
      this.cstring(value.options)
    } else if (value instanceof BsonUndefined) this.head(0x06, name)
    else if (value instanceof DbPointer) {
      this.head(0x0c, name)
      this.string(value.namespace)
      this.raw(value.id.id)
    } else if (value instanceof BSONSymbol) {
      this.head(0x0e, name)
      this.string(value.value)
    } else if (value instanceof Code) this.code(name, value)
    else if (value instanceof MinKey) this.head(0xff, name)
    else if (value instanceof MaxKey) this.head(0x7f, name)
    else throw new MongoServerFault('InternalError', 'a value of an unknown type')
  }

  private binary(name: string, value: Binary): void {
    this.head(0x05, name)
    const bytes = value.value()
    const old = value.sub_type === Binary.SUBTYPE_BYTE_ARRAY
    this.int32(old ? bytes.length + 4 : bytes.length)
    this.reserve(1)
    this.bytes[this.position] = value.sub_type
    this.position += 1
    if (old) this.int32(bytes.length)
    this.raw(bytes)
  }

  private code(name: string, value: Code): void {
    if (value.scope === null || value.scope === undefined) {
      this.head(0x0d, name)
      this.string(value.code)
      return
    }
    this.head(0x0f, name)
    const start = this.open()
    this.string(value.code)
    this.document(toDoc(value.scope))
    this.bytes.writeInt32LE(this.position - start, start)
  }
}

const writer = new Writer()

/** Writes a document as BSON, into bytes of its own. */
export function encode(doc: Doc): Buffer {
  writer.restart()
  writer.document(doc)
  return writer.finish()
}
