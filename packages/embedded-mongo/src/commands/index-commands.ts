import { Int32 } from 'bson'
import { equals } from '../bson/compare.ts'
import { toDoc } from '../bson/convert.ts'
import type { Doc, Value } from '../bson/document.ts'
import type { CollectionInfo } from '../engine/engine.ts'
import type { IndexSpec } from '../engine/types.ts'
import { MongoServerFault } from '../errors.ts'
import { isIdIndex, parseIndexSpec } from '../index/spec.ts'
import type { Reply } from '../wire/reply.ts'
import type { Command } from './command.ts'
import type { CommandContext } from './context.ts'
import { fieldSetOf } from './fields.ts'
import { listCursor } from './open-cursor.ts'

async function createIndexes(context: CommandContext): Promise<Reply> {
  const { fields, host } = context
  const namespace = context.namespace()
  const sources = fields.requiredDocuments('indexes')
  if (sources.length === 0)
    throw new MongoServerFault('BadValue', 'Must specify at least one index to create')
  if (sources.some((source) => source.has('clustered')))
    throw new MongoServerFault(
      'InvalidIndexSpecificationOption',
      "The 'clustered' index option is allowed with the create command only",
    )
  const defaults = host.engine.collection(namespace)?.options.collation
  const specs = sources.map((source) => parseIndexSpec(withCollation(source, defaults), namespace))
  const { transaction } = context
  const { before, after, created } =
    transaction === null
      ? await host.engine.createIndexes(namespace, specs)
      : context.openWork(transaction).createIndexes(namespace, specs)
  return toDoc({
    numIndexesBefore: before,
    numIndexesAfter: after,
    createdCollectionAutomatically: created,
    ...(before === after ? { note: 'all indexes already exist' } : {}),
  })
}

/** An index has its collection's collation unless it names one. */
function withCollation(source: Doc, collation: Doc | null | undefined): Doc {
  const key = source.get('key')
  const isText = key instanceof Map && [...key.values()].includes('text')
  if (collation == null || source.has('collation') || isText) return source
  return new Map<string, Value>([...source, ['collation', collation]])
}

async function dropIndexes(context: CommandContext): Promise<Reply> {
  const { fields, host } = context
  const namespace = context.namespace()
  const collection = host.engine.collection(namespace)
  if (collection === undefined) throw new MongoServerFault('NamespaceNotFound', `ns not found ${namespace}`)
  const which = fields.required('index')
  const before = collection.indexes.length
  await host.engine.dropIndexes(namespace, which === '*' ? '*' : namesToDrop(collection, which))
  const reply = new Map<string, Value>([['nIndexesWas', new Int32(before)]])
  if (which === '*') reply.set('msg', 'non-_id indexes dropped for collection')
  return reply
}

function namesToDrop(collection: CollectionInfo, which: Value): string[] {
  if (which instanceof Map) return [nameOfPattern(collection, which)]
  return (Array.isArray(which) ? which : [which]).map((name) => {
    if (typeof name !== 'string')
      throw new MongoServerFault(
        'TypeMismatch',
        "BSON field 'dropIndexes.index' is the wrong type, expected types '[string, object, array]'",
      )
    const spec = collection.indexes.find((known) => known.name === name)
    if (spec === undefined) {
      throw new MongoServerFault('IndexNotFound', `index not found with name [${name}]`)
    }
    refuseId(spec)
    return name
  })
}

function refuseId(spec: IndexSpec): void {
  if (spec.clustered) throw new MongoServerFault(5979800, 'It is illegal to drop the clusteredIndex')
  if (isIdIndex(spec)) throw new MongoServerFault('InvalidOptions', 'cannot drop _id index')
}

function nameOfPattern(collection: CollectionInfo, pattern: Doc): string {
  const found = collection.indexes.find((spec) => equals(spec.source.get('key') ?? null, pattern))
  if (found === undefined) throw new MongoServerFault('IndexNotFound', "can't find index with key")
  refuseId(found)
  return found.name
}

function listIndexes(context: CommandContext): Reply {
  const namespace = context.namespace()
  const collection = context.host.engine.collection(namespace)
  if (collection === undefined)
    throw new MongoServerFault('NamespaceNotFound', `ns does not exist: ${namespace}`)
  if (collection.options.view !== null) {
    throw new MongoServerFault(
      'CommandNotSupportedOnView',
      `Namespace ${namespace} is a view, not a collection`,
    )
  }
  return listCursor(
    context,
    namespace,
    collection.indexes.map(({ source }) => source),
  )
}

export const INDEX_COMMANDS: readonly Command[] = [
  {
    name: 'createIndexes',
    fields: fieldSetOf('indexes', 'commitQuorum', 'ignoreUnknownIndexOptions'),
    inTransaction: true,
    writes: true,
    run: createIndexes,
  },
  {
    name: 'dropIndexes',
    aliases: ['deleteIndexes'],
    fields: fieldSetOf('index'),
    writes: true,
    run: dropIndexes,
  },
  {
    name: 'listIndexes',
    fields: fieldSetOf('cursor', 'includeBuildUUIDs', 'includeIndexBuildInfo'),
    run: listIndexes,
  },
]
