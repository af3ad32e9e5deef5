import { Int32 } from 'bson'
import { compileCollation } from '../bson/collation.ts'
import { toDoc } from '../bson/convert.ts'
import type { Doc, Value } from '../bson/document.ts'
import { asInteger, isNumber, toDouble } from '../bson/numbers.ts'
import { typeName } from '../bson/types.ts'
import type { IndexSpec } from '../engine/types.ts'
import { MongoServerFault } from '../errors.ts'
import { isTrue } from '../query/matcher.ts'
import { checkPartialFilter } from './partial-filter.ts'
import { readTextOptions } from './text-options.ts'

/** The index that every collection has; that of a clustered collection is defined with it. */
export function idIndexSpec(collation: Doc | null, clusteredIndex: Doc | null): IndexSpec {
  const own = clusteredIndex === null ? { v: 2, key: { _id: 1 }, name: '_id_' } : clusteredIndex
  const clustered = clusteredIndex === null ? {} : { clustered: true }
  return parseIndexSpec(
    toDoc({
      ...(own instanceof Map ? Object.fromEntries(own) : own),
      ...clustered,
      ...(collation === null ? {} : { collation }),
    }),
  )
}

/** Whether an index is the one on `_id`, whatever its name. */
export function isIdIndex({ key }: Pick<IndexSpec, 'key'>): boolean {
  return key.length === 1 && key[0]?.[0] === '_id' && key[0][1] === 1
}

const FIELDS = new Set([
  'key',
  'name',
  'ns',
  'v',
  'unique',
  'prepareUnique',
  'clustered',
  'sparse',
  'hidden',
  'background',
  'partialFilterExpression',
  'expireAfterSeconds',
  'collation',
  'weights',
  'default_language',
  'language_override',
  'textIndexVersion',
  'storageEngine',
])
const UNSUPPORTED_FIELDS = new Set([
  '2dsphereIndexVersion',
  'bits',
  'min',
  'max',
  'bucketSize',
  'wildcardProjection',
])
const FLAGS = new Set(['unique', 'prepareUnique', 'clustered', 'sparse', 'hidden'])
const MOST_FIELDS = 32
const LONGEST_EXPIRY = 2147483647

/**
 * Reads the definition of an index as `createIndexes` takes it.
 * @throws MongoServerFault with MongoDB's code for what is malformed or not supported
 */
export function parseIndexSpec(doc: Doc, namespace = ''): IndexSpec {
  for (const name of doc.keys()) {
    if (UNSUPPORTED_FIELDS.has(name))
      throw new MongoServerFault(
        'CommandNotSupported',
        `the index option '${name}' is not supported by this server (${namespace})`,
      )
    if (!FIELDS.has(name)) {
      throw new MongoServerFault(
        'InvalidIndexSpecificationOption',
        `The field '${name}' is not valid for an index specification. Specification: ${describe(doc)}`,
      )
    }
  }
  const keyDoc = doc.get('key')
  if (!(keyDoc instanceof Map))
    throw new MongoServerFault(
      'FailedToParse',
      "The 'key' field is a required property of an index specification",
    )
  const key = readKey(keyDoc)
  const isId = isIdIndex({ key })
  const clustered = flag(doc, 'clustered')
  const name = isId && !clustered ? '_id_' : readName(doc)
  const isText = key.some(([, kind]) => kind === 'text')
  const partialFilter = docOption(doc, 'partialFilterExpression')
  const sparse = flag(doc, 'sparse')
  const unique = flag(doc, 'unique')
  if (partialFilter !== null) {
    if (sparse)
      throw new MongoServerFault(
        'CannotCreateIndex',
        'cannot mix "partialFilterExpression" and "sparse" options',
      )
    checkPartialFilter(partialFilter)
  }
  if (isText && unique) throw new MongoServerFault('CannotCreateIndex', 'text indexes cannot be unique')
  if (isId && (partialFilter !== null || sparse))
    throw new MongoServerFault(
      'InvalidIndexSpecificationOption',
      '_id index cannot be a partial or sparse index',
    )
  const given = docOption(doc, 'collation')
  const collation = compileCollation(given) === undefined ? null : given
  if (isText && collation !== null)
    throw new MongoServerFault('CannotCreateIndex', 'Index type text does not support collation')
  const expireAfterSeconds = readExpiry(doc, key)
  const text = isText ? readTextOptions(doc, key) : null
  const source = normalized(doc, keyDoc, name, collation, text?.source ?? null)
  return {
    name,
    key: text === null ? key : collapsed(key),
    unique: isId ? false : unique,
    prepareUnique: flag(doc, 'prepareUnique'),
    clustered,
    sparse,
    hidden: flag(doc, 'hidden'),
    partialFilter,
    expireAfterSeconds,
    collation,
    weights: text?.weights ?? null,
    defaultLanguage: text?.defaultLanguage ?? null,
    languageOverride: text?.languageOverride ?? null,
    source,
  }
}

