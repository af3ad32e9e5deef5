import type { Middleware } from 'koa'
import type { Context } from '../../platform/context.ts'
import type { Metrics } from '../../platform/metrics.ts'
import { inRequest } from '../../platform/request-scope.ts'
import { requestIdFrom } from '../request-id.ts'
import type { RequestState } from './state.ts'

const QUIET = /^\/(?:health|metrics|images|docs|admin)/

/** Gives each request its id, under which it is logged, and writes one line and one measurement when it is answered. */
export function trackRequests(ctx: Context, metrics: Metrics): Middleware<RequestState> {
  return async (http, next) => {
    const started = process.hrtime.bigint()
    const requestId = requestIdFrom(http.headers['x-request-id'], ctx.ids)
    http.state.requestId = requestId
    http.set('X-Request-Id', requestId)
    metrics.requestsUnderWay.inc()
    http.res.once('close', () => {
      const seconds = Number(process.hrtime.bigint() - started) / 1e9
      const route = http.state.route ?? 'other'
      const status = http.res.statusCode
      metrics.requestsUnderWay.dec()
      metrics.requests.observe({ route, status }, seconds)
      const level = QUIET.test(http.path) ? 'debug' : 'info'
      const { userId, code } = http.state
      const line = { method: http.method, path: http.path, route, status, ms: Math.round(seconds * 1000) }
      const who = { address: http.ip, userId, code }
      inRequest(requestId, () => ctx.log[level]({ ...line, ...who }, 'request'))
    })
    await inRequest(requestId, next)
  }
}
