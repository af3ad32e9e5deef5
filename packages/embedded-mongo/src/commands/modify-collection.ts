import { equals } from '../bson/compare.ts'
import type { Doc, Value } from '../bson/document.ts'
import type { CollectionInfo } from '../engine/engine.ts'
import type { IndexSpec } from '../engine/types.ts'
import { compileValidator } from '../engine/validator.ts'
import { MongoServerFault } from '../errors.ts'
import { isIdIndex } from '../index/spec.ts'
import type { Reply } from '../wire/reply.ts'
import type { Command } from './command.ts'
import type { CommandContext } from './context.ts'
import { Fields, fieldSetOf } from './fields.ts'

const OPTIONS = [
  'validator',
  'validationLevel',
  'validationAction',
  'viewOn',
  'pipeline',
  'changeStreamPreAndPostImages',
] as const
const INDEX_FIELDS = fieldSetOf(
  'keyPattern',
  'name',
  'expireAfterSeconds',
  'hidden',
  'prepareUnique',
  'unique',
)

async function collMod(context: CommandContext): Promise<Reply> {
  const { fields, host, doc } = context
  const namespace = context.namespace()
  const collection = host.engine.collection(namespace)
  if (collection === undefined)
    throw new MongoServerFault('NamespaceNotFound', `ns does not exist: ${namespace}`)
  const reply: Doc = new Map()
  const index = fields.document('index')
  if (index !== undefined) await modifyIndex(context, collection, index, reply)
  const changes: Doc = new Map()
  for (const name of OPTIONS) {
    const value = doc.get(name)
    if (value !== undefined) changes.set(name, value)
  }
  const validator = fields.document('validator')
  if (validator !== undefined) compileValidator(validator)
  if (changes.has('viewOn') !== changes.has('pipeline')) {
    throw new MongoServerFault(
      'InvalidOptions',
      "Both 'viewOn' and 'pipeline' must be specified to modify a view",
    )
  }
  if (changes.has('viewOn') && collection.options.view === null) {
    throw new MongoServerFault('InvalidOptions', 'ns is not a view')
  }
  // a change of nothing is an event too
  if (changes.size > 0 || index === undefined) await host.engine.collMod(namespace, { options: changes })
  return reply
}

async function modifyIndex(
  { host }: CommandContext,
  collection: CollectionInfo,
  source: Doc,
  reply: Doc,
): Promise<void> {
  const fields = new Fields('collMod.index', source)
  fields.refuseUnknown(INDEX_FIELDS)
  const pattern = fields.document('keyPattern')
  const wanted = fields.string('name')
  const spec = collection.indexes.find(({ name, source: own }) =>
    pattern === undefined ? name === wanted : equals(own.get('key') ?? null, pattern),
  )
  if (spec === undefined)
    throw new MongoServerFault(
      'IndexNotFound',
      `cannot find index ${wanted ?? 'with the key pattern'} for ns ${collection.namespace}`,
    )
  const changes: Doc = new Map()
  if (fields.has('expireAfterSeconds')) {
    fields.count('expireAfterSeconds')
    if (spec.key.length !== 1)
      throw new MongoServerFault(
        'InvalidOptions',
        'TTL indexes are single-field indexes, compound indexes do not support TTL.',
      )
    changes.set('expireAfterSeconds', fields.required('expireAfterSeconds'))
    report(reply, 'expireAfterSeconds', spec, changes)
  }
  if (fields.has('hidden')) {
    if (isIdIndex(spec)) throw new MongoServerFault('BadValue', "can't hide _id index")
    changes.set('hidden', fields.boolean('hidden') ?? false)
    report(reply, 'hidden', spec, changes)
  }
  if (fields.has('prepareUnique')) {
    changes.set('prepareUnique', fields.boolean('prepareUnique') ?? false)
    report(reply, 'prepareUnique', spec, changes)
  }
  if (fields.has('unique')) makeUnique(fields, spec, changes, reply)
  if (changes.size === 0)
    throw new MongoServerFault(
      'InvalidOptions',
      'no expireAfterSeconds, hidden, unique, or prepareUnique field',
    )
  await host.engine.collMod(collection.namespace, { index: { name: spec.name, changes } })
}

function makeUnique(fields: Fields, spec: IndexSpec, changes: Doc, reply: Doc): void {
  if (fields.boolean('unique') !== true)
    throw new MongoServerFault('BadValue', 'Cannot make index non-unique')
  if (!spec.prepareUnique)
    throw new MongoServerFault(
      'InvalidOptions',
      "Cannot make index unique with 'prepareUnique=false'. Run collMod to set it first.",
    )
  changes.set('unique', true)
  changes.set('prepareUnique', false)
  reply.set('unique_new', true)
}

function report(reply: Doc, name: string, spec: { readonly source: Doc }, changes: Doc): void {
  const before: Value | undefined = spec.source.get(name)
  if (before !== undefined) reply.set(`${name}_old`, before)
  reply.set(`${name}_new`, changes.get(name) ?? null)
}

export const MODIFY_COLLECTION_COMMAND: Command = {
  name: 'collMod',
  fields: fieldSetOf(...OPTIONS, 'index'),
  writes: true,
  run: collMod,
}
