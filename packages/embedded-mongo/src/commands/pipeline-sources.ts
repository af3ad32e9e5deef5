import { Int32, Long } from 'bson'
import { toDoc } from '../bson/convert.ts'
import type { Doc, Value } from '../bson/document.ts'
import type { CollectionInfo } from '../engine/engine.ts'
import { MongoServerFault } from '../errors.ts'
import type { CommandContext } from './context.ts'
import { currentOperations } from './current-operations.ts'
import { collectionFigures } from './statistics.ts'

type Sources = Readonly<Record<string, (spec: Value) => Iterable<Doc>>>

/** Stages that give documents about the server instead of a collection's. */
export function sourcesFor(
  context: CommandContext,
  namespace: string | null,
  collection: CollectionInfo | undefined,
): Sources {
  if (namespace === null)
    return {
      $currentOp: (spec) => currentOperations(context, spec),
      $listLocalSessions: () => sessions(context),
    }
  return {
    $indexStats: (spec) => indexStatistics(context, namespace, collection, spec),
    $collStats: (spec) => collectionStatistics(context, namespace, collection, spec),
    $listSessions: () => sessions(context),
  }
}

function indexStatistics(
  { host, connection }: CommandContext,
  namespace: string,
  collection: CollectionInfo | undefined,
  spec: Value,
): Doc[] {
  if (!(spec instanceof Map) || spec.size > 0) {
    throw new MongoServerFault(28803, 'The $indexStats stage specification must be an empty object')
  }
  const uses = host.engine.indexUses(namespace)
  return (collection?.indexes ?? []).map(({ name, source }) =>
    toDoc({
      name,
      key: source.get('key'),
      host: host.addressFor(connection.localAddress),
      accesses: { ops: Long.fromNumber(uses.get(name) ?? 0), since: host.startedAt },
      spec: source,
    }),
  )
}

function collectionStatistics(
  { host, connection }: CommandContext,
  namespace: string,
  collection: CollectionInfo | undefined,
  spec: Value,
): Doc[] {
  if (!(spec instanceof Map)) throw new MongoServerFault(5447000, '$collStats must take a nested object')
  if (collection === undefined)
    throw new MongoServerFault('NamespaceNotFound', `Collection [${namespace}] not found.`)
  const doc = toDoc({
    ns: namespace,
    host: host.addressFor(connection.localAddress),
    localTime: new Date(host.now()),
  })
  if (spec.has('count')) doc.set('count', new Int32(collection.count))
  const storage = spec.get('storageStats')
  if (storage instanceof Map) doc.set('storageStats', collectionFigures(namespace, collection, 1))
  return [doc]
}

function sessions({ host }: CommandContext): Doc[] {
  return [...host.sessions.all()].map(({ lsid, lastUsed }) =>
    toDoc({ _id: lsid, lastUse: new Date(lastUsed) }),
  )
}
