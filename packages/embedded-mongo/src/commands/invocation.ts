import { Timestamp } from 'bson'
import type { Doc } from '../bson/document.ts'
import { isNumber, toBigInt } from '../bson/numbers.ts'
import { MongoServerFault } from '../errors.ts'
import type { Connection } from '../wire/connection.ts'
import type { WireRequest } from '../wire/message.ts'
import { type Reply, withFields } from '../wire/reply.ts'
import { checkApiVersion } from './api-version.ts'
import type { Command } from './command.ts'
import { checkWriteConcern, parseReadConcern } from './concerns.ts'
import { CommandContext, checkDatabaseName } from './context.ts'
import type { LabelCircumstances } from './fault-reply.ts'
import { Fields } from './fields.ts'
import type { Host } from './host.ts'
import { beginRetryable, recallSession } from './retryable.ts'
import { type Session, type SessionTransaction, transactionNumber } from './sessions.ts'
import { joinTransaction } from './transactions.ts'

/** Fields that every command takes. */
export const GENERIC_FIELDS: ReadonlySet<string> = new Set([
  '$db',
  'lsid',
  '$clusterTime',
  'txnNumber',
  'autocommit',
  'startTransaction',
  'readConcern',
  'writeConcern',
  '$readPreference',
  'maxTimeMS',
  'comment',
  'apiVersion',
  'apiStrict',
  'apiDeprecationErrors',
  '$client',
  '$audit',
  'mayBypassWriteBlocking',
  'maxTimeMSOpOnly',
])
const SNAPSHOT_READS = new Set(['find', 'aggregate', 'distinct'])
const READS = new Set([...SNAPSHOT_READS, 'count', 'explain'])
const ENDS_TRANSACTION = new Set(['commitTransaction', 'abortTransaction'])

/** A command that may run, and the write concern error that its answer must carry. */
export interface Prepared {
  readonly context: CommandContext
  readonly concernError: Doc | null
}

/**
 * Finds the command of a request and checks everything that is common to all commands.
 * @throws MongoServerFault for what is unknown or not allowed
 */
export function prepare(host: Host, connection: Connection, request: WireRequest): Prepared {
  const doc = request.command
  const [typed = ''] = doc.keys()
  const command = host.command(typed)
  if (command === undefined) throw new MongoServerFault('CommandNotFound', `no such command: '${typed}'`)
  checkDatabaseName(request.db)
  if (command.adminOnly === true && request.db !== 'admin') {
    throw new MongoServerFault('Unauthorized', `${command.name} may only be run against the admin database.`)
  }
  const fields = new Fields(command.name, doc)
  if (command.fields !== null)
    fields.refuseUnknown(command.fields, (name) => GENERIC_FIELDS.has(name) || name === typed)
  checkApiVersion(fields, command)
  checkReadConcern(fields, command)
  const context = contextOf(host, connection, request, command, fields)
  return { context, concernError: concernErrorOf(context) }
}

/** Levels above `local` belong to reads; `snapshot` to those that can be told when to read. */
function checkReadConcern(fields: Fields, command: Command): void {
  const level = fields.document('readConcern')?.get('level')
  if (level === undefined || level === 'local' || level === 'available' || fields.has('autocommit')) return
  const allowed = level === 'snapshot' ? SNAPSHOT_READS : READS
  if (!allowed.has(command.name)) {
    throw new MongoServerFault(
      'InvalidOptions',
      `Command ${command.name} does not support { readConcern: { level: "${String(level)}", provenance: "clientSupplied" } } :: caused by :: read concern not supported`,
    )
  }
}

function contextOf(
  host: Host,
  connection: Connection,
  request: WireRequest,
  command: Command,
  fields: Fields,
): CommandContext {
  const gossip = fields.value('$clusterTime')
  const seen = gossip instanceof Map ? gossip.get('clusterTime') : undefined
  if (seen instanceof Timestamp) host.engine.observeClusterTime(seen)
  const maxTime = command.name === 'getMore' ? undefined : maxTimeOf(fields)
  const concern = fields.document('readConcern')
  const lsid = fields.document('lsid')
  const session =
    lsid === undefined ? undefined : host.sessions.of(lsid, (fresh) => recallSession(host, fresh))
  const { transaction, retryNumber } = membershipOf(host, connection, session, command, fields)
  return new CommandContext({
    host,
    connection,
    command,
    fields,
    db: request.db,
    session,
    transaction,
    retryNumber,
    readConcern: concern === undefined ? undefined : parseReadConcern(concern, host.clusterTime()),
    deadline: maxTime === undefined || maxTime === 0 ? undefined : host.now() + maxTime,
  })
}

interface Membership {
  readonly transaction: SessionTransaction | null
  readonly retryNumber: bigint | null
}

const OUTSIDE: Membership = { transaction: null, retryNumber: null }

