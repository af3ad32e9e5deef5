import type { Middleware } from 'koa'
import type { Logger } from 'pino'
import { ShopError, toProblem } from '../../platform/errors.ts'
import { toShopError } from '../../platform/mongo.ts'
import { setLimitHeaders } from './limit-headers.ts'
import type { HttpContext, RequestState } from './state.ts'

const NOTHING_HERE = 'There is nothing at this address.'

/** Turns whatever goes wrong below into a problem object, and an unanswered request into `not_found`. */
export function answerProblems(log: Logger): Middleware<RequestState> {
  return async (http, next) => {
    try {
      await next()
      if (http.status === 404 && (http.body === undefined || http.body === null)) {
        throw new ShopError('not_found', NOTHING_HERE)
      }
      if (http.status === 405 || http.status === 501) throw refusedMethod(http)
    } catch (error) {
      sendProblem(http, log, fromHttpError(error) ?? toShopError(error))
    }
  }
}

/** The router says which methods a path has; of a path that has none it says nothing. */
function refusedMethod(http: HttpContext): ShopError {
  if (http.response.get('Allow') !== '') return new ShopError('method_not_allowed')
  http.remove('Allow')
  return new ShopError('not_found', NOTHING_HERE)
}

function sendProblem(http: HttpContext, log: Logger, error: ShopError): void {
  const { requestId } = http.state
  if (error.status >= 500) log.error({ err: error.cause ?? error, code: error.code }, 'request failed')
  http.state.code = error.code
  http.status = error.status
  http.body = JSON.stringify(toProblem(error, requestId))
  http.type = 'application/problem+json'
  if (error.details.retryAfter !== undefined) http.set('Retry-After', String(error.details.retryAfter))
  if (error.details.limit !== undefined) setLimitHeaders(http, error.details.limit)
  if (error.details.allow !== undefined) http.set('Allow', error.details.allow.join(', '))
  if (error.status === 401 && !http.res.hasHeader('WWW-Authenticate')) http.set('WWW-Authenticate', 'Bearer')
}

/** What Koa, its router and the body parser throw about a client's mistakes carries a status below 500. */
function fromHttpError(error: unknown): ShopError | undefined {
  if (!(error instanceof Error) || error instanceof ShopError || !('status' in error)) return undefined
  switch (error.status) {
    case 400:
      return new ShopError('malformed_json', 'The request cannot be read.', {}, { cause: error })
    case 404:
      return new ShopError('not_found')
    case 413:
      return new ShopError('payload_too_large')
    case 415:
      return new ShopError('unsupported_media_type')
    default:
      return undefined
  }
}
