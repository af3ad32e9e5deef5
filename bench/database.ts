import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startChild } from './child.ts'
import { sizeFigures } from './database-size.ts'
import { speedFigures } from './database-speed.ts'
import type { Figure } from './figures.ts'

/** The embedded database alone: a server process, and this one as its client. */
export async function databaseFigures(): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'floorwalker-bench-database-'))
  try {
    const server = await startChild(join(import.meta.dirname, '../scripts/db.ts'), {
      DATA_DIR: join(folder, 'speed'),
      DB_PORT: '0',
    })
    const speed = await speedFigures(server.address).finally(() => server.stop())
    return [...speed, ...(await sizeFigures(join(folder, 'size')))]
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
