import { MongoServerFault } from '../errors.ts'
import type { Connection } from '../wire/connection.ts'
import type { WireRequest } from '../wire/message.ts'
import { encodeReply, type Reply } from '../wire/reply.ts'
import { faultReply } from './fault-reply.ts'
import { Fields } from './fields.ts'
import { helloReply } from './hello.ts'
import type { Host } from './host.ts'

const SHORTEST_WAIT_MS = 100

/** Whether a client lets the server go on answering its `hello` without asking again. */
export function wantsExhaust(request: WireRequest): boolean {
  return (
    request.exhaustAllowed && request.command.has('maxAwaitTimeMS') && request.command.has('topologyVersion')
  )
}

/** The first reply of a stream of `hello`s; the further ones follow by themselves, as often as the client waits. */
export function startExhaust(host: Host, connection: Connection, request: WireRequest, first: Reply): Buffer {
  const everyMs = new Fields('hello', request.command).count('maxAwaitTimeMS') ?? 0
  const [name = ''] = request.command.keys()
  let previous = encodeReply(first, {
    responseTo: request.requestId,
    time: host.clusterTime(),
    moreToCome: true,
  })
  const timer = setInterval(
    () => {
      const responseTo = previous.readInt32LE(4)
      const failure = host.failPoints.onCommand(name, connection.applicationName, 'admin')
      if (failure?.closeConnection === true) connection.close()
      else if (failure?.errorCode !== undefined) {
        clearInterval(timer)
        const fault = new MongoServerFault(failure.errorCode, "Failing command via 'failCommand' failpoint")
        connection.send(encodeReply(faultReply(fault), { responseTo, time: host.clusterTime(), hasOk: true }))
      } else {
        previous = encodeReply(helloReply(host, connection, name), {
          responseTo,
          time: host.clusterTime(),
          moreToCome: true,
        })
        connection.send(previous)
      }
    },
    Math.max(everyMs, SHORTEST_WAIT_MS),
  )
  timer.unref()
  connection.whenClosed(() => clearInterval(timer))
  return previous
}
