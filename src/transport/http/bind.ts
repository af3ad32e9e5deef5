import { Router, type RouterContext } from '@koa/router'
import type { Logger } from 'pino'
import {
  Empty,
  IdempotencyKey,
  ROUTES,
  type Route,
  type RouteAnswer,
  type RouteBody,
  type RouteName,
  type RouteParams,
  type RouteQuery,
} from '../../contract/index.ts'
import type { Caller } from '../../platform/caller.ts'
import type { CountingLimit } from '../../platform/cluster-limit.ts'
import type { Context } from '../../platform/context.ts'
import { ShopError } from '../../platform/errors.ts'
import { parseInput, parseObject } from '../../platform/field-errors.ts'
import type { IdempotencyClaim } from '../../platform/idempotency.ts'
import { requireAllowed } from '../../platform/limits.ts'
import type { VerifiedToken } from '../../platform/verified-token.ts'
import { checkAnswer } from '../answer-check.ts'
import { callOnce } from '../idempotent-call.ts'
import { callerOf, requireRole, type TokenCheck } from '../token-check.ts'
import { readBody } from './body.ts'
import { setLimitHeaders } from './limit-headers.ts'
import type { RequestState } from './state.ts'

type Guarded<N extends RouteName, T> = (typeof ROUTES)[N]['auth'] extends 'user' | 'admin' ? T : T | undefined

/** What a route's handler is given: everything parsed and checked. */
export interface RouteRequest<N extends RouteName> {
  readonly ctx: Context
  /** Always there where the route needs a token; undefined without one where it does not. */
  readonly caller: Guarded<N, Caller>
  readonly token: Guarded<N, VerifiedToken>
  readonly params: RouteParams<N>
  readonly query: RouteQuery<N>
  readonly body: RouteBody<N>
  /** On idempotent routes with an `Idempotency-Key`: lets the command store its answer in its own transaction. */
  readonly claim: IdempotencyClaim | undefined
  readonly idempotencyKey: string | undefined
  /** The client's network address. */
  readonly address: string
  readonly log: Logger
}

/** Of a route that answers nothing, whatever the handler returns is dropped. */
type Answer<N extends RouteName> = RouteAnswer<N> extends undefined ? unknown : RouteAnswer<N>

export type Handler<N extends RouteName> = (request: RouteRequest<N>) => Promise<Answer<N>>

/** A feature's share of the routes: `const cartRoutes = { getCart: ... } satisfies RouteHandlers`. */
export type RouteHandlers = { readonly [N in RouteName]?: Handler<N> }

export interface BindOptions {
  readonly ctx: Context
  readonly tokens: TokenCheck
  readonly limit: CountingLimit
  readonly handlers: RouteHandlers
}

type Http = RouterContext<RequestState>

/** Puts every route that has a handler behind limit, token, parsing and idempotency, in that order. */
export function bindRoutes(options: BindOptions): Router<RequestState> {
  const router = new Router<RequestState>({ prefix: '/api', sensitive: true, strict: true })
  for (const name of Object.keys(ROUTES) as RouteName[]) bindRoute(router, name, options)
  return router
}

function bindRoute<N extends RouteName>(router: Router<RequestState>, name: N, options: BindOptions): void {
  const { ctx, handlers } = options
  const route: Route = ROUTES[name]
  const handler: Handler<N> | undefined = handlers[name]
  if (handler === undefined) return

  const answer = async (http: Http): Promise<void> => {
    http.state.route = name
    // what one shopper is told must not be found in a browser or a proxy by another
    http.set('Cache-Control', route.auth === 'none' && route.method === 'GET' ? 'no-cache' : 'no-store')
    const token = await identify(options, route, http)
    const caller = token === undefined ? undefined : callerOf(token, http.state.requestId, 'rest')
    const params = route.params === undefined ? undefined : parseInput(route.params, http.params)
    const query = parseInput(route.query ?? Empty, http.query)
    const body = route.body === undefined ? undefined : await parseBody(route.body, http)
    const key = route.idempotent === true ? idempotencyKeyOf(http) : undefined
    const log = caller === undefined ? ctx.log : ctx.log.child({ userId: caller.userId })
    const call = {
      userId: caller?.userId,
      key,
      command: name,
      answer: route.success.body,
      request: { ...(params ?? {}), ...(body ?? {}) },
    }
    const result = await callOnce(ctx, call, (claim) =>
      handler({
        ctx,
        caller: caller as Guarded<N, Caller>,
        token: token as Guarded<N, VerifiedToken>,
        params: params as RouteParams<N>,
        query: query as RouteQuery<N>,
        body: body as RouteBody<N>,
        claim,
        idempotencyKey: key,
        address: http.ip,
        log,
      }),
    )
    checkAnswer(ctx.config, log, name, route.success.body, result)
    http.status = route.success.status
    http.body = route.success.status === 204 ? null : result
  }

  const method = route.method.toLowerCase() as Lowercase<Route['method']>
  router[method](route.path, answer)
}

/** Counts the request and says whose it is; a token that the route does not need is at most a hint. */
async function identify(options: BindOptions, route: Route, http: Http): Promise<VerifiedToken | undefined> {
  const { ctx, tokens, limit } = options
  const bearer = bearerOf(http)
  // where anybody may come in, guests that anybody can become are no better than their address
  const entrance = route.auth === 'optional' || (route.auth === 'none' && route.method === 'POST')
  const user = bearer === undefined || entrance ? undefined : tokens.peek(ctx, bearer)
  const state = await limit.consume(user === undefined ? `address:${http.ip}` : `user:${user}`)
  setLimitHeaders(http, state)
  requireAllowed(state)
  if (route.auth === 'none') return undefined
  if (route.auth === 'optional') return bearer === undefined ? undefined : verifyIfValid(options, bearer)
  if (bearer === undefined) throw new ShopError('unauthenticated')
  const token = await tokens.verify(ctx, bearer)
  http.state.userId = token.userId
  if (route.auth === 'admin') requireRole(token, 'admin')
  return token
}

/** Who signs in anew may well send a token that has expired. */
async function verifyIfValid(
  { ctx, tokens }: BindOptions,
  bearer: string,
): Promise<VerifiedToken | undefined> {
  try {
    return await tokens.verify(ctx, bearer)
  } catch (error) {
    if (error instanceof ShopError && error.status === 401) return undefined
    throw error
  }
}

function bearerOf(http: Http): string | undefined {
  const [scheme, value, ...rest] = (http.headers.authorization ?? '').split(' ')
  if (scheme?.toLowerCase() !== 'bearer' || value === undefined || value === '' || rest.length > 0)
    return undefined
  return value
}

async function parseBody(schema: NonNullable<Route['body']>, http: Http): Promise<Record<string, unknown>> {
  await readBody(http, async () => undefined)
  return parseObject(schema, http.request.body) as Record<string, unknown>
}

function idempotencyKeyOf(http: Http): string | undefined {
  const header = http.headers['idempotency-key']
  if (header === undefined) return undefined
  const parsed = IdempotencyKey.safeParse(header)
  if (parsed.success) return parsed.data
  throw new ShopError('validation_failed', undefined, {
    errors: [{ path: 'Idempotency-Key', message: 'must have 1 to 128 characters' }],
  })
}
