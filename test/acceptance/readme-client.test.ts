import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startWorld, type World } from '../support/world.ts'

const ROOT = join(import.meta.dirname, '../..')
const MOST_LINES = 30

let world: World
let folder: string
beforeAll(async () => {
  world = await startWorld({ config: { SEED_DEMO: 'true' } })
  folder = await mkdtemp(join(tmpdir(), 'floorwalker-client-'))
})
afterAll(async () => {
  await world.close()
  await rm(folder, { recursive: true, force: true })
})

test("the README's client is short, is the one that is type-checked, and talks to the shop", async () => {
  const readme = await readFile(join(ROOT, 'README.md'), 'utf8')
  const [, client = ''] = /```ts\n([\s\S]*?)```/.exec(readme) ?? []
  expect(client).toBe(await readFile(join(ROOT, 'test/support/readme-client.ts'), 'utf8'))
  expect(client.trim().split('\n').length).toBeLessThanOrEqual(MOST_LINES)
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  await writeFile(join(folder, 'client.mts'), client.replace('http://127.0.0.1:3000', world.url))
  const run = spawn(process.execPath, ['client.mts'], { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] })
  let said = ''
  run.stdout.on('data', (piece: Buffer) => {
    said += piece.toString()
  })
  const [code] = await once(run, 'close')
  expect(said).toContain('Sunglasses')
  expect(code).toBe(0)
})
