import { join } from 'node:path'
import { type Logger, pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Jobs, jobTable, type ScheduledJob, startJobs } from '../../src/jobs/schedule.ts'
import { createMetrics } from '../../src/platform/metrics.ts'
import { startWorld, type World } from '../support/world.ts'

const HANGING = join(import.meta.dirname, '../support/workers')
const WORKERS = join(import.meta.dirname, '../../workers')

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world.close())

/** A log that resolves once it has so many lines with this message. */
function listen(message: string, times: number): { log: Logger; heard: Promise<void> } {
  const { promise: heard, resolve } = Promise.withResolvers<void>()
  let left = times
  const log = pino(
    {},
    {
      write(line) {
        if (line.includes(message)) left -= 1
        if (left === 0) resolve()
      },
    },
  )
  return { log, heard }
}

async function startHanging(name: string, times: number) {
  const { log, heard } = listen('a worker hung and is ended', times)
  const metrics = createMetrics()
  const jobs: ScheduledJob[] = [{ name, interval: 100, timeout: 1, longest: 300 }]
  const started = await startJobs({ ...world.ctx, log }, metrics, { jobs, folder: HANGING })
  return { started, heard, metrics }
}

const hungRounds = async (metrics: ReturnType<typeof createMetrics>) => {
  const { values } = await metrics.jobs.get()
  return values.find(({ metricName, labels }) => metricName?.endsWith('_count') && labels.outcome === 'hung')
    ?.value
}

describe('a worker that hangs', () => {
  test.each(['waiting', 'spinning'])('(%s) is ended and reported, and its job begins anew', async (name) => {
    const { started, heard, metrics } = await startHanging(name, 2)
    await heard
    await started.close()
    expect(await hungRounds(metrics)).toBeGreaterThanOrEqual(2)
  })
})

describe('a tick that was missed while all instances were down', () => {
  const ticks = () => world.ctx.db.collection<{ _id: string; owner: string; dueAt: Date }>('job_ticks')

  async function startLowStock(): Promise<Jobs> {
    const jobs = jobTable(world.ctx.config).flatMap((job) =>
      job.name === 'low-stock' ? [{ ...job, timeout: 1 }] : [],
    )
    return startJobs(world.ctx, createMetrics(), { jobs, folder: WORKERS })
  }

  test('is caught up at the start, by one of them', async () => {
    const dueAt = new Date(Date.now() - 60_000)
    await ticks().insertOne({ _id: 'low-stock', owner: 'gone', dueAt, startedAt: dueAt } as never)
    const taken = ticks().watch([{ $match: { operationType: 'update' } }], { maxAwaitTimeMS: 50 })
    await taken.tryNext()
    const instances = await Promise.all([startLowStock(), startLowStock()])
    await taken.next()
    await Promise.all(instances.map((jobs) => jobs.close()))
    expect(await taken.tryNext()).toBeNull()
    await taken.close()
    expect((await ticks().findOne({ _id: 'low-stock' }))?.dueAt.getTime()).toBeGreaterThan(Date.now())
  })
})
