import type { Server as HttpServer } from 'node:http'
import { createAdapter } from '@socket.io/mongo-adapter'
import { ObjectId } from 'mongodb'
import { Server } from 'socket.io'
import { z } from 'zod'
import { NAMESPACES, type NamespaceName } from '../../contract/index.ts'
import type { CountingLimit } from '../../platform/cluster-limit.ts'
import { defineCollection } from '../../platform/collection.ts'
import type { Context } from '../../platform/context.ts'
import type { Metrics } from '../../platform/metrics.ts'
import type { SignInAdmin } from '../admin-entry.ts'
import type { Origins } from '../origins.ts'
import { requestIdFrom } from '../request-id.ts'
import type { TokenCheck } from '../token-check.ts'
import { ADMIN, openAdmin } from './admin.ts'
import { bindEvents, type EventHandlers } from './bind.ts'
import { connectedFamilies, createRevoker, forgetExpiry, type Revoker, watchExpiry } from './expiry.ts'
import { admit, refuse } from './handshake.ts'
import { createLanes } from './lanes.ts'
import { familyRoom, type ShopServer, type ShopSocket, userRoom } from './shop-socket.ts'
import { createWork } from './work.ts'

/** Bytes; a longer packet ends its connection. */
const MAX_PACKET_BYTES = 100_000
/** Instances read packets from the change stream, which outlives the documents. */
const ADAPTER_KEPT_S = 60
const HANDSHAKE_MS = 10_000

export const socketPackets = defineCollection({
  name: 'socket_packets',
  schema: z.looseObject({ _id: z.instanceof(ObjectId) }),
  indexes: [{ key: { createdAt: 1 }, expireAfterSeconds: ADAPTER_KEPT_S }],
})

export type SocketHandlers = { readonly [N in NamespaceName]: EventHandlers<N> }

export interface SocketDoorOptions {
  readonly ctx: Context
  readonly http: HttpServer
  readonly tokens: TokenCheck
  readonly origins: Origins
  readonly limit: CountingLimit
  readonly metrics: Metrics
  /** Whether this instance is about to stop: new sockets and events are sent elsewhere then. */
  readonly draining: () => boolean
  readonly signInAdmin: SignInAdmin
  readonly handlers: SocketHandlers
}

export interface SocketDoor {
  readonly io: ShopServer
  /** Ends this instance's sockets of a family of tokens that was revoked. */
  endFamily(familyId: string): void
  /** The families of tokens that hold sockets open on this instance. */
  connectedFamilies(): string[]
  /** Resolves when the events under way are acknowledged, or after `limitMs`. */
  settle(limitMs: number): Promise<void>
  /** Closes every connection and the HTTP server; requests under way have `limitMs` before they are cut off. */
  close(limitMs: number): Promise<void>
}

const names = Object.keys(NAMESPACES) as NamespaceName[]
const withAdmin = [...names, ADMIN]

/** Opens the shop's namespaces on an HTTP server. */
export function openSocketDoor(options: SocketDoorOptions): SocketDoor {
  const { ctx, http, origins } = options
  const io: ShopServer = new Server(http, {
    maxHttpBufferSize: MAX_PACKET_BYTES,
    connectTimeout: HANDSHAKE_MS,
    serveClient: false,
    cors: (request, answer) => {
      const origin = request.headers.origin
      const allowed = origin !== undefined && origins.allows(origin, request.headers.host)
      answer(null, { origin: allowed ? origin : false })
    },
    adapter: createAdapter(ctx.db.collection(socketPackets.name), {
      addCreatedAtField: true,
      uid: ctx.instanceId,
    }),
  })
  io.engine.on('headers', (headers: Record<string, string>, request: { headers: Record<string, string> }) => {
    const requestId = requestIdFrom(request.headers['x-request-id'], ctx.ids)
    // for the handshake that follows
    request.headers['x-request-id'] = requestId
    headers['X-Request-Id'] = requestId
    headers['X-Content-Type-Options'] = 'nosniff'
    headers['Cache-Control'] = 'no-store'
  })
  const lanes = createLanes(options.draining)
  const work = createWork(
    (error) => ctx.log.error({ err: error }, 'an event could not be acknowledged'),
    lanes.waiting,
  )
  const revoker = createRevoker(io, withAdmin)
  io.use(refuse(ctx))
  for (const name of names) {
    const { auth } = NAMESPACES[name]
    io.of(name).use(admit(options, { auth }))
    keepTrack(options, revoker, io, name, (socket) =>
      bindEvents({ ...options, work, lanes, revoker }, name, options.handlers[name], socket),
    )
  }
  const admin = openAdmin(options, io)
  keepTrack(options, revoker, io, ADMIN)
  return {
    io,
    endFamily: revoker.endFamily,
    connectedFamilies: () => connectedFamilies(io, withAdmin),
    settle: work.settle,
    async close(limitMs) {
      admin.close()
      const timer = setTimeout(() => http.closeAllConnections(), limitMs)
      await io.close()
      clearTimeout(timer)
    },
  }
}

/** Gives each socket of a namespace its rooms, ends it with its token, and counts it. */
function keepTrack(
  { ctx, metrics }: SocketDoorOptions,
  revoker: Revoker,
  io: ShopServer,
  name: string,
  bind: (socket: ShopSocket) => void = () => undefined,
): void {
  io.of(name).on('connection', (socket) => {
    const { token } = socket.data
    metrics.sockets.inc({ namespace: name })
    if (token !== undefined) {
      void socket.join([userRoom(token.userId), familyRoom(token.familyId)])
      watchExpiry(ctx, socket)
    }
    bind(socket)
    socket.on('disconnect', () => {
      forgetExpiry(socket)
      metrics.sockets.dec({ namespace: name })
    })
    socket.on('error', (error: unknown) => {
      // what cannot be read is the client's mistake and ends its connection; its own event of this name comes here too
      const reason = error instanceof Error ? error.message : undefined
      ctx.log.debug({ reason, namespace: name }, 'a socket sent something that cannot be read')
    })
    revoker.endIfRevoked(socket)
  })
}
