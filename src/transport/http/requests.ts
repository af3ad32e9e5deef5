import type { Middleware } from 'koa'
import type { Context } from '../../platform/context.ts'
import type { Metrics } from '../../platform/metrics.ts'
import { requestIdFrom } from '../request-id.ts'
import type { RequestState } from './state.ts'

const QUIET = /^\/(?:health|metrics|images|docs)/

/** Gives each request its id and its logger, and writes one line and one measurement when it is answered. */
export function trackRequests(
  ctx: Context,
  metrics: Metrics,
  draining: () => boolean,
): Middleware<RequestState> {
  return async (http, next) => {
    const started = process.hrtime.bigint()
    const requestId = requestIdFrom(http.headers['x-request-id'], ctx.ids)
    const log = ctx.log.child({ requestId })
    http.state.requestId = requestId
    http.state.log = log
    http.set('X-Request-Id', requestId)
    http.res.once('close', () => {
      const seconds = Number(process.hrtime.bigint() - started) / 1e9
      const route = http.state.route ?? 'other'
      const status = http.res.statusCode
      metrics.requests.observe({ route, status }, seconds)
      const level = QUIET.test(http.path) ? 'debug' : 'info'
      log[level](
        { method: http.method, path: http.path, route, status, ms: Math.round(seconds * 1000) },
        'request',
      )
    })
    await next()
    // A connection that is kept alive past this answer would keep the server from closing.
    if (draining()) http.set('Connection', 'close')
  }
}
