import { createServer, type Server } from 'node:net'
import { Connection, type RequestHandler } from './connection.ts'

/** What has come and gone over the wire since the start. */
export interface Traffic {
  readonly open: number
  readonly created: number
  readonly bytesIn: number
  readonly bytesOut: number
}

/** The TCP door: takes connections and remembers them until they are gone. */
export class Listener {
  private readonly server: Server
  private readonly connections = new Set<Connection>()
  private created = 0
  /** Of connections that are gone. */
  private bytesIn = 0
  private bytesOut = 0
  private boundPort = 0

  constructor(handler: RequestHandler) {
    const forgetful: RequestHandler = {
      handle: (connection, request) => handler.handle(connection, request),
      refuse: (error) => handler.refuse(error),
      closed: (connection) => {
        this.connections.delete(connection)
        this.bytesIn += connection.bytesIn
        this.bytesOut += connection.bytesOut
        handler.closed(connection)
      },
    }
    this.server = createServer({ noDelay: true }, (socket) => {
      this.created += 1
      this.connections.add(new Connection(this.created, socket, forgetful))
    })
  }

  get port(): number {
    return this.boundPort
  }

  /** The connections that are open. */
  get all(): Iterable<Connection> {
    return this.connections
  }

  get traffic(): Traffic {
    let { bytesIn, bytesOut } = this
    for (const connection of this.connections) {
      bytesIn += connection.bytesIn
      bytesOut += connection.bytesOut
    }
    return { open: this.connections.size, created: this.created, bytesIn, bytesOut }
  }

  /** Binds to the address; port 0 takes a free one. */
  listen(host: string, port: number): Promise<number> {
    const { promise, resolve, reject } = Promise.withResolvers<number>()
    this.server.once('error', reject)
    this.server.listen({ host, port, backlog: 1024 }, () => {
      this.server.off('error', reject)
      this.server.on('error', () => undefined)
      const address = this.server.address()
      this.boundPort = address !== null && typeof address === 'object' ? address.port : port
      resolve(this.boundPort)
    })
    return promise
  }

  /** Stops listening and drops every connection. */
  close(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.server.close(() => resolve())
    for (const connection of [...this.connections]) connection.close()
    return promise
  }
}
