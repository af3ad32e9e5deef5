import { alertLowStock } from '../src/jobs/low-stock.ts'
import { runOnce } from '../src/jobs/run-worker.ts'

await runOnce(
  'low-stock',
  (ctx) => ctx.config.intervals.lowStockMs,
  async (ctx) => {
    ctx.log.info({ products: await alertLowStock(ctx) }, 'products running low')
  },
)
