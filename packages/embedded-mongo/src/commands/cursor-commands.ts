import { Long } from 'bson'
import type { Doc, Value } from '../bson/document.ts'
import { typeName } from '../bson/types.ts'
import { MongoServerFault } from '../errors.ts'
import { BatchReply, type Reply } from '../wire/reply.ts'
import type { Command } from './command.ts'
import type { CommandContext } from './context.ts'
import type { LiveSource, ServerCursor } from './cursors.ts'
import { asFault, labelsFor } from './fault-reply.ts'
import { fieldSetOf } from './fields.ts'

/** How long `getMore` waits on an awaiting cursor when the client does not say. */
const DEFAULT_AWAIT_MS = 1000

function getMore(context: CommandContext): Reply | Promise<Reply> {
  const { host, fields } = context
  const id = cursorId(fields.required('getMore'))
  const namespace = `${context.db}.${fields.requiredString('collection')}`
  const batchSize = fields.count('batchSize') || Number.POSITIVE_INFINITY
  const maxTimeMs = fields.count('maxTimeMS')
  const known = host.cursors.find(id)
  if (known !== undefined) checkOwner(context, known, namespace)
  const cursor = host.cursors.checkOut(id)
  const { live } = cursor.source
  if (maxTimeMs !== undefined && live?.awaitData !== true) {
    host.cursors.checkIn(cursor)
    throw new MongoServerFault(
      'BadValue',
      'cannot set maxTimeMS on getMore command for a non-awaitData cursor',
    )
  }
  const batch = read(context, cursor, batchSize)
  if (batch.length > 0 || live?.awaitData !== true || cursor.exhausted) return answer(context, cursor, batch)
  return awaitBatch(
    context,
    cursor,
    live,
    batchSize,
    maxTimeMs === undefined || maxTimeMs === 0 ? DEFAULT_AWAIT_MS : maxTimeMs,
  )
}

function cursorId(value: Value): Long {
  if (value instanceof Long) return value
  throw new MongoServerFault(
    'TypeMismatch',
    `BSON field 'getMore.getMore' is the wrong type '${typeName(value)}', expected type 'long'`,
  )
}

function checkOwner({ session, transaction }: CommandContext, cursor: ServerCursor, namespace: string): void {
  if (cursor.namespace !== namespace) {
    throw new MongoServerFault(
      'Unauthorized',
      `Requested getMore on namespace '${namespace}', but cursor belongs to a different namespace ${cursor.namespace}`,
    )
  }
  const { owner } = cursor
  const id = cursor.id.toString()
  if (owner.sessionKey !== undefined && session === undefined) {
    throw new MongoServerFault(
      50800,
      `Cannot run getMore on cursor ${id}, which was created in a session, without an lsid`,
    )
  }
  if (owner.sessionKey !== session?.key && session !== undefined) {
    throw new MongoServerFault(
      50737,
      `Cannot run getMore on cursor ${id}, which was not created in this session`,
    )
  }
  if (owner.transaction !== transaction) {
    throw new MongoServerFault(
      50740,
      `Cannot run getMore on cursor ${id}, which was created in another transaction or in none`,
    )
  }
}

/** Reads a batch; a cursor that fails is gone. */
function read({ host }: CommandContext, cursor: ServerCursor, batchSize: number): Uint8Array[] {
  try {
    const failure = host.failPoints.active ? host.failPoints.onGetMore() : undefined
    if (failure !== undefined)
      throw new MongoServerFault(failure, "Failing getMore via 'failGetMoreAfterCursorCheckout' failpoint")
    return cursor.take(batchSize)
  } catch (error) {
    host.cursors.discard(cursor)
    throw withResumableLabel(error, cursor)
  }
}

function withResumableLabel(error: unknown, cursor: ServerCursor): MongoServerFault {
  const fault = asFault(error)
  if (cursor.source.live?.changeStream !== true) return fault
  const given = labelsFor(fault.code, {
    inTransaction: false,
    retryableWrite: false,
    endsTransaction: false,
    changeStream: true,
  })
  return new MongoServerFault(fault.code, fault.message, {
    labels: [...new Set([...fault.labels, ...given])],
    details: fault.details,
  })
}

function answer({ host }: CommandContext, cursor: ServerCursor, batch: readonly Uint8Array[]): BatchReply {
  const fields = cursor.source.live?.cursorFields() ?? null
  const over = cursor.exhausted
  if (over) host.cursors.discard(cursor)
  else host.cursors.checkIn(cursor)
  return new BatchReply('nextBatch', cursor.namespace, over ? Long.ZERO : cursor.id, batch, fields)
}

/** Waits until the source has something, the time is over, the cursor is killed or the client is gone. */
function awaitBatch(
  context: CommandContext,
  cursor: ServerCursor,
  live: LiveSource,
  batchSize: number,
  waitMs: number,
): Promise<Reply> {
  const { promise, resolve, reject } = Promise.withResolvers<Reply>()
  let finished = false
  const finish = (): boolean => {
    if (finished) return false
    finished = true
    clearTimeout(timer)
    forgetNews()
    forgetClose()
    forgetKill()
    return true
  }
  const settle = (batch: readonly Uint8Array[]): void => {
    if (finish()) resolve(answer(context, cursor, batch))
  }
  const look = (): void => {
    if (finished) return
    try {
      const batch = read(context, cursor, batchSize)
      if (batch.length > 0 || cursor.exhausted) settle(batch)
    } catch (error) {
      if (finish()) reject(asFault(error))
    }
  }
  const timer = setTimeout(() => settle([]), waitMs)
  const forgetNews = live.onNews(look)
  const forgetClose = context.connection.whenClosed(() => settle([]))
  const forgetKill = cursor.whenKilled(() => {
    if (finish()) reject(new MongoServerFault(237, 'cursor was killed'))
  })
  return promise
}

function killCursors(context: CommandContext): Doc {
  const { host, fields } = context
  // lists of collections and pipelines of a database have cursors on namespaces that no collection can have
  const name = fields.value('killCursors')
  if (typeof name !== 'string' || !name.startsWith('$cmd.')) context.collectionName()
  fields.required('cursors')
  const killed: Long[] = []
  const notFound: Long[] = []
  for (const value of fields.array('cursors') ?? []) {
    if (!(value instanceof Long)) throw fields.wrongType('cursors', value, "type 'long'")
    if (host.cursors.kill(value)) killed.push(value)
    else notFound.push(value)
  }
  return new Map<string, Value>([
    ['cursorsKilled', killed],
    ['cursorsNotFound', notFound],
    ['cursorsAlive', []],
    ['cursorsUnknown', []],
  ])
}

export const CURSOR_COMMANDS: readonly Command[] = [
  {
    name: 'getMore',
    fields: fieldSetOf('collection', 'batchSize', 'term', 'lastKnownCommittedOpTime'),
    inTransaction: true,
    run: getMore,
  },
  { name: 'killCursors', fields: fieldSetOf('cursors'), inTransaction: true, run: killCursors },
]
