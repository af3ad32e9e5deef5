import type { Role } from '../../contract/index.ts'
import type { Context } from '../../platform/context.ts'
import { ShopError, toProblem } from '../../platform/errors.ts'
import { toShopError } from '../../platform/mongo.ts'
import { inRequest } from '../../platform/request-scope.ts'
import type { VerifiedToken } from '../../platform/verified-token.ts'
import type { Origins } from '../origins.ts'
import { requestIdFrom } from '../request-id.ts'
import { requireRole, type TokenCheck } from '../token-check.ts'
import type { ShopSocket } from './shop-socket.ts'

/** A `connect_error` whose `data` is the problem object. */
class RefusedHandshake extends Error {
  readonly data: unknown

  constructor(error: ShopError, requestId: string) {
    super(error.detail)
    this.data = toProblem(error, requestId)
  }
}

export interface HandshakeOptions {
  readonly ctx: Context
  readonly tokens: TokenCheck
  readonly origins: Origins
  /** Whether this instance is about to stop. */
  readonly draining: () => boolean
}

/** Who may come in. */
export interface Entry {
  readonly auth: 'token' | 'public'
  /** Nobody else. */
  readonly role?: Role
  /** Where the token is; in the handshake, as the contract has it, without this. */
  readonly tokenOf?: (socket: ShopSocket) => Promise<string | undefined>
}

/** Socket.IO middleware: checks origin and token, and gives the socket its data. */
export function admit(options: HandshakeOptions, entry: Entry) {
  return (socket: ShopSocket, next: (error?: Error) => void): void => {
    const { ctx } = options
    const requestId = requestIdFrom(socket.handshake.headers['x-request-id'], ctx.ids)
    socket.data.requestId = requestId
    socket.data.address = addressOf(ctx, socket)
    inRequest(requestId, () => checkHandshake(options, entry, socket)).then(
      (token) => {
        socket.data.token = token
        tellOf(options, socket, entry, 'ok')
        next()
      },
      (error: unknown) => {
        const failure = toShopError(error)
        if (failure.status >= 500) {
          inRequest(requestId, () =>
            ctx.log.error({ err: failure.cause ?? failure, code: failure.code }, 'handshake failed'),
          )
        }
        tellOf(options, socket, entry, failure.code)
        next(new RefusedHandshake(failure, requestId))
      },
    )
  }
}

function tellOf(
  { ctx }: HandshakeOptions,
  { data, nsp }: ShopSocket,
  { auth }: Entry,
  outcome: string,
): void {
  // strangers come and go on the public namespace; of them only the refused are news
  const level = auth === 'public' && outcome === 'ok' ? 'debug' : 'info'
  const { requestId, address, token } = data
  inRequest(requestId, () =>
    ctx.log[level]({ namespace: nsp.name, outcome, address, userId: token?.userId }, 'handshake'),
  )
}

/** Socket.IO middleware for the namespace that every server has and the contract has not. */
export function refuse(ctx: Context) {
  return (_socket: ShopSocket, next: (error?: Error) => void): void => {
    next(new RefusedHandshake(new ShopError('not_found', 'There is no such namespace.'), ctx.ids.next()))
  }
}

async function checkHandshake(
  { ctx, tokens, origins, draining }: HandshakeOptions,
  entry: Entry,
  socket: ShopSocket,
): Promise<VerifiedToken | undefined> {
  if (draining()) throw new ShopError('unavailable', undefined, { retryAfter: 1 })
  const { origin, host } = socket.handshake.headers
  if (origin !== undefined && !origins.allows(origin, host)) {
    throw new ShopError('forbidden', 'This origin is not allowed.')
  }
  const token = await (entry.tokenOf ?? tokenOf)(socket)
  if (token === undefined) {
    if (entry.auth === 'public') return undefined
    throw new ShopError('unauthenticated')
  }
  const verified = await tokens.verify(ctx, token)
  if (entry.role !== undefined) requireRole(verified, entry.role)
  return verified
}

/** `auth.token`, or the query parameter for clients that cannot set it. */
export function tokenOf(socket: ShopSocket): string | undefined {
  const auth: Record<string, unknown> = socket.handshake.auth
  const value = auth.token ?? socket.handshake.query.token
  if (value === undefined || value === null || value === '') return undefined
  if (typeof value !== 'string') throw new ShopError('unauthenticated')
  return value.replace(/^Bearer /i, '')
}

function addressOf(ctx: Context, socket: ShopSocket): string {
  const forwarded = socket.handshake.headers['x-forwarded-for']
  if (ctx.config.trustProxy && typeof forwarded === 'string') {
    const nearest = forwarded.split(',').at(-1)?.trim()
    if (nearest !== undefined && nearest !== '') return nearest
  }
  return socket.handshake.address
}
