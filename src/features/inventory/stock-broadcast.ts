import type { StockUpdate } from '../../contract/index.ts'
import type { ShopServer, ShopSocket } from '../../transport/socket/shop-socket.ts'

/** The room of those who watch every product. */
export const ALL_PRODUCTS = 'products'

export function productRoom(productId: string): string {
  return `product:${productId}`
}

/** So many packets may wait for a client before updates of one product take each other's place. */
const MOST_WAITING = 32

interface Reader {
  /** Packets handed to the connection and not yet taken by the network. */
  waiting: number
  /** The newest update of each product that had to wait. */
  readonly late: Map<string, StockUpdate>
  /** Up to which revision the client knows a product already, where that is ahead of the feed. */
  readonly known: Map<string, number>
}

export interface StockBroadcast {
  /** Sends an update to those sockets of this instance that watch the product. */
  send(update: StockUpdate): void
  /** What a socket was told when it subscribed: nothing older is sent to it. */
  tell(socketId: string, productId: string, revision: number): void
  close(): void
}

/**
 * Sends stock updates to this instance's sockets. One encoding serves all who keep up; for a client that reads slowly
 * only the newest update of each product is kept, and sent as soon as its connection takes something again.
 */
export function createStockBroadcast(io: ShopServer): StockBroadcast {
  const namespace = io.of('/inventory')
  const readers = new Map<string, Reader>()

  const welcome = (socket: ShopSocket) => {
    const reader: Reader = { waiting: 0, late: new Map(), known: new Map() }
    readers.set(socket.id, reader)
    const { conn } = socket
    const queued = () => {
      reader.waiting += 1
    }
    const drained = () => {
      reader.waiting = 0
      const updates = [...reader.late.values()]
      reader.late.clear()
      for (const update of updates) {
        if (watches(socket, update.productId)) socket.emit('inventory:updated', update)
      }
    }
    conn.on('packetCreate', queued)
    conn.on('drain', drained)
    socket.on('disconnect', () => {
      conn.off('packetCreate', queued)
      conn.off('drain', drained)
      readers.delete(socket.id)
    })
  }
  namespace.on('connection', welcome)
  for (const socket of namespace.sockets.values()) welcome(socket)

  return {
    send(update) {
      const rooms = [productRoom(update.productId), ALL_PRODUCTS]
      const apart: string[] = []
      for (const socketId of socketsIn(rooms)) {
        const reader = readers.get(socketId)
        if (reader === undefined) continue
        if (knows(reader, update)) apart.push(socketId)
        else if (reader.waiting >= MOST_WAITING) {
          reader.late.set(update.productId, update)
          apart.push(socketId)
        }
      }
      namespace.local.to(rooms).except(apart).emit('inventory:updated', update)
    },
    tell(socketId, productId, revision) {
      readers.get(socketId)?.known.set(productId, revision)
    },
    close() {
      namespace.off('connection', welcome)
    },
  }

  function socketsIn(rooms: readonly string[]): Set<string> {
    const found = new Set<string>()
    for (const room of rooms) {
      for (const socketId of namespace.adapter.rooms.get(room) ?? []) found.add(socketId)
    }
    return found
  }
}

function watches(socket: ShopSocket, productId: string): boolean {
  return socket.rooms.has(ALL_PRODUCTS) || socket.rooms.has(productRoom(productId))
}

/** An update beyond what the client was told makes the note superfluous. */
function knows(reader: Reader, update: StockUpdate): boolean {
  const revision = reader.known.get(update.productId)
  if (revision === undefined) return false
  if (update.revision <= revision) return true
  reader.known.delete(update.productId)
  return false
}