function readKey(keyDoc: Doc): Array<readonly [string, 1 | -1 | 'text']> {
  if (keyDoc.size === 0) throw new MongoServerFault('CannotCreateIndex', 'Index keys cannot be empty.')
  if (keyDoc.size > MOST_FIELDS) throw new MongoServerFault(13103, 'too many compound keys')
  // listed and stored definitions of text indexes have this pair in place of the fields, which are in the weights
  const fields = [...keyDoc].filter(([path]) => path !== '_ftsx')
  return fields.map(([path, kind]) => {
    if (kind === 'text') return [path, 'text'] as const
    if (path.includes('$**'))
      throw new MongoServerFault('CommandNotSupported', 'wildcard indexes are not supported by this server')
    checkPath(path)
    if (typeof kind === 'string') {
      if (['2d', '2dsphere', 'hashed', 'columnstore', 'geoHaystack', 'wildcard'].includes(kind)) {
        throw new MongoServerFault(
          'CommandNotSupported',
          `indexes of the type '${kind}' are not supported by this server`,
        )
      }
      throw new MongoServerFault('CannotCreateIndex', `Unknown index plugin '${kind}'`)
    }
    if (!isNumber(kind)) {
      throw new MongoServerFault(
        'CannotCreateIndex',
        `Values in v:2 index key pattern cannot be of type ${typeName(kind)}. Only numbers > 0, numbers < 0, and strings are allowed.`,
      )
    }
    const order = toDouble(kind)
    if (order === 0 || Number.isNaN(order))
      throw new MongoServerFault('CannotCreateIndex', 'Values in the index key pattern cannot be 0.')
    return [path, order > 0 ? 1 : -1] as const
  })
}

function checkPath(path: string): void {
  if (path === '' || path.split('.').includes(''))
    throw new MongoServerFault('CannotCreateIndex', 'Index keys cannot contain an empty field.')
  if (path.split('.').some((part) => part.startsWith('$') && !['$id', '$ref', '$db'].includes(part))) {
    throw new MongoServerFault(
      'CannotCreateIndex',
      "Index key contains an illegal field name: field name starts with '$'.",
    )
  }
}

/** The fields of a text index stand together as one: `_fts`. */
function collapsed(key: IndexSpec['key']): IndexSpec['key'] {
  const first = key.findIndex(([, kind]) => kind === 'text')
  return key.flatMap((field, at) =>
    field[1] !== 'text' ? [field] : at === first ? [['_fts', 'text'] as const] : [],
  )
}

function readName(doc: Doc): string {
  const name = doc.get('name')
  if (typeof name !== 'string')
    throw new MongoServerFault(
      'FailedToParse',
      "The 'name' field is a required property of an index specification",
    )
  if (name === '' || name === '*')
    throw new MongoServerFault('BadValue', `The index name '${name}' is not valid.`)
  return name
}

function readExpiry(doc: Doc, key: ReadonlyArray<readonly [string, unknown]>): number | null {
  const value = doc.get('expireAfterSeconds')
  if (value === undefined) return null
  const seconds = isNumber(value) ? toDouble(value) : Number.NaN
  if (Number.isNaN(seconds))
    throw new MongoServerFault(
      'CannotCreateIndex',
      `TTL index 'expireAfterSeconds' option must be numeric, but received a type of '${typeName(value)}'.`,
    )
  if (seconds < 0 || seconds > LONGEST_EXPIRY) {
    throw new MongoServerFault(
      'CannotCreateIndex',
      `TTL index 'expireAfterSeconds' option must be within an acceptable range, try a number in [0, ${LONGEST_EXPIRY}].`,
    )
  }
  if (key.length > 1)
    throw new MongoServerFault(
      'CannotCreateIndex',
      'TTL indexes are single-field indexes, compound indexes do not support TTL',
    )
  if (key[0]?.[0] === '_id')
    throw new MongoServerFault(
      'InvalidIndexSpecificationOption',
      "The field 'expireAfterSeconds' is not valid for an _id index specification.",
    )
  return Math.trunc(seconds)
}

function docOption(doc: Doc, name: string): Doc | null {
  const value = doc.get(name)
  if (value === undefined) return null
  if (value instanceof Map) return value
  throw new MongoServerFault(
    'TypeMismatch',
    `The field '${name}' must be an object, but got ${typeName(value)}`,
  )
}

function flag(doc: Doc, name: string): boolean {
  const value = doc.get(name)
  if (value === undefined || typeof value === 'boolean') return value === true
  if (isNumber(value)) return isTrue(value)
  throw new MongoServerFault(
    'TypeMismatch',
    `The field '${name}' has value ${describeValue(value)}, which is not convertible to bool`,
  )
}

/** The definition as `listIndexes` shows it: `v` first, then key and name, then what was asked for. */
function normalized(doc: Doc, key: Doc, name: string, collation: Doc | null, text: Doc | null): Doc {
  const source: Doc = new Map<string, Value>([
    ['v', new Int32(asInteger(doc.get('v')) ?? 2)],
    ['key', text?.get('key') ?? key],
    ['name', name],
  ])
  for (const [field, value] of doc) {
    const shown = !source.has(field) && field !== 'ns' && field !== 'collation'
    const isFlag = FLAGS.has(field)
    if (shown && (!isFlag || isTrue(value))) source.set(field, isFlag ? true : value)
  }
  if (collation !== null) source.set('collation', collation)
  if (text !== null) for (const [field, value] of text) if (field !== 'key') source.set(field, value)
  return source
}

function describe(doc: Doc): string {
  return `{ ${[...doc].map(([name, value]) => `${name}: ${describeValue(value)}`).join(', ')} }`
}

function describeValue(value: Value): string {
  if (value instanceof Map) return describe(value)
  return typeof value === 'string' ? `"${value}"` : String(value)
}
