import { join } from 'node:path'
import Bree from 'bree'
import type { Config } from '../config.ts'
import type { Context } from '../platform/context.ts'
import { describeError } from '../platform/logger.ts'
import type { Metrics } from '../platform/metrics.ts'
import { createHangWatch } from './hang-watch.ts'
import { isForwardedEvent, isJobRound, type JobData } from './worker-context.ts'

const WORKERS = join(import.meta.dirname, '../../workers')
/** Nothing runs in the first seconds: they belong to the start. */
const FIRST_RUN_MS = 5_000
/** Two of them run all the time; one that ends is started again after this. */
const SWEEP_RESTART_MS = 5_000
const STOP_MS = 2_000
/** A round of a job that takes longer hangs. An inventory's source may list a hundred thousand variants. */
const LONGEST_RUN_MS = 10 * 60_000
/** The same of a round of those that run all the time. A transaction alone tries for up to two minutes. */
const LONGEST_ROUND_MS = 5 * 60_000

/** When a job runs, in milliseconds. */
export interface ScheduledJob {
  /** Of its file in the folder of the workers. */
  readonly name: string
  readonly interval: number
  /** Until it runs first. */
  readonly timeout: number
  /** A round that takes longer is ended. */
  readonly longest: number
}

/** The jobs of the shop. */
export function jobTable(config: Config): ScheduledJob[] {
  const { cleanupMs, inventorySyncMs, lowStockMs } = config.intervals
  const periodic = { cleanup: cleanupMs, 'inventory-sync': inventorySyncMs, 'low-stock': lowStockMs }
  return [
    ...Object.entries(periodic).map(([name, interval]) => ({
      name,
      interval,
      timeout: Math.min(FIRST_RUN_MS, interval),
      longest: LONGEST_RUN_MS,
    })),
    ...['sweep', 'notifications'].map((name) => ({
      name,
      interval: SWEEP_RESTART_MS,
      timeout: 1_000,
      longest: LONGEST_ROUND_MS,
    })),
  ]
}

export interface Jobs {
  /** Cancels what runs and waits for it, for 2 s at the most. */
  close(): Promise<void>
}

export interface Timetable {
  readonly jobs: readonly ScheduledJob[]
  /** The folder of the workers. */
  readonly folder: string
}

/**
 * Starts the background jobs, each in a worker thread of its own. One that hangs is ended, and begins anew at its next tick.
 * `ctx.config` must name the database that is in use.
 */
export async function startJobs(
  ctx: Context,
  metrics: Metrics,
  { jobs, folder }: Timetable = { jobs: jobTable(ctx.config), folder: WORKERS },
): Promise<Jobs> {
  const workerData: JobData = { config: ctx.config }
  const longest = new Map(jobs.map((job) => [job.name, job.longest]))
  const hangs = createHangWatch({
    limitMs: (job) => longest.get(job) ?? LONGEST_RUN_MS,
    onHang(job, silentMs) {
      ctx.log.error({ job, silentMs }, 'a worker hung and is ended')
      metrics.jobs.observe({ job, outcome: 'hung' }, silentMs / 1000)
    },
  })
  const bree = new Bree({
    root: folder,
    defaultExtension: 'ts',
    acceptedExtensions: ['.ts'],
    jobs: jobs.map(({ name, interval, timeout }) => ({ name, interval, timeout })),
    worker: { workerData },
    logger: { info: () => undefined, warn: () => undefined, error: (...args) => logFailure(ctx, args[0]) },
    errorHandler: (error, { name }) => {
      ctx.log.error({ err: error, job: name }, 'worker failed')
    },
    workerMessageHandler: ({ name, message }) => {
      hangs.heard(name)
      if (isForwardedEvent(message)) ctx.events.publish({ name: message.name }, message.payload)
      if (isJobRound(message)) metrics.jobs.observe({ job: name, outcome: message.outcome }, message.seconds)
    },
  })
  bree.on('worker created', (name: string) => {
    const worker = bree.workers.get(name)
    if (worker !== undefined) hangs.began(name, worker)
  })
  bree.on('worker deleted', (name: string) => hangs.ended(name))
  await bree.start()
  return {
    async close() {
      hangs.close()
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
