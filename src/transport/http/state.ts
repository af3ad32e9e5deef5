import type { Context as KoaContext, ParameterizedContext } from 'koa'

/** What the middlewares hand down along one request. */
export interface RequestState {
  requestId: string
  /** The name that the metrics know the route by. */
  route?: string
  /** Who called, once that is known. */
  userId?: string
  /** Why it was refused, if it was. */
  code?: string
}

export type HttpContext = ParameterizedContext<RequestState>
export type { KoaContext }
