import { z } from 'zod'
import type { Context } from '../../platform/context.ts'
import { ShopError } from '../../platform/errors.ts'
import type { TokenCheck } from '../token-check.ts'
import { familyRoom, type ShopServer, type ShopSocket } from './shop-socket.ts'

/** The longest delay that a timer can have. */
const MAX_DELAY_MS = 2_147_483_647

const timers = new WeakMap<ShopSocket, NodeJS.Timeout>()

/** Ends the socket when its token expires. Call it again when the token has changed. */
export function watchExpiry(ctx: Context, socket: ShopSocket): void {
  clearTimeout(timers.get(socket))
  const { token } = socket.data
  if (token === undefined) return
  const left = token.expiresAt.getTime() - ctx.clock.now().getTime()
  const timer = setTimeout(
    () => {
      if (left > MAX_DELAY_MS) watchExpiry(ctx, socket)
      else endSocket(socket, 'token_expired')
    },
    Math.min(Math.max(left, 0), MAX_DELAY_MS),
  )
  timer.unref()
  timers.set(socket, timer)
}

export function forgetExpiry(socket: ShopSocket): void {
  clearTimeout(timers.get(socket))
  timers.delete(socket)
}

function endSocket(socket: ShopSocket, code: 'token_expired' | 'token_revoked'): void {
  forgetExpiry(socket)
  socket.emit('auth:expired', { code })
  socket.disconnect()
}

/** How many revoked families are remembered for sockets that were being let in at that moment. */
const REMEMBERED = 1_000

/** Ends this instance's sockets of families of tokens that were revoked. */
export interface Revoker {
  endFamily(familyId: string): void
  /** Ends a socket whose family was revoked after its token was checked and before the socket was here. */
  endIfRevoked(socket: ShopSocket): void
}

export function createRevoker(io: ShopServer, namespaces: readonly string[]): Revoker {
  const recent = new Set<string>()
  return {
    endFamily(familyId) {
      recent.add(familyId)
      for (const oldest of recent) {
        if (recent.size <= REMEMBERED) break
        recent.delete(oldest)
      }
      for (const socket of localSockets(io, namespaces)) {
        if (socket.data.token?.familyId === familyId) endSocket(socket, 'token_revoked')
      }
    },
    endIfRevoked(socket) {
      const { token } = socket.data
      if (token !== undefined && recent.has(token.familyId)) endSocket(socket, 'token_revoked')
    },
  }
}

/** The families of tokens that hold sockets open on this instance. */
export function connectedFamilies(io: ShopServer, namespaces: readonly string[]): string[] {
  const families = new Set<string>()
  for (const socket of localSockets(io, namespaces)) {
    if (socket.data.token !== undefined) families.add(socket.data.token.familyId)
  }
  return [...families]
}

function* localSockets(io: ShopServer, namespaces: readonly string[]): Iterable<ShopSocket> {
  for (const name of namespaces) yield* [...io.of(name).sockets.values()]
}

const Renewal = z.object({ token: z.string() })

/**
 * Lets a socket go on with a fresh token of the same user.
 * @throws ShopError as TokenCheck.verify does, or `forbidden` for another user's token
 */
export async function renewToken(
  { ctx, tokens, revoker }: { ctx: Context; tokens: TokenCheck; revoker: Revoker },
  socket: ShopSocket,
  payload: unknown,
): Promise<{ expiresAt: string }> {
  const fresh = await tokens.verify(ctx, Renewal.parse(payload).token)
  const { token } = socket.data
  if (token === undefined || fresh.userId !== token.userId) throw new ShopError('forbidden')
  if (fresh.familyId !== token.familyId) {
    await socket.leave(familyRoom(token.familyId))
    await socket.join(familyRoom(fresh.familyId))
  }
  socket.data.token = fresh
  watchExpiry(ctx, socket)
  revoker.endIfRevoked(socket)
  return { expiresAt: fresh.expiresAt.toISOString() }
}
