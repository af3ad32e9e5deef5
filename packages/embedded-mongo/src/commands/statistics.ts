import { Double, Int32, Long } from 'bson'
import { toDoc } from '../bson/convert.ts'
import type { Doc, Value } from '../bson/document.ts'
import type { CollectionInfo } from '../engine/engine.ts'
import { MongoServerFault } from '../errors.ts'
import { compileFilter } from '../query/matcher.ts'
import type { Command } from './command.ts'
import type { CommandContext } from './context.ts'
import { fieldSetOf } from './fields.ts'

function whole(value: number): Int32 | Long {
  return value < 2 ** 31 ? new Int32(value) : Long.fromNumber(value)
}

/** The figures of a collection, as `collStats` and `$collStats` give them. */
export function collectionFigures(
  namespace: string,
  collection: CollectionInfo | undefined,
  scale: number,
): Doc {
  const count = collection?.count ?? 0
  const size = collection?.dataSize ?? 0
  const capped = collection?.options.capped ?? null
  return toDoc({
    ns: namespace,
    size: whole(Math.floor(size / scale)),
    count: whole(count),
    ...(count > 0 ? { avgObjSize: whole(Math.floor(size / count)) } : {}),
    storageSize: whole(Math.floor(size / scale)),
    freeStorageSize: whole(0),
    capped: capped !== null,
    ...(capped === null
      ? {}
      : { maxSize: whole(capped.size), ...(capped.max === null ? {} : { max: whole(capped.max) }) }),
    nindexes: collection?.indexes.length ?? 0,
    indexBuilds: [],
    totalIndexSize: whole(0),
    totalSize: whole(Math.floor(size / scale)),
    indexSizes: new Map((collection?.indexes ?? []).map(({ name }) => [name, whole(0)])),
    scaleFactor: whole(scale),
  })
}

function collStats(context: CommandContext): Doc {
  const namespace = context.namespace()
  const scale = context.fields.count('scale') ?? 1
  return collectionFigures(namespace, context.host.engine.collection(namespace), Math.max(scale, 1))
}

function dbStats({ host, db, fields }: CommandContext): Doc {
  const scale = Math.max(fields.count('scale') ?? 1, 1)
  const all = host.engine.collections(db)
  const stored = all.filter(({ options }) => options.view === null)
  const objects = stored.reduce((sum, collection) => sum + collection.count, 0)
  const size = stored.reduce((sum, { dataSize }) => sum + dataSize, 0)
  return toDoc({
    db,
    collections: Long.fromNumber(stored.length),
    views: Long.fromNumber(all.length - stored.length),
    objects: Long.fromNumber(objects),
    avgObjSize: new Double(objects === 0 ? 0 : size / objects),
    dataSize: new Double(size / scale),
    storageSize: new Double(size / scale),
    indexes: Long.fromNumber(stored.reduce((sum, { indexes }) => sum + indexes.length, 0)),
    indexSize: new Double(0),
    totalSize: new Double(size / scale),
    scaleFactor: Long.fromNumber(scale),
  })
}

function dataSize({ host, fields }: CommandContext): Doc {
  const namespace = fields.requiredString('dataSize')
  for (const name of ['keyPattern', 'min', 'max']) {
    if (fields.has(name))
      throw new MongoServerFault('CommandNotSupported', `dataSize does not support '${name}'`)
  }
  const collection = host.engine.collection(namespace)
  return toDoc({
    estimate: false,
    size: Long.fromNumber(collection?.dataSize ?? 0),
    numObjects: Long.fromNumber(collection?.count ?? 0),
    millis: new Int32(0),
  })
}

function listDatabases({ host, fields }: CommandContext): Doc {
  const { engine } = host
  const nameOnly = fields.boolean('nameOnly') ?? false
  const source = fields.document('filter')
  const filter = source === undefined ? null : compileFilter(source)
  let total = 0
  const databases: Value[] = []
  for (const name of engine.databases()) {
    const size = engine.collections(name).reduce((sum, { dataSize }) => sum + dataSize, 0)
    const entry = toDoc({ name, sizeOnDisk: Long.fromNumber(size), empty: false })
    if (filter !== null && !filter.matches(entry)) continue
    total += size
    databases.push(nameOnly ? toDoc({ name }) : entry)
  }
  if (nameOnly) return new Map<string, Value>([['databases', databases]])
  return new Map<string, Value>([
    ['databases', databases],
    ['totalSize', Long.fromNumber(total)],
    ['totalSizeMb', Long.fromNumber(Math.floor(total / 2 ** 20))],
  ])
}

export const STATISTICS_COMMANDS: readonly Command[] = [
  { name: 'collStats', aliases: ['collstats'], fields: fieldSetOf('scale', 'verbose'), run: collStats },
  { name: 'dbStats', aliases: ['dbstats'], fields: fieldSetOf('scale', 'freeStorage'), run: dbStats },
  {
    name: 'dataSize',
    aliases: ['datasize'],
    fields: fieldSetOf('keyPattern', 'min', 'max', 'estimate'),
    run: dataSize,
  },
  {
    name: 'listDatabases',
    fields: fieldSetOf('filter', 'nameOnly', 'authorizedDatabases'),
    adminOnly: true,
    run: listDatabases,
  },
]
