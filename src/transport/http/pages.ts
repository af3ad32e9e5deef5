import type { Middleware } from 'koa'
import { ShopError } from '../../platform/errors.ts'
import type { RequestState } from './state.ts'

/** Something to be read at a fixed address. */
export interface Page {
  readonly type: string
  /** Called for each request; keep what is costly to make. */
  body(): string | Buffer
  /** Seconds that a cache may keep it; none without. */
  readonly maxAge?: number
}

/** Finds the page of a path, or undefined when there is none. */
export type Pages = (path: string) => Page | undefined

const ALLOWED = ['GET', 'HEAD']

/** Serves pages to GET and HEAD; other paths go on. Throws ShopError `method_not_allowed`. */
export function servePages(pages: Pages): Middleware<RequestState> {
  return async (http, next) => {
    const page = pages(http.path)
    if (page === undefined) return next()
    http.state.route = 'page'
    if (!ALLOWED.includes(http.method)) {
      throw new ShopError('method_not_allowed', undefined, { allow: ALLOWED })
    }
    http.type = page.type
    http.set('Cache-Control', page.maxAge === undefined ? 'no-cache' : `public, max-age=${page.maxAge}`)
    http.body = page.body()
  }
}
