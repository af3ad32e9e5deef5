import { BSONRegExp, ObjectId, Timestamp } from 'bson'
import { BsonUndefined, type Doc, type Value } from '../bson/document.ts'
import type { Engine } from '../engine/engine.ts'
import { MongoServerFault } from '../errors.ts'

/** A document as it is stored: `_id` first (made here where it is missing), empty timestamps filled in. */
export function forStorage(doc: Doc, engine: Engine): Doc {
  const id = doc.get('_id')
  let stored = doc
  if (id === undefined) stored = new Map<string, Value>([['_id', new ObjectId()], ...doc])
  else {
    checkId(id)
    if (doc.keys().next().value !== '_id') stored = withIdFirst(id, doc)
  }
  for (const [name, value] of stored) {
    if (value instanceof Timestamp && value.isZero() && name !== '_id')
      stored.set(name, engine.nextClusterTime())
  }
  return stored
}

function withIdFirst(id: Value, doc: Doc): Doc {
  const ordered = new Map<string, Value>([['_id', id]])
  for (const [name, value] of doc) ordered.set(name, value)
  return ordered
}

/** @throws MongoServerFault for a value that no `_id` can have */
export function checkId(id: Value): void {
  if (Array.isArray(id))
    throw new MongoServerFault('InvalidIdField', "The '_id' value cannot be of type array")
  if (id instanceof BSONRegExp)
    throw new MongoServerFault('InvalidIdField', "The '_id' value cannot be of type regex")
  if (id instanceof BsonUndefined)
    throw new MongoServerFault('InvalidIdField', "The '_id' value cannot be of type undefined")
  if (!(id instanceof Map)) return
  for (const name of id.keys()) {
    if (name.startsWith('$')) {
      throw new MongoServerFault(
        'DollarPrefixedFieldName',
        `_id fields may not contain '$'-prefixed fields: ${name} is not valid for storage.`,
      )
    }
  }
}
