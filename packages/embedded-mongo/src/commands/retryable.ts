import { Int32, Long } from 'bson'
import type { Doc, Value } from '../bson/document.ts'
import type { Transaction } from '../engine/engine.ts'
import { MongoServerFault } from '../errors.ts'
import type { CommandContext } from './context.ts'
import type { Host } from './host.ts'
import type { Session } from './sessions.ts'

/** The memory of a committed multi-document transaction stands under this statement. */
export const COMMIT_STATEMENT = -1

/** A fail point asks for the connection to be closed without an answer. */
export class ConnectionDropped extends Error {}

/** Fills a session that begins with what an earlier process remembered of it. */
export function recallSession(host: Host, session: Session): void {
  for (const { number, statement, reply } of host.engine.remembered(session.key)) {
    if (number > session.number) session.advance(number)
    if (number < session.number) continue
    if (statement === COMMIT_STATEMENT) {
      session.transaction = {
        number,
        state: 'committed',
        work: null,
        startedAt: host.now(),
        connectionId: -1,
      }
    } else session.statements.set(statement, Promise.resolve(reply))
  }
}

/** Moves a session on to a retryable write's number. @throws MongoServerFault when a newer one has begun */
export function beginRetryable(session: Session, number: bigint): void {
  if (number > session.number) session.advance(number)
  else if (number < session.number) {
    throw new MongoServerFault(
      'TransactionTooOld',
      `Retryable write with txnNumber ${number} is prohibited on session because a newer retryable write with txnNumber ${session.number} has already started on this session.`,
    )
  } else if (session.transaction !== null) {
    throw new MongoServerFault(
      'TransactionTooOld',
      `Retryable write with txnNumber ${number} is prohibited on session because a transaction with the same txnNumber has already started.`,
    )
  }
}

/** What a write command answers, and whether it changed anything: only then the answer is remembered. */
export interface WriteResult {
  readonly reply: Doc
  readonly wrote: boolean
}

/**
 * Runs a write command's writes in one commit. A retryable one runs once: its answer is kept in the same
 * commit, and given again to whoever sends the same number.
 */
export function runWrite(
  context: CommandContext,
  write: (work: Transaction) => WriteResult,
): Doc | Promise<Doc> {
  const { host, session, retryNumber, transaction } = context
  if (host.failPoints.active && (retryNumber !== null || transaction !== null))
    return runWithFailPoint(context, write)
  return runOnce(context, write, session, retryNumber)
}

function runOnce(
  context: CommandContext,
  write: (work: Transaction) => WriteResult,
  session: Session | undefined,
  number: bigint | null,
): Doc | Promise<Doc> {
  if (session === undefined || number === null) return context.write((work) => write(work).reply)
  const { statements } = session
  const statement = context.fields.integer('stmtId') ?? firstStatement(context)
  const earlier = statements.get(statement)
  if (earlier !== undefined) return earlier.then((reply) => repeated(reply, statement))
  let remembered = false
  const answer = context.host.engine.run(
    (work) => {
      const { reply, wrote } = write(work)
      remembered = wrote
      if (wrote) work.statements.push({ session: session.key, number, statement, reply })
      return reply
    },
    { deadline: context.deadline },
  )
  const forget = (): void => {
    if (!remembered && statements.get(statement) === answer) statements.delete(statement)
  }
  statements.set(statement, answer)
  answer.then(forget, () => {
    remembered = false
    forget()
  })
  return answer
}

function firstStatement({ fields }: CommandContext): number {
  const [first] = fields.array('stmtIds') ?? []
  if (first instanceof Int32) return first.value
  return first instanceof Long ? first.toNumber() : 0
}

function repeated(reply: Doc, statement: number): Doc {
  return new Map<string, Value>([...reply, ['retriedStmtIds', [new Int32(statement)]]])
}

/** The fail point `onPrimaryTransactionalWrite`: fails before the commit, or drops the connection after it. */
async function runWithFailPoint(
  context: CommandContext,
  write: (work: Transaction) => WriteResult,
): Promise<Doc> {
  const failure = context.host.failPoints.onTransactionalWrite()
  if (failure?.errorCode !== undefined)
    throw new MongoServerFault(failure.errorCode, 'Failing write via fail point')
  const reply = await runOnce(context, write, context.session, context.retryNumber)
  if (failure?.closeConnection === true) throw new ConnectionDropped()
  return reply
}
