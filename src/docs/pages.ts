import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { asyncapi } from './asyncapi.ts'
import { openapi } from './openapi.ts'

export interface DocsPage {
  readonly type: string
  body(): string
}

/** The API's description for machines and, at `/docs`, for readers; none of it needs the network. */
export function docsPages(version: string): (path: string) => DocsPage | undefined {
  const file = (name: string) =>
    once(() => readFileSync(join(import.meta.dirname, 'reference', name), 'utf8'))
  const index: DocsPage = { type: 'text/html; charset=utf-8', body: file('index.html') }
  const pages: Readonly<Record<string, DocsPage>> = {
    '/openapi.json': { type: 'application/json', body: once(() => JSON.stringify(openapi(version))) },
    '/asyncapi.json': { type: 'application/json', body: once(() => JSON.stringify(asyncapi(version))) },
    '/docs': index,
    '/docs/': index,
    '/docs/reference.css': { type: 'text/css; charset=utf-8', body: file('reference.css') },
    '/docs/reference.js': { type: 'text/javascript; charset=utf-8', body: file('reference.js') },
  }
  return (path) => (Object.hasOwn(pages, path) ? pages[path] : undefined)
}

/** Makes the text when it is first asked for: no start waits for it. */
function once(make: () => string): () => string {
  let made: string | undefined
  return () => {
    made ??= make()
    return made
  }
}
