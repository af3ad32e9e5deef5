import { join } from 'node:path'
import Bree from 'bree'
import type { Config } from '../config.ts'
import type { Context } from '../platform/context.ts'
import { describeError } from '../platform/logger.ts'
import type { Metrics } from '../platform/metrics.ts'
import { isForwardedEvent, isJobRound, type JobData } from './worker-context.ts'

/** Nothing runs in the first seconds: they belong to the start. */
const FIRST_RUN_MS = 5_000
/** Two of them run all the time; one that ends is started again after this. */
const SWEEP_RESTART_MS = 5_000
const STOP_MS = 2_000

/** The jobs by the names of their files in `workers/`, with their intervals in milliseconds. */
export function jobTable(config: Config): Array<{ name: string; interval: number; timeout: number }> {
  const { cleanupMs, inventorySyncMs, lowStockMs } = config.intervals
  const periodic = { cleanup: cleanupMs, 'inventory-sync': inventorySyncMs, 'low-stock': lowStockMs }
  return [
    ...Object.entries(periodic).map(([name, interval]) => ({
      name,
      interval,
      timeout: Math.min(FIRST_RUN_MS, interval),
    })),
    ...['sweep', 'notifications'].map((name) => ({ name, interval: SWEEP_RESTART_MS, timeout: 1_000 })),
  ]
}

export interface Jobs {
  /** Cancels what runs and waits for it, for 2 s at the most. */
  close(): Promise<void>
}

/** Starts the background jobs, each in a worker thread of its own. `ctx.config` must name the database that is in use. */
export async function startJobs(ctx: Context, metrics: Metrics): Promise<Jobs> {
  const workerData: JobData = { config: ctx.config }
  const bree = new Bree({
    root: join(import.meta.dirname, '../../workers'),
    defaultExtension: 'ts',
    acceptedExtensions: ['.ts'],
    jobs: jobTable(ctx.config),
    worker: { workerData },
    logger: { info: () => undefined, warn: () => undefined, error: (...args) => logFailure(ctx, args[0]) },
    errorHandler: (error, { name }) => {
      ctx.log.error({ err: error, job: name }, 'worker failed')
    },
    workerMessageHandler: ({ name, message }) => {
      if (isForwardedEvent(message)) ctx.events.publish({ name: message.name }, message.payload)
      if (isJobRound(message)) metrics.jobs.observe({ job: name, outcome: message.outcome }, message.seconds)
    },
  })
  await bree.start()
  return {
    async close() {
      const { promise: late, resolve } = Promise.withResolvers<void>()
      const timer = setTimeout(resolve, STOP_MS)
      await Promise.race([bree.stop(), late])
      clearTimeout(timer)
      await Promise.all([...bree.workers.values()].map((worker) => worker.terminate()))
    },
  }
}

function logFailure(ctx: Context, what: unknown): void {
  ctx.log.error({ failure: what instanceof Error ? describeError(what) : String(what) }, 'scheduler')
}
