import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Child, startChild } from './child.ts'

const ROOT = join(import.meta.dirname, '..')
export const SHOP = join(ROOT, 'src/main.ts')
const DATABASE = join(ROOT, 'scripts/db.ts')
const RATE = '1000000/1s'
/** The limits that shield a shop from floods would measure themselves here. */
export const UNLIMITED = { RATE_LIMIT_API: RATE, RATE_LIMIT_EVENTS: RATE }

/** Gives a folder that is gone afterwards. */
export async function inFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'floorwalker-bench-'))
  try {
    return await use(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

export interface Cluster {
  readonly database: Child
  readonly instances: readonly Child[]
}

/** Gives so many instances on one database, each a process of its own. */
export function withCluster<T>(
  count: number,
  variables: Readonly<Record<string, string>>,
  use: (cluster: Cluster) => Promise<T>,
): Promise<T> {
  return inFolder(async (folder) => {
    const database = await startChild(DATABASE, { DATA_DIR: folder, DB_PORT: '0' })
    const instances: Child[] = []
    try {
      for (let started = 0; started < count; started += 1) {
        instances.push(
          await startChild(SHOP, {
            ...UNLIMITED,
            ...variables,
            MONGODB_URI: database.address,
            JWT_SECRET: 'for measurements only: thirty-two bytes and more',
            PORT: '0',
          }),
        )
      }
      return await use({ database, instances })
    } finally {
      await Promise.all(instances.map((instance) => instance.stop()))
      await database.stop()
    }
  })
}
