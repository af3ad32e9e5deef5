import { Binary } from 'bson'
import { compileCollation } from '../bson/collation.ts'
import { decode } from '../bson/decode.ts'
import type { Doc, Value } from '../bson/document.ts'
import { encode } from '../bson/encode.ts'
import { asInteger } from '../bson/numbers.ts'
import { MongoServerFault } from '../errors.ts'
import { parseIndexSpec } from '../index/spec.ts'
import { isTrue } from '../query/matcher.ts'
import type { StoredCollection } from '../storage/store.ts'
import { CollectionState } from './collection.ts'
import type { CollectionOptions } from './types.ts'
import { compileValidator } from './validator.ts'

/** A capped collection is never smaller than this. */
const SMALLEST_CAPPED = 4096

/**
 * Reads a collection's options as the `create` command takes them.
 * @throws MongoServerFault for options that do not go together
 */
export function parseCollectionOptions(source: Doc = new Map()): CollectionOptions {
  const collation = docAt(source, 'collation')
  const validator = docAt(source, 'validator')
  if (validator !== null) compileValidator(validator, collation)
  const viewOn = source.get('viewOn')
  const images = docAt(source, 'changeStreamPreAndPostImages')
  return {
    capped: cappedOf(source),
    validator: validator === null || validator.size === 0 ? null : validator,
    validationLevel: oneOf(source.get('validationLevel'), ['strict', 'moderate', 'off']),
    validationAction: oneOf(source.get('validationAction'), ['error', 'warn']),
    changeStreamPreAndPostImages: images?.get('enabled') === true,
    clusteredIndex: docAt(source, 'clusteredIndex'),
    expireAfterSeconds: asInteger(source.get('expireAfterSeconds')) ?? null,
    view: typeof viewOn === 'string' ? { on: viewOn, pipeline: docsAt(source, 'pipeline') } : null,
    collation: compileCollation(collation) === undefined ? null : collation,
    source,
  }
}

function cappedOf(source: Doc): CollectionOptions['capped'] {
  const size = asInteger(source.get('size'))
  const max = asInteger(source.get('max'))
  if (!isTrue(source.get('capped'))) {
    if (size !== undefined && !source.has('capped'))
      throw new MongoServerFault(
        'InvalidOptions',
        "the 'capped' field needs to be true when the 'size' field is specified",
      )
    return null
  }
  if (size === undefined)
    throw new MongoServerFault('InvalidOptions', "the 'size' field is required when 'capped' is true")
  return { size: Math.max(SMALLEST_CAPPED, size), max: max === undefined || max <= 0 ? null : max }
}

/** What the disk keeps of a collection beside its documents. */
export function encodeDefinition({ uuid, options, indexes }: CollectionState): Uint8Array {
  return encode(
    new Map<string, Value>([
      ['uuid', uuid],
      ['options', options.source],
      ['indexes', indexes.map(({ spec }) => spec.source)],
    ]),
  )
}

/** Brings a collection back from its definition. @throws an error of any kind where that is not one */
export function openCollection({ number, namespace, definition }: StoredCollection): CollectionState {
  const doc = decode(definition)
  const uuid = doc.get('uuid')
  if (!(uuid instanceof Binary)) throw new TypeError(`the collection ${namespace} has no UUID`)
  const options = parseCollectionOptions(docAt(doc, 'options') ?? new Map())
  const indexes = docsAt(doc, 'indexes').map((source) => parseIndexSpec(source, namespace))
  return new CollectionState(namespace, number, uuid, options, indexes)
}

function docAt(doc: Doc, name: string): Doc | null {
  const value = doc.get(name)
  return value instanceof Map ? value : null
}

function docsAt(doc: Doc, name: string): Doc[] {
  const value = doc.get(name)
  return Array.isArray(value) ? value.filter((item) => item instanceof Map) : []
}

function oneOf<T extends string>(value: Value | undefined, known: readonly [T, ...T[]]): T {
  return known.find((name) => name === value) ?? known[0]
}
