import { setTimeout as delay } from 'node:timers/promises'
import { Double, Int32 } from 'bson'
import type { Doc, Value } from '../bson/document.ts'
import { MongoServerFault } from '../errors.ts'
import type { Connection, RequestHandler } from '../wire/connection.ts'
import type { UnreadableRequest, WireRequest } from '../wire/message.ts'
import { encodeLegacyReply, encodeReply, type Reply, withFields } from '../wire/reply.ts'
import { timeExceeded } from './context.ts'
import { startExhaust, wantsExhaust } from './exhaust.ts'
import type { CommandFailure } from './fail-points.ts'
import { asFault, faultReply, labelsFor } from './fault-reply.ts'
import { Fields } from './fields.ts'
import { introduce } from './hello.ts'
import type { Host } from './host.ts'
import { circumstances, prepare, runInSession } from './invocation.ts'
import { ConnectionDropped } from './retryable.ts'

const OK = new Double(1)
/** How long a transaction outlives the connection of its latest command. */
const ORPHAN_GRACE_MS = 1000

/** Stands between the wire and the commands: finds, checks and runs them, and turns what comes out into frames. */
export class Dispatcher implements RequestHandler {
  private readonly host: Host

  constructor(host: Host) {
    this.host = host
  }

  handle(connection: Connection, request: WireRequest): Buffer | null | Promise<Buffer | null> {
    const { failPoints, operations } = this.host
    operations.count(request.command)
    if (failPoints.active) return this.handleWithFailPoints(connection, request)
    try {
      const reply = this.run(connection, request)
      if (!(reply instanceof Promise)) return this.frame(connection, request, reply)
      const operation = operations.begin(connection, request.db, request.command)
      return reply.then(
        (late) => {
          operations.end(operation)
          return this.frame(connection, request, late)
        },
        (error) => {
          operations.end(operation)
          return this.failure(request, error)
        },
      )
    } catch (error) {
      return this.failure(request, error)
    }
  }

  refuse(error: UnreadableRequest): Buffer {
    const reply = faultReply(error.fault)
    if (error.legacy) return encodeLegacyReply(reply, error.requestId)
    return encodeReply(reply, { responseTo: error.requestId, time: this.host.clusterTime(), hasOk: true })
  }

  /** A client that is gone keeps no locks: transactions that nobody continues soon are aborted. */
  closed(connection: Connection): void {
    const left = [...this.host.sessions.all()].filter(
      ({ transaction }) => transaction?.state === 'active' && transaction.connectionId === connection.id,
    )
    if (left.length === 0) return
    const timer = setTimeout(() => {
      for (const session of left) {
        const { transaction } = session
        if (transaction?.connectionId === connection.id && session.running === 0) session.abortTransaction()
      }
    }, ORPHAN_GRACE_MS)
    timer.unref()
  }

  private async handleWithFailPoints(connection: Connection, request: WireRequest): Promise<Buffer | null> {
    const [typed = ''] = request.command.keys()
    const command = this.host.command(typed)
    // fail points may be meant for one application, which a first hello names itself
    introduce(connection, request.command)
    const failure = this.host.failPoints.onCommand(
      command?.name ?? typed,
      connection.applicationName,
      namespaceOf(request, typed),
    )
    const operation = this.host.operations.begin(connection, request.db, request.command)
    try {
      if (failure === undefined) return this.frame(connection, request, await this.run(connection, request))
      return this.frame(connection, request, await this.runFailing(connection, request, failure))
    } catch (error) {
      if (error instanceof ConnectionDropped) {
        connection.close()
        return null
      }
      return this.failure(request, error, failure)
    } finally {
      this.host.operations.end(operation)
    }
  }

  private async runFailing(
    connection: Connection,
    request: WireRequest,
    failure: CommandFailure,
  ): Promise<Reply> {
    if (failure.blockTimeMs > 0) await blocked(failure.blockTimeMs, request.command)
    if (failure.closeConnection) throw new ConnectionDropped()
    if (failure.errorCode !== undefined) {
      throw new MongoServerFault(failure.errorCode, "Failing command via 'failCommand' failpoint")
    }
    const reply = await this.run(connection, request)
    if (failure.writeConcernError === undefined) return reply
    return withFailedConcern(reply, failure.writeConcernError, request.command, failure.errorLabels)
  }

  private frame(connection: Connection, request: WireRequest, reply: Reply): Buffer | null {
    if (request.moreToCome) return null
    if (request.legacy && reply instanceof Map)
      return encodeLegacyReply(this.legacyReply(reply), request.requestId)
    const time = this.host.clusterTime()
    if (wantsExhaust(request)) return startExhaust(this.host, connection, request, reply)
    return encodeReply(reply, {
      responseTo: request.requestId,
      time,
      hasOk: reply instanceof Map && reply.has('ok'),
    })
  }

  private legacyReply(reply: Doc): Doc {
    return new Map<string, Value>([...reply, ['ok', OK]])
  }

  private failure(request: WireRequest, error: unknown, failure?: CommandFailure): Buffer | null {
    const fault = asFault(error)
    const labels = failure?.errorLabels ?? [
      ...new Set([...fault.labels, ...labelsFor(fault.code, circumstances(request.command))]),
    ]
    if (request.moreToCome) return null
    const reply = faultReply(fault, labels)
    if (request.legacy) return encodeLegacyReply(reply, request.requestId)
    return encodeReply(reply, { responseTo: request.requestId, time: this.host.clusterTime(), hasOk: true })
  }

  private run(connection: Connection, request: WireRequest): Reply | Promise<Reply> {
    const { context, concernError } = prepare(this.host, connection, request)
    const { session } = context
    if (session === undefined && concernError === null) return context.command.run(context)
    return runInSession(context, session, concernError)
  }
}

function namespaceOf(request: WireRequest, name: string): string {
  const collection = request.command.get(name === 'getMore' ? 'collection' : name)
  return typeof collection === 'string' ? `${request.db}.${collection}` : request.db
}

/** `blockConnection`: a command with a time limit does not wait past it. */
async function blocked(ms: number, command: Doc): Promise<void> {
  const limit = new Fields('', command).integer('maxTimeMS') ?? 0
  if (limit > 0 && limit < ms) {
    await delay(limit)
    throw timeExceeded()
  }
  await delay(ms)
}

function withFailedConcern(
  reply: Reply,
  error: Doc,
  command: Doc,
  labels: readonly string[] | undefined,
): Reply {
  const code = error.get('code')
  const at = { ...circumstances(command), inTransaction: false }
  const given = labels ?? (code instanceof Int32 ? labelsFor(code.value, at) : [])
  const fields = new Map<string, Value>([['writeConcernError', error]])
  if (given.length > 0) fields.set('errorLabels', [...given])
  return withFields(reply, fields)
}
