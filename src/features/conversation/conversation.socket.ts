import type { OpenedSession, OpenSession } from '../../contract/index.ts'
import type { Caller } from '../../platform/caller.ts'
import type { Context } from '../../platform/context.ts'
import type { EventHandlers } from '../../transport/socket/bind.ts'
import type { ShopSocket } from '../../transport/socket/shop-socket.ts'
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
import { sessionRoom } from './session-sockets.ts'

/** What happens in a session while it is being opened comes after the acknowledgement. */
async function openHere(
  ctx: Context,
  caller: Caller,
  payload: OpenSession,
  socket: ShopSocket,
): Promise<OpenedSession> {
  const watch = watching(ctx, socket)
  let release: ((opened?: OpenedSession) => void) | undefined
  let opened: OpenedSession | undefined
  try {
    opened = await openSession(ctx, caller, payload, (session) => {
      release = conversationsOf(ctx)?.audience.holdBack(socket, session._id)
      watch(session)
    })
    return opened
  } finally {
    release?.(opened)
  }
}

/** Who speaks in a session hears it too. */
function watching(ctx: Context, socket: ShopSocket): Watch {
  return (session) => {
    if (socket.rooms.has(sessionRoom(session._id))) return
    void socket.join(sessionRoom(session._id))
    conversationsOf(ctx)?.audience.join(session)
  }
}

export const chatEvents = {
  'session:open': ({ ctx, caller, payload, socket }) => openHere(ctx, caller, payload, socket),
  'message:send': ({ ctx, caller, payload, socket }) =>
    sendMessage(ctx, caller, payload, watching(ctx, socket)),
  'run:cancel': ({ ctx, caller, payload }) => cancelRun(ctx, caller, payload),
  'run:resume': ({ ctx, caller, payload }) => resumeRun(ctx, caller, payload),
  'history:list': ({ ctx, caller, payload }) => listHistory(ctx, caller, payload),
  'session:close': ({ ctx, caller, payload }) => closeSession(ctx, caller, payload),
} satisfies EventHandlers<'/chat'>
