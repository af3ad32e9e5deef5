import type { AgentEvent } from '../../contract/index.ts'
import type { Context } from '../../platform/context.ts'
import { endedRuns, type RunDocument } from './runs.store.ts'
import { endsRun } from './told-runs.ts'

/**
 * Sees to it that the sockets of this instance hear the end of each run that they wait for: an owner that dies between
 * storing the end and telling it leaves nobody else who would.
 */
export interface RunVigil {
  /** The sockets have been told a message that this run answers. */
  expect(sessionId: string, runId: string): void
  heard(sessionId: string, event: AgentEvent): void
  /** One look for ends that nobody has told, for those that do not wait for the next. */
  look(): Promise<void>
  close(): void
}

export interface RunVigilOptions {
  hasSockets(sessionId: string): boolean
  /** The run has ended a while ago, and the sockets do not know it. */
  missed(run: RunDocument): void
}

/** A run of which nothing was heard for so long is looked up. A take-over is quicker. */
const QUIET_MS = 10_000
const LOOK_MS = 2_000

export function keepRunVigil(ctx: Context, { hasSockets, missed }: RunVigilOptions): RunVigil {
  const awaited = new Map<string, { readonly sessionId: string; heardAt: number }>()
  const now = () => ctx.clock.now().getTime()

  const look = async () => {
    const quiet: string[] = []
    for (const [runId, run] of awaited) {
      if (!hasSockets(run.sessionId)) awaited.delete(runId)
      else if (now() - run.heardAt >= QUIET_MS) quiet.push(runId)
    }
    if (quiet.length === 0) return
    for (const run of await endedRuns(ctx, quiet)) {
      if (awaited.delete(run._id)) missed(run)
    }
    for (const runId of quiet) {
      const run = awaited.get(runId)
      if (run !== undefined) run.heardAt = now()
    }
  }
  const timer = setInterval(() => {
    look().catch((error: unknown) =>
      ctx.log.warn({ err: error }, 'runs whose end was not heard could not be looked up'),
    )
  }, LOOK_MS).unref()

  return {
    expect: (sessionId, runId) => void awaited.set(runId, { sessionId, heardAt: now() }),
    heard(sessionId, event) {
      if (endsRun(event)) awaited.delete(event.runId)
      else awaited.set(event.runId, { sessionId, heardAt: now() })
    },
    look,
    close: () => clearInterval(timer),
  }
}
