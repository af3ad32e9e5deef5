import type { AgentEvent } from '../../contract/index.ts'

/** What one socket has been told of the runs of one session. */
export interface ToldRuns {
  /**
   * Whether the socket is to be told this event, which is noted. Each comes once; when a later owner tells the run anew,
   * only what differs from what the socket knows, and all that follows it. Nothing comes after a run's end.
   * @param epoch of the owner; what an earlier one still says is no news
   */
  isNews(event: AgentEvent, epoch: number): boolean
  /** The socket was given these as the run so far. */
  given(runId: string, events: readonly AgentEvent[]): void
}

interface ToldRun {
  epoch: number
  /** How far the owner of this epoch has told the run. */
  confirmed: number
  ended: boolean
  /** By `seq`; with holes where the socket came late. */
  readonly events: Array<AgentEvent | undefined>
}

/** A run that was overtaken by so many others says nothing more. */
const REMEMBERED_RUNS = 4
/** Below every epoch. */
const NO_EPOCH = 0

export function createToldRuns(): ToldRuns {
  const runs = new Map<string, ToldRun>()
  const runOf = (runId: string): ToldRun => {
    const known = runs.get(runId)
    if (known !== undefined) return known
    const run: ToldRun = { epoch: NO_EPOCH, confirmed: -1, ended: false, events: [] }
    runs.set(runId, run)
    const [oldest] = runs.keys()
    if (runs.size > REMEMBERED_RUNS && oldest !== undefined) runs.delete(oldest)
    return run
  }
  const note = (run: ToldRun, event: AgentEvent) => {
    run.events.length = event.seq
    run.events[event.seq] = event
    if (!endsRun(event)) return
    run.ended = true
    run.events.length = 0
  }
  return {
    isNews(event, epoch) {
      const run = runOf(event.runId)
      if (run.ended || epoch < run.epoch) return false
      if (epoch > run.epoch) {
        run.epoch = epoch
        run.confirmed = -1
      }
      if (event.seq <= run.confirmed) return false
      run.confirmed = event.seq
      if (isSame(run.events[event.seq], event)) return false
      note(run, event)
      return true
    },
    given(runId, events) {
      const run = runOf(runId)
      if (run.ended) return
      for (const event of events) run.events[event.seq] ??= event
    },
  }
}

export function endsRun({ type }: AgentEvent): boolean {
  return type === 'RUN_FINISHED' || type === 'RUN_ERROR'
}

function isSame(known: AgentEvent | undefined, event: AgentEvent): boolean {
  if (known === undefined) return false
  return known === event || withoutTime(known) === withoutTime(event)
}

function withoutTime(event: AgentEvent): string {
  return JSON.stringify(
    Object.entries({ ...event, timestamp: 0 }).sort(([left], [right]) => (left < right ? -1 : 1)),
  )
}
