import { Int32, Long } from 'bson'
import { equals } from '../bson/compare.ts'
import type { Doc, Value } from '../bson/document.ts'
import type { Connection } from '../wire/connection.ts'
import { MAX_MESSAGE_BYTES } from '../wire/frames.ts'
import type { Reply } from '../wire/reply.ts'
import type { Command } from './command.ts'
import type { CommandContext } from './context.ts'
import type { Host } from './host.ts'
import { SESSION_TIMEOUT_MINUTES } from './sessions.ts'

/** MongoDB 7.0. */
export const MAX_WIRE_VERSION = 21
const MAX_DOCUMENT_BYTES = 16 * 1024 * 1024
const MAX_WRITE_BATCH = 100_000

/** The primary of a set of one, to whoever asks. */
export function helloReply(host: Host, connection: Connection, typed: string): Doc {
  const me = host.addressFor(connection.localAddress)
  const optime = new Map<string, Value>([
    ['ts', host.clusterTime()],
    ['t', Long.ONE],
  ])
  const now = new Date(host.now())
  const primary = typed === 'hello' ? 'isWritablePrimary' : 'ismaster'
  const reply = new Map<string, Value>([
    ['topologyVersion', topologyVersion(host)],
    ['hosts', [me]],
    ['setName', host.replicaSet],
    ['setVersion', new Int32(1)],
    [primary, true],
    ['secondary', false],
    ['primary', me],
    ['me', me],
    ['electionId', host.electionId],
    [
      'lastWrite',
      new Map<string, Value>([
        ['opTime', optime],
        ['lastWriteDate', now],
        ['majorityOpTime', optime],
        ['majorityWriteDate', now],
      ]),
    ],
    ['maxBsonObjectSize', new Int32(MAX_DOCUMENT_BYTES)],
    ['maxMessageSizeBytes', new Int32(MAX_MESSAGE_BYTES)],
    ['maxWriteBatchSize', new Int32(MAX_WRITE_BATCH)],
    ['localTime', now],
    ['logicalSessionTimeoutMinutes', new Int32(SESSION_TIMEOUT_MINUTES)],
    ['connectionId', new Int32(connection.id)],
    ['minWireVersion', new Int32(0)],
    ['maxWireVersion', new Int32(MAX_WIRE_VERSION)],
    ['readOnly', false],
  ])
  if (typed !== 'hello') reply.set('helloOk', true)
  return reply
}

function topologyVersion(host: Host): Doc {
  return new Map<string, Value>([
    ['processId', host.processId],
    ['counter', Long.fromNumber(6)],
  ])
}

/** Takes in what a client's first hello says of the client. */
export function introduce(connection: Connection, hello: Doc): void {
  const client = hello.get('client')
  if (!(client instanceof Map)) return
  connection.clientMetadata = client
  const application = client.get('application')
  const name = application instanceof Map ? application.get('name') : undefined
  connection.applicationName = typeof name === 'string' ? name : undefined
}

function run(context: CommandContext): Reply | Promise<Reply> {
  const { host, connection, fields } = context
  const [typed = 'hello'] = context.doc.keys()
  introduce(connection, context.doc)
  const waitMs = fields.count('maxAwaitTimeMS')
  const known = fields.document('topologyVersion')
  if (waitMs === undefined || known === undefined || !equals(known, topologyVersion(host))) {
    return helloReply(host, connection, typed)
  }
  return afterWait(context, typed, waitMs)
}

/** Nothing about a set of one ever changes, so that a client that awaits a change waits its whole time. */
function afterWait({ host, connection }: CommandContext, typed: string, waitMs: number): Promise<Reply> {
  const { promise, resolve } = Promise.withResolvers<Reply>()
  const answer = (): void => resolve(helloReply(host, connection, typed))
  const timer = setTimeout(() => {
    forget()
    answer()
  }, waitMs)
  timer.unref()
  const forget = connection.whenClosed(() => {
    clearTimeout(timer)
    answer()
  })
  return promise
}

export const HELLO_COMMANDS: readonly Command[] = [
  { name: 'hello', fields: null, run },
  { name: 'isMaster', aliases: ['ismaster'], fields: null, run },
]
