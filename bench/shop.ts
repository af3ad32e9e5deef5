import { findRunningServer } from '@floorwalker/embedded-mongo'
import { agentFigures } from './agent.ts'
import { startChild } from './child.ts'
import type { Figure } from './figures.ts'
import { messageFigures } from './messages.ts'
import { inFolder, SHOP, UNLIMITED } from './stage.ts'

/** One instance on the embedded database, as `npm start` makes it: its start, its answers, its acknowledgements. */
export function shopFigures(): Promise<Figure[]> {
  return inFolder(async (folder) => {
    const variables = { ...UNLIMITED, DATA_DIR: folder, PORT: '0' }
    const cold = await startChild(SHOP, variables)
    await cold.stop()
    const shop = await startChild(SHOP, variables)
    try {
      const database = await findRunningServer(folder)
      if (database === undefined) throw new Error('the shop does not tell where its database listens')
      return [
        { name: 'ready, empty store', value: cold.readyAfterMs, unit: 'ms', promise: '< 5000 ms' },
        { name: 'ready, data there', value: shop.readyAfterMs, unit: 'ms', promise: '< 2000 ms' },
        ...(await agentFigures(shop.address)),
        ...(await messageFigures(shop.address, database)),
      ]
    } finally {
      await shop.stop()
    }
  })
}
