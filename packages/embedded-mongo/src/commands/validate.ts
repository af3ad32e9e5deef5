import { integer, toDoc } from '../bson/convert.ts'
import type { Doc } from '../bson/document.ts'
import type { IndexAudit } from '../engine/index-audit.ts'
import { MongoServerFault } from '../errors.ts'
import type { Command } from './command.ts'
import type { CommandContext } from './context.ts'
import { fieldSetOf } from './fields.ts'

/** The documents themselves were checked against their check sums when they were read from the disk. */
function validate(context: CommandContext): Doc {
  const { host, fields } = context
  const namespace = context.namespace()
  const collection = host.engine.collection(namespace)
  if (collection === undefined)
    throw new MongoServerFault('NamespaceNotFound', `Collection '${namespace}' does not exist to validate.`)
  if (collection.options.view !== null)
    throw new MongoServerFault('CommandNotSupportedOnView', 'Cannot validate a view')
  if (fields.boolean('repair') === true)
    throw new MongoServerFault('CommandNotSupported', 'validate does not repair')
  const { indexes = [], nonCompliant = 0 } = host.engine.audit(namespace) ?? {}
  const errors = indexes.flatMap(disagreement)
  return toDoc({
    ns: namespace,
    uuid: collection.uuid,
    nInvalidDocuments: integer(0),
    nNonCompliantDocuments: integer(nonCompliant),
    nrecords: integer(collection.count),
    nIndexes: indexes.length,
    keysPerIndex: new Map(indexes.map(({ name, keys }) => [name, integer(keys)])),
    indexDetails: new Map(
      indexes.map((index) => [index.name, { valid: disagreement(index).length === 0 }] as const),
    ),
    valid: errors.length === 0,
    repaired: false,
    warnings: [],
    errors,
    extraIndexEntries: indexes.flatMap(({ name, extra }) => entries(name, extra)),
    missingIndexEntries: indexes.flatMap(({ name, missing }) => entries(name, missing)),
    corruptRecords: [],
  })
}

function disagreement({ name, missing, extra }: IndexAudit): string[] {
  if (missing.length === 0 && extra.length === 0) return []
  return [`index '${name}' lacks ${missing.length} entries and has ${extra.length} that are wrong`]
}

/** So many are named, as in MongoDB not all of what may be very many. */
const MOST_NAMED = 100

function entries(indexName: string, ids: readonly number[]): object[] {
  return ids.slice(0, MOST_NAMED).map((id) => ({ indexName, recordId: integer(id) }))
}

export const VALIDATE_COMMAND: Command = {
  name: 'validate',
  fields: fieldSetOf('full', 'repair', 'metadata', 'background', 'checkBSONConformance'),
  run: validate,
}
