import { Int32 } from 'bson'
import { validatePipeline } from '../aggregate/pipeline.ts'
import { equals } from '../bson/compare.ts'
import type { Doc, Value } from '../bson/document.ts'
import { parseCollectionOptions } from '../engine/definition.ts'
import type { CollectionInfo } from '../engine/engine.ts'
import { compileValidator } from '../engine/validator.ts'
import { MongoServerFault } from '../errors.ts'
import { isIdIndex } from '../index/spec.ts'
import { compileFilter } from '../query/matcher.ts'
import type { Reply } from '../wire/reply.ts'
import { type Command, done } from './command.ts'
import { type CommandContext, checkCollectionName } from './context.ts'
import { Fields, fieldSetOf } from './fields.ts'
import { listCursor } from './open-cursor.ts'

const CREATE_FIELDS = fieldSetOf(
  'capped',
  'autoIndexId',
  'idIndex',
  'size',
  'max',
  'storageEngine',
  'validator',
  'validationLevel',
  'validationAction',
  'indexOptionDefaults',
  'viewOn',
  'pipeline',
  'collation',
  'changeStreamPreAndPostImages',
  'timeseries',
  'expireAfterSeconds',
  'clusteredIndex',
  'encryptedFields',
  'temp',
  'flags',
)
/** Options that are part of a collection's definition. */
const KEPT = fieldSetOf(
  'capped',
  'size',
  'max',
  'validator',
  'validationLevel',
  'validationAction',
  'viewOn',
  'pipeline',
  'collation',
  'changeStreamPreAndPostImages',
  'expireAfterSeconds',
)
const REFUSED = ['timeseries', 'encryptedFields'] as const

async function create(context: CommandContext): Promise<Reply> {
  const { fields, host, doc } = context
  const namespace = context.namespace()
  for (const name of REFUSED) {
    if (fields.has(name))
      throw new MongoServerFault('CommandNotSupported', `create: '${name}' is not supported by this server`)
  }
  const source: Doc = new Map()
  for (const [name, value] of doc) if (KEPT.has(name) && value !== null) source.set(name, value)
  const clustered = clusteredIndexOf(context)
  if (clustered !== undefined) source.set('clusteredIndex', clustered)
  checkSizes(context)
  checkValidation(context)
  const pipeline = fields.documents('pipeline')
  if (pipeline !== undefined) {
    if (!fields.has('viewOn'))
      throw new MongoServerFault('InvalidOptions', "'pipeline' requires 'viewOn' to also be specified")
    checkViewPipeline(context, pipeline)
  }
  const options = parseCollectionOptions(source)
  if (context.transaction !== null) {
    context.openWork(context.transaction).createCollection(namespace, options)
    return done()
  }
  const present = host.engine.collection(namespace)
  if (present !== undefined && present.options.view === null && equals(present.options.source, source))
    return done()
  await host.engine.createCollection(namespace, options)
  return done()
}

/** The definition of a clustered index as `listCollections` shows it. */
function clusteredIndexOf({ fields }: CommandContext): Doc | undefined {
  const given = fields.value('clusteredIndex')
  if (given === undefined || given === false) {
    if (fields.has('expireAfterSeconds'))
      throw new MongoServerFault(
        'InvalidOptions',
        "'expireAfterSeconds' is only supported on time-series collections or when the 'clusteredIndex' option is specified",
      )
    return undefined
  }
  fields.count('expireAfterSeconds')
  if (fields.boolean('capped') === true)
    throw new MongoServerFault(
      'InvalidOptions',
      "The 'capped' option is not supported for clustered collections",
    )
  const path = `${fields.path}.clusteredIndex`
  const inner = new Fields(
    path,
    given === true ? CLUSTERED_BY_ID : (fields.document('clusteredIndex') ?? NONE),
  )
  inner.refuseUnknown(CLUSTERED_FIELDS)
  if (!equals(inner.requiredDocument('key'), BY_ID))
    throw new MongoServerFault(
      'InvalidIndexSpecificationOption',
      "The 'clusteredIndex' option is only supported for key: {_id: 1}",
    )
  inner.required('unique')
  if (inner.boolean('unique') !== true)
    throw new MongoServerFault(5979700, "The 'clusteredIndex' option requires unique: true to be specified")
  return new Map<string, Value>([
    ['v', new Int32(2)],
    ['key', BY_ID],
    ['name', inner.string('name') ?? '_id_'],
    ['unique', true],
  ])
}

const NONE: Doc = new Map()
const BY_ID: Doc = new Map([['_id', new Int32(1)]])
const CLUSTERED_BY_ID: Doc = new Map<string, Value>([
  ['key', BY_ID],
  ['unique', true],
])
const CLUSTERED_FIELDS = fieldSetOf('v', 'key', 'name', 'unique')

/** A view's stages are compiled, so that a view that cannot be read is never made. */
function checkViewPipeline({ db, host }: CommandContext, stages: readonly Doc[]): void {
  const last = stages.at(-1)
  if (last?.has('$out') === true || last?.has('$merge') === true) {
    throw new MongoServerFault(
      'InvalidOptions',
      'A view definition may not write: $out and $merge are not allowed',
    )
  }
  validatePipeline(stages, { db, collection: '', now: new Date(host.now()), read: () => [] })
}

