import { z } from 'zod'
import { after } from '../platform/clock.ts'
import { defineCollection } from '../platform/collection.ts'
import type { Context } from '../platform/context.ts'
import { isDuplicateKey } from '../platform/transaction.ts'

const TickDocument = z.object({
  /** The job's name. */
  _id: z.string(),
  /** The instance that ran it last. */
  owner: z.string(),
  startedAt: z.date(),
  /** No instance runs it again before this. */
  dueAt: z.date(),
})

export const jobTicks = defineCollection({ name: 'job_ticks', schema: TickDocument })

/** How early a timer of another instance may be without running the job a second time, as a share of the interval. */
const TOLERANCE = 0.1

/**
 * Takes the job's next run for this instance. Of all instances whose timers fire in one interval, the first gets true.
 * A run whose instance dies is made up for at the next tick.
 */
export async function takeTick(ctx: Context, job: string, intervalMs: number): Promise<boolean> {
  const now = ctx.clock.now()
  const run = { owner: ctx.instanceId, startedAt: now, dueAt: after(ctx.clock, intervalMs * (1 - TOLERANCE)) }
  const ticks = jobTicks.in(ctx.db)
  const { matchedCount } = await ticks.updateOne({ _id: job, dueAt: { $lte: now } }, { $set: run })
  if (matchedCount === 1) return true
  try {
    const { upsertedCount } = await ticks.updateOne({ _id: job }, { $setOnInsert: run }, { upsert: true })
    return upsertedCount === 1
  } catch (error) {
    if (isDuplicateKey(error)) return false
    throw error
  }
}
