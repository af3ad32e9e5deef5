import type {
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

/**
 * A document as this package sees it: fields in their stored order, whatever their names
 * (`__proto__` and `10` are ordinary fields), values in their exact BSON types.
 */
export type Doc = Map<string, Value>

/** BSON's deprecated `undefined` (type 6), which is a value of its own and not a missing field. */
export class BsonUndefined {
  readonly bsonType = 'undefined'
}

/** BSON's deprecated DBPointer (type 12). */
export class DbPointer {
  readonly namespace: string
  readonly id: ObjectId

  constructor(namespace: string, id: ObjectId) {
    this.namespace = namespace
    this.id = id
  }
}

/** Any BSON value. Numbers are never JS numbers: the four numeric types stay apart. */
export type Value =
  | Doc
  | Value[]
  | string
  | boolean
  | null
  | Date
  | Int32
  | Long
  | Double
  | Decimal128
  | ObjectId
  | Binary
  | Timestamp
  | BSONRegExp
  | BSONSymbol
  | Code
  | MinKey
  | MaxKey
  | BsonUndefined
  | DbPointer
