import { Long } from 'bson'
import type { Doc, Value } from '../bson/document.ts'
import { encode } from '../bson/encode.ts'
import { isNumber } from '../bson/types.ts'
import type { CollectionReader } from '../engine/types.ts'
import { MongoServerFault } from '../errors.ts'
import { type Found, Search } from '../index/execute.ts'
import { compileFilter } from '../query/matcher.ts'
import { valueAtPath } from '../query/paths.ts'
import { type CompiledProjection, compileProjection } from '../query/projection.ts'
import type { Reply } from '../wire/reply.ts'
import type { Command } from './command.ts'
import type { CommandContext, ReadView } from './context.ts'
import { type DocumentSource, IteratorSource } from './cursors.ts'
import { fieldSetOf, numberOf } from './fields.ts'
import { matching } from './matching.ts'
import { openCursor } from './open-cursor.ts'
import { type Language, languageFor, letVariables } from './query-language.ts'
import { TailSource } from './tail-source.ts'
import { aggregateView, isView } from './views.ts'

/** The parts of a `find`, checked. */
export interface FindRequest {
  readonly filter: Doc
  readonly sort: Doc | undefined
  readonly projection: Doc | undefined
  readonly hint: Value | undefined
  readonly min: Doc | undefined
  readonly max: Doc | undefined
  readonly skip: number
  readonly limit: number
  readonly batchSize: number | undefined
  readonly singleBatch: boolean
  readonly tailable: boolean
  readonly awaitData: boolean
  readonly returnKey: boolean
  readonly showRecordId: boolean
}

export function parseFind({ fields }: CommandContext): FindRequest {
  const tailable = fields.boolean('tailable') ?? false
  const awaitData = fields.boolean('awaitData') ?? false
  const sort = fields.document('sort')
  if (awaitData && !tailable)
    throw new MongoServerFault('FailedToParse', "Cannot set 'awaitData' without also setting 'tailable'")
  if (tailable && fields.boolean('singleBatch') === true)
    throw new MongoServerFault('FailedToParse', "Cannot set 'singleBatch' together with 'tailable'")
  if (tailable && sort !== undefined && sort.size > 0 && !isNaturalOrder(sort)) {
    throw new MongoServerFault('BadValue', 'cannot use tailable option with a sort other than {$natural: 1}')
  }
  return {
    filter: fields.document('filter') ?? new Map(),
    sort: sort === undefined || sort.size === 0 ? undefined : sort,
    projection: fields.document('projection'),
    hint: fields.value('hint'),
    min: fields.document('min'),
    max: fields.document('max'),
    skip: fields.count('skip') ?? 0,
    limit: fields.count('limit') ?? 0,
    batchSize: fields.count('batchSize'),
    singleBatch: fields.boolean('singleBatch') ?? false,
    tailable,
    awaitData,
    returnKey: fields.boolean('returnKey') ?? false,
    showRecordId: fields.boolean('showRecordId') ?? false,
  }
}

function isNaturalOrder(sort: Doc): boolean {
  const direction = sort.get('$natural')
  return sort.size === 1 && isNumber(direction) && numberOf(direction) === 1
}

function find(context: CommandContext): Reply | Promise<Reply> {
  const namespace = context.namespace()
  const request = parseFind(context)
  const view = context.readView()
  try {
    if (isView(context, namespace)) return aggregateView(context, namespace, request, view)
    const reader = view.reader(namespace)
    const language = languageFor(context, reader, context.fields.collation(), letVariables(context))
    const source = request.tailable
      ? tail(context, reader, request, language, view)
      : plain(context, reader, request, language, view)
    return openCursor(context, namespace, source, {
      batchSize: request.batchSize,
      ...(request.limit > 0 ? { limit: request.limit } : {}),
      singleBatch: request.singleBatch,
      noTimeout: context.fields.boolean('noCursorTimeout') ?? false,
      ...snapshotField(context),
    })
  } catch (error) {
    view.release()
    throw error
  }
}

