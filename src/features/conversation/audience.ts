import { z } from 'zod'
import type { Peers } from '../../actors/index.ts'
import type { Context } from '../../platform/context.ts'
import type { ShopServer } from '../../transport/socket/shop-socket.ts'
import { removeViewer, type SessionDocument } from './sessions.store.ts'

/** Who hears what happens in a session: this instance's sockets, and those of the instances that have some too. */
export interface Audience {
  /** Sends to the session's sockets. It writes nothing while all of them are on this instance. */
  send(sessionId: string, event: string, data: unknown): void
  /** This instance has a socket in the session now. */
  join(session: SessionDocument): void
  /** Notes which other instances have sockets in the session; those that do not answer are forgotten. */
  learn(session: SessionDocument): void
  /** The last socket of this instance has left the session. */
  leave(sessionId: string): void
  hasSockets(sessionId: string): boolean
  /** The users whose sockets are on this instance. */
  users(): string[]
}

const TOPIC = { relay: 'chat:relay', joined: 'chat:joined', left: 'chat:left', watching: 'chat:watching' }
const WATCHING_TIMEOUT_MS = 3_000
const Relay = z.object({ sessionId: z.string(), event: z.string(), data: z.unknown() })
const Viewing = z.object({ sessionId: z.string() })
const RunPlace = z.looseObject({ runId: z.string(), seq: z.int() })

/** The room of a session's sockets. */
export function sessionRoom(sessionId: string): string {
  return `session:${sessionId}`
}

const REMEMBERED = 50_000

export function createAudience(ctx: Context, io: ShopServer, peers: Peers): Audience {
  const chat = io.of('/chat')
  const elsewhere = new Map<string, Set<string>>()
  /** How far this instance's sockets have been told of the run under way, so that a take-over repeats nothing. */
  const told = new Map<string, { runId: string; seq: number }>()
  const hasSockets = (sessionId: string) => (chat.adapter.rooms.get(sessionRoom(sessionId))?.size ?? 0) > 0

  const toldAlready = (sessionId: string, data: unknown) => {
    const place = RunPlace.parse(data)
    const last = told.get(sessionId)
    if (last?.runId === place.runId && place.seq <= last.seq) return true
    told.set(sessionId, { runId: place.runId, seq: place.seq })
    return false
  }
  const sendHere = (sessionId: string, event: string, data: unknown) => {
    if (!hasSockets(sessionId)) return
    if (event === 'agent:event' && toldAlready(sessionId, data)) return
    chat.local.to(sessionRoom(sessionId)).emit(event, data)
  }
  const others = (sessionId: string) => {
    const known = elsewhere.get(sessionId) ?? new Set<string>()
    elsewhere.set(sessionId, known)
    const [oldest] = elsewhere.keys()
    if (elsewhere.size > REMEMBERED && oldest !== undefined) elsewhere.delete(oldest)
    return known
  }

  const forget = (sessionId: string, viewer: string) => {
    elsewhere.get(sessionId)?.delete(viewer)
    removeViewer(ctx, sessionId, viewer).catch((error: unknown) =>
      ctx.log.warn({ err: error, sessionId }, 'a viewer of a session could not be removed'),
    )
  }
  const learn = ({ _id, viewers }: SessionDocument) => {
    for (const viewer of viewers) {
      if (viewer === ctx.instanceId || others(_id).has(viewer)) continue
      others(_id).add(viewer)
      peers.ask(viewer, TOPIC.watching, { sessionId: _id }, WATCHING_TIMEOUT_MS).then(
        (watching) => {
          if (watching !== true) forget(_id, viewer)
        },
        () => forget(_id, viewer),
      )
    }
  }

  peers.on(TOPIC.watching, (body) => hasSockets(Viewing.parse(body).sessionId))
  peers.on(TOPIC.relay, (body) => {
    const { sessionId, event, data } = Relay.parse(body)
    sendHere(sessionId, event, data)
  })
  peers.on(TOPIC.joined, (body, from) => void others(Viewing.parse(body).sessionId).add(from))
  peers.on(TOPIC.left, (body, from) => void elsewhere.get(Viewing.parse(body).sessionId)?.delete(from))

  return {
    hasSockets,
    users: () => [...new Set([...chat.sockets.values()].flatMap(({ data }) => data.token?.userId ?? []))],
    send(sessionId, event, data) {
      sendHere(sessionId, event, data)
      if ((elsewhere.get(sessionId)?.size ?? 0) > 0) peers.tell('*', TOPIC.relay, { sessionId, event, data })
    },
    join(session) {
      learn(session)
      told.delete(session._id)
      peers.tell('*', TOPIC.joined, { sessionId: session._id })
    },
    learn,
    leave(sessionId) {
      told.delete(sessionId)
      if ((elsewhere.get(sessionId)?.size ?? 0) === 0) return
      peers.tell('*', TOPIC.left, { sessionId })
      forget(sessionId, ctx.instanceId)
    },
  }
}