/** What `txnNumber`, `autocommit` and `startTransaction` make of a command. */
function membershipOf(
  host: Host,
  connection: Connection,
  session: Session | undefined,
  command: Command,
  fields: Fields,
): Membership {
  const number = fields.value('txnNumber')
  if (number === undefined || number === null) {
    if (!fields.has('autocommit') && !fields.has('startTransaction')) {
      if (ENDS_TRANSACTION.has(command.name))
        throw new MongoServerFault('InvalidOptions', `${command.name} must be run within a transaction`)
      return OUTSIDE
    }
    throw new MongoServerFault(
      'InvalidOptions',
      "'autocommit' field requires a transaction number to also be specified",
    )
  }
  if (session === undefined) {
    throw new MongoServerFault(
      'InvalidOptions',
      'Transaction number requires a session ID to also be specified',
    )
  }
  const autocommit = fields.boolean('autocommit')
  if (autocommit === undefined)
    return retryableMembership(session, transactionNumber(number), command, fields)
  if (autocommit) {
    throw new MongoServerFault('InvalidOptions', "Specifying 'autocommit' with 'true' is not allowed.")
  }
  if (command.inTransaction !== true) {
    throw new MongoServerFault(
      'OperationNotSupportedInTransaction',
      `Cannot run '${command.name}' in a multi-document transaction.`,
    )
  }
  const chosen = transactionNumber(number)
  const transaction = joinTransaction(
    session,
    {
      number: chosen,
      starts: startsTransaction(fields),
      endsIt: ENDS_TRANSACTION.has(command.name),
      command: command.name,
      readConcern: fields.document('readConcern'),
    },
    connection.id,
    host.now(),
  )
  return { transaction, retryNumber: null }
}

function startsTransaction(fields: Fields): boolean {
  const value = fields.boolean('startTransaction')
  if (value === false)
    throw new MongoServerFault('InvalidOptions', "Specifying 'startTransaction' with 'false' is not allowed.")
  return value === true
}

function retryableMembership(session: Session, number: bigint, command: Command, fields: Fields): Membership {
  if (fields.has('startTransaction')) {
    throw new MongoServerFault(
      'InvalidOptions',
      "'startTransaction' field requires 'autocommit' field to also be specified",
    )
  }
  if (ENDS_TRANSACTION.has(command.name))
    throw new MongoServerFault('InvalidOptions', `${command.name} must be run within a transaction`)
  if (command.retryable !== true) {
    throw new MongoServerFault(
      50768,
      `txnNumber may only be provided for multi-document transactions and retryable write commands. autocommit:false was not provided, and ${command.name} is not a retryable write command.`,
    )
  }
  beginRetryable(session, number)
  return { transaction: null, retryNumber: number }
}

function concernErrorOf({ command, fields, transaction }: CommandContext): Doc | null {
  const concern = fields.document('writeConcern')
  if (concern === undefined) return null
  if (command.writes !== true)
    throw new MongoServerFault('InvalidOptions', 'Command does not support writeConcern')
  if (transaction !== null && !ENDS_TRANSACTION.has(command.name)) {
    throw new MongoServerFault(
      'InvalidOptions',
      'writeConcern is not allowed within a multi-statement transaction',
    )
  }
  return checkWriteConcern(concern)
}

/**
 * Runs a prepared command. Within a multi-document transaction its failure ends the transaction, as in MongoDB.
 */
export function runInSession(
  context: CommandContext,
  session: Session | undefined,
  concernError: Doc | null,
): Reply | Promise<Reply> {
  if (session !== undefined) session.running += 1
  let reply: Reply | Promise<Reply>
  try {
    reply = context.command.run(context)
  } catch (error) {
    finish(context, session, true)
    throw error
  }
  if (!(reply instanceof Promise)) {
    finish(context, session, false)
    return withConcernError(reply, concernError)
  }
  return reply.then(
    (late) => {
      finish(context, session, false)
      return withConcernError(late, concernError)
    },
    (error) => {
      finish(context, session, true)
      throw error
    },
  )
}

function finish(context: CommandContext, session: Session | undefined, failed: boolean): void {
  if (session === undefined) return
  session.running -= 1
  if (failed && context.transaction !== null && session.transaction === context.transaction)
    session.abortTransaction()
}

function withConcernError(reply: Reply, concernError: Doc | null): Reply {
  if (concernError === null) return reply
  return withFields(reply, new Map([['writeConcernError', concernError]]))
}

/** What the labels of this command's errors depend on. */
export function circumstances(command: Doc): LabelCircumstances {
  const [name = ''] = command.keys()
  const inTransaction = command.get('autocommit') === false
  const pipeline = command.get('pipeline')
  const [firstStage] = Array.isArray(pipeline) ? pipeline : []
  return {
    inTransaction,
    endsTransaction: inTransaction && ENDS_TRANSACTION.has(name),
    retryableWrite: !inTransaction && command.has('txnNumber'),
    changeStream: firstStage instanceof Map && firstStage.has('$changeStream'),
  }
}

/** A time limit is whole, and within 32 bits. */
function maxTimeOf(fields: Fields): number | undefined {
  const limit = fields.count('maxTimeMS')
  const value = fields.value('maxTimeMS')
  if (limit === undefined || !isNumber(value)) return limit
  if (limit > 0x7fffffff)
    throw new MongoServerFault('BadValue', `${limit} value for maxTimeMS is out of range`)
  if (toBigInt(value) === undefined)
    throw new MongoServerFault('BadValue', 'maxTimeMS has non-integral value')
  return limit
}
