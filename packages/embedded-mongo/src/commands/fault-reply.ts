import { Double, Int32 } from 'bson'
import { toValue } from '../bson/convert.ts'
import type { Doc } from '../bson/document.ts'
import { MongoServerFault } from '../errors.ts'

/** Codes after which a driver may send a retryable write once more (MongoDB's category RetriableError). */
const RETRIABLE = new Set([6, 7, 89, 91, 134, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436])
/** Codes after which a whole transaction may be run once more. */
const TRANSIENT = new Set([24, 112, 239, 246, 267])
const NO_SUCH_TRANSACTION = 251
/** Errors of a `getMore` or `$changeStream` after which the stream can be resumed. */
const RESUMABLE = new Set([6, 7, 43, 63, 89, 91, 133, 150, 189, 234, 9001, 10107, 11602, 13388, 13435, 13436])

/** What the labels of an error depend on. */
export interface LabelCircumstances {
  readonly inTransaction: boolean
  readonly retryableWrite: boolean
  readonly endsTransaction: boolean
  readonly changeStream: boolean
}

/** The labels that MongoDB gives an error by its code and by what the command was part of. */
export function labelsFor(code: number, at: LabelCircumstances): string[] {
  const labels: string[] = []
  if (at.inTransaction) {
    const transient = at.endsTransaction
      ? TRANSIENT.has(code) || code === NO_SUCH_TRANSACTION
      : isTransient(code)
    if (transient) labels.push('TransientTransactionError')
  }
  if ((at.retryableWrite || at.endsTransaction) && RETRIABLE.has(code)) labels.push('RetryableWriteError')
  if (at.changeStream && RESUMABLE.has(code)) labels.push('ResumableChangeStreamError')
  return labels
}

function isTransient(code: number): boolean {
  return TRANSIENT.has(code) || RETRIABLE.has(code) || code === NO_SUCH_TRANSACTION
}

/** Any error as a fault: what is no fault of the protocol is an internal error of ours. */
export function asFault(error: unknown): MongoServerFault {
  if (error instanceof MongoServerFault) return error
  const message = error instanceof Error ? error.message : String(error)
  return new MongoServerFault('InternalError', message)
}

/** The document of a failed command. */
export function faultReply(fault: MongoServerFault, labels: readonly string[] = fault.labels): Doc {
  const reply: Doc = new Map()
  if (labels.length > 0) reply.set('errorLabels', [...labels])
  reply.set('ok', new Double(0))
  reply.set('errmsg', fault.message)
  reply.set('code', new Int32(fault.code))
  reply.set('codeName', fault.codeName)
  for (const [name, value] of Object.entries(fault.details)) reply.set(name, toValue(value))
  return reply
}
