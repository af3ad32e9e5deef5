import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Page, Pages } from './transport/http/pages.ts'

const FOLDER = join(import.meta.dirname, '..', 'web')

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
}

/** The browser's Socket.IO, from the package that our own tests use: nothing comes from another server. */
const CLIENT = join(
  dirname(fileURLToPath(import.meta.resolve('socket.io-client/package.json'))),
  'dist/socket.io.esm.min.js',
)

const FILES = [
  'index.html',
  'page.css',
  'icon.svg',
  'page.js',
  'shop.js',
  'shelf.js',
  'basket.js',
  'conversation.js',
]

/** The demo shop at `/`: a client of the public contract like any other. Its files are read when they are first asked for. */
export function shopPage(): Pages {
  const pages = new Map<string, Page>()
  for (const file of FILES) pages.set(file === 'index.html' ? '/' : `/${file}`, fileAt(join(FOLDER, file)))
  pages.set('/socket.io-client.js', fileAt(CLIENT))
  return (path) => pages.get(path)
}

function fileAt(path: string): Page {
  let content: string | undefined
  return {
    type: TYPES[path.slice(path.lastIndexOf('.') + 1)] ?? 'text/plain',
    body() {
      content ??= readFileSync(path, 'utf8')
      return content
    },
  }
}
