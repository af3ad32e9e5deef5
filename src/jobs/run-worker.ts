import { parentPort } from 'node:worker_threads'
import type { Context } from '../platform/context.ts'
import { takeTick } from './ticks.ts'
import { type JobRound, openWorkerContext } from './worker-context.ts'

export type JobWork = (ctx: Context, signal: AbortSignal) => Promise<void>

/** Runs a job once, if no other instance of the cluster has run it in this interval, and tells the scheduler. */
export async function runOnce(
  job: string,
  intervalMs: (ctx: Context) => number,
  work: JobWork,
): Promise<void> {
  await inWorker(job, async (ctx, signal) => {
    if (!(await takeTick(ctx, job, intervalMs(ctx)))) return
    await timed(() => work(ctx, signal))
    ctx.log.info({ job }, 'job done')
  })
}

/** Runs a job every `intervalMs`, on one instance of the cluster at a time, until the scheduler cancels it. */
export async function runRepeatedly(job: string, intervalMs: number, work: JobWork): Promise<void> {
  await inWorker(job, async (ctx, signal) => {
    while (!signal.aborted) {
      try {
        tellAlive()
        if (await takeTick(ctx, job, intervalMs)) await timed(() => work(ctx, signal))
      } catch (error) {
        ctx.log.warn({ err: error, job }, 'a round of the job failed; the next one follows')
      }
      await pause(intervalMs, signal)
    }
  })
}

/** Runs the steps one after the other; one that fails keeps the others from nothing. */
export async function runSteps(
  ctx: Context,
  steps: Readonly<Record<string, () => Promise<unknown>>>,
): Promise<void> {
  for (const [step, run] of Object.entries(steps)) {
    try {
      await run()
    } catch (error) {
      ctx.log.warn({ err: error, step }, 'a step of a job failed')
    }
  }
}

/** Tells the scheduler that a round begins, for a loop that never ends is no hanging one. */
function tellAlive(): void {
  parentPort?.postMessage('alive')
}

/** Does a round of a job and tells the scheduler how it went. */
async function timed(round: () => Promise<void>): Promise<void> {
  const started = performance.now()
  const tell = (outcome: JobRound['outcome']) =>
    parentPort?.postMessage({ type: 'round', outcome, seconds: (performance.now() - started) / 1000 })
  try {
    await round()
  } catch (error) {
    tell('failed')
    throw error
  }
  tell('done')
}

async function inWorker(job: string, work: JobWork): Promise<void> {
  const cancelled = new AbortController()
  parentPort?.on('message', (message: unknown) => {
    if (message === 'cancel') cancelled.abort()
  })
  const { ctx, close } = await openWorkerContext()
  let failed = false
  try {
    await work(ctx, cancelled.signal)
  } catch (error) {
    failed = true
    ctx.log.error({ err: error, job }, 'job failed')
  }
  await close()
  parentPort?.postMessage(failed ? 'failed' : 'done')
  process.exit(failed ? 1 : 0)
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  const { promise, resolve } = Promise.withResolvers<void>()
  const end = () => resolve()
  const timer = setTimeout(end, milliseconds)
  signal.addEventListener('abort', end, { once: true })
  await promise
  clearTimeout(timer)
  // The signal lives as long as the worker: a listener left on it for each round would add up.
  signal.removeEventListener('abort', end)
}
