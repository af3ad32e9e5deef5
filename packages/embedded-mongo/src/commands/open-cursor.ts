import { Long } from 'bson'
import type { Doc } from '../bson/document.ts'
import { encode } from '../bson/encode.ts'
import { BatchReply } from '../wire/reply.ts'
import type { CommandContext } from './context.ts'
import { type DocumentSource, FIRST_BATCH, IteratorSource } from './cursors.ts'
import { Fields } from './fields.ts'

export interface CursorOptions {
  readonly batchSize: number | undefined
  /** How many documents the cursor gives in all; absent: as many as there are. */
  readonly limit?: number
  readonly singleBatch?: boolean
  readonly noTimeout?: boolean
  /** Fields of `cursor` that only the first reply has. */
  readonly cursorFields?: Doc
}

/** Sends a query's first batch, and keeps the cursor when there may be more. */
export function openCursor(
  context: CommandContext,
  namespace: string,
  source: DocumentSource,
  options: CursorOptions,
): BatchReply {
  const { host, session, transaction } = context
  const cursor = host.cursors.create(namespace, source, options.limit ?? Number.POSITIVE_INFINITY, {
    sessionKey: session?.key,
    transaction,
    noTimeout: options.noTimeout === true,
  })
  let documents: Uint8Array[]
  try {
    documents = cursor.take(options.batchSize ?? FIRST_BATCH)
  } catch (error) {
    source.close()
    throw error
  }
  const over = cursor.exhausted || options.singleBatch === true
  const fields = new Map([...(options.cursorFields ?? []), ...(source.live?.cursorFields() ?? [])])
  if (over) source.close()
  else host.cursors.keep(cursor)
  return new BatchReply('firstBatch', namespace, over ? Long.ZERO : cursor.id, documents, fields)
}

/** A cursor over documents that are known already, such as a list of collections. */
export function listCursor(
  context: CommandContext,
  namespace: string,
  documents: readonly Doc[],
): BatchReply {
  const cursorOptions = context.fields.document('cursor')
  const batchSize =
    cursorOptions === undefined ? undefined : new Fields('cursor', cursorOptions).count('batchSize')
  return openCursor(context, namespace, new IteratorSource(documents.map(encode)), { batchSize })
}
