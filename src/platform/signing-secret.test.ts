import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { signingSecret } from './signing-secret.ts'

let directory: string

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'floorwalker-'))
})
afterEach(() => rm(directory, { recursive: true, force: true }))

test('several at the same moment get the same key, and leave one file that only the owner reads', async () => {
  const dataDir = join(directory, 'new')
  const secrets = await Promise.all(Array.from({ length: 5 }, () => signingSecret(dataDir)))
  expect(new Set(secrets).size).toBe(1)
  expect(await readdir(dataDir)).toEqual(['jwt-secret'])
  expect((await stat(join(dataDir, 'jwt-secret'))).mode & 0o777).toBe(0o600)
})

test('a key that is too short is refused', async () => {
  await writeFile(join(directory, 'jwt-secret'), 'short\n')
  await expect(signingSecret(directory)).rejects.toThrow('no usable secret')
})
