import type { Doc } from '../bson/document.ts'
import { MongoServerFault } from '../errors.ts'
import type { Session, SessionTransaction } from './sessions.ts'

/** What the fields of a command say about the transaction that it belongs to. */
export interface TransactionFields {
  readonly number: bigint
  readonly starts: boolean
  readonly endsIt: boolean
  readonly command: string
  readonly readConcern: Doc | undefined
}

/** Finds or starts the multi-document transaction of a command, as MongoDB's state machine has it. */
export function joinTransaction(
  session: Session,
  fields: TransactionFields,
  connectionId: number,
  now: number,
): SessionTransaction {
  const { number } = fields
  if (number < session.number) {
    throw new MongoServerFault(
      'TransactionTooOld',
      `Cannot start transaction ${number} on session because a newer transaction ${session.number} has already started.`,
    )
  }
  if (fields.starts) return startTransaction(session, number, connectionId, now)
  const { transaction } = session
  if (number > session.number || transaction === null) throw noSuchTransaction(number, session.number)
  if (fields.readConcern !== undefined && !fields.endsIt) {
    throw new MongoServerFault(
      'InvalidOptions',
      'Only the first command in a transaction may specify a readConcern',
    )
  }
  if (!fields.endsIt) requireActive(transaction)
  transaction.connectionId = connectionId
  return transaction
}

function startTransaction(
  session: Session,
  number: bigint,
  connectionId: number,
  now: number,
): SessionTransaction {
  if (number === session.number) {
    const { transaction } = session
    if (transaction === null || transaction.state === 'active') {
      throw new MongoServerFault(
        117,
        `Only a transaction that has been aborted or is new may be started with the transaction number ${number}`,
      )
    }
    if (transaction.state === 'committed') {
      throw new MongoServerFault('TransactionCommitted', `Transaction ${number} has been committed.`)
    }
  }
  session.advance(number)
  const transaction: SessionTransaction = {
    number,
    state: 'active',
    work: null,
    startedAt: now,
    connectionId,
  }
  session.transaction = transaction
  return transaction
}

function requireActive(transaction: SessionTransaction): void {
  if (transaction.state === 'aborted') throw abortedTransaction(transaction.number)
  if (transaction.state === 'committed') {
    throw new MongoServerFault(
      'TransactionCommitted',
      `Transaction with { txnNumber: ${transaction.number} } has been committed.`,
    )
  }
}

export function abortedTransaction(number: bigint): MongoServerFault {
  return new MongoServerFault(
    'NoSuchTransaction',
    `Transaction with { txnNumber: ${number} } has been aborted.`,
  )
}

function noSuchTransaction(number: bigint, active: bigint): MongoServerFault {
  return new MongoServerFault(
    'NoSuchTransaction',
    `Given transaction number ${number} does not match any in-progress transactions. The active transaction number is ${active}`,
  )
}
