import type { Doc } from '../bson/document.ts'
import { MongoServerFault } from '../errors.ts'
import type { Reply } from '../wire/reply.ts'
import { done } from './command.ts'
import type { CommandContext } from './context.ts'
import { COMMIT_STATEMENT } from './retryable.ts'
import type { SessionTransaction } from './sessions.ts'
import { abortedTransaction } from './transactions.ts'

/** Commits the session's transaction; once more when it is committed already. */
export async function commitTransaction(context: CommandContext): Promise<Reply> {
  const { session, host } = context
  const transaction = joined(context)
  if (transaction.state === 'committed') return done()
  if (transaction.state === 'aborted') throw abortedTransaction(transaction.number)
  const { work } = transaction
  transaction.state = 'committed'
  transaction.work = null
  host.cursors.killWhere((cursor) => cursor.owner.transaction === transaction)
  if (work === null || session === undefined) return done()
  work.statements.push({
    session: session.key,
    number: transaction.number,
    statement: COMMIT_STATEMENT,
    reply: new Map(),
  })
  try {
    await work.commit()
  } catch (error) {
    transaction.state = 'aborted'
    throw error
  }
  return done()
}

/** Takes back all that the session's transaction did. */
export function abortTransaction(context: CommandContext): Doc {
  const transaction = joined(context)
  if (transaction.state === 'committed') {
    throw new MongoServerFault(
      'TransactionCommitted',
      `Transaction with { txnNumber: ${transaction.number} } has been committed.`,
    )
  }
  if (transaction.state === 'aborted') throw abortedTransaction(transaction.number)
  context.host.cursors.killWhere((cursor) => cursor.owner.transaction === transaction)
  context.session?.abortTransaction()
  return done()
}

function joined({ transaction, command }: CommandContext): SessionTransaction {
  if (transaction === null)
    throw new MongoServerFault('InvalidOptions', `${command.name} must be run within a transaction`)
  return transaction
}
