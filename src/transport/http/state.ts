import type { Context as KoaContext, ParameterizedContext } from 'koa'
import type { Logger } from 'pino'

/** What the middlewares hand down along one request. */
export interface RequestState {
  requestId: string
  log: Logger
  /** The name that the metrics know the route by. */
  route?: string
}

export type HttpContext = ParameterizedContext<RequestState>
export type { KoaContext }
