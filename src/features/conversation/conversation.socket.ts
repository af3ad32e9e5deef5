import type { Context } from '../../platform/context.ts'
import type { EventHandlers } from '../../transport/socket/bind.ts'
import type { ShopSocket } from '../../transport/socket/shop-socket.ts'
import { sessionRoom } from './audience.ts'
import {
  cancelRun,
  closeSession,
  listHistory,
  openSession,
  resumeRun,
  sendMessage,
  type Watch,
} from './conversation.commands.ts'
import { conversationsOf } from './conversations.ts'

/** Who speaks in a session hears it too. */
function watching(ctx: Context, socket: ShopSocket): Watch {
  return (session) => {
    if (socket.rooms.has(sessionRoom(session._id))) return
    void socket.join(sessionRoom(session._id))
    conversationsOf(ctx)?.audience.join(session)
  }
}

export const chatEvents = {
  'session:open': ({ ctx, caller, payload, socket }) =>
    openSession(ctx, caller, payload, watching(ctx, socket)),
  'message:send': ({ ctx, caller, payload, socket }) =>
    sendMessage(ctx, caller, payload, watching(ctx, socket)),
  'run:cancel': ({ ctx, caller, payload }) => cancelRun(ctx, caller, payload),
  'run:resume': ({ ctx, caller, payload }) => resumeRun(ctx, caller, payload),
  'history:list': ({ ctx, caller, payload }) => listHistory(ctx, caller, payload),
  'session:close': ({ ctx, caller, payload }) => closeSession(ctx, caller, payload),
} satisfies EventHandlers<'/chat'>
