import type { AgentEvent } from '../../contract/index.ts'
import type { Context } from '../../platform/context.ts'
import { answersOf, type MessageDocument } from './messages.store.ts'
import { endedRuns, type RunDocument } from './runs.store.ts'
import { endsRun } from './told-runs.ts'

/**
 * Sees to it that the sockets of this instance hear the end of each run that they wait for: an owner that dies between
 * storing the end and telling it leaves nobody else who would.
 */
export interface RunVigil {
  /** The sockets know that this run is to come, or goes on. */
  expect(sessionId: string, runId: string): void
  heard(sessionId: string, event: AgentEvent): void
  /** Whether they wait for the end of any. */
  awaits(sessionId: string): boolean
  /** One look for ends that nobody has told, for those that do not wait for the next. */
  look(): Promise<void>
  close(): void
}

export interface RunVigilOptions {
  /** How often it looks, in milliseconds. */
  readonly lookMs: number | undefined
  hasSockets(sessionId: string): boolean
  /** The run has ended a while ago with this answer, if with any, and the sockets do not know it. */
  missed(run: RunDocument, answer: MessageDocument | undefined): void
}

const LOOK_MS = 2_000
/**
 * A run of which nothing was heard for so many looks is looked up; a take-over is quicker. Looks are counted, not the
 * time: an instance that was stalled, or cut off from the database, has yet to hear what was told meanwhile.
 */
const QUIET_LOOKS = 4

export function keepRunVigil(
  ctx: Context,
  { lookMs = LOOK_MS, hasSockets, missed }: RunVigilOptions,
): RunVigil {
  const awaited = new Map<string, { readonly sessionId: string; quiet: number }>()

  const look = async () => {
    for (const [runId, { sessionId }] of awaited) if (!hasSockets(sessionId)) awaited.delete(runId)
    const quiet = [...awaited].filter(([, { quiet: looks }]) => looks >= QUIET_LOOKS)
    const ended =
      quiet.length === 0
        ? []
        : await endedRuns(
            ctx,
            quiet.map(([runId]) => runId),
          )
    const answers = await answersOf(
      ctx,
      ended.map(({ _id }) => _id),
    )
    for (const run of ended) {
      const place = awaited.get(run._id)
      // the database answers, so what was told of it is heard by the next look
      if (place === undefined || place.quiet <= QUIET_LOOKS) continue
      awaited.delete(run._id)
      missed(run, answers.get(run._id))
    }
    const over = new Set(ended.map(({ _id }) => _id))
    for (const [runId, place] of awaited) if (place.quiet < QUIET_LOOKS || over.has(runId)) place.quiet += 1
  }
  const timer = setInterval(() => {
    look().catch((error: unknown) =>
      ctx.log.warn({ err: error }, 'runs whose end was not heard could not be looked up'),
    )
  }, lookMs).unref()

  return {
    expect: (sessionId, runId) => void awaited.set(runId, { sessionId, quiet: 0 }),
    heard(sessionId, event) {
      if (endsRun(event)) awaited.delete(event.runId)
      else awaited.set(event.runId, { sessionId, quiet: 0 })
    },
    awaits: (sessionId) => [...awaited.values()].some((place) => place.sessionId === sessionId),
    look,
    close: () => clearInterval(timer),
  }
}