/** Reads with the level `snapshot` outside of transactions tell the time that they read at. */
export function snapshotField({ transaction, readConcern, host }: CommandContext): { cursorFields?: Doc } {
  if (transaction !== null || readConcern?.level !== 'snapshot') return {}
  return {
    cursorFields: new Map<string, Value>([
      ['atClusterTime', readConcern.atClusterTime ?? host.clusterTime()],
    ]),
  }
}

function plain(
  context: CommandContext,
  reader: CollectionReader | undefined,
  request: FindRequest,
  language: Language,
  view: ReadView,
): DocumentSource {
  return new IteratorSource(documents(context, reader, request, language), () => view.release())
}

/** The results of a `find` as BSON; documents that are sent as they are stored are not even decoded. */
function documents(
  context: CommandContext,
  reader: CollectionReader | undefined,
  request: FindRequest,
  language: Language,
): Iterable<Uint8Array> {
  const { filter, sort, skip, limit, hint, min, max, projection, showRecordId } = request
  const project =
    projection === undefined || projection.size === 0 ? null : projectionOf(filter, projection, language)
  const found = matching(reader, { filter, sort, skip, limit, hint, min, max, language, deadline: context })
  if (request.returnKey) return keysOnly(found)
  return project === null && !showRecordId ? stored(found) : projected(found, project, showRecordId)
}

function* stored(found: Found): Generator<Uint8Array> {
  for (const { bytes } of found) yield bytes
}

/** `returnKey`: of each document only what the index that led to it holds. */
function* keysOnly(found: Found): Generator<Uint8Array> {
  const plan = found instanceof Search ? found.plan : undefined
  const paths = plan?.kind === 'ixscan' ? plan.index.spec.key.map(([path]) => path) : []
  for (const { doc } of found) {
    const key: Doc = new Map()
    for (const path of paths) key.set(path, valueAtPath(doc, path.split('.')) ?? null)
    yield encode(key)
  }
}

function* projected(
  found: Found,
  project: CompiledProjection | null,
  showRecordId: boolean,
): Generator<Uint8Array> {
  for (const { id, doc } of found) {
    const shown =
      project === null ? doc : project.apply(doc, { textScore: found.textScore(id), recordId: id })
    yield encode(
      showRecordId ? new Map<string, Value>([...shown, ['$recordId', Long.fromNumber(id)]]) : shown,
    )
  }
}

function projectionOf(filter: Doc, projection: Doc, language: Language) {
  return compileProjection(
    projection,
    language.filterOptions,
    compileFilter(filter, { ...language.filterOptions, text: () => true }),
  )
}

function tail(
  context: CommandContext,
  reader: CollectionReader | undefined,
  request: FindRequest,
  language: Language,
  view: ReadView,
): DocumentSource {
  if (reader === undefined) return new IteratorSource([], () => view.release())
  if (reader.options.capped === null) {
    throw new MongoServerFault(
      'BadValue',
      `error processing query: ns=${reader.namespace} tailable cursor requested on non capped collection`,
    )
  }
  if (context.transaction !== null) {
    throw new MongoServerFault(
      'OperationNotSupportedInTransaction',
      'Cannot use tailable cursors within a transaction',
    )
  }
  view.release()
  const { filter, projection } = request
  const project =
    projection === undefined || projection.size === 0 ? null : projectionOf(filter, projection, language)
  return new TailSource(
    context.host.engine,
    reader.namespace,
    compileFilter(filter, language.filterOptions),
    project,
    request,
  )
}

export const FIND_FIELDS = fieldSetOf(
  'filter',
  'sort',
  'projection',
  'hint',
  'skip',
  'limit',
  'batchSize',
  'singleBatch',
  'max',
  'min',
  'returnKey',
  'showRecordId',
  'tailable',
  'oplogReplay',
  'noCursorTimeout',
  'awaitData',
  'allowPartialResults',
  'collation',
  'allowDiskUse',
  'let',
  'term',
  'options',
)

export const FIND_COMMAND: Command = { name: 'find', fields: FIND_FIELDS, inTransaction: true, run: find }
