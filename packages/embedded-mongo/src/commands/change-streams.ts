import { Timestamp } from 'bson'
import { createScope } from '../aggregate/expression.ts'
import { compileWithin } from '../aggregate/pipeline.ts'
import type { Stage } from '../aggregate/stages/stage.ts'
import { compileCollation } from '../bson/collation.ts'
import { equals } from '../bson/compare.ts'
import type { Doc, Value } from '../bson/document.ts'
import { encode } from '../bson/encode.ts'
import type { ChangeStream, ChangeStreamOptions } from '../engine/engine.ts'
import { MongoServerFault } from '../errors.ts'
import type { BatchReply } from '../wire/reply.ts'
import type { CommandContext } from './context.ts'
import type { DocumentSource, LiveSource } from './cursors.ts'
import { Fields, fieldSetOf } from './fields.ts'
import { openCursor } from './open-cursor.ts'
import { letVariables } from './query-language.ts'
import { isView } from './views.ts'

const OPTIONS = fieldSetOf(
  'fullDocument',
  'fullDocumentBeforeChange',
  'resumeAfter',
  'startAfter',
  'startAtOperationTime',
  'allChangesForCluster',
  'showExpandedEvents',
)
const PERMITTED = fieldSetOf(
  '$match',
  '$project',
  '$addFields',
  '$set',
  '$unset',
  '$replaceRoot',
  '$replaceWith',
  '$redact',
)
const FULL_DOCUMENT = ['default', 'updateLookup', 'whenAvailable', 'required'] as const
const BEFORE_CHANGE = ['off', 'whenAvailable', 'required'] as const

/** Opens the cursor of a pipeline that begins with `$changeStream`. */
export function openChangeStream(
  context: CommandContext,
  target: string | null,
  stages: readonly Doc[],
  batchSize: number | undefined,
): BatchReply {
  const { host, db } = context
  if (context.transaction !== null) {
    throw new MongoServerFault(
      'OperationNotSupportedInTransaction',
      '$changeStream cannot be used in a transaction',
    )
  }
  if (target !== null && isView(context, target)) {
    throw new MongoServerFault(
      'CommandNotSupportedOnView',
      'Cannot run aggregate with $changeStream on a view',
    )
  }
  const [first, ...others] = stages
  const rest = withoutSplitting(others)
  const options = streamOptions(context, target, first?.get('$changeStream') ?? null)
  const transform = transformer(context, rest)
  for (const stage of rest) checkPermitted(stage)
  const stream = host.engine.openChangeStream(options)
  try {
    return openCursor(context, target ?? `${db}.$cmd.aggregate`, new StreamSource(stream, transform), {
      batchSize,
    })
  } catch (error) {
    stream.close()
    throw error
  }
}

/** Events that fit into a message, which all do here, come whole also where large ones are asked for in parts. */
function withoutSplitting(stages: readonly Doc[]): readonly Doc[] {
  const at = stages.findIndex((stage) => stage.has('$changeStreamSplitLargeEvent'))
  if (at < 0) return stages
  if (at < stages.length - 1)
    throw new MongoServerFault(7182802, '$changeStreamSplitLargeEvent must be the last stage in the pipeline')
  return stages.slice(0, -1)
}

function checkPermitted(stage: Doc): void {
  const [name = ''] = stage.keys()
  if (name.startsWith('$') && !PERMITTED.has(name)) {
    throw new MongoServerFault('IllegalOperation', `${name} is not permitted in a $changeStream pipeline`)
  }
}

function transformer(context: CommandContext, stages: readonly Doc[]): Stage | null {
  if (stages.length === 0) return null
  const scope = createScope({
    now: new Date(context.host.now()),
    clusterTime: context.host.clusterTime(),
    collation: compileCollation(context.fields.collation()),
    textScore: undefined,
  })
  return compileWithin(stages, scope.withConstants(letVariables(context)))
}

