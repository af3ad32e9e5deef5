import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Page, Pages } from '../transport/http/pages.ts'

const ICONS = 'materialdesignicons'
const FOLDERS = ['css', 'img', 'js']
/** What the UI's own page would fetch from other servers. */
const FOREIGN = /<link[^>]+href="https:[^>]*>/g
const KEPT_S = 24 * 60 * 60

const TYPES: Readonly<Record<string, string>> = {
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  png: 'image/png',
  svg: 'image/svg+xml',
  woff2: 'font/woff2',
}

/** Socket.IO's admin UI, from its package; nothing comes from another server. */
export interface AdminPage {
  /** The page itself, signed in by an access token. */
  html(token: string): string
  /** The files that it is made of, which are no secret. */
  readonly files: Pages
}

/** The package's files are looked for when the first of them is asked for. */
export function adminPage(): AdminPage {
  let pages: ReadonlyMap<string, Page> | undefined
  let index: string | undefined
  return {
    html(token) {
      index ??= readFileSync(join(uiFolder(), 'index.html'), 'utf8').replaceAll(FOREIGN, '')
      const head = [
        '<head><base href="/admin/">',
        `<meta name="session" content="${token}">`,
        `<link rel="stylesheet" href="css/${ICONS}.min.css">`,
        '<script src="session.js"></script>',
      ]
      return index.replace('<head>', head.join(''))
    },
    files(path) {
      if (!path.startsWith('/admin/')) return undefined
      pages ??= findFiles()
      return pages.get(path)
    },
  }
}

function findFiles(): Map<string, Page> {
  const ui = uiFolder()
  const paths = FOLDERS.flatMap((folder) => readdirSync(join(ui, folder)).map((name) => `${folder}/${name}`))
  const own = ['favicon.png', ...paths].map((path) => [path, join(ui, path)] as const)
  const icons = [`css/${ICONS}.min.css`, `fonts/${ICONS}-webfont.woff2`]
  const others = icons.map((path) => [path, join(packageFolder('@mdi/font'), path)] as const)
  const files = [...own, ...others, ['session.js', join(import.meta.dirname, 'session.js')] as const]
  return new Map(
    files.flatMap(([path, file]) => {
      const type = TYPES[path.slice(path.lastIndexOf('.') + 1)]
      return type === undefined ? [] : [[`/admin/${path}`, fileAt(file, type)]]
    }),
  )
}

function fileAt(file: string, type: string): Page {
  let content: Buffer | undefined
  return {
    type,
    maxAge: KEPT_S,
    body() {
      content ??= readFileSync(file)
      return content
    },
  }
}

function uiFolder(): string {
  return join(packageFolder('@socket.io/admin-ui'), 'ui/dist')
}

function packageFolder(name: string): string {
  return dirname(fileURLToPath(import.meta.resolve(`${name}/package.json`)))
}
