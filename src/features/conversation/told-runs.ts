import type { AgentEvent } from '../../contract/index.ts'
import { type Answer, closingEvents } from './closing-events.ts'

/** What one socket has been told of the runs of one session. */
export interface ToldRuns {
  /**
   * What the socket is to be told now that this event is here, which is noted. Each comes once and in order: one that is
   * early waits for those before it. When a later owner tells the run anew, only what differs from what the socket knows is
   * told, and all that follows it. Nothing comes after a run's end.
   * @param epoch of the owner; what an earlier one still says is not told
   */
  take(event: AgentEvent, epoch: number): AgentEvent[]
  /** Whether events wait for others of their run that have not come. */
  lacks(runId: string): boolean
  /** Whether the socket has been told or given anything of this run. */
  knows(runId: string): boolean
  /**
   * The run has ended with this and nobody tells what led there. What the socket is to be told for that, which is noted:
   * nothing when it knows the end.
   */
  end(event: AgentEvent, answer: Answer | undefined): AgentEvent[]
  /** The socket was given these as the run so far. */
  given(runId: string, events: readonly AgentEvent[]): void
}

interface ToldRun {
  epoch: number
  /** How far the owner of this epoch has told the run. */
  confirmed: number
  ended: boolean
  /** By `seq`. */
  readonly events: AgentEvent[]
  readonly early: Map<number, AgentEvent>
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
    const run: ToldRun = { epoch: NO_EPOCH, confirmed: -1, ended: false, events: [], early: new Map() }
    runs.set(runId, run)
    const [oldest] = runs.keys()
    if (runs.size > REMEMBERED_RUNS && oldest !== undefined) runs.delete(oldest)
    return run
  }
  const close = (run: ToldRun) => {
    run.ended = true
    run.events.length = 0
    run.early.clear()
  }
  /** Whether it is news; it is in its place. */
  const note = (run: ToldRun, event: AgentEvent): boolean => {
    run.early.delete(event.seq)
    run.confirmed = event.seq
    if (isSame(run.events[event.seq], event)) return false
    run.events.length = event.seq
    run.events.push(event)
    return true
  }
  return {
    take(event, epoch) {
      const run = runOf(event.runId)
      if (run.ended || epoch < run.epoch) return []
      if (epoch > run.epoch) {
        run.epoch = epoch
        run.confirmed = -1
        run.early.clear()
      }
      if (event.seq <= run.confirmed) return []
      if (event.seq > run.events.length) {
        run.early.set(event.seq, event)
        return []
      }
      const news: AgentEvent[] = []
      for (let next: AgentEvent | undefined = event; next !== undefined; ) {
        if (note(run, next)) news.push(next)
        if (endsRun(next)) close(run)
        next = run.early.get(run.confirmed + 1)
      }
      return news
    },
    lacks: (runId) => (runs.get(runId)?.early.size ?? 0) > 0,
    knows: (runId) => runs.has(runId),
    end(event, answer) {
      const run = runOf(event.runId)
      if (run.ended) return []
      const news = closingEvents(run.events, event, answer)
      close(run)
      return news
    },
    given(runId, events) {
      const run = runOf(runId)
      if (run.ended) return
      for (const event of events) if (event.seq === run.events.length) run.events.push(event)
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
  const fields = Object.entries({ ...event, timestamp: 0 })
  return JSON.stringify(fields.sort(([left], [right]) => (left < right ? -1 : 1)))
}
