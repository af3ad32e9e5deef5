import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createApi } from '../support/api.ts'
import { connectClient } from '../support/client.ts'
import { type ShopProcess, startShopProcess } from '../support/shop-process.ts'
import { PASSWORD } from '../support/world.ts'

const instances: ShopProcess[] = []
let dataDir: string

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'floorwalker-'))
})
afterEach(async () => {
  await Promise.all(instances.splice(0).map((instance) => instance.stop('SIGKILL')))
  await rm(dataDir, { recursive: true, force: true })
})

async function start(variables: Record<string, string> = {}): Promise<ShopProcess> {
  const instance = await startShopProcess({
    DATA_DIR: dataDir,
    SEED_DEMO: 'false',
    BCRYPT_COST: '10',
    ...variables,
  })
  instances.push(instance)
  return instance
}

const newShopper = { email: 'asha@example.com', password: PASSWORD, name: 'Asha Rao' }

test('one process is ready, serves both doors and stops cleanly on SIGTERM', async () => {
  const instance = await start()
  expect(instance.lines.filter((line) => line.startsWith('ready '))).toEqual([`ready ${instance.url}`])
  const { accessToken } = await createApi(instance.url).call('signUp', { body: newShopper })
  const client = await connectClient(instance.url, '/cart', accessToken)
  const started = performance.now()
  expect(await instance.stop('SIGTERM')).toBe(0)
  expect(performance.now() - started).toBeLessThan(10_000)
  expect(await client.ended).toBe('transport close')
})

test('SIGINT stops it too, right after the start', async () => {
  const instance = await start()
  expect(await instance.stop('SIGINT')).toBe(0)
})

test('what is under way at a stop is still answered', async () => {
  const instance = await start({ BCRYPT_COST: '13' })
  const exit = once(instance.process, 'exit')
  const [first, ...others] = ['a', 'b', 'c'].map((name) =>
    createApi(instance.url).call('signUp', { body: { ...newShopper, email: `${name}@example.com` } }),
  )
  await first
  expect(await instance.lineWith('stopping', () => instance.process.kill('SIGTERM'))).toContain('SIGTERM')
  expect(await Promise.all(others)).toHaveLength(2)
  expect(await exit).toEqual([0, null])
})

test('a port that is taken stops the start with a message', async () => {
  const instance = await start({ JWT_SECRET: 'x'.repeat(32) })
  const { port } = new URL(instance.url)
  const second = await mkdtemp(join(tmpdir(), 'floorwalker-'))
  await expect(start({ DATA_DIR: second, PORT: port })).rejects.toThrow(/could not start: .*EADDRINUSE/)
  await rm(second, { recursive: true, force: true })
})

test('the signing key is made once, readable by its owner only, and outlives the process', async () => {
  const first = await start()
  const { accessToken } = await createApi(first.url).call('signUp', { body: newShopper })
  await first.stop()
  const path = join(dataDir, 'jwt-secret')
  expect((await stat(path)).mode & 0o777).toBe(0o600)
  const secret = await readFile(path, 'utf8')
  const second = await start()
  expect(await readFile(path, 'utf8')).toBe(secret)
  expect((await createApi(second.url, accessToken).call('me')).email).toBe(newShopper.email)
})

test('ADMIN_EMAIL and ADMIN_PASSWORD make the admin at start', async () => {
  const admin = { email: 'boss@example.com', password: 'a long password' }
  const instance = await start({ ADMIN_EMAIL: 'Boss@Example.com', ADMIN_PASSWORD: admin.password })
  const answer = await createApi(instance.url).call('signIn', { body: admin })
  expect(answer.user.role).toBe('admin')
})

test('the log carries no token and no password', async () => {
  const instance = await start({ LOG_LEVEL: 'trace' })
  const api = createApi(instance.url)
  const { accessToken, refreshToken } = await api.call('signUp', { body: newShopper })
  await api.fail('signIn', { body: { email: newShopper.email, password: 'wrong password' } })
  const client = await connectClient(instance.url, '/cart', undefined, { query: { token: accessToken } })
  client.close()
  await instance.stop()
  const log = instance.lines.join('\n')
  expect(log).toContain('"route":"signUp"')
  for (const secret of [accessToken, refreshToken, PASSWORD, 'wrong password'])
    expect(log).not.toContain(secret)
})

test.each([
  [{ PORT: 'many' }, 'PORT'],
  [{ NODE_ENV: 'production' }, 'JWT_SECRET'],
  [{ JWT_SECRET: 'short' }, 'JWT_SECRET'],
  [{ ACCESS_TOKEN_TTL: 'soon' }, 'ACCESS_TOKEN_TTL'],
  [{ RATE_LIMIT_SIGNIN: '10' }, 'RATE_LIMIT_SIGNIN'],
])('%j stops the start with a message that names the variable', (variables, name) => {
  const { status, stderr } = spawnSync(process.execPath, [join(import.meta.dirname, '../../src/main.ts')], {
    env: { PATH: process.env.PATH ?? '', DATA_DIR: dataDir, ...variables },
    encoding: 'utf8',
    timeout: 15_000,
  })
  expect(status).toBe(1)
  expect(stderr).toContain(name)
  expect(stderr).not.toContain('    at ')
})

test('a signal to npm, whose shell dies of it without handing it on, stops the shop too', async () => {
  const shell = spawn(
    '/bin/sh',
    ['-c', `"${process.execPath}" "${join(import.meta.dirname, '../../src/main.ts')}"; true`],
    {
      env: { npm_lifecycle_event: 'start', DATA_DIR: dataDir, PORT: '0', SEED_DEMO: 'false' },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  const lines: string[] = []
  for await (const line of createInterface(shell.stdout)) {
    lines.push(line)
    // the loop ends when the shop itself closes the pipe
    if (line.startsWith('ready ')) shell.kill('SIGTERM')
  }
  expect(shell.signalCode).toBe('SIGTERM')
  expect(lines.at(-1)).toContain('"stopped"')
  await (await start()).stop()
})
