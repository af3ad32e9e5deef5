import { Long } from 'bson'
import { toDoc } from '../bson/convert.ts'
import type { Doc, Value } from '../bson/document.ts'
import { MongoServerFault } from '../errors.ts'
import { compileFilter } from '../query/matcher.ts'
import type { Connection } from '../wire/connection.ts'
import type { Command } from './command.ts'
import type { CommandContext } from './context.ts'
import { Fields, fieldSetOf } from './fields.ts'
import { GENERIC_FIELDS } from './invocation.ts'
import type { Operation } from './operations.ts'
import type { Session, SessionTransaction } from './sessions.ts'

const OPTIONS = fieldSetOf(
  'allUsers',
  'idleConnections',
  'idleCursors',
  'idleSessions',
  'localOps',
  'truncateOps',
  'targetAllNodes',
)
const OWN_FIELDS = fieldSetOf('currentOp', '$all', '$ownOps')
/** Commands that MongoDB shows as another kind of operation. */
const KINDS: Readonly<Record<string, string>> = {
  find: 'query',
  getMore: 'getmore',
  insert: 'insert',
  update: 'update',
  delete: 'remove',
}
/** What would make the answer too large, and what stands in it already. */
const LEFT_OUT = new Set(['documents', 'updates', 'deletes', '$clusterTime', 'lsid'])

interface Shown {
  readonly idleConnections: boolean
  readonly idleSessions: boolean
}

/** The documents of `$currentOp`: the commands under way, and what is open though nobody works on it. */
export function currentOperations(context: CommandContext, spec: Value): Doc[] {
  if (!(spec instanceof Map))
    throw new MongoServerFault('FailedToParse', '$currentOp options must be specified in an object')
  if (context.db !== 'admin')
    throw new MongoServerFault('InvalidNamespace', "$currentOp must be run against the 'admin' database")
  const options = new Fields('$currentOp', spec)
  for (const name of spec.keys()) {
    if (!OPTIONS.has(name))
      throw new MongoServerFault('FailedToParse', `Unrecognized option '${name}' in $currentOp stage.`)
  }
  for (const name of ['idleCursors', 'targetAllNodes']) {
    if (options.boolean(name) === true)
      throw new MongoServerFault('CommandNotSupported', `$currentOp does not support '${name}'`)
  }
  return shown(context, {
    idleConnections: options.boolean('idleConnections') ?? false,
    idleSessions: options.boolean('idleSessions') ?? true,
  })
}

/** `currentOp`: the same in one document, chosen by what stands beside its options. */
function currentOp(context: CommandContext): Doc {
  const { doc, fields } = context
  const all = fields.boolean('$all') ?? false
  const chosen = [...doc].filter(([name]) => !OWN_FIELDS.has(name) && !GENERIC_FIELDS.has(name))
  const filter = compileFilter(new Map(all ? [] : chosen))
  const docs = shown(context, { idleConnections: all, idleSessions: true })
  return new Map<string, Value>([['inprog', docs.filter((each) => filter.matches(each))]])
}

function shown(context: CommandContext, { idleConnections, idleSessions }: Shown): Doc[] {
  const { host, connection, db, doc } = context
  const own: Operation = { id: 0, connection, db, command: doc, startedAt: performance.now() }
  const running = [own, ...host.operations.running()]
  const docs = running.map((operation) => ofOperation(context, operation))
  if (idleConnections) {
    const busy = new Set(running.map((operation) => operation.connection))
    for (const idle of host.connections()) if (!busy.has(idle)) docs.push(ofIdleConnection(context, idle))
  }
  if (idleSessions) {
    for (const session of host.sessions.all()) {
      const { transaction } = session
      if (session.running === 0 && transaction?.state === 'active')
        docs.push(ofIdleSession(context, session, transaction))
    }
  }
  return docs
}

function ofOperation(context: CommandContext, operation: Operation): Doc {
  const { connection, db, command } = operation
  const [name = ''] = command.keys()
  const target = command.get(name === 'getMore' ? 'collection' : name)
  const lsid = command.get('lsid')
  const micros = Math.max(Math.round((performance.now() - operation.startedAt) * 1000), 1)
  const transaction =
    command.get('autocommit') === false
      ? { transaction: { parameters: { txnNumber: command.get('txnNumber'), autocommit: false } } }
      : {}
  return toDoc({
    type: 'op',
    ...ofConnection(context, connection),
    active: true,
    currentOpTime: new Date(context.host.now()).toISOString(),
    opid: operation.id,
    ...(lsid === undefined ? {} : { lsid }),
    ...transaction,
    secs_running: Long.fromNumber(Math.floor(micros / 1_000_000)),
    microsecs_running: Long.fromNumber(micros),
    op: KINDS[name] ?? 'command',
    ns: `${db}.${typeof target === 'string' ? target : `$cmd${name === 'aggregate' ? '.aggregate' : ''}`}`,
    command: new Map([...command].filter(([field]) => !LEFT_OUT.has(field))),
    waitingForLock: false,
  })
}

function ofIdleConnection(context: CommandContext, connection: Connection): Doc {
  return toDoc({
    type: 'op',
    ...ofConnection(context, connection),
    active: false,
    currentOpTime: new Date(context.host.now()).toISOString(),
  })
}

/** An open transaction between two of its commands. */
function ofIdleSession(context: CommandContext, session: Session, transaction: SessionTransaction): Doc {
  const { host } = context
  const connection = [...host.connections()].find(({ id }) => id === transaction.connectionId)
  const openMs = host.now() - transaction.startedAt
  return toDoc({
    type: 'idleSession',
    desc: 'inactive transaction',
    ...(connection === undefined ? {} : clientOf(connection)),
    active: false,
    lsid: session.lsid,
    transaction: {
      parameters: { txnNumber: Long.fromBigInt(transaction.number), autocommit: false },
      startWallClockTime: new Date(transaction.startedAt).toISOString(),
      timeOpenMicros: Long.fromNumber(openMs * 1000),
      expiryTime: new Date(transaction.startedAt + host.parameters.transactionLifetimeMs).toISOString(),
    },
  })
}

function ofConnection({ host }: CommandContext, connection: Connection): object {
  return {
    host: host.addressFor(connection.localAddress),
    desc: `conn${connection.id}`,
    ...clientOf(connection),
  }
}

function clientOf(connection: Connection): object {
  const { applicationName, clientMetadata } = connection
  return {
    connectionId: connection.id,
    client: connection.address,
    ...(applicationName === undefined ? {} : { appName: applicationName }),
    ...(clientMetadata === undefined ? {} : { clientMetadata }),
  }
}

export const CURRENT_OPERATIONS_COMMAND: Command = {
  name: 'currentOp',
  fields: null,
  adminOnly: true,
  run: currentOp,
}
