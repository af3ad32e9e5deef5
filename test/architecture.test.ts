import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { describe, expect, it } from 'vitest'

const ROOT = resolve(import.meta.dirname, '..')
const IMPORT =
  /(?:^|\n)\s*(?:import|export)\s[^'"`;]*?from\s*['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]\s*\)|(?:^|\n)\s*import\s*['"]([^'"]+)['"]/g
const LONGEST_FILE = 400

interface Source {
  /** Path from the root of the repository, with forward slashes. */
  readonly path: string
  readonly text: string
  /** Paths of our own files that it imports. */
  readonly imports: readonly string[]
  /** Those of them that are there when it runs: imports of types alone are gone by then. */
  readonly needs: readonly string[]
  /** Names of packages that it imports. */
  readonly packages: readonly string[]
}

function filesBelow(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true, recursive: true })
    .filter(
      (entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.parentPath.includes('node_modules'),
    )
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)).split(sep).join('/'))
}

function read(path: string): Source {
  const text = readFileSync(join(ROOT, path), 'utf8')
  const matches = [...text.matchAll(IMPORT)]
  const targetsOf = (found: readonly RegExpMatchArray[]) =>
    found.flatMap((match) => match[1] ?? match[2] ?? match[3] ?? [])
  const ours = (targets: readonly string[]) =>
    targets
      .filter((target) => target.startsWith('.'))
      .map((target) => join(dirname(path), target).split(sep).join('/'))
  const targets = targetsOf(matches)
  return {
    path,
    text,
    imports: ours(targets),
    needs: ours(targetsOf(matches.filter(([whole]) => !/^\s*(?:import|export)\s+type\s/.test(whole)))),
    packages: targets.filter((target) => !target.startsWith('.')),
  }
}

const isTest = (path: string) => path.endsWith('.test.ts')
const sources = ['src', 'workers', 'scripts', 'packages'].flatMap(filesBelow).map(read)
const product = sources.filter(({ path }) => !isTest(path))

/** The room of a file: its folder below `src`, for a feature with the feature's name, for other trees their own. */
function roomOf(path: string): string {
  const [top = '', room = '', feature = ''] = path.split('/')
  if (top !== 'src') return top
  if (room === 'features') return `features/${feature}`
  return room
}

/** What kind of file it is within its feature, by its name: `cart.rules.ts` -> `rules`. */
function kindOf(path: string): string | undefined {
  const name = path.split('/').at(-1) ?? ''
  return (
    /\.(rules|store|commands|view|socket|routes|machine)\.ts$/.exec(name)?.[1] ??
    (name === 'index.ts' ? 'index' : undefined)
  )
}

function breaches(files: readonly Source[], allowed: (from: Source, to: string) => boolean): string[] {
  return files.flatMap((file) =>
    file.imports.filter((to) => !allowed(file, to)).map((to) => `${file.path} -> ${to}`),
  )
}

const inRoom = (room: string) => product.filter(({ path }) => roomOf(path) === room)
const isDoor = (path: string) => kindOf(path) === 'index'

