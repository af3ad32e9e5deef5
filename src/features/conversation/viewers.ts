import { z } from 'zod'
import type { Peers } from '../../actors/index.ts'
import type { Context } from '../../platform/context.ts'
import { removeViewer, type SessionDocument } from './sessions.store.ts'

/** Which instances have sockets in which sessions. */
export interface Viewers {
  /** Whether another instance has sockets in the session. */
  elsewhere(sessionId: string): boolean
  /** This instance has a socket in the session now. */
  join(session: SessionDocument): void
  /** Notes which other instances have sockets in the session; those that deny it, or are silent for long, are forgotten. */
  learn(session: SessionDocument): void
  /** The last socket of this instance has left the session. */
  leave(sessionId: string): void
  /** Resolves once the database knows that this instance had left the session; false when it had not. */
  left(sessionId: string): Promise<boolean>
}

export interface ViewersOptions {
  hasSockets(sessionId: string): boolean
  /** Another instance has come to have sockets in the session. */
  arrived(sessionId: string, viewer: string): void
}

const TOPIC = { joined: 'chat:joined', left: 'chat:left', watching: 'chat:watching' }
/** Longer than a client keeps a connection to an instance that is silent. */
const WATCHING_TIMEOUT_MS = 50_000
const REMEMBERED = 50_000
const Viewing = z.object({ sessionId: z.string() })

export function createViewers(ctx: Context, peers: Peers, options: ViewersOptions): Viewers {
  const elsewhere = new Map<string, Set<string>>()
  const leaving = new Map<string, Promise<void>>()
  const others = (sessionId: string) => {
    const known = elsewhere.get(sessionId) ?? new Set<string>()
    elsewhere.set(sessionId, known)
    const [oldest] = elsewhere.keys()
    if (elsewhere.size > REMEMBERED && oldest !== undefined) elsewhere.delete(oldest)
    return known
  }
  const remove = (sessionId: string, viewer: string) =>
    removeViewer(ctx, sessionId, viewer).catch((error: unknown) =>
      ctx.log.warn({ err: error, sessionId }, 'a viewer of a session could not be removed'),
    )
  const forget = (sessionId: string, viewer: string) => {
    elsewhere.get(sessionId)?.delete(viewer)
    void remove(sessionId, viewer)
  }
  const learn = ({ _id, viewers }: SessionDocument) => {
    for (const viewer of viewers) {
      if (viewer === ctx.instanceId || others(_id).has(viewer)) continue
      others(_id).add(viewer)
      options.arrived(_id, viewer)
      peers.ask(viewer, TOPIC.watching, { sessionId: _id }, WATCHING_TIMEOUT_MS).then(
        (watching) => {
          if (watching !== true) forget(_id, viewer)
        },
        () => forget(_id, viewer),
      )
    }
  }

  peers.on(TOPIC.watching, (body) => options.hasSockets(Viewing.parse(body).sessionId))
  peers.on(TOPIC.joined, (body, from) => {
    const { sessionId } = Viewing.parse(body)
    others(sessionId).add(from)
    options.arrived(sessionId, from)
  })
  peers.on(TOPIC.left, (body, from) => void elsewhere.get(Viewing.parse(body).sessionId)?.delete(from))

  return {
    elsewhere: (sessionId) => (elsewhere.get(sessionId)?.size ?? 0) > 0,
    join(session) {
      learn(session)
      peers.tell('*', TOPIC.joined, { sessionId: session._id })
    },
    learn,
    leave(sessionId) {
      if ((elsewhere.get(sessionId)?.size ?? 0) === 0) return
      peers.tell('*', TOPIC.left, { sessionId })
      const removed = remove(sessionId, ctx.instanceId).finally(() => {
        if (leaving.get(sessionId) === removed) leaving.delete(sessionId)
      })
      leaving.set(sessionId, removed)
    },
    async left(sessionId) {
      const removed = leaving.get(sessionId)
      await removed
      return removed !== undefined
    },
  }
}
