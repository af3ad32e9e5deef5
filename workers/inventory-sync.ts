import { runOnce } from '../src/jobs/run-worker.ts'
import { auditStock } from '../src/jobs/stock-audit.ts'
import { syncStock } from '../src/jobs/stock-source.ts'

await runOnce(
  'inventory-sync',
  (ctx) => ctx.config.intervals.inventorySyncMs,
  async (ctx, signal) => {
    const { inventorySourceUrl } = ctx.config
    try {
      if (inventorySourceUrl !== undefined) {
        const report = await syncStock(ctx, inventorySourceUrl, signal)
        const differs = Object.values(report.drifts).some((count) => count > 0)
        ctx.log[differs ? 'warn' : 'info']({ report }, 'the stock was compared with the inventory source')
      }
    } finally {
      for (const drift of await auditStock(ctx)) ctx.log.error({ drift }, 'the stock figures do not add up')
    }
  },
)
