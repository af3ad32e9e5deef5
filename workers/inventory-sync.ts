import { runOnce } from '../src/jobs/run-worker.ts'
import { auditStock } from '../src/jobs/stock-audit.ts'
import { takeOverStock } from '../src/jobs/stock-source.ts'

await runOnce(
  'inventory-sync',
  (ctx) => ctx.config.intervals.inventorySyncMs,
  async (ctx) => {
    const { inventorySourceUrl } = ctx.config
    if (inventorySourceUrl !== undefined) {
      const products = await takeOverStock(ctx, inventorySourceUrl)
      ctx.log.info({ products }, 'stock taken over')
    }
    for (const drift of await auditStock(ctx)) ctx.log.error({ drift }, 'the stock figures do not add up')
  },
)
