import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findRunningServer } from '@floorwalker/embedded-mongo'
import { agentFigures } from './agent.ts'
import { startChild } from './child.ts'
import { type Figure, printTable } from './figures.ts'
import { messageFigures } from './messages.ts'

const ROOT = join(import.meta.dirname, '..')
const RESULTS = join(import.meta.dirname, 'results.json')
/** The limits that shield a shop from floods would measure themselves here. */
const UNLIMITED = '1000000/1s'

const folder = await mkdtemp(join(tmpdir(), 'floorwalker-bench-'))
const variables = { DATA_DIR: folder, PORT: '0', RATE_LIMIT_API: UNLIMITED, RATE_LIMIT_EVENTS: UNLIMITED }
try {
  const cold = await startChild(join(ROOT, 'src/main.ts'), variables)
  await cold.stop()
  const shop = await startChild(join(ROOT, 'src/main.ts'), variables)
  const database = await findRunningServer(folder)
  if (database === undefined) throw new Error('the shop does not tell where its database listens')
  const figures: Figure[] = [
    { name: 'ready, empty store', value: cold.readyAfterMs, unit: 'ms', promise: '< 5000 ms' },
    { name: 'ready, data there', value: shop.readyAfterMs, unit: 'ms', promise: '< 2000 ms' },
    ...(await agentFigures(shop.address)),
    ...(await messageFigures(shop.address, database)),
  ]
  await shop.stop()
  printTable(figures)
  await writeFile(
    RESULTS,
    `${JSON.stringify({ at: new Date().toISOString(), node: process.version, figures }, null, 2)}\n`,
  )
} finally {
  await rm(folder, { recursive: true, force: true })
}
