import type { Middleware } from 'koa'
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

/** Serves pages to GET and HEAD; other paths and methods go on. */
export function servePages(pages: Pages): Middleware<RequestState> {
  return async (http, next) => {
    const page = http.method === 'GET' || http.method === 'HEAD' ? pages(http.path) : undefined
    if (page === undefined) return next()
    http.state.route = 'page'
    http.type = page.type
    http.set('Cache-Control', page.maxAge === undefined ? 'no-cache' : `public, max-age=${page.maxAge}`)
    http.body = page.body()
  }
}
