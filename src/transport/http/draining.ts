import type { Middleware } from 'koa'
import { ShopError } from '../../platform/errors.ts'
import type { RequestState } from './state.ts'

const RETRY_S = 1

/**
 * While the instance drains, calls of the API are sent elsewhere; what is under way is answered. Every answer then ends its
 * connection, for one that is kept alive would keep the server from closing.
 */
export function refuseWhileDraining(draining: () => boolean): Middleware<RequestState> {
  return async (http, next) => {
    if (draining() && http.path.startsWith('/api/')) {
      http.set('Connection', 'close')
      throw new ShopError('unavailable', 'This instance is about to stop.', { retryAfter: RETRY_S })
    }
    try {
      await next()
    } finally {
      if (draining()) http.set('Connection', 'close')
    }
  }
}