function checkSizes({ fields }: CommandContext): void {
  const size = fields.integer('size')
  if (size !== undefined && (size < 1 || size > 2 ** 50)) {
    throw new MongoServerFault(51024, `BSON field 'size' value must be >= 1, actual value '${size}'`)
  }
  fields.boolean('capped')
  fields.integer('max')
}

const LEVELS = fieldSetOf('off', 'strict', 'moderate')
const ACTIONS = fieldSetOf('error', 'warn')

function checkValidation({ fields }: CommandContext): void {
  checkEnumeration(fields.string('validationLevel'), LEVELS, `${fields.path}.validationLevel`)
  checkEnumeration(fields.string('validationAction'), ACTIONS, `${fields.path}.validationAction`)
  const validator = fields.document('validator')
  if (validator !== undefined) compileValidator(validator)
  const images = fields.document('changeStreamPreAndPostImages')
  if (images !== undefined && typeof images.get('enabled') !== 'boolean') {
    throw new MongoServerFault(
      40414,
      "BSON field 'changeStreamPreAndPostImages.enabled' is missing but a required field",
    )
  }
}

function checkEnumeration(value: string | undefined, allowed: ReadonlySet<string>, path: string): void {
  if (value !== undefined && !allowed.has(value)) {
    throw new MongoServerFault(
      'BadValue',
      `Enumeration value '${value}' for field '${path}' is not a valid value.`,
    )
  }
}

async function drop(context: CommandContext): Promise<Reply> {
  const { host } = context
  const namespace = context.namespace()
  const present = host.engine.collection(namespace)
  if (present === undefined) return done()
  const indexes = (await host.engine.dropCollection(namespace)) ?? 0
  return new Map<string, Value>([
    ...(present.options.view === null ? ([['nIndexesWas', new Int32(indexes)]] as const) : []),
    ['ns', namespace],
  ])
}

async function dropDatabase({ host, db }: CommandContext): Promise<Reply> {
  const present = host.engine.collections(db).length > 0
  await host.engine.dropDatabase(db)
  return present ? new Map<string, Value>([['dropped', db]]) : done()
}

async function renameCollection({ fields, host }: CommandContext): Promise<Reply> {
  const from = fields.requiredString('renameCollection')
  const to = fields.requiredString('to')
  for (const namespace of [from, to]) {
    const dot = namespace.indexOf('.')
    if (dot < 1) throw new MongoServerFault('InvalidNamespace', `Invalid namespace specified '${namespace}'`)
    checkCollectionName(namespace.slice(0, dot), namespace.slice(dot + 1))
  }
  if (host.engine.collection(from)?.options.view != null) {
    throw new MongoServerFault('CommandNotSupportedOnView', `cannot rename view: ${from}`)
  }
  await host.engine.renameCollection(from, to, { dropTarget: fields.boolean('dropTarget') ?? false })
  return done()
}

function listCollections(context: CommandContext): Reply {
  const { host, db, fields } = context
  const nameOnly = fields.boolean('nameOnly') ?? false
  const source = fields.document('filter')
  const filter = source === undefined ? null : compileFilter(source)
  const entries = host.engine
    .collections(db)
    .map((collection) => describe(collection, db))
    .filter((entry) => filter === null || filter.matches(entry))
    .map((entry) => (nameOnly ? new Map([...entry].slice(0, 2)) : entry))
  return listCursor(context, `${db}.$cmd.listCollections`, entries)
}

function describe(collection: CollectionInfo, db: string): Doc {
  const isView = collection.options.view !== null
  const info = new Map<string, Value>([['readOnly', isView]])
  if (!isView) info.set('uuid', collection.uuid)
  const entry = new Map<string, Value>([
    ['name', collection.namespace.slice(db.length + 1)],
    ['type', isView ? 'view' : 'collection'],
    ['options', collection.options.source],
    ['info', info],
  ])
  const idIndex = collection.indexes.find((spec) => isIdIndex(spec) && !spec.clustered)
  if (idIndex !== undefined) entry.set('idIndex', idIndex.source)
  return entry
}

/** Commands on collections as a whole. */
export const COLLECTION_COMMANDS: readonly Command[] = [
  { name: 'create', fields: CREATE_FIELDS, inTransaction: true, writes: true, run: create },
  { name: 'drop', fields: fieldSetOf('collectionUUID'), writes: true, run: drop },
  { name: 'dropDatabase', fields: fieldSetOf(), writes: true, run: dropDatabase },
  {
    name: 'renameCollection',
    fields: fieldSetOf('to', 'dropTarget', 'stayTemp'),
    adminOnly: true,
    writes: true,
    run: renameCollection,
  },
  {
    name: 'listCollections',
    fields: fieldSetOf('filter', 'nameOnly', 'authorizedCollections', 'cursor', 'includePendingDrops'),
    run: listCollections,
  },
]
