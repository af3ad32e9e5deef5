import type { ShopSocket } from '../../transport/socket/shop-socket.ts'

/** What is kept back from a socket, session by session, while it is being given the state from which it goes on. */
export interface HeldBack {
  /** From now on what is done for this socket in this session waits for the returned function, or for the last of several. */
  hold(socket: ShopSocket, sessionId: string): () => void
  /** Does something now, or in its turn. */
  inTurn(socket: ShopSocket, sessionId: string, act: () => void): void
}

interface Queue {
  holds: number
  readonly acts: Array<() => void>
}

export function createHeldBack(): HeldBack {
  const queues = new WeakMap<ShopSocket, Map<string, Queue>>()
  return {
    hold(socket, sessionId) {
      const sessions = queues.get(socket) ?? new Map<string, Queue>()
      queues.set(socket, sessions)
      const queue = sessions.get(sessionId) ?? { holds: 0, acts: [] }
      sessions.set(sessionId, queue)
      queue.holds += 1
      return () => {
        queue.holds -= 1
        if (queue.holds > 0) return
        sessions.delete(sessionId)
        for (const act of queue.acts) act()
      }
    },
    inTurn(socket, sessionId, act) {
      const queue = queues.get(socket)?.get(sessionId)
      if (queue === undefined) act()
      else queue.acts.push(act)
    },
  }
}
