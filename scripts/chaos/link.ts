import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

/** A stretch of network between two processes that can be slow or cut. */
export class Link {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  #delayMs = 0

  private constructor(server: Server) {
    this.#server = server
  }

  /** Listens on a free port of 127.0.0.1 and carries everything to `target`, which may change its port. */
  static async open(target: () => number): Promise<Link> {
    const server = createServer()
    const link = new Link(server)
    server.on('connection', (near) => {
      const far = connect(target(), '127.0.0.1')
      link.#carry(near, far)
      link.#carry(far, near)
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return link
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** Ends every connection; new ones are welcome. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  /** From now on every piece takes so many milliseconds longer. */
  slow(delayMs: number): void {
    this.#delayMs = delayMs
  }

  async close(): Promise<void> {
    this.#server.close()
    this.cut()
    await once(this.#server, 'close')
  }

  #carry(from: Socket, to: Socket): void {
    this.#sockets.add(from)
    from.setNoDelay(true)
    /** What is on its way; each timer brings the oldest, so that a link that turns quicker lets nothing overtake. */
    const pieces: Buffer[] = []
    let lastDueAt = 0
    from.on('data', (piece) => {
      const now = performance.now()
      if (this.#delayMs === 0 && pieces.length === 0) {
        to.write(piece)
        return
      }
      pieces.push(piece)
      lastDueAt = Math.max(now + this.#delayMs, lastDueAt)
      setTimeout(() => {
        const oldest = pieces.shift()
        if (oldest !== undefined && to.writable) to.write(oldest)
      }, lastDueAt - now)
    })
    // a connection that breaks is what this is for
    from.on('error', () => to.destroy())
    from.on('close', () => {
      this.#sockets.delete(from)
      to.destroy()
    })
  }
}