describe('who may import whom', () => {
  it('contract imports nothing of ours, and only zod and AG-UI besides', () => {
    expect(breaches(inRoom('contract'), (_, to) => roomOf(to) === 'contract')).toEqual([])
    const others = inRoom('contract').flatMap(({ packages }) => packages)
    expect(others.filter((name) => name !== 'zod' && !name.startsWith('@ag-ui/core'))).toEqual([])
  })

  it('platform knows only the contract and the type of the configuration', () => {
    expect(
      breaches(inRoom('platform'), (_, to) => ['platform', 'contract', 'config.ts'].includes(roomOf(to))),
    ).toEqual([])
  })

  it('actors know only the platform', () => {
    expect(
      breaches(inRoom('actors'), (_, to) => ['actors', 'platform', 'config.ts'].includes(roomOf(to))),
    ).toEqual([])
  })

  it('transport knows only the platform and the contract', () => {
    expect(
      breaches(inRoom('transport'), (_, to) =>
        ['transport', 'platform', 'contract', 'config.ts'].includes(roomOf(to)),
      ),
    ).toEqual([])
  })

  it('docs know only the contract', () => {
    expect(breaches(inRoom('docs'), (_, to) => ['docs', 'contract'].includes(roomOf(to)))).toEqual([])
  })

  it('a feature is entered only through its door', () => {
    const outside = (from: Source, to: string) =>
      roomOf(to).startsWith('features/') && roomOf(to) !== roomOf(from.path)
    const files = product.filter(
      ({ path }) => path.startsWith('src/') || path.startsWith('workers/') || path.startsWith('scripts/'),
    )
    expect(breaches(files, (from, to) => !outside(from, to) || isDoor(to))).toEqual([])
  })

  it('sockets and routes reach their commands, never a store', () => {
    const doors = product.filter(({ path }) => ['socket', 'routes'].includes(kindOf(path) ?? ''))
    expect(doors.length).toBeGreaterThan(10)
    const reached = doors.flatMap(({ path, needs }) =>
      needs.filter((to) => kindOf(to) === 'store').map((to) => `${path} -> ${to}`),
    )
    expect(reached).toEqual([])
  })

  it('rules, views and machines are pure: the contract and their own kind', () => {
    const pure = product.filter(
      ({ path }) => path.includes('/features/') && ['rules', 'view', 'machine'].includes(kindOf(path) ?? ''),
    )
    const allowed = (from: Source, to: string) =>
      roomOf(to) === 'contract' ||
      to.startsWith('src/platform/errors') ||
      (roomOf(to) === roomOf(from.path) && !['commands', 'socket', 'routes'].includes(kindOf(to) ?? ''))
    expect(breaches(pure, (from, to) => allowed(from, to) || isDoor(to))).toEqual([])
  })

  it('features do not know the agent, the doors of the process or the jobs', () => {
    const files = product.filter(({ path }) => path.startsWith('src/features/'))
    const forbidden = ['jobs', 'docs', 'app.ts', 'main.ts', 'seed.ts']
    expect(breaches(files, (_, to) => !forbidden.includes(roomOf(to)))).toEqual([])
  })

  it('only the composition root and the scripts know the embedded database', () => {
    const users = product.filter(
      ({ path, packages }) =>
        !path.startsWith('packages/') &&
        packages.some((name) => name.startsWith('@floorwalker/embedded-mongo')),
    )
    expect(
      users.map(({ path }) => path).filter((path) => !/^(?:src\/process\.ts|scripts\/)/.test(path)),
    ).toEqual([])
  })

  it('the embedded database imports nothing of the shop', () => {
    const files = product.filter(({ path }) => path.startsWith('packages/'))
    expect(breaches(files, (_, to) => to.startsWith('packages/'))).toEqual([])
  })

  it('has no circles', () => {
    const byPath = new Map(product.map((file) => [file.path, file]))
    const done = new Set<string>()
    const circles: string[] = []
    const visit = (path: string, trail: readonly string[]): void => {
      if (trail.includes(path)) {
        circles.push([...trail.slice(trail.indexOf(path)), path].join(' -> '))
        return
      }
      if (done.has(path)) return
      for (const next of byPath.get(path)?.needs ?? []) visit(next, [...trail, path])
      done.add(path)
    }
    for (const { path } of product) visit(path, [])
    expect(circles).toEqual([])
  })
})

describe('how the code is written', () => {
  it('keeps files short', () => {
    const long = product.filter(({ text }) => text.split('\n').length > LONGEST_FILE)
    expect(long.map(({ path }) => path)).toEqual([])
  })

  it('reads the environment in one place', () => {
    const readers = product.filter(
      ({ path, text }) => text.includes('process.env') && !path.startsWith('packages/'),
    )
    const allowed = /^(?:src\/main\.ts|src\/jobs\/worker-context\.ts|scripts\/|workers\/)/
    expect(readers.map(({ path }) => path).filter((path) => !allowed.test(path))).toEqual([])
  })

  it('silences neither the compiler nor the linter', () => {
    const silencer = /as unknown as|@ts-(?:ignore|expect-error|nocheck)|biome-ignore|: any\b|as any\b/
    expect(product.filter(({ text }) => silencer.test(text)).map(({ path }) => path)).toEqual([])
  })

  it('takes time, chance and ids from the context', () => {
    const impure = /\bDate\.now\(\)|\bMath\.random\(\)|\bnew Date\(\)|\brandomUUID\(/
    const files = product.filter(({ path }) => /^src\/(?:features|agent|actors)\//.test(path))
    expect(files.filter(({ text }) => impure.test(text)).map(({ path }) => path)).toEqual([])
  })

  it('names no room after nothing', () => {
    const vague = /(?:^|\/)(?:utils?|helpers?|managers?|misc|common)(?:\.|\/)/
    expect(sources.filter(({ path }) => vague.test(path)).map(({ path }) => path)).toEqual([])
  })
})
