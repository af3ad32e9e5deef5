import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

const HEADER_BYTES = 16
const FLAGS_AND_KIND = 5

/** Stands between a client and a server, and can lose a connection after the server did what was asked for. */
export interface DeafProxy extends AsyncDisposable {
  /** The server's address by way of the proxy. */
  readonly uri: string
  /** Loses the connection on which a command of this name is answered next, and with it the answer. */
  loseAnswerTo(command: string): void
  /** How many answers were lost. */
  readonly lost: number
}

export async function startDeafProxy(uri: string): Promise<DeafProxy> {
  const target = new URL(uri)
  const doomed: string[] = []
  const sockets = new Set<Socket>()
  let lost = 0
  const server = createServer((client) => {
    const upstream = connect({ host: target.hostname, port: Number(target.port) })
    let isDoomed = false
    const end = (): void => {
      client.destroy()
      upstream.destroy()
    }
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', end)
      socket.on('close', () => {
        sockets.delete(socket)
        end()
      })
    }
    client.on('data', (chunk) => {
      const at = doomed.indexOf(commandIn(chunk))
      if (at !== -1) {
        doomed.splice(at, 1)
        isDoomed = true
      }
      upstream.write(chunk)
    })
    upstream.on('data', (chunk) => {
      if (!isDoomed) {
        client.write(chunk)
        return
      }
      lost += 1
      end()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  return {
    // the server would send who asks for its set to its own address
    uri: `mongodb://127.0.0.1:${port}/?directConnection=true`,
    loseAnswerTo: (command) => doomed.push(command),
    get lost() {
      return lost
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

/** The name of the command with which a chunk begins: the first field of its document. */
function commandIn(chunk: Buffer): string {
  const name = HEADER_BYTES + FLAGS_AND_KIND + 4 + 1
  return chunk.toString('latin1', name, Math.max(chunk.indexOf(0, name), name))
}
