import { execFile } from 'node:child_process'
import { cp, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, sep } from 'node:path'
import { promisify } from 'node:util'
import { MongoClient } from 'mongodb'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { scratchFolder } from './support/scratch.ts'
import { startScript } from './support/server-process.ts'

const PACKAGE = join(import.meta.dirname, '..')
const NAME = '@floorwalker/embedded-mongo'
const run = promisify(execFile)
const require = createRequire(import.meta.url)

const PROGRAM = `
import { findRunningServer, startEmbeddedMongo } from '${NAME}'
const server = await startEmbeddedMongo(JSON.parse(process.argv[2] ?? '{}'))
process.once('SIGTERM', () => void server.close())
console.log('ready ' + ((await findRunningServer(process.argv[3] ?? '')) ?? server.uri))
`
const TYPED = `
import { DamagedStoreError, type EmbeddedMongo, startEmbeddedMongo } from '${NAME}'
export const server: Promise<EmbeddedMongo> = startEmbeddedMongo({ dataDir: 'data', port: 0 })
export const file: string = new DamagedStoreError('file', 'why').file
// @ts-expect-error: what the types forbid
void startEmbeddedMongo({ dataDir: 5 })
`

/** The folder of a package that this one needs. */
function installed(name: string): string {
  const entry = require.resolve(name)
  return entry.slice(0, entry.lastIndexOf(`${sep}${name}${sep}`) + name.length + 1)
}

const MODULES = dirname(installed('bson'))

describe('the published package', () => {
  let folder: Awaited<ReturnType<typeof scratchFolder>>
  let home: string

  async function npm(cwd: string, ...args: string[]): Promise<void> {
    // an empty cache: nothing but the tarballs may be needed
    const cache = join(folder.path, 'cache')
    await run('npm', [...args, '--offline', '--no-audit', '--no-fund', '--cache', cache], { cwd })
  }

  beforeAll(async () => {
    folder = await scratchFolder()
    // packing changes the manifest for a moment, which must not be seen by who imports the package meanwhile
    const copy = join(folder.path, 'source')
    const left = new Set(['node_modules', 'dist'].map((name) => join(PACKAGE, name)))
    await cp(PACKAGE, copy, { recursive: true, filter: (path) => !left.has(path) })
    await symlink(MODULES, join(folder.path, 'node_modules'))
    const before = await readdir(copy)
    const manifest = await readFile(join(copy, 'package.json'), 'utf8')
    home = join(folder.path, 'home')
    await mkdir(home)
    await writeFile(join(home, 'package.json'), '{ "private": true, "type": "module" }')
    const dependencies = ['bson', 'snowball-stemmers'].map(installed)
    await Promise.all([
      npm(copy, 'pack', '--pack-destination', home),
      npm(home, 'pack', ...dependencies, '--ignore-scripts'),
    ])
    expect(await readdir(copy)).toEqual(before)
    expect(await readFile(join(copy, 'package.json'), 'utf8')).toBe(manifest)
  })

  afterAll(() => folder[Symbol.asyncDispose]())

  describe('installed into an empty folder', () => {
    beforeAll(async () => {
      const tarballs = (await readdir(home))
        .filter((name) => name.endsWith('.tgz'))
        .map((name) => `./${name}`)
      expect(tarballs.length).toBe(3)
      await npm(home, 'install', ...tarballs)
      await writeFile(join(home, 'program.js'), PROGRAM)
    })

    it('holds JavaScript and types, the README and the licence; no sources, no tests', async () => {
      const at = join(home, 'node_modules', NAME)
      expect((await readdir(at)).sort()).toEqual(['LICENSE', 'README.md', 'dist', 'package.json'])
      const files = await readdir(join(at, 'dist'), { recursive: true, withFileTypes: true })
      const names = files.filter((file) => file.isFile()).map(({ name }) => name)
      expect(names.filter((name) => !/^[^.]+\.(?:js|d\.ts)$/.test(name))).toEqual([])
      expect(names.filter((name) => name.startsWith('test'))).toEqual([])
    })

    it.each([true, false])('runs under Node where it is installed (in a thread: %s)', async (inWorker) => {
      const dataDir = join(folder.path, `data-${inWorker}`)
      const program = join(home, 'program.js')
      const write = async (): Promise<number> => {
        const server = await startScript(program, [JSON.stringify({ dataDir, inWorker }), dataDir])
        const client = await MongoClient.connect(server.uri)
        try {
          const notes = client.db('shop').collection('notes')
          await notes.createIndex({ text: 'text' }, { default_language: 'english' })
          await notes.insertOne({ text: 'Running shoes' })
          return (await notes.find({ $text: { $search: 'runs' } }).toArray()).length
        } finally {
          await client.close()
          await server.end('SIGTERM')
        }
      }
      expect(await write()).toBe(1)
      expect(await write()).toBe(2)
    })

    it('tells TypeScript its types', async () => {
      await writeFile(join(home, 'typed.ts'), TYPED)
      const options = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2024', '--types', '']
      await run(join(MODULES, '.bin/tsc'), [...options, 'typed.ts'], { cwd: home })
    })
  })
})
