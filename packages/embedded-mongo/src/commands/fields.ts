import { type Decimal128, Double, Int32, Long } from 'bson'
import type { Doc, Value } from '../bson/document.ts'
import { coercedInteger } from '../bson/numbers.ts'
import { isNumber, typeName } from '../bson/types.ts'
import { MongoServerFault } from '../errors.ts'

const NUMBER_TYPES = '[long, int, decimal, double]'

/** Reads the fields of one command, or of a document within it, and refuses wrong types as MongoDB does. */
export class Fields {
  readonly path: string
  readonly doc: Doc

  constructor(path: string, doc: Doc) {
    this.path = path
    this.doc = doc
  }

  has(name: string): boolean {
    return this.doc.has(name)
  }

  value(name: string): Value | undefined {
    return this.doc.get(name)
  }

  required(name: string): Value {
    const value = this.doc.get(name)
    if (value === undefined || value === null)
      throw new MongoServerFault(40414, `BSON field '${this.path}.${name}' is missing but a required field`)
    return value
  }

  string(name: string): string | undefined {
    const value = this.doc.get(name)
    if (value === undefined || value === null) return undefined
    if (typeof value !== 'string') throw this.wrongType(name, value, "type 'string'")
    return value
  }

  requiredString(name: string): string {
    const value = this.required(name)
    if (typeof value !== 'string') throw this.wrongType(name, value, "type 'string'")
    return value
  }

  boolean(name: string): boolean | undefined {
    const value = this.doc.get(name)
    if (value === undefined || value === null) return undefined
    if (typeof value === 'boolean') return value
    if (isNumber(value)) return numberOf(value) !== 0
    throw this.wrongType(name, value, "types '[bool, long, int, decimal, double]'")
  }

  /** A boolean where numbers are not taken for one. */
  strictBoolean(name: string): boolean | undefined {
    const value = this.doc.get(name)
    if (value === undefined || value === null || typeof value === 'boolean') return value ?? undefined
    throw this.wrongType(name, value, "type 'bool'")
  }

  document(name: string): Doc | undefined {
    const value = this.doc.get(name)
    if (value === undefined || value === null) return undefined
    if (!(value instanceof Map)) throw this.wrongType(name, value, "type 'object'")
    return value
  }

  /** The command's collation; an empty one is none. */
  collation(): Doc | undefined {
    const doc = this.document('collation')
    return doc?.size === 0 ? undefined : doc
  }

  requiredDocument(name: string): Doc {
    const value = this.required(name)
    if (!(value instanceof Map)) throw this.wrongType(name, value, "type 'object'")
    return value
  }

  array(name: string): Value[] | undefined {
    const value = this.doc.get(name)
    if (value === undefined || value === null) return undefined
    if (!Array.isArray(value)) throw this.wrongType(name, value, "type 'array'")
    return value
  }

  /** An array of documents. */
  documents(name: string): Doc[] | undefined {
    return this.array(name)?.map((item, index) => {
      if (!(item instanceof Map)) throw this.wrongType(`${name}.${index}`, item, "type 'object'")
      return item
    })
  }

  requiredDocuments(name: string): Doc[] {
    this.required(name)
    return this.documents(name) ?? []
  }

  /** Any number, as a whole one. */
  integer(name: string): number | undefined {
    const value = this.doc.get(name)
    if (value === undefined || value === null) return undefined
    if (!isNumber(value)) throw this.wrongType(name, value, `types '${NUMBER_TYPES}'`)
    return coercedInteger(value)
  }

  /** A whole number that is not negative, such as a limit. */
  count(name: string): number | undefined {
    const value = this.integer(name)
    if (value !== undefined && value < 0) {
      throw new MongoServerFault(51024, `BSON field '${name}' value must be >= 0, actual value '${value}'`)
    }
    return value
  }

  /** @throws MongoServerFault 40415 for a field that is neither in `known` nor skipped by `isGeneric` */
  refuseUnknown(known: ReadonlySet<string>, isGeneric?: (name: string) => boolean): void {
    for (const name of this.doc.keys()) {
      if (!known.has(name) && isGeneric?.(name) !== true) {
        throw new MongoServerFault(40415, `BSON field '${this.path}.${name}' is an unknown field.`)
      }
    }
  }

  wrongType(name: string, value: Value, expected: string): MongoServerFault {
    return new MongoServerFault(
      'TypeMismatch',
      `BSON field '${this.path}.${name}' is the wrong type '${typeName(value)}', expected ${expected}`,
    )
  }
}

/** The JS number nearest to a BSON one. */
export function numberOf(value: Int32 | Long | Double | Decimal128): number {
  if (value instanceof Int32 || value instanceof Double) return value.value
  return value instanceof Long ? value.toNumber() : Number(value.toString())
}

/** Whether a value counts as true where MongoDB takes numbers for booleans. */
export function isTruthy(value: Value | undefined): boolean {
  if (value === undefined || value === null || value === false) return false
  return !isNumber(value) || numberOf(value) !== 0
}

/** The names of the fields that something takes. */
export function fieldSetOf(...names: string[]): ReadonlySet<string> {
  return new Set(names)
}
