import { randomBytes } from 'node:crypto'
import { link, mkdir, open, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'

const BYTES = 48
const MIN_BYTES = 32

/** The signing key of a data directory: made once, readable by its owner only. */
export async function signingSecret(dataDir: string): Promise<string> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  const path = join(dataDir, 'jwt-secret')
  return (await readSecret(path)) ?? (await makeSecret(path))
}

async function readSecret(path: string): Promise<string | undefined> {
  try {
    const secret = (await readFile(path, 'utf8')).trim()
    if (Buffer.byteLength(secret) >= MIN_BYTES) return secret
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined
    throw error
  }
  throw new Error(`${path} holds no usable secret; delete it to get a new one`)
}

/** The link appears whole or not at all; who comes second takes the first one's. */
async function makeSecret(path: string): Promise<string> {
  const secret = randomBytes(BYTES).toString('base64url')
  const draft = `${path}.${randomBytes(8).toString('hex')}`
  const file = await open(draft, 'w', 0o600)
  try {
    await file.writeFile(`${secret}\n`)
    await file.sync()
  } finally {
    await file.close()
  }
  try {
    await link(draft, path)
    return secret
  } catch (error) {
    if (!isErrno(error, 'EEXIST')) throw error
    return (await readSecret(path)) ?? secret
  } finally {
    await rm(draft, { force: true })
  }
}

function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