function streamOptions(
  { db, fields: command }: CommandContext,
  target: string | null,
  spec: Value,
): ChangeStreamOptions {
  if (!(spec instanceof Map))
    throw new MongoServerFault(50808, '$changeStream stage expects a document as argument')
  const fields = new Fields('$changeStream', spec)
  fields.refuseUnknown(OPTIONS)
  const cluster = fields.boolean('allChangesForCluster') ?? false
  if (cluster && (db !== 'admin' || target !== null)) {
    throw new MongoServerFault(
      'InvalidOptions',
      "A $changeStream with 'allChangesForCluster:true' may only be opened on the 'admin' database, and with no collection name",
    )
  }
  if (!cluster && target === null && db === 'admin') {
    throw new MongoServerFault(
      'InvalidNamespace',
      '$changeStream may not be opened on the internal admin database',
    )
  }
  command.document('collation')
  const resumeAfter = fields.document('resumeAfter')
  const startAfter = fields.document('startAfter')
  if (resumeAfter !== undefined && startAfter !== undefined) {
    throw new MongoServerFault(
      50674,
      "Do not specify both 'resumeAfter' and 'startAfter' in a $changeStream stage",
    )
  }
  return {
    scope: cluster
      ? { kind: 'cluster' }
      : target === null
        ? { kind: 'database', db }
        : { kind: 'collection', namespace: target },
    resumeAfter,
    startAfter,
    startAtOperationTime: startTime(fields),
    fullDocument: oneOf(fields, 'fullDocument', FULL_DOCUMENT),
    fullDocumentBeforeChange: oneOf(fields, 'fullDocumentBeforeChange', BEFORE_CHANGE),
    showExpandedEvents: fields.boolean('showExpandedEvents') ?? false,
  }
}

function startTime(fields: Fields): Timestamp | undefined {
  const value = fields.value('startAtOperationTime')
  if (value === undefined || value === null) return undefined
  if (!(value instanceof Timestamp)) throw fields.wrongType('startAtOperationTime', value, "type 'timestamp'")
  return value
}

function oneOf<Name extends string>(
  fields: Fields,
  name: string,
  allowed: readonly Name[],
): Name | undefined {
  const value = fields.string(name)
  if (value === undefined) return undefined
  const found = allowed.find((known) => known === value)
  if (found === undefined) {
    throw new MongoServerFault(
      'BadValue',
      `Enumeration value '${value}' for field '$changeStream.${name}' is not a valid value.`,
    )
  }
  return found
}

/** The events of a change stream, through the rest of its pipeline, as a cursor reads them. */
class StreamSource implements DocumentSource {
  ended = false
  readonly live: LiveSource
  private readonly stream: ChangeStream
  private readonly transform: Stage | null

  constructor(stream: ChangeStream, transform: Stage | null) {
    this.stream = stream
    this.transform = transform
    this.live = {
      awaitData: true,
      changeStream: true,
      onNews: (wake) => stream.onNews(wake),
      cursorFields: () => new Map<string, Value>([['postBatchResumeToken', stream.postBatchResumeToken]]),
    }
  }

  next(): Uint8Array | undefined {
    while (!this.ended) {
      const event = this.stream.next()
      if (event === undefined) {
        if (this.stream.invalidated) this.close()
        return undefined
      }
      const shown = this.shown(event)
      if (this.stream.invalidated) this.close()
      if (shown !== undefined) return encode(shown)
    }
    return undefined
  }

  private shown(event: Doc): Doc | undefined {
    if (this.transform === null) return event
    const [result] = this.transform([event])
    if (result === undefined) return undefined
    const id = result.get('_id')
    if (id !== undefined && equals(id, event.get('_id') ?? null)) return result
    throw new MongoServerFault(
      'ChangeStreamFatalError',
      'Encountered an event whose _id field, which contains the resume token, was modified by the pipeline. Modifying the _id field of an event makes it impossible to resume the stream from that point. Only transformations that retain the unmodified _id field are allowed.',
      { labels: ['NonResumableChangeStreamError'] },
    )
  }

  close(): void {
    if (this.ended) return
    this.ended = true
    this.stream.close()
  }
}
