import type { CountingLimit } from '../../platform/cluster-limit.ts'
import { requireAllowed } from '../../platform/limits.ts'
import type { SignInAdmin } from '../admin-entry.ts'
import { admit, type HandshakeOptions, tokenOf } from './handshake.ts'
import type { ShopServer, ShopSocket } from './shop-socket.ts'

export const ADMIN = '/admin'
/** An instance tells of itself for so long after the last word that somebody looks. */
const WATCHED_MS = 30_000
const TELL_MS = 10_000
const WATCHED = 'admin:watched'

export interface AdminNamespaceOptions extends HandshakeOptions {
  readonly limit: CountingLimit
  readonly signInAdmin: SignInAdmin
}

/**
 * Opens the namespace of Socket.IO's admin UI, for admins only. It shows how many sockets and packets each instance has and
 * cannot change anything; what is in the packets, the rooms and the handshakes stays unseen. Instances measure nothing for it
 * and write nothing for it until an admin looks.
 */
export function openAdmin(options: AdminNamespaceOptions, io: ShopServer): { close(): void } {
  const { ctx } = options
  const namespace = io.of(ADMIN)
  const emit = namespace.emit.bind(namespace)
  let watchedUntil = 0
  let begun: Promise<void> | undefined
  namespace.emit = (event, ...data) => performance.now() < watchedUntil && emit(event, ...data)
  const begin = async () => {
    const { instrument } = await import('@socket.io/admin-ui')
    instrument(io, {
      namespaceName: ADMIN,
      auth: false,
      readonly: true,
      mode: 'production',
      serverId: ctx.instanceId,
    })
  }
  const watch = () => {
    watchedUntil = performance.now() + WATCHED_MS
    begun ??= begin()
    return begun
  }
  const tell = () => {
    namespace.serverSideEmit(WATCHED)
    return watch()
  }
  const hear = () => void watch()
  namespace.on(WATCHED, hear)
  namespace.use(
    admit(options, { auth: 'token', role: 'admin', tokenOf: (socket) => sessionOf(options, socket) }),
  )
  namespace.use((_socket, next) => {
    // before the connection is told of, as the UI's own part must hear it
    tell().then(() => next(), next)
  })
  const timer = setInterval(() => {
    if (namespace.sockets.size > 0) void tell()
  }, TELL_MS)
  timer.unref()
  return {
    close() {
      clearInterval(timer)
      watchedUntil = 0
      namespace.off(WATCHED, hear)
    },
  }
}

/** The UI sends what was typed into its form, and later the session that it was given for that, which is an access token. */
async function sessionOf(
  { ctx, limit, signInAdmin }: AdminNamespaceOptions,
  socket: ShopSocket,
): Promise<string | undefined> {
  const { username, password, sessionId }: Record<string, unknown> = socket.handshake.auth
  if (typeof username === 'string' && typeof password === 'string' && username !== '') {
    // whoever tries one address after the other is not held by what counts for each of them
    requireAllowed(await limit.consume(`address:${socket.data.address}`))
    const token = await signInAdmin(ctx, { email: username, password }, socket.data.address)
    socket.emit('session', token)
    return token
  }
  return typeof sessionId === 'string' && sessionId !== '' ? sessionId : tokenOf(socket)
}
