import { randomUUID } from 'node:crypto'
import { Binary, Int32 } from 'bson'
import type { Doc, Value } from '../bson/document.ts'
import type { Reply } from '../wire/reply.ts'
import { type Command, done } from './command.ts'
import type { CommandContext } from './context.ts'
import { fieldSetOf } from './fields.ts'
import { SESSION_TIMEOUT_MINUTES } from './sessions.ts'
import { abortTransaction, commitTransaction } from './transaction-commands.ts'

const NONE = fieldSetOf()

function startSession({ host }: CommandContext): Doc {
  const lsid: Doc = new Map([
    ['id', new Binary(Buffer.from(randomUUID().replaceAll('-', ''), 'hex'), Binary.SUBTYPE_UUID)],
  ])
  host.sessions.of(lsid)
  return new Map<string, Value>([
    ['id', lsid],
    ['timeoutMinutes', new Int32(SESSION_TIMEOUT_MINUTES)],
  ])
}

function namedSessions({ fields, command }: CommandContext): Doc[] {
  return fields.documents(command.name) ?? []
}

function endSessions(context: CommandContext): Doc {
  for (const lsid of namedSessions(context)) end(context, lsid)
  return done()
}

function end({ host }: CommandContext, lsid: Doc): void {
  const session = host.sessions.find(lsid)
  if (session === undefined) return
  host.cursors.killWhere((cursor) => cursor.owner.sessionKey === session.key)
  host.sessions.end(lsid)
}

function refreshSessions(context: CommandContext): Doc {
  for (const lsid of namedSessions(context)) context.host.sessions.of(lsid)
  return done()
}

/** Ends what the sessions have open; the sessions themselves live on. */
function killSessions(context: CommandContext): Doc {
  const named = namedSessions(context).map((lsid) => context.host.sessions.find(lsid))
  const doomed = named.length === 0 ? [...context.host.sessions.all()] : named
  for (const session of doomed) {
    if (session === undefined || session === context.session) continue
    session.abortTransaction()
    context.host.cursors.killWhere((cursor) => cursor.owner.sessionKey === session.key)
  }
  return done()
}

export const SESSION_COMMANDS: readonly Command[] = [
  { name: 'startSession', fields: NONE, run: startSession },
  { name: 'endSessions', fields: NONE, run: endSessions },
  { name: 'refreshSessions', fields: NONE, run: refreshSessions },
  { name: 'killSessions', fields: NONE, run: killSessions },
  { name: 'killAllSessions', fields: NONE, run: killSessions },
  { name: 'killAllSessionsByPattern', fields: NONE, run: (context): Reply => killSessions(context) },
  {
    name: 'commitTransaction',
    fields: fieldSetOf('recoveryToken'),
    inTransaction: true,
    adminOnly: true,
    writes: true,
    run: commitTransaction,
  },
  {
    name: 'abortTransaction',
    fields: fieldSetOf('recoveryToken'),
    inTransaction: true,
    adminOnly: true,
    writes: true,
    run: abortTransaction,
  },
]
