import type { Context } from '../../platform/context.ts'
import type { ShopServer, ShopSocket } from '../../transport/socket/shop-socket.ts'

const LONGEST_CHECK_MS = 15_000
const SHORTEST_CHECK_MS = 50

/** Closes chat sockets on which nobody has said anything for SESSION_IDLE_TIMEOUT. */
export function watchIdleSockets(ctx: Context, io: ShopServer): { close(): void } {
  const limit = ctx.config.sessionIdleTimeoutMs
  const chat = io.of('/chat')
  const heard = new WeakMap<ShopSocket, number>()
  const now = () => ctx.clock.now().getTime()
  const welcome = (socket: ShopSocket) => {
    heard.set(socket, now())
    socket.onAny(() => void heard.set(socket, now()))
  }
  chat.on('connection', welcome)
  const timer = setInterval(
    () => {
      for (const socket of chat.sockets.values()) {
        if (now() - (heard.get(socket) ?? now()) >= limit) socket.disconnect(true)
      }
    },
    Math.min(LONGEST_CHECK_MS, Math.max(SHORTEST_CHECK_MS, limit / 4)),
  )
  timer.unref()
  return {
    close() {
      clearInterval(timer)
      chat.off('connection', welcome)
    },
  }
}
