import { Router } from '@koa/router'
import type { CountingLimit } from '../../platform/cluster-limit.ts'
import type { Context } from '../../platform/context.ts'
import { ShopError } from '../../platform/errors.ts'
import { requireAllowed } from '../../platform/limits.ts'
import type { Credentials, SignInAdmin } from '../admin-entry.ts'
import { requireRole, type TokenCheck } from '../token-check.ts'
import type { HttpContext, RequestState } from './state.ts'

const CHALLENGE = 'Basic realm="Floorwalker", charset="UTF-8"'

export interface AdminDoorOptions {
  readonly ctx: Context
  readonly tokens: TokenCheck
  readonly limit: CountingLimit
  readonly signInAdmin: SignInAdmin
  /** The page for an admin, who is signed in on it by this access token. */
  readonly adminPage: (token: string) => string
}

/** `/admin`: asks a browser for an admin's address and password; other clients may bring an admin's token. */
export function adminRoutes(options: AdminDoorOptions): Router<RequestState> {
  const router = new Router<RequestState>()
  router.get('/admin', async (http) => {
    http.state.route = 'admin'
    http.set('WWW-Authenticate', CHALLENGE)
    requireAllowed(await options.limit.consume(`address:${http.ip}`))
    const token = await tokenOf(options, http)
    requireRole(await options.tokens.verify(options.ctx, token), 'admin')
    http.remove('WWW-Authenticate')
    http.set('Cache-Control', 'no-store')
    http.type = 'text/html; charset=utf-8'
    http.body = options.adminPage(token)
  })
  return router
}

async function tokenOf({ ctx, signInAdmin }: AdminDoorOptions, http: HttpContext): Promise<string> {
  const [scheme, value, ...rest] = (http.headers.authorization ?? '').split(' ')
  if (value === undefined || value === '' || rest.length > 0) throw new ShopError('unauthenticated')
  if (scheme?.toLowerCase() === 'bearer') return value
  if (scheme?.toLowerCase() !== 'basic') throw new ShopError('unauthenticated')
  return signInAdmin(ctx, credentialsIn(value), http.ip)
}

function credentialsIn(encoded: string): Credentials {
  const text = Buffer.from(encoded, 'base64').toString('utf8')
  const colon = text.indexOf(':')
  if (colon < 1) throw new ShopError('unauthenticated')
  return { email: text.slice(0, colon), password: text.slice(colon + 1) }
}
